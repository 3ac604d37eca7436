"""Kits: how the banner comes into each kind of page, to copy; and whether it did."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, request, send_file
from flask.typing import ResponseReturnValue

from campaign.banner import found
from campaign.dashboard import campaigns
from campaign.domain.campaign import Campaign
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


@dataclass(frozen=True, slots=True)
class Kit:
    """One way to bring the banner into a page: what it is for, its steps, the text to copy, a file to load down."""

    name: str
    steps: tuple[str, ...]
    code: str
    file: str = ""


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
        kits = kits_of(campaign, language, self._runtime.settings.public_url)
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


def kits_of(campaign: Campaign, language: str, base: str) -> tuple[Kit, ...]:
    """Every kit of a campaign in one language."""
    return (*_in_the_page(campaign.slug, language, base), *_elsewhere(campaign.slug, language, base))


def _in_the_page(slug: str, language: str, base: str) -> list[Kit]:
    before = f'<link rel="stylesheet" href="{base}/mg.css">\n<member-goal campaign="{slug}" lang="{language}">'
    after = f'</member-goal>\n<script async src="{base}/mg.js"></script>'
    included = f'<esi:include src="{base}/g/{slug}.{language}.html" onerror="continue"/>'
    virtual = f'<!--#include virtual="/goal/g/{slug}.{language}.html" -->'
    paste = "Paste it where the banner should stand."
    plugin = (
        "Load member-goal.zip down; in WordPress: Plugins, Add New, Upload Plugin, then activate it.",
        f"Settings, Member goal: address {base}, campaign {slug}, language {language}.",
        "Put the block “Member goal” into a post, or this. Your server prints the number; no script is needed.",
    )
    shortcode = f'[member_goal campaign="{slug}" language="{language}"]'
    ghost = "Put an HTML card into the post, or open the theme’s post.hbs."
    nginx = f"Put “ssi on;” into the server, and a location /goal/ that passes on to {base}/."
    return [
        Kit("Any site", (paste, "It fills itself, and stays fresh while it is seen."), before + after),
        Kit("Ghost", (ghost, "Paste this and publish."), before + after),
        Kit("WordPress", plugin, shortcode, "member-goal.zip"),
        Kit("Varnish or Fastly (ESI)", ("Switch ESI on for the page.", paste), before + included + after),
        Kit("nginx (SSI)", (nginx, paste), before + virtual + after),
    ]


def _elsewhere(slug: str, language: str, base: str) -> list[Kit]:
    here = f"{base}/g/{slug}"
    frame = f'<iframe src="{here}/frame.{language}.card.html" width="640" height="320" title="{slug}"></iframe>'
    mail = f'<a href="{here}/go?a=mail"><img src="{here}.{language}.png" width="600" alt="…"></a>'
    sentence = f"In place of … say the sentence from {here}.{language}.txt, there and beside the picture."
    return [
        Kit("Frame", ("For sites that allow no script of others.",), frame),
        Kit("Mail to readers", ("Paste the picture.", sentence), mail),
        Kit("Link that shows itself", ("Paste it into sites and chats that take links.",), f"{here}/"),
        Kit("Big screen", ("Open it in a browser, full screen.",), f"{here}/screen.{language}.html"),
        Kit("QR code", ("For print: it leads to the campaign’s page.",), f"{here}/qr.svg"),
    ]
