"""Words for readers: a newsroom's own for each stage, or the defaults; placeholders are filled with formatted values.

Formatting (numbers, dates, money) happens in `banner`; here words are picked, checked and filled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TypeVar

from campaign.domain.campaign import Campaign, GoalKind, Words
from campaign.domain.default_words import DEFAULT_WORDS, GOAL_NOUNS, NO_NUMBER, NOUNS, PLAIN
from campaign.domain.errors import Invalid
from campaign.domain.stage import Stage

PLACEHOLDERS = ("count", "target", "remaining", "percent", "joined", "days_left", "deadline", "amount")
"""What a newsroom's own words may name in braces. `days_left` is written as the last day, true in a cache too."""

_T = TypeVar("_T")
_NUMBERS = frozenset({"count", "remaining", "percent", "joined", "amount"})
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
MAX_CHARACTERS = 200


def check_words(text: str, kind: GoalKind | None = None) -> None:
    """Return when every placeholder of a text is known, and known for the goal's kind; else raise Invalid naming it."""
    if len(text) > MAX_CHARACTERS:
        raise Invalid("words", f"Keep each text within {MAX_CHARACTERS} characters.")
    for name in _PLACEHOLDER.findall(text):
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{p}}}" for p in PLACEHOLDERS)
            raise Invalid("words", f"{{{name}}} is not known here; use {known}.")
        if name == "amount" and kind not in (None, GoalKind.AMOUNT):
            raise Invalid("words", "{amount} is for campaigns that count money; use {count}.")
        if name == "joined" and kind is GoalKind.AMOUNT:
            raise Invalid("words", "{joined} is for campaigns that count people; use {amount}.")
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        raise Invalid("words", "A brace stands alone; write placeholders like {count}.")


def check_campaign_words(campaign: Campaign) -> None:
    """Return when all of a campaign's own words can be shown; else raise Invalid naming the first problem."""
    for language, stages in campaign.words.items():
        for stage, words in stages.items():
            if stage != "default" and stage not in list(Stage):
                raise Invalid("words", f"{stage!r} is not a stage.")
            for part in fields(words):
                try:
                    check_words(getattr(words, part.name), campaign.kind)
                except Invalid as problem:
                    raise Invalid("words", f"{language}, {stage}, {part.name}: {problem.message}") from None


def words_for(campaign: Campaign, language: str, stage: Stage, *, has_number: bool = True) -> Words:
    """The words of a stage, each part the newsroom's own where it has one: of the stage, else its default, else ours.

    Before the start, and where a text needs a number that is not available, ours take over.
    """
    ours = _our_words(campaign.kind, language, stage)
    if not has_number:
        ours = replace(ours, headline=_language(NO_NUMBER, language)[_noun_kind(campaign.kind)])
    own = campaign.words.get(language, {})
    chosen: dict[str, str] = {}
    for part in fields(Words):
        texts = [getattr(own.get(name, Words()), part.name).strip() for name in _own_names(stage, part.name)]
        usable = (t for t in texts if t and (has_number or not needs_number(t)))
        chosen[part.name] = next(usable, getattr(ours, part.name))
    if not has_number and needs_number(chosen["call"]):
        chosen["call"] = ""
    return Words(**chosen)


def plain_words(campaign: Campaign, language: str) -> str:
    """The number in words that stay true whatever the stage and the day: "{count} of {target} members"."""
    own = campaign.words.get(language, {})
    for name in (Stage.RUNNING.value, "default"):
        text = own.get(name, Words()).headline
        if "{count}" in text and not re.search(r"\{(remaining|days_left|deadline)\}", text):
            return text
    return _language(PLAIN, language)[_noun_kind(campaign.kind)]


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each placeholder's formatted value; one without a value stays as it is."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def needs_number(text: str) -> bool:
    """Whether a text names a number that only progress gives."""
    return any(name in _NUMBERS for name in _PLACEHOLDER.findall(text))


def nouns(kind: GoalKind, language: str, number: int) -> dict[str, str]:
    """What a goal of this kind counts, as values for our own words; nothing for money."""
    if kind is GoalKind.AMOUNT:
        return {}
    form = 0 if _takes_one(language, number) else 1
    after_of = _language(NOUNS, language)[kind.value][form]
    return {"members": after_of, "members_goal": _language(GOAL_NOUNS, language)[kind.value][form]}


def _takes_one(language: str, number: int) -> bool:
    if _base(language) == "uk":
        return number % 10 == 1 and number % 100 != 11
    return number == 1


def _own_names(stage: Stage, part: str) -> tuple[str, ...]:
    """Where a newsroom's words for a part are looked up. An end never says what was said while it ran."""
    over = stage in (Stage.ENDED_COUNTING, Stage.ENDED_REACHED, Stage.ENDED_MISSED, Stage.SCHEDULED)
    if over and part != "kicker":
        return (stage.value,)
    if stage is Stage.REACHED and part == "call":
        return (stage.value,)
    return (stage.value, "default")


def _our_words(kind: GoalKind, language: str, stage: Stage) -> Words:
    stages = _language(DEFAULT_WORDS, language)[_noun_kind(kind)]
    return stages.get(stage.value, stages["default"])


def _noun_kind(kind: GoalKind) -> str:
    return "money" if kind is GoalKind.AMOUNT else "people"


def _language(table: Mapping[str, _T], language: str) -> _T:
    return table.get(_base(language), table["en"])


def _base(language: str) -> str:
    return language.replace("_", "-").split("-")[0].lower()
