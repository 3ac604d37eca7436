"""Progress: the fold of a campaign's entries, from totals by day (counting.md, Words)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from campaign.domain.campaign import Campaign
from campaign.domain.standing import EntryKind


@dataclass(frozen=True, slots=True)
class DayTotal:
    """The standing entries of one day (in the campaign's zone), kind and source: how many, and their sum."""

    day: date
    kind: EntryKind
    source_id: int | None
    amount: int
    number: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a campaign stands. Up to the deadline's day; amounts are people or minor units.

    `joined`, `left`, `returned`, `raised`, `refunded` are of the window; `opening` is what stood before it. Who signed
    up has joined, who withdrew has left.
    """

    value: int
    opening: int
    joined: int
    left: int
    returned: int
    raised: int
    refunded: int
    after_deadline: int = 0

    def percent(self, target: int) -> int:
        """Floored; 100 only when reached, never below 0."""
        return max(0, self.value * 100 // target)


def fold(totals: Iterable[DayTotal], campaign: Campaign) -> Progress:
    """The progress at the deadline's end or now, whichever is earlier (entries are never of the future)."""
    sums: dict[str, int] = defaultdict(int)
    for t in totals:
        if t.day > campaign.ends_on:
            sums["after"] += t.amount
            continue
        sums["value"] += t.amount
        if t.day < campaign.starts_on:
            sums["before"] += t.amount
        else:
            sums[t.kind] += t.amount
            sums[f"{t.kind}.number"] += t.number
    return Progress(
        value=sums["value"],
        opening=sums["before"] + sums[EntryKind.OPENING],
        joined=sums[f"{EntryKind.JOINED}.number"] + sums[f"{EntryKind.SIGNED_UP}.number"],
        left=sums[f"{EntryKind.LEFT}.number"] + sums[f"{EntryKind.WITHDRAWN}.number"],
        returned=sums[f"{EntryKind.RETURNED}.number"],
        raised=sums[EntryKind.PAYMENT],
        refunded=-(sums[EntryKind.REFUND] + sums[EntryKind.DISPUTE] + sums[EntryKind.DISPUTE_WON]),
        after_deadline=sums["after"],
    )


def daily_values(totals: Iterable[DayTotal], campaign: Campaign) -> list[tuple[date, int]]:
    """(day, value at that day's end) for each day of the window that has entries, the start first; for the chart."""
    by_day: dict[date, int] = defaultdict(int)
    value = 0
    for t in totals:
        if t.day < campaign.starts_on:
            value += t.amount
        elif t.day <= campaign.ends_on:
            by_day[t.day] += t.amount
    series: list[tuple[date, int]] = []
    for day in sorted(by_day):
        value += by_day[day]
        series.append((day, value))
    return series or [(campaign.starts_on, value)]
