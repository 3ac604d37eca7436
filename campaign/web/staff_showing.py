"""Where and to whom the banner is shown: rules, look, headlines under test; and the question who would see it."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from campaign.banner.showing import rules_json, rules_of, thanking_words
from campaign.dashboard import campaigns, showing
from campaign.domain.campaign import Campaign, Words
from campaign.domain.display import MOST_THANKS, Display, Page, Reader, Variant, validate_display
from campaign.domain.errors import Conflict, Invalid
from campaign.domain.look import Shape, Theme
from campaign.domain.staff import Role
from campaign.domain.stage import Stage
from campaign.domain.wording import check_campaign_words
from campaign.runtime import Runtime
from campaign.web import staff_fields as fields
from campaign.web import staff_sessions
from campaign.web.staff_page import done, page
from campaign.web.staff_sessions import needs, route

LISTS = (
    *("sections", "not_sections", "tags", "not_tags", "paths", "not_paths"),
    *("languages", "countries", "not_countries", "quiet_tags"),
)
SHAPES = [
    (Shape.CARD.value, "Card in the article"),
    (Shape.THIN.value, "Thin bar, one line"),
    (Shape.BOTTOM.value, "Bar at the window’s lower edge, with a close button"),
]
THEMES = [
    (Theme.PAPER.value, "Paper: quiet"),
    (Theme.BOLD.value, "Bold: filled with the accent colour"),
    (Theme.PLAIN.value, "Plain: on the page’s own ground"),
]
READERS = [
    ("new", "somebody new"),
    ("joined", "somebody who joined"),
    ("closed", "somebody who closed it an hour ago"),
    ("often", "somebody who has seen it a hundred times"),
    ("blind", "somebody whose browser keeps nothing"),
]
TESTED_STAGES = (Stage.EARLY, Stage.RUNNING, Stage.NEAR)
"""A headline under test stands in for that of these stages; the others keep theirs."""


class ShowingForm(fields.Form):
    """Everything of a Display, and the look."""

    version = fields.hidden()
    off = fields.check("Switch it off everywhere", "Also in pages that are open, within about a minute.")
    shape = fields.select("Look", SHAPES)
    theme = fields.select("Theme", THEMES)
    shows_on = fields.text("First day of showing", "Empty: from the campaign’s start.", required=False, type="date")
    hides_after = fields.text("Last day of showing", "Empty: as long as it has something to say.", required=False,
                              type="date")  # fmt: skip
    sections = fields.text("Only in these sections", "With commas between. Empty: everywhere.", required=False)
    not_sections = fields.text("Not in these sections", required=False)
    tags = fields.text("Only with these tags", required=False)
    not_tags = fields.text("Not with these tags", required=False)
    paths = fields.text("Only at these addresses", "Like /news/*, /about", required=False, longest=2000)
    not_paths = fields.text("Not at these addresses", "Like /shop/*, /privacy", required=False, longest=2000)
    languages = fields.text("Only on pages in these languages", "Codes: en, uk", required=False)
    countries = fields.text("Only in these countries", "Codes: UA, DE. Needs a page that says it (data-country).",
                            required=False)  # fmt: skip
    not_countries = fields.text("Not in these countries", required=False)
    quiet_tags = fields.text("Quiet tags", "Never beside these, whatever else is chosen.", required=False, longest=2000)
    most = fields.whole("Times a reader sees it", "Altogether. 0: no limit.", most=1000)
    most_a_day = fields.whole("Times a day", "0: no limit.", most=1000)
    thank_members = fields.check(
        "Members are thanked in it",
        "In place of the call and the button; else they do not see it. A member is whoever joined on the campaign’s "
        "page with this browser, or whom your own sign-in names (data-member).",
    )
    closable = fields.check("Readers can close it", "For six hours, as a member, or for this campaign.")
    blind_percent = fields.whole("Share of page views for browsers that keep nothing (%)", most=100)
    sample_percent = fields.whole(
        "Share of showings that are told to us (%)", "Lower it for very large sites.", most=100
    )
    variants = fields.text("Headlines under test", "Name and weight: a 1, b 1. The first is the campaign’s own.",
                           required=False)  # fmt: skip
    reason = fields.text("Why you change it", "Kept with the change.", required=False, longest=300)


def add_pages(bp: Blueprint, runtime: Runtime) -> None:
    """`/campaigns/<slug>/showing`."""
    pages = _Pages(runtime)
    route(bp, "/campaigns/<slug>/showing", pages.showing, methods=("GET", "POST"))


class _Pages:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._db = runtime.db

    @needs(Role.EDITOR)
    def showing(self, slug: str) -> ResponseReturnValue:
        base = campaigns.find(self._db, slug)
        form = ShowingForm(data=_values(base))
        if not form.validate_on_submit():
            return self._page(form, base, 400 if form.errors else 200)
        try:
            changed = _read(form, base)
            actor, now = staff_sessions.staff().email, self._runtime.now()
            saved = campaigns.change(self._db, changed, actor=actor, reason=form.reason.data, now=now)
        except Invalid as problem:
            field = form._fields.get(problem.field, form.variants)
            field.errors = [*field.errors, problem.message]
            return self._page(form, base, 400)
        except Conflict as problem:
            form.version.raw_data, form.version.data = None, str(base.version)
            return self._page(form, base, 409, str(problem))
        return done("Saved. Open pages follow within about a minute.", "showing", slug=saved.slug)

    def _page(self, form: Any, base: Campaign, status: int, conflict: str = "") -> ResponseReturnValue:
        asked = request.args
        answer = None
        if "path" in asked:
            value = campaigns.preview_basis(self._db, base).progress.value
            answer = showing.who_sees(base, value, _page_asked(), _reader_asked(self._now()), self._runtime.now())
        tested = [v.key for v in base.display.variants[1:]]
        told = showing.was_told(self._db, base, self._runtime.now())
        shown = {"form": form, "conflict": conflict, "answer": answer, "asked": asked, "told": told}
        ours = {tag: thanking_words(replace(base, display=Display()), tag) for tag in base.languages}
        rest = {
            "readers": READERS,
            "tested": tested,
            "headlines": _headlines(base),
            "our_thanks": ours,
            "most_thanks": MOST_THANKS,
        }
        return page("showing.html", status, campaign=base, **shown, **rest)

    def _now(self) -> int:
        return int(self._runtime.now().timestamp())


def _values(campaign: Campaign) -> dict[str, Any]:
    values: dict[str, Any] = asdict(campaign.display)
    values |= {name: ", ".join(values[name]) for name in LISTS}
    values |= {name: str(values[name] or "") for name in ("shows_on", "hides_after")}
    values["variants"] = ", ".join(f"{v.key} {v.weight}" for v in campaign.display.variants)
    look = {"shape": campaign.look.shape.value, "theme": campaign.look.theme.value}
    return {**values, **look, "version": str(campaign.version)}


def _read(form: Any, base: Campaign) -> Campaign:
    """The campaign as typed. Raises Invalid naming a field."""
    display = Display(
        off=form.off.data,
        shows_on=_day("shows_on", form.shows_on.data),
        hides_after=_day("hides_after", form.hides_after.data),
        **{name: _list(form[name].data) for name in LISTS},
        most=form.most.data,
        most_a_day=form.most_a_day.data,
        closable=form.closable.data,
        blind_percent=form.blind_percent.data,
        sample_percent=form.sample_percent.data,
        variants=tuple(_variant(entry) for entry in _list(form.variants.data)),
        thank_members=form.thank_members.data,
        thanks={tag: text for tag in base.languages if (text := request.form.get(f"thanks.{tag}", "").strip())},
    )
    validate_display(display)
    version = str(form.version.data)
    changed = replace(
        base,
        version=int(version) if version.isdecimal() else base.version,
        display=display,
        look=replace(base.look, shape=Shape(form.shape.data), theme=Theme(form.theme.data)),
        wordings=_wordings(base, display),
    )
    for words in changed.wordings.values():
        check_campaign_words(replace(changed, words=words))
    try:
        rules_json(rules_of(changed) or {})
    except ValueError:
        raise Invalid("paths", "These are too many entries for the one small file that every page asks for.") from None
    return changed


def _wordings(base: Campaign, display: Display) -> dict[str, dict[str, dict[str, Words]]]:
    """Headlines under test as typed; a variant without any shows the campaign's own."""
    wordings: dict[str, dict[str, dict[str, Words]]] = {}
    for variant in display.variants[1:]:
        texts = {tag: request.form.get(f"headline.{variant.key}.{tag}", "").strip() for tag in base.languages}
        wordings[variant.key] = {
            tag: {stage.value: Words(headline=text) for stage in TESTED_STAGES} for tag, text in texts.items() if text
        }
    return wordings


