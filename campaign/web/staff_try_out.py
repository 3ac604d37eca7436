"""Every stage before launch: the banner at any day, number, language, look and theme, and a link to see it in place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urldefrag, urlsplit

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from campaign.banner import previews
from campaign.banner.previews import Asked, Basis
from campaign.banner.render import fragment_html
from campaign.banner.showing import closing_words, thanking_words
from campaign.domain.campaign import Campaign, GoalKind
from campaign.domain.errors import Invalid
from campaign.domain.look import Shape, Theme
from campaign.domain.staff import Role
from campaign.domain.stage import Stage
from campaign.runtime import Runtime
from campaign.web import staff_fields
from campaign.web.staff_page import page
from campaign.web.staff_sessions import needs, route
from campaign.web.staff_showing import SHAPES, THEMES

GROUNDS = (("light", "Light"), ("dark", "Dark"))
STAGE_WORDS = {
    Stage.SCHEDULED: "Scheduled: it has not begun.",
    Stage.ENDED_COUNTING: "Ended: the count is being finished.",
    Stage.ENDED_REACHED: "Ended: reached.",
    Stage.ENDED_MISSED: "Ended: missed.",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """What the page shows: the banner in its article, what files say of the same day, and the link."""

    stage: str
    is_shown: bool
    banner: Markup
    in_files: str
    link: str
    link_ends_at: datetime


def add_pages(bp: Blueprint, runtime: Runtime) -> None:
    """`/campaigns/<slug>/previews`."""
    pages = _Pages(runtime)
    route(bp, "/campaigns/<slug>/previews", pages.previews)


class _Pages:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    @needs(Role.EDITOR)
    def previews(self, slug: str) -> ResponseReturnValue:
        now = self._runtime.now()
        basis = previews.basis_of(self._runtime.db, slug, now)
        campaign = basis.campaign
        asked, problem = previews.default_asked(basis, now), ""
        try:
            asked = _asked(asked, campaign)
        except Invalid as error:
            problem = error.message
        home = campaign.join.home_url or f"{self._runtime.settings.public_url}/"
        address = request.args.get("page", "").strip() or home
        if urlsplit(address).scheme not in ("http", "https"):
            problem, address = "Enter the address of your page, with https:// in front.", home
        tried = _tried(self._runtime, basis, asked, address, now)
        return page("previews.html", 400 if problem else 200, campaign=campaign, asked=asked, tried=tried,
                    problem=problem, address=address, ground=_ground(), grounds=GROUNDS, shapes=SHAPES, themes=THEMES,
                    variants=[v.key for v in campaign.display.variants[1:]], range=_range(campaign),
                    count=_written(campaign, asked.count),
                    as_member=_as_member(campaign), **_slider(campaign))  # fmt: skip


def _tried(runtime: Runtime, basis: Basis, asked: Asked, address: str, now: datetime) -> Tried:
    url, snapshot = runtime.settings.public_url, previews.staged(basis, asked)
    view = previews.preview_view(basis, asked, url)
    display = basis.campaign.display
    html = fragment_html(replace(view, rules=display.closable))
    if _as_member(basis.campaign):
        thanks = Markup('<p class="mg-thanks">{}</p>').format(thanking_words(basis.campaign, asked.language))
        html = html.replace("</section>", f"{thanks}</section>")
    if display.closable:
        words = closing_words(basis.campaign, asked.language)
        closing = Markup().join(Markup("<button type='button'>{}</button>").format(word) for word in words)
        html = html.replace("</section>", f'<p class="mg-later">{closing}</p></section>')
    expires_at = now.replace(microsecond=0) + previews.LINK_LIVES
    token = previews.sign(asked, runtime.settings.secret_key, expires_at)
    in_files = view.soon and previews.file_headline(basis, asked, url)
    stage = STAGE_WORDS.get(snapshot.stage, f"{snapshot.stage.value.replace('_', ' ').capitalize()}.")
    # Our own template, with escaping on.
    banner = Markup(html)  # noqa: S704
    return Tried(stage, snapshot.shown, banner, in_files, f"{urldefrag(address)[0]}#mg-preview={token}", expires_at)


def _as_member(campaign: Campaign) -> bool:
    """Whether it is shown as a member sees it, where members see any."""
    return campaign.display.thank_members and request.args.get("reader") == "member"


def _asked(base: Asked, campaign: Campaign) -> Asked:
    """What the address asks for, else as it would be today. Raises Invalid in words."""
    given = request.args
    language, variant = given.get("language", base.language), given.get("variant", "")
    try:
        asked = replace(
            base,
            on=date.fromisoformat(given["on"]) if given.get("on") else base.on,
            shape=Shape(given.get("shape", base.shape)),
            theme=Theme(given.get("theme", base.theme)),
        )
    except ValueError:
        raise Invalid("on", "Enter a day like 2026-12-31, and choose look and theme from the lists.") from None
    if language not in campaign.languages or variant not in ("", *(v.key for v in campaign.display.variants)):
        raise Invalid("language", "Choose one of the campaign’s languages and headlines.")
    first, last = _range(campaign)["days"]
    if not first <= asked.on <= last:
        raise Invalid("on", f"Choose a day from {first} to {last}.")
    return replace(asked, language=language, variant=variant, count=_count(base, campaign))


def _count(base: Asked, campaign: Campaign) -> int | None:
    typed = request.args.get("count")
    if typed is None:
        return base.count
    if not typed.strip():
        return None
    if campaign.kind is GoalKind.AMOUNT and campaign.currency is not None:
        return staff_fields.read_money("count", typed, campaign.currency)
    return staff_fields.read_number("count", typed)


def _written(campaign: Campaign, count: int | None) -> str:
    if count is None:
        return ""
    return staff_fields.write_money(count, campaign.currency) if campaign.kind is GoalKind.AMOUNT else str(count)


def _range(campaign: Campaign) -> dict[str, tuple[date, date]]:
    """The days one can look at: from the eve of the start to the end of the showing."""
    after = campaign.settle_days + campaign.look.showing_days + 1
    return {"days": (campaign.starts_on - timedelta(days=1), campaign.ends_on + timedelta(days=after))}


def _slider(campaign: Campaign) -> dict[str, str]:
    """How far the number's slider goes, and in which steps: a little beyond the target."""
    most = campaign.target * 11 // 10
    return {"most": _written(campaign, most), "step": _written(campaign, max(1, campaign.target // 500))}


def _ground() -> str:
    asked = request.args.get("ground", "light")
    return asked if asked in dict(GROUNDS) else "light"
