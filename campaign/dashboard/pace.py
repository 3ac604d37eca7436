"""How far, how fast, how much is still needed a day: arithmetic over the totals, no forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from campaign.domain.campaign import Campaign, GoalKind
from campaign.domain.progress import DayTotal, Progress
from campaign.domain.standing import EntryKind

_IN = (EntryKind.JOINED, EntryKind.RETURNED, EntryKind.SIGNED_UP)
_OUT = (EntryKind.LEFT, EntryKind.WITHDRAWN)
_TAKEN = (EntryKind.REFUND, EntryKind.DISPUTE, EntryKind.DISPUTE_WON)


@dataclass(frozen=True, slots=True)
class Movement:
    """What came, what went and the net of some days. People, or minor units of money."""

    label: str
    came: int
    went: int
    net: int


@dataclass(frozen=True, slots=True)
class Pace:
    """Days are those of the campaign's zone. `days_left` includes today; None before the start and after the end.

    `needed_per_day`: to reach the target in the days left, rounded up. `line`: where the straight line from the start
    to the target is today; `against_line` is the number less that, a fact and no forecast.
    """

    today: date
    days_total: int
    days_left: int | None
    days_to_start: int | None
    remaining: int
    needed_per_day: int | None
    line: int | None

    def against_line(self, value: int) -> int | None:
        return None if self.line is None else value - self.line


def pace(campaign: Campaign, progress: Progress, now: datetime) -> Pace:
    """Where a campaign stands in time."""
    today = campaign.local_day(now)
    days_total = (campaign.ends_on - campaign.starts_on).days + 1
    remaining = max(0, campaign.target - progress.value)
    if today < campaign.starts_on:
        return Pace(today, days_total, None, (campaign.starts_on - today).days, remaining, None, None)
    if today > campaign.ends_on:
        return Pace(today, days_total, None, None, remaining, None, None)
    days_left = (campaign.ends_on - today).days + 1
    needed = -(-remaining // days_left)
    return Pace(today, days_total, days_left, None, remaining, needed, line_at(campaign, progress.opening, now))


def line_at(campaign: Campaign, start_value: int, at: datetime) -> int:
    """The straight line from `start_value` at the start to the target at the deadline, rounded down."""
    whole = (campaign.deadline - campaign.starts_at).total_seconds()
    done = min(max((at - campaign.starts_at).total_seconds(), 0), whole)
    return start_value + int((campaign.target - start_value) * done / whole)


def movements(campaign: Campaign, totals: Sequence[DayTotal], today: date) -> tuple[Movement, ...]:
    """Today, the last seven days (today is one of them), and since the start."""
    week = today - timedelta(days=6)
    return (
        _movement("Today", campaign, [t for t in totals if t.day == today]),
        _movement("Last 7 days", campaign, [t for t in totals if week <= t.day <= today]),
        _movement("Since the start", campaign, [t for t in totals if t.day >= campaign.starts_on]),
    )


def _movement(label: str, campaign: Campaign, totals: Sequence[DayTotal]) -> Movement:
    inside = [t for t in totals if t.kind is not EntryKind.OPENING and t.day <= campaign.ends_on]
    net = sum(t.amount for t in inside)
    if campaign.kind is GoalKind.AMOUNT:
        came = sum(t.amount for t in inside if t.kind is EntryKind.PAYMENT)
        return Movement(label, came, -sum(t.amount for t in inside if t.kind in _TAKEN), net)
    came = sum(t.number for t in inside if t.kind in _IN)
    return Movement(label, came, sum(t.number for t in inside if t.kind in _OUT), net)
