"""Rules of showing: who sees the banner where, and why not. The same rules choose in the browser (web/static/show.js).

An editor's `Display` is compiled into one small object of plain values (`compiled`), published as rules.json. `refusal`
and `variant_of` read only that object, a page, a reader's own memory and the time, word for word like their twins in
JavaScript: tests/fixtures/showing.json runs against both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from campaign.domain.errors import Invalid

ROLLS = 10_000
"""A reader's own lot is a whole number below this, drawn once in the browser and kept there."""
LATER_SECONDS = 6 * 3600
_QUIET = ("obituary", "obituaries", "in-memoriam", "disaster", "disasters", "suicide")
_BARRED = ("sections", "tags", "paths", "countries")
_PARTS = {"sections": "s", "tags": "t", "paths": "p", "languages": "l", "countries": "c"}
_VARIANT = re.compile(r"[a-z][0-9]{0,2}")
MOST_IN_A_LIST = 40
MOST_LETTERS = 60
MOST_THANKS = 60
"""Letters: two lines in the room that call and button keep on a phone."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A headline under test, shown to `weight` of all weights' sum. The first one's words are the campaign's own."""

    key: str
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Display:
    """What an editor decided. Empty lists: everywhere. Entries may end in * ("/news/*"). Zero caps: none.

    `shows_on`, `hides_after`: days of the campaign's zone, both shown; counting goes by the campaign's own dates.
    """

    off: bool = False
    shows_on: date | None = None
    hides_after: date | None = None
    sections: tuple[str, ...] = ()
    not_sections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    not_tags: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    not_paths: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    not_countries: tuple[str, ...] = ()
    quiet_tags: tuple[str, ...] = _QUIET
    most: int = 10
    most_a_day: int = 0
    closable: bool = True
    blind_percent: int = 10
    sample_percent: int = 100
    variants: tuple[Variant, ...] = ()
    thank_members: bool = False
    thanks: Mapping[str, str] = field(default_factory=dict[str, str])
    """By language, what members are told in place of the call; ours where there is none."""


@dataclass(frozen=True, slots=True)
class Page:
    """What the page says of itself, in small letters; `country` only where the newsroom's CDN tells."""

    path: str = "/"
    sections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    country: str = ""

    def told(self) -> dict[str, list[str]]:
        """By the letters that the rules use."""
        country = [self.country] if self.country else []
        of = {"s": self.sections, "t": self.tags, "l": self.languages, "c": country}
        lowered = {letter: [value.lower() for value in values] for letter, values in of.items()}
        return {**lowered, "p": [self.path]}


@dataclass(frozen=True, slots=True)
class Reader:
    """What a browser remembers of this campaign. `closed_until`: seconds of the epoch; `lot`: below ROLLS."""

    joined: bool = False
    closed_until: int = 0
    seen: int = 0
    seen_today: int = 0
    remembers: bool = True
    lot: int = 0


def refusal(rules: Mapping[str, Any], page: Page, reader: Reader, at: int) -> str:
    """Why the banner is not shown, "" when it is. `at`: seconds of the epoch. The first reason stands for all."""
    told = page.told()
    if rules.get("off"):
        return "off"
    if at < rules.get("from", at) or at >= rules.get("to", at + 1):
        return "dates"
    if reader.joined and not rules.get("thanks"):
        return "member"
    if at < reader.closed_until:
        return "closed"
    for name, part, wanted, listed in rules.get("at", ()):
        if bool(wanted) != _hits(listed, told[part]):
            return name
    if reader.joined:
        return ""
    if not reader.remembers:
        return "blind" if reader.lot >= rules.get("blind", ROLLS) else ""
    if reader.seen >= rules.get("most", reader.seen + 1):
        return "most"
    return "day" if reader.seen_today >= rules.get("day", reader.seen_today + 1) else ""


def variant_of(rules: Mapping[str, Any], lot: int) -> str:
    """The key of the words a reader with this lot sees; "" where none are under test."""
    return next((key for key, below in rules.get("vary", ()) if lot < below), "")


