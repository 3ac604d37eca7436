"""A snapshot becomes words, the fragment and the JSON. Own Jinja, Babel, no Flask; nothing here asks a database."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from campaign.banner.beside import match_text, next_step
from campaign.banner.formats import Formats
from campaign.banner.page_words import page_words
from campaign.banner.snapshot import Snapshot
from campaign.banner.step_words import step_words
from campaign.domain.campaign import Campaign, GoalKind
from campaign.domain.display import has_rules
from campaign.domain.money import Money
from campaign.domain.stage import RUNNING_STAGES, Stage, days_left, shows_bar
from campaign.domain.wording import SOMETIMES, days_left_words, fill, nouns, plain_words, until_words, words_for

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
MOST_JSON_BYTES = 400


@dataclass(frozen=True, slots=True)
class Bar:
    """A progress bar: `value` is within 0 and `max`; the label says it in words, uncapped."""

    value: int
    max: int
    label: str


@dataclass(frozen=True, slots=True)
class FragmentView:
    """What the fragment's template gets: finished words, nothing to look up."""

    slug: str
    lang: str
    dir: str
    label: str
    headline: str
    kicker: str
    call: str
    button: str
    button_href: str
    bar: Bar | None
    as_of: str
    as_of_text: str
    until: str | None
    plain: str
    stage: str
    show: bool
    soon: str = ""
    """The headline of this very day, "3 days left": only for who knows that `until` is not over."""
    soon_until: str = ""
    rules: bool = False
    """Whether an open page asks for the rules of showing."""
    shape: str = "card"
    theme: str = "paper"
    as_of_day: str = ""
    """For where there is room for a day only."""
    thanks: bool = False
    """Whether an open page thanks members in it, and does not hide it from them at once."""


@cache
def environment() -> Environment:
    """Jinja with escaping on; a name that is not given is an error, not an empty place."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, auto_reload=False
    )


def amount_text(snapshot: Snapshot, formats: Formats, value: int) -> str:
    """A number of the campaign as people read it: people, or money with its currency."""
    currency = snapshot.campaign.currency
    if snapshot.campaign.kind is GoalKind.AMOUNT and currency is not None:
        return formats.money(Money(value, currency))
    return formats.number(value)


def values_of(snapshot: Snapshot, language: str) -> dict[str, str]:
    """The formatted values of the placeholders. Without a number, those that need one are missing."""
    campaign = snapshot.campaign
    formats = Formats(language, campaign.zone)
    deadline = formats.day(campaign.ends_on)
    values = {
        "target": amount_text(snapshot, formats, campaign.target),
        "deadline": deadline,
        "days_left": until_words(language, deadline),
        **nouns(campaign.kind, language, formats.plural(campaign.target)),
    }
    if snapshot.value is not None and snapshot.remaining is not None and snapshot.percent is not None:
        count = amount_text(snapshot, formats, snapshot.value)
        values |= {
            "count": count,
            "amount": count,
            "remaining": amount_text(snapshot, formats, snapshot.remaining),
            "percent": formats.percent(snapshot.percent),
            "joined": formats.number(snapshot.progress.joined),
        }
    return values | _values_beside(snapshot, language, formats)


def _values_beside(snapshot: Snapshot, language: str, formats: Formats) -> dict[str, str]:
    """The next step of the ladder, and the matching gift while it runs."""
    values: dict[str, str] = {}
    step, match = next_step(snapshot), match_text(snapshot, language)
    if step is not None and snapshot.value is not None:
        values = {
            "step": amount_text(snapshot, formats, step.at),
            "to_step": amount_text(snapshot, formats, max(0, step.at - snapshot.value)),
            "promise": step.promise_in(language),
        }
    return values if match is None else {**values, "match": match}


def _has_own_call(campaign: Campaign, language: str) -> bool:
    reached = campaign.words.get(language, {}).get(Stage.REACHED.value)
    return reached is not None and bool(reached.call.strip())


def fragment_view(snapshot: Snapshot, language: str, public_url: str) -> FragmentView:
    """The banner's words in one language, as the template and the JSON show them."""
    campaign = snapshot.campaign
    formats = Formats(language, campaign.zone)
    values = values_of(snapshot, language)
    has_number = snapshot.value is not None
    missing = [name for name in SOMETIMES if name not in values]
    words = words_for(campaign, language, snapshot.stage, has_number=has_number, without=missing)
    if snapshot.stage is Stage.REACHED and "promise" in values and not _has_own_call(campaign, language):
        words = replace(words, call=step_words(language).next_call)
    plain = fill(plain_words(campaign, language), values) if has_number else fill(words.headline, values)
    bar = None
    if snapshot.value is not None and shows_bar(snapshot.stage):
        bar = Bar(min(max(0, snapshot.value), campaign.target), campaign.target, plain)
    soon, soon_until = _soon(snapshot, language, words.headline, values)
    as_of_text = fill(page_words(language).as_of, {"when": formats.instant(snapshot.as_of)})
    return FragmentView(
        slug=campaign.slug,
        lang=language,
        dir=formats.direction,
        label=campaign.name,
        headline=fill(words.headline, values),
        kicker=fill(words.kicker, values),
        call=fill(words.call, values),
        button=words.button if can_join(snapshot) else "",
        button_href=f"{public_url}/g/{campaign.slug}/go",
        bar=bar,
        as_of=instant_text(snapshot.as_of) if has_number else "",
        as_of_text=as_of_text if has_number else "",
        as_of_day=formats.short_day(snapshot.as_of) if has_number else "",
        until=None if snapshot.until is None else instant_text(snapshot.until),
        plain=plain,
        stage=snapshot.stage.value,
        show=snapshot.shown,
        soon=soon,
        soon_until=soon_until,
        rules=has_rules(campaign.display),
        shape=campaign.look.shape.value,
        theme=campaign.look.theme.value,
        thanks=campaign.display.thank_members,
    )