def _headlines(campaign: Campaign) -> dict[tuple[str, str], str]:
    return {
        (key, tag): stages.get(Stage.RUNNING.value, Words()).headline
        for key, words in campaign.wordings.items()
        for tag, stages in words.items()
    }


def _variant(typed: str) -> Variant:
    key, _, weight = typed.partition(" ")
    if not weight.strip().isdecimal() or len(weight) > 5:
        raise Invalid("variants", "Write each as a name and a weight: a 1, b 1")
    return Variant(key, int(weight))


def _list(typed: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entry.strip() for entry in typed.split(",") if entry.strip()))


def _day(name: str, typed: str) -> date | None:
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise Invalid(name, "Enter a day like 2026-12-31.") from None


def _page_asked() -> Page:
    asked = request.args
    languages = [tag.lower() for tag in _list(asked.get("language", ""))]
    return Page(
        path=asked.get("path", "/") or "/",
        sections=_list(asked.get("section", "")),
        tags=_list(asked.get("tags", "")),
        languages=tuple(dict.fromkeys(part for tag in languages for part in (tag, tag[:2]))),
        country=asked.get("country", "").strip(),
    )


def _reader_asked(now: int) -> Reader:
    return {
        "joined": Reader(joined=True),
        "closed": Reader(closed_until=now + 5 * 3600),
        "often": Reader(seen=100, seen_today=100),
        "blind": Reader(remembers=False, lot=9_999),
    }.get(request.args.get("reader", ""), Reader())
