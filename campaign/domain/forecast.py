"""What is told about how a campaign will end, and what staff plan; plain values, no arithmetic of chances."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from campaign.domain.campaign import Campaign
from campaign.domain.errors import Invalid

BEST_PUSH_SHARE, WORST_PUSH_SHARE = 1.0, 0.4
"""A planned push brings between this much and all of what staff expect of it, every share as likely as the other."""


class Outcome(StrEnum):
    """What a forecast says, in one word."""

    TOO_EARLY = "too_early"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    UNLIKE = "unlike"
    REACHED = "reached"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Spread:
    """The number at one instant or at the deadline: median, and the ends of the 50, 80 and 95 % ranges."""

    low95: int
    low80: int
    low50: int
    median: int
    high50: int
    high80: int
    high95: int

    @property
    def as_list(self) -> list[int]:
        return [self.low95, self.low80, self.low50, self.median, self.high50, self.high80, self.high95]


@dataclass(frozen=True, slots=True)
class Forecast:
    """How a campaign will end, as told at `made_at`; numbers are people or minor units, as in its goal.

    `elapsed`: the share of its time that had passed. `chance`: to reach the target, None while it is too early.
    `needed_today` follows the weekdays. `fan`: the number
    at the end of days to come. `usual`: the number that campaigns which made it had at this point, on the way to the
    same target; `usual_line`: the same day by day. `pushes`: what the planned ones are expected to bring.
    """

    campaign_id: int
    made_at: datetime
    outcome: Outcome
    value: int
    target: int
    elapsed: float
    chance: float | None = None
    final: Spread | None = None
    needed_per_day: int | None = None
    needed_today: int | None = None
    leaving: int | None = None
    """How many are expected to leave until the deadline; None where leaving plays no part."""
    pushes: int = 0
    usual: int | None = None
    fan: tuple[tuple[date, Spread], ...] = ()
    usual_line: tuple[tuple[date, int], ...] = ()

    @property
    def surplus(self) -> int:
        """How far above the target the number is."""
        return max(0, self.value - self.target)


@dataclass(frozen=True, slots=True)
class Push:
    """A planned push: a letter, an event, a special issue. `size`: how many, or how much, staff expect of it."""

    id: int
    campaign_id: int
    day: date
    size: int
    note: str
    author: str


@dataclass(frozen=True, slots=True)
class Record:
    """How earlier forecasts did: of so many 80 % ranges so many held."""

    held: int
    of: int

    @property
    def share(self) -> float | None:
        return self.held / self.of if self.of else None


def validate_push(campaign: Campaign, day: date, size: int, note: str, today: date) -> None:
    """Return when the push can be planned; else raise Invalid naming the field."""
    if not max(campaign.starts_on, today) <= day <= campaign.ends_on:
        raise Invalid("day", f"Choose a day from today to the last one, {campaign.ends_on:%Y-%m-%d}.")
    if not 0 < size <= 10**12:
        raise Invalid("size", "Say how much you expect of it, above zero.")
    if not note.strip() or len(note) > 200:
        raise Invalid("note", "Say in a few words what it is, so that others know.")
