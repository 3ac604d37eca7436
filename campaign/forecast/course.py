"""A campaign of ours as a forecast sees it: what came each day, what went, how much is still to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from campaign.domain.campaign import Campaign, GoalKind, first_instant
from campaign.domain.money import exponent
from campaign.domain.progress import DayTotal, fold
from campaign.domain.standing import EntryKind
from campaign.forecast.history import Array, History, Kind
from campaign.forecast.series import Series

WENT = (EntryKind.LEFT, EntryKind.WITHDRAWN, EntryKind.REFUND, EntryKind.DISPUTE, EntryKind.DISPUTE_WON)
BESIDE = (EntryKind.OPENING, EntryKind.ADJUSTMENT)
"""No course can be read from these: they stand in the number and in no day's pace."""


@dataclass(frozen=True, slots=True)
class Course:
    """Days of the window up to today. `came`: people, or money in major units; `numbers`: payments, where it is money.

    `went` is what left or was paid back, above zero. `value`, `target` in the goal's own unit; `unit`: one major unit.
    `part_of_today`: how much of today has passed; 1 when the last day seen is complete.
    """

    campaign: Campaign
    came: Array
    numbers: Array
    went: Array
    value: int
    opening: int
    part_of_today: float
    unit: int

    @property
    def duration(self) -> int:
        return (self.campaign.ends_on - self.campaign.starts_on).days + 1

    @property
    def is_money(self) -> bool:
        return self.campaign.kind is GoalKind.AMOUNT

    @property
    def elapsed(self) -> float:
        """The share of the campaign's time that has passed."""
        return max(0.0, min(1.0, (len(self.came) - 1 + self.part_of_today) / self.duration))

    def history(self, days: int, today: float | None = None, expected_losses: float = 0.0) -> History:
        """The first `days` days, the last of them with `today` instead of what came, where given.

        The goal is what must have come in all for the number to reach the target, with what went and will go.
        """
        came, numbers = self.came[:days].copy(), self.numbers[:days].copy()
        if today is not None and days:
            came[-1] = today
        goal = (self.campaign.target - self.value) / self.unit + float(self.came.sum()) + expected_losses
        counts = numbers if self.is_money else came
        return History(counts, came if self.is_money else None, self.duration, self.campaign.starts_on.weekday(),
                       goal if goal > 0 else None, self.is_money, self.is_money, Kind.SOFT)  # fmt: skip


def course_of(campaign: Campaign, totals: Sequence[DayTotal], now: datetime) -> Course:
    """The course of a campaign that has begun, up to now or its deadline."""
    today = min(campaign.local_day(now), campaign.ends_on)
    days = (today - campaign.starts_on).days + 1
    unit = 10 ** exponent(campaign.currency) if campaign.kind is GoalKind.AMOUNT and campaign.currency else 1
    came, numbers, went = np.zeros(days), np.zeros(days), np.zeros(days)
    for total in totals:
        day = (total.day - campaign.starts_on).days
        if not 0 <= day < days or total.kind in BESIDE:
            continue
        if total.kind in WENT or total.amount < 0:
            went[day] -= total.amount / unit
        else:
            came[day] += total.amount / unit
            numbers[day] += total.number
    progress = fold(totals, campaign)
    return Course(
        campaign=campaign,
        came=came,
        numbers=numbers,
        went=went,
        value=progress.value,
        opening=progress.opening,
        part_of_today=_part_of_day(campaign, now),
        unit=unit,
    )


def own_series(course: Course) -> Series:
    """An ended campaign of the newsroom's own, as one of those that others are compared with."""
    campaign = course.campaign
    goal = (campaign.target - course.opening) / course.unit + float(course.went.sum())
    return Series(
        key=f"own:{campaign.id}",
        source="own",
        kind=Kind.SOFT,
        starts_on=campaign.starts_on,
        counts=course.numbers if course.is_money else course.came,
        amounts=course.came if course.is_money else None,
        goal=goal if goal > 0 else None,
        goal_is_money=course.is_money,
    )


def _part_of_day(campaign: Campaign, now: datetime) -> float:
    """How much of the running day has passed, in the campaign's zone; 1 after the deadline."""
    if now >= campaign.deadline:
        return 1.0
    begin = first_instant(campaign.local_day(now), campaign.zone)
    return min(1.0, (now - begin).total_seconds() / 86_400)