def compiled(display: Display, starts_at: datetime | None, ends_at: datetime | None) -> dict[str, Any]:
    """The rules as published: plain values, nothing that says nothing. The instants: from when, until when it shows.

    `at` lists what the page must or must not be: (reason, what it is held against, whether it must match, entries).
    `thanks`: members are thanked, whatever they have seen before; as published, the words by language.
    `vary`: each variant with the lot below which a reader sees it.
    """
    rules: dict[str, Any] = {"v": 1}
    if display.off:
        rules["off"] = 1
    if starts_at is not None:
        rules["from"] = int(starts_at.timestamp())
    if ends_at is not None:
        rules["to"] = int(ends_at.timestamp())
    at = [["quiet", "t", 0, _entries("tags", display.quiet_tags)]]
    at += [[f"not-{name}", _PARTS[name], 0, _entries(name, getattr(display, f"not_{name}"))] for name in _BARRED]
    at += [[f"only-{name}", part, 1, _entries(name, getattr(display, name))] for name, part in _PARTS.items()]
    rules["at"] = [one for one in at if one[3]]
    if display.most:
        rules["most"] = display.most
    if display.most_a_day:
        rules["day"] = display.most_a_day
    if display.blind_percent < 100:
        rules["blind"] = display.blind_percent * ROLLS // 100
    if display.sample_percent:
        rules["say"] = display.sample_percent / 100
    if display.thank_members:
        rules["thanks"] = 1
    if len(display.variants) > 1:
        rules["vary"] = _lots(display.variants)
    return {name: value for name, value in rules.items() if value != []}


def has_rules(display: Display) -> bool:
    """Whether anything but the share of silent readers is decided: whether an open page must ask."""
    rules = compiled(display, None, None)
    dated = display.shows_on is not None or display.hides_after is not None
    return display.closable or dated or bool(set(rules) - {"v", "say", "blind"})


def _lots(variants: Sequence[Variant]) -> list[list[Any]]:
    total = sum(variant.weight for variant in variants)
    reached = 0
    lots: list[list[Any]] = []
    for variant in variants:
        reached += variant.weight
        lots.append([variant.key, ROLLS * reached // total])
    return lots


def validate_display(display: Display) -> None:
    """Return when the rules can be saved; else raise Invalid naming the first field that can't be taken."""
    if display.shows_on and display.hides_after and display.hides_after < display.shows_on:
        raise Invalid("hides_after", "The last day of showing must not be before the first.")
    for name in ("most", "most_a_day"):
        if not 0 <= getattr(display, name) <= 1000:
            raise Invalid(name, "Enter a number from 0 (no limit) to 1,000.")
    for name in ("blind_percent", "sample_percent"):
        if not 0 <= getattr(display, name) <= 100:
            raise Invalid(name, "Enter a percentage from 0 to 100.")
    _validate_lists(display)
    _validate_variants(display.variants)
    for text in display.thanks.values():
        if len(text) > MOST_THANKS or not text.isprintable() or "{" in text or "}" in text:
            raise Invalid("thank_members", f"Thanks take one line of at most {MOST_THANKS} letters, without braces.")


def _validate_lists(display: Display) -> None:
    for name in (*_PARTS, *(f"not_{one}" for one in _BARRED), "quiet_tags"):
        entries: tuple[str, ...] = getattr(display, name)
        if len(entries) > MOST_IN_A_LIST or any(len(entry) > MOST_LETTERS for entry in entries):
            raise Invalid(name, f"At most {MOST_IN_A_LIST} entries of at most {MOST_LETTERS} letters.")
        if any("*" in entry[:-1] or entry in ("", "*") for entry in entries):
            raise Invalid(name, "A * stands only at the end, after something: /news/*")
    for name in ("paths", "not_paths"):
        if any(not entry.startswith("/") for entry in getattr(display, name)):
            raise Invalid(name, "A path begins with a slash: /news/*")


def _validate_variants(variants: Sequence[Variant]) -> None:
    keys = [variant.key for variant in variants]
    if len(set(keys)) != len(keys) or not all(_VARIANT.fullmatch(key) for key in keys):
        raise Invalid("variants", "Each variant has its own name: a small letter, then at most two digits.")
    if any(not 1 <= variant.weight <= 1000 for variant in variants) or len(keys) > 6:
        raise Invalid("variants", "At most six variants, each with a weight from 1 to 1,000.")


def _hits(listed: Sequence[str], told: Sequence[str]) -> bool:
    return any(
        value.startswith(entry[:-1]) if entry.endswith("*") else value == entry for entry in listed for value in told
    )


def _entries(name: str, entries: Sequence[str]) -> list[str]:
    """Entries as the page tells them: in small letters, but for paths."""
    return list(entries) if name == "paths" else [entry.lower() for entry in entries]
