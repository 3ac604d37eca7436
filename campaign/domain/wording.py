"""Words for readers: a newsroom's own for each stage, or the defaults; placeholders are filled with formatted values.

Formatting (numbers, dates, money) happens in `banner`; here words are picked, checked and filled.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import fields, replace

from campaign.domain.campaign import Campaign, GoalKind, Words
from campaign.domain.default_words import default_no_number, default_plain, default_words, noun_forms, phrases
from campaign.domain.errors import Invalid
from campaign.domain.stage import Stage

SOMETIMES = ("step", "to_step", "promise", "match")
"""Known only while there is a next step of the ladder, or while a matching gift runs; else other words are used."""
PLACEHOLDERS = ("count", "target", "remaining", "percent", "joined", "days_left", "deadline", "amount", *SOMETIMES)
"""What a newsroom's own words may name in braces.

`days_left` is written as "until <the last day>", true in a cache too; only an open page says "3 days left".
"""

_NUMBERS = frozenset({"count", "remaining", "percent", "joined", "amount", "to_step"})
_PASSING = frozenset({"remaining", "days_left", "deadline", *SOMETIMES})
"""What stops being true as time passes or the number moves."""
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


def words_for(
    campaign: Campaign,
    language: str,
    stage: Stage,
    *,
    has_number: bool = True,
    without: Collection[str] = SOMETIMES,
) -> Words:
    """The words of a stage, each part the newsroom's own where it has one: of the stage, else its default, else ours.

    Before the start, and where a text needs what is not available (a number; a placeholder of `without`), ours take
    over.
    """
    ours = _our_words(campaign.kind, language, stage)
    if not has_number:
        ours = replace(ours, headline=default_no_number(campaign.kind.value, language))
    own = campaign.words.get(language, {})
    chosen: dict[str, str] = {}
    for part in fields(Words):
        texts = [getattr(own.get(name, Words()), part.name).strip() for name in _own_names(stage, part.name)]
        usable = (
            t for t in texts if t and is_known(t) and not names(t, without) and (has_number or not needs_number(t))
        )
        chosen[part.name] = next(usable, getattr(ours, part.name))
    if not has_number and needs_number(chosen["call"]):
        chosen["call"] = ""
    return Words(**chosen)


def plain_words(campaign: Campaign, language: str) -> str:
    """The number in words that stay true whatever the stage and the day: "{count} of {target} members"."""
    own = campaign.words.get(language, {})
    for name in (Stage.RUNNING.value, "default"):
        text = own.get(name, Words()).headline
        if "{count}" in text and is_known(text) and not names(text, _PASSING):
            return text
    return default_plain(campaign.kind.value, language)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each placeholder's formatted value, a capital where one begins it; one without a value stays."""

    def value(found: re.Match[str]) -> str:
        filled = values.get(found[1], found[0])
        return filled[:1].upper() + filled[1:] if found.start() == 0 and filled[:1].islower() else filled

    return _PLACEHOLDER.sub(value, text)


def is_known(text: str) -> bool:
    """Whether every placeholder of a text is one that is filled; a text kept from before may name another."""
    return all(name in PLACEHOLDERS for name in _PLACEHOLDER.findall(text))


def names(text: str, placeholders: Collection[str]) -> bool:
    """Whether a text names one of these placeholders."""
    return any(name in placeholders for name in _PLACEHOLDER.findall(text))


def needs_number(text: str) -> bool:
    """Whether a text names a number that only progress gives."""
    return any(name in _NUMBERS for name in _PLACEHOLDER.findall(text))


def nouns(kind: GoalKind, language: str, plural: str) -> dict[str, str]:
    """What a goal of this kind counts, as values for our own words; nothing for money.

    `plural`: the CLDR plural category of the target in that language.
    """
    forms = noun_forms(kind.value, language)
    if not forms:
        return {}
    after_of, after_number = forms.get(plural, forms["other"])
    return {"members": after_of, "members_goal": after_number}


def until_words(language: str, deadline: str) -> str:
    """{days_left} where the reader's time is not known: "until 31 December"."""
    return fill(phrases(language).until, {"deadline": deadline})


def days_left_words(language: str, days: int, plural: str, number: str) -> str:
    """{days_left} on the day itself: "3 days left", "final day". `plural`, `number`: of `days` in that language."""
    p = phrases(language)
    if days <= 1:
        return p.final_day
    return fill(p.days_left.get(plural, p.days_left["other"]), {"n": number})


def _own_names(stage: Stage, part: str) -> tuple[str, ...]:
    """Where a newsroom's words for a part are looked up. An end never says what was said while it ran."""
    over = stage in (Stage.ENDED_COUNTING, Stage.ENDED_REACHED, Stage.ENDED_MISSED, Stage.SCHEDULED)
    if over and part != "kicker":
        return (stage.value,)
    if stage is Stage.REACHED and part == "call":
        return (stage.value,)
    return (stage.value, "default")


def _our_words(kind: GoalKind, language: str, stage: Stage) -> Words:
    stages = default_words(kind.value, language)
    return stages.get(stage.value, stages["default"])
