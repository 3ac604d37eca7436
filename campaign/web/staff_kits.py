"""Kits: how the banner comes into each kind of page, to copy; and whether it did."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from flask import Blueprint, request, send_file
from flask.typing import ResponseReturnValue

from campaign.banner import found
from campaign.banner.formats import autonym
from campaign.banner.kits import kits_of
from campaign.dashboard import campaigns, ghost_page
from campaign.domain.campaign import Campaign
from campaign.domain.errors import Invalid
from campaign.domain.staff import Role
from campaign.runtime import Runtime
from campaign.web import staff_fields as fields
from campaign.web import staff_sessions
from campaign.web.staff_page import done, page
from campaign.web.staff_sessions import needs, route

PLUGIN = Path(__file__).parents[2] / "deploy" / "wordpress" / "member-goal"


class CheckForm(fields.Form):
    """The page to look at."""

    address = fields.text(
        "Address of your page", "A public page, like https://news.example.org/article", type="url", longest=500
    )


class GhostPageForm(fields.Form):
    """Which page is written, in which language, and whether at all."""

    source = fields.select("Your site", [])
    language = fields.select("Language", [])
    is_on = fields.check("Write the words into a page of this site")


def add_pages(bp: Blueprint, runtime: Runtime) -> None:
    """`/campaigns/<slug>/kits`."""
    pages = _Pages(runtime)
    route(bp, "/campaigns/<slug>/kits", pages.kits, methods=("GET", "POST"))
    route(bp, "/campaigns/<slug>/kits/ghost", pages.ghost, methods=("POST",))
    route(bp, "/kits/member-goal.zip", pages.plugin)


class _Pages:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    @needs(Role.EDITOR)
    def ghost(self, slug: str) -> ResponseReturnValue:
        campaign = campaigns.find(self._runtime.db, slug)
        form = _ghost_form(campaign, ghost_page.shown(self._runtime.db, campaign.id))
        if not form.validate_on_submit():
            return done("Choose your Ghost site and a language.", "kits", "bad", slug=slug)
        wanted = int(form.source.data), form.language.data
        actor, now = staff_sessions.staff().email, self._runtime.now()
        try:
            ghost_page.want(self._runtime.db, campaign, *wanted, is_on=form.is_on.data, actor=actor, now=now)
        except Invalid as error:
            return done(error.message, "kits", "bad", slug=slug)
        return done("Saved. It is done within about a minute.", "kits", slug=slug)

    @needs(Role.EDITOR)
    def kits(self, slug: str) -> ResponseReturnValue:
        campaign = campaigns.find(self._runtime.db, slug)
        ghost = ghost_page.shown(self._runtime.db, campaign.id)
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
        shown |= {"ghost": ghost, "ghost_form": _ghost_form(campaign, ghost, formdata=None)}
        return page("kits.html", status, campaign=campaign, **shown)

    @needs(Role.EDITOR)
    def plugin(self) -> ResponseReturnValue:
        return send_file(
            io.BytesIO(plugin_zip()), "application/zip", as_attachment=True, download_name="member-goal.zip"
        )


def _ghost_form(campaign: Campaign, shown: ghost_page.Shown, **how: Any) -> Any:
    kept = shown.page
    chosen = {} if kept is None else {"source": str(kept.source_id), "language": kept.language, "is_on": kept.is_on}
    form = GhostPageForm(data=chosen, **how)
    form.source.choices = fields.options([(str(site.id), site.name) for site in shown.sites])
    form.language.choices = fields.options([(one, autonym(one)) for one in campaign.languages])
    return form


def plugin_zip() -> bytes:
    """The plugin as WordPress takes it: one folder in a zip."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as held:
        for file in sorted(PLUGIN.iterdir()):
            held.write(file, f"{PLUGIN.name}/{file.name}")
    return target.getvalue()
