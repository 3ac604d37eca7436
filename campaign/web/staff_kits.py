"""Kits: how the banner comes into each kind of page, to copy; and whether it did."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from flask import Blueprint, request, send_file
from flask.typing import ResponseReturnValue

from campaign.banner import found
from campaign.banner.kits import kits_of
from campaign.dashboard import campaigns
from campaign.domain.errors import Invalid
from campaign.domain.staff import Role
from campaign.runtime import Runtime
from campaign.web import staff_fields as fields
from campaign.web.staff_page import page
from campaign.web.staff_sessions import needs, route

PLUGIN = Path(__file__).parents[2] / "deploy" / "wordpress" / "member-goal"


class CheckForm(fields.Form):
    """The page to look at."""

    address = fields.text(
        "Address of your page", "A public page, like https://news.example.org/article", type="url", longest=500
    )


def add_pages(bp: Blueprint, runtime: Runtime) -> None:
    """`/campaigns/<slug>/kits`."""
    pages = _Pages(runtime)
    route(bp, "/campaigns/<slug>/kits", pages.kits, methods=("GET", "POST"))
    route(bp, "/kits/member-goal.zip", pages.plugin)


class _Pages:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    @needs(Role.EDITOR)
    def kits(self, slug: str) -> ResponseReturnValue:
        campaign = campaigns.find(self._runtime.db, slug)
        form, result, problem = CheckForm(), None, ""
        if form.validate_on_submit():
            try:
                result = found.look(found.fetch(form.address.data), slug, self._runtime.settings.public_url)
            except Invalid as error:
                problem = error.message
        asked = request.args.get("lang", "")
        language = asked if asked in campaign.languages else campaign.languages[0]
        shares, sentences = campaigns.words_now(self._runtime.db, campaign)
        kits = kits_of(campaign, language, self._runtime.settings.public_url, shares, sentences.get(language, ""))
        status = 400 if problem or form.errors else 200
        shown = {"kits": kits, "language": language, "form": form, "result": result, "problem": problem}
        return page("kits.html", status, campaign=campaign, **shown)

    @needs(Role.EDITOR)
    def plugin(self) -> ResponseReturnValue:
        return send_file(
            io.BytesIO(plugin_zip()), "application/zip", as_attachment=True, download_name="member-goal.zip"
        )


def plugin_zip() -> bytes:
    """The plugin as WordPress takes it: one folder in a zip."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as held:
        for file in sorted(PLUGIN.iterdir()):
            held.write(file, f"{PLUGIN.name}/{file.name}")
    return target.getvalue()