def _soon(snapshot: Snapshot, language: str, headline: str, values: dict[str, str]) -> tuple[str, str]:
    """The headline with the days left on this day, and the end of this day; nothing where it names none."""
    ends_at = snapshot.day_ends_at
    if snapshot.value is None or ends_at is None or "{days_left}" not in headline:
        return "", ""
    days = days_left(snapshot.campaign, snapshot.taken_at)
    formats = Formats(language, snapshot.campaign.zone)
    left = days_left_words(language, days, formats.plural(days), formats.number(days))
    return fill(headline, values | {"days_left": left}), instant_text(ends_at)


def can_join(snapshot: Snapshot) -> bool:
    """Whether the button leads anywhere: a price of ours, or the newsroom's own page, while the campaign runs."""
    offers = snapshot.price is not None or snapshot.signs_up or bool(snapshot.campaign.join.home_url)
    return offers and snapshot.stage in RUNNING_STAGES


def fragment_html(view: FragmentView) -> str:
    """The finished fragment."""
    return environment().get_template("banner/fragment.html").render(view=view) + "\n"


def number_json(snapshot: Snapshot, view: FragmentView, variant: str = "") -> bytes:
    """The live number, within 400 bytes; what is not promised is left out where it does not fit.

    `variant`: the key of the headline under test that it carries.
    """
    campaign = snapshot.campaign
    body: dict[str, Any] = {
        "v": 1,
        "slug": campaign.slug,
        "kind": campaign.kind.value,
        "count": snapshot.value,
        "target": campaign.target,
        "percent": snapshot.percent,
        "stage": snapshot.stage.value,
        "text": view.headline if view.show else "",
        "as_of": instant_text(snapshot.as_of),
        "until": view.until,
    }
    if campaign.kind is GoalKind.AMOUNT:
        body["currency"] = campaign.currency
    if view.rules:
        body["rules"] = 1
    if variant:
        body["w"] = variant
    if (
        view.soon
        and view.show
        and len(as_json({**body, "until": view.soon_until, "soon": view.soon})) <= MOST_JSON_BYTES
    ):
        # The words of a day give way at its end, so that an open page never says yesterday's.
        body |= {"until": view.soon_until, "soon": view.soon}
    if len(as_json(body)) > MOST_JSON_BYTES:
        body["text"] = view.plain
    if len(as_json(body)) > MOST_JSON_BYTES:
        body["text"] = str(snapshot.value or "")
    if view.show:
        for name, text in (("plain", view.plain), ("button", view.button), ("as_of_text", view.as_of_text)):
            if text and len(as_json({**body, name: text})) <= MOST_JSON_BYTES:
                body[name] = text
    return as_json(body)


def as_json(body: Any) -> bytes:
    """Compact JSON, UTF-8 unescaped."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def instant_text(instant: datetime) -> str:
    """An instant as the JSON and the HTML write it: whole seconds, UTC."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
