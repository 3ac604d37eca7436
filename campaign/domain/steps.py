"""Steps beside the one target: a ladder with a promise for each, and a timed, capped matching gift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from campaign.domain.errors import Invalid

MOST_STEPS = 20
MOST_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Step:
    """A number on the way, and by language what the newsroom promises to do once it is reached."""

    at: int
    promise: Mapping[str, str]

    def promise_in(self, language: str) -> str:
        """The promise in a language; where it has none, the first there is; "" without any."""
        return self.promise.get(language) or next(iter(self.promise.values()), "")


@dataclass(frozen=True, slots=True)
class LadderAt:
    """What readers are shown of a ladder: the steps reached, and the next one only."""

    reached: tuple[Step, ...]
    next: Step | None


@dataclass(frozen=True, slots=True)
class Match:
    """A sponsor doubles what others give, on these days (inclusive, in the campaign's zone), up to a cap.

    A promise, and so never part of the number: what the sponsor pays counts as money when it is received, once. Such
    payments carry `tag`, so that they are not matched themselves.
    """

    sponsor: str
    cap_minor: int
    starts_on: date
    ends_on: date
    tag: str = "match"


@dataclass(frozen=True, slots=True)
class MatchAt:
    """A match at one instant: what it doubles so far, whether the cap was ever reached, and what the sponsor paid."""

    match: Match
    matched_minor: int
    used_up: bool
    received_minor: int
    runs: bool


def ladder_at(ladder: Sequence[Step], value: int | None) -> LadderAt:
    """The ladder where a number stands; without a number, only its first step."""
    reached = tuple(step for step in ladder if value is not None and value >= step.at)
    ahead = [step for step in ladder if step not in reached]
    return LadderAt(reached, ahead[0] if ahead else None)


def match_at(match: Match, given_gross: int, given_net: int, received: int, *, is_time: bool) -> MatchAt:
    """`given_*`: of payments made while it runs, the sponsor's own left out. Once the cap was reached it is over.

    A refund lowers what is doubled; it does not begin again what had ended.
    """
    used_up = given_gross >= match.cap_minor
    matched = max(0, min(match.cap_minor, given_net))
    return MatchAt(match, matched, used_up, received, is_time and not used_up)


def validate_ladder(ladder: Sequence[Step]) -> None:
    """Raises Invalid unless the steps rise and each says what happens."""
    if len(ladder) > MOST_STEPS:
        raise Invalid("ladder", f"Use at most {MOST_STEPS} steps.")
    before = 0
    for step in ladder:
        if not before < step.at <= 10**12:
            raise Invalid("ladder", f"Each step must be above the one before; {step.at:,} is not.")
        if not any(text.strip() for text in step.promise.values()):
            raise Invalid("ladder", f"Say what happens at {step.at:,}: a step is a promise in words.")
        if any(len(text) > MOST_CHARACTERS for text in step.promise.values()):
            raise Invalid("ladder", f"Keep each promise within {MOST_CHARACTERS} characters.")
        before = step.at


def validate_match(match: Match, starts_on: date, ends_on: date) -> None:
    """Raises Invalid unless the match names its sponsor, has a cap, and ends within the campaign."""
    if not 0 < len(match.sponsor.strip()) <= 120:
        raise Invalid("match_sponsor", "Say who matches, in at most 120 characters.")
    if not 0 < match.cap_minor <= 10**12:
        raise Invalid("match_cap", "A match needs a cap above zero: a promise without one can't be kept.")
    if not starts_on <= match.starts_on <= match.ends_on <= ends_on:
        raise Invalid("match_ends_on", "A match begins and ends within the campaign's days.")
