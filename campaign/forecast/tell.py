"""The forecast of a campaign, from its course: states, ranges, what is needed a day, the way winners went. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from campaign.domain.campaign import GoalKind
from campaign.domain.forecast import BEST_PUSH_SHARE, WORST_PUSH_SHARE, Forecast, Outcome, Push, Spread
from campaign.forecast.course import Course
from campaign.forecast.features import cumulated
from campaign.forecast.history import Array
from campaign.forecast.rule import MOST_FOR_SOFT, MOST_WITH_OWN, OWN_NEEDED, READ, Outlook, like_this, outlook
from campaign.forecast.sums import brought, leaving, plus
from campaign.forecast.table import Table

FEWEST_DAYS, FEWEST_JOINS = 3, 5
_SHOWN = (0.025, 0.10, 0.25, 0.50, 0.75, 0.90, 0.975)


@dataclass(frozen=True, slots=True)
class _Final:
    """The number at the deadline, at the levels `READ`, and what it was made of."""

    quantiles: Array
    chance: float
    outlook: Outlook
    leaving: int | None
    pushes: int


def tell(course: Course, table: Table, pushes: Sequence[Push], now: datetime, width: float = 1.0) -> Forecast:
    """What is told of a campaign that has begun; after its deadline that is its result."""
    campaign = course.campaign
    outcome = _plain_outcome(course, now)
    passed = cumulated(table.weekdays, campaign.starts_on.weekday(), course.duration)
    usual_line = _usual_line(course, table)
    told = Forecast(
        campaign_id=campaign.id,
        made_at=now,
        outcome=outcome or Outcome.TOO_EARLY,
        value=course.value,
        target=campaign.target,
        elapsed=round(course.elapsed, 4),
        usual=_at(usual_line, course),
        usual_line=usual_line,
    )
    if outcome is Outcome.ENDED:
        return replace(told, chance=float(course.value >= campaign.target))
    per_day, today = _needed(course, passed)
    told = replace(told, needed_per_day=per_day, needed_today=today)
    if outcome is Outcome.TOO_EARLY:
        return told
    final = final_of(course, table, pushes, now, width)
    spread = _spread(final.quantiles)
    return replace(
        told,
        outcome=outcome or _outcome(final),
        chance=1.0 if outcome is Outcome.REACHED else final.chance,
        final=spread,
        fan=_fan(course, spread, passed),
        leaving=final.leaving,
        pushes=final.pushes,
    )


def final_of(course: Course, table: Table, pushes: Sequence[Push], now: datetime, width: float) -> _Final:
    """The number at the deadline: what comes, less what leaves, with what is planned."""
    days_left = (course.campaign.deadline - now).total_seconds() / 86_400
    coming, seen_as = _coming(course, table, width)
    lost, leaves = _losses(course, coming, days_left)
    planned = [p.size for p in pushes if p.day >= course.campaign.local_day(now)]
    quantiles = course.value + plus(coming * course.unit, -lost)
    if planned:
        quantiles = plus(quantiles, brought(planned, WORST_PUSH_SHARE, BEST_PUSH_SHARE))
    quantiles = np.maximum.accumulate(np.maximum(quantiles, 0.0))
    quantiles = np.maximum(np.round(quantiles / course.unit) * course.unit, np.minimum(quantiles, course.value))
    chance = float(1 - np.interp(course.campaign.target - 0.5, quantiles + np.arange(len(READ)) * 1e-6, READ,
                                 left=0.0, right=1.0))  # fmt: skip
    most = MOST_WITH_OWN if table.own >= OWN_NEEDED else MOST_FOR_SOFT
    chance = 1.0 if course.value >= course.campaign.target else chance if days_left <= 1 else min(chance, most)
    mean_push = sum(planned) * (BEST_PUSH_SHARE + WORST_PUSH_SHARE) / 2
    return _Final(quantiles, round(chance, 4), seen_as, leaves, round(mean_push))


def _coming(course: Course, table: Table, width: float) -> tuple[Array, Outlook]:
    """What is still to come at the levels `READ`. Between two midnights the outlook moves from one to the other."""
    days, part, came = len(course.came), course.part_of_today, float(course.came.sum())
    passed = cumulated(table.weekdays, course.campaign.starts_on.weekday(), course.duration)
    whole_days = max(days - 1, 1)
    week = float(passed[whole_days] - passed[max(whole_days - 7, 0)])
    pace = float(course.came[: days - 1][-7:].sum()) / max(week, 1e-9)
    rest_of_today = (1 - part) * pace * float(passed[days] - passed[days - 1])
    until_tonight = course.history(days, float(course.came[-1]) + rest_of_today)
    found = like_this(until_tonight, table)
    tonight = outlook(until_tonight, table, width=width, found=found)
    if days == 1:
        return np.maximum(tonight.quantiles - came, 0.0), tonight
    before = outlook(course.history(days - 1), table, width=width, found=found)
    blend = (1 - part) * np.maximum(before.quantiles, came) + part * np.maximum(tonight.quantiles, came)
    return blend - came, tonight


def _losses(course: Course, coming: Array, days_left: float) -> tuple[Array, int | None]:
    """Equally likely losses in the goal's unit, and how many people are expected to leave where people do."""
    went, came = float(course.went.sum()), float(course.came.sum())
    if course.campaign.kind in (GoalKind.MEMBERS, GoalKind.NEW_MEMBERS):
        values = course.opening + np.cumsum(course.came - course.went)
        if course.campaign.kind is GoalKind.NEW_MEMBERS:
            values = np.cumsum(course.came - course.went)
        likely = leaving(course.value, went, float(np.maximum(values, 0).sum()), days_left, float(np.median(coming)))
        return likely, round(float(likely.mean()))
    share = went / came if came > 0 else 0.0
    return np.array([round(float(np.median(coming)) * share * course.unit)]), None


def _plain_outcome(course: Course, now: datetime) -> Outcome | None:
    """What can be said without a forecast; None when it takes one."""
    if now >= course.campaign.deadline:
        return Outcome.ENDED
    if course.value >= course.campaign.target:
        return Outcome.REACHED
    joins = float((course.numbers if course.is_money else course.came).sum())
    whole_days = len(course.came) - 1
    return Outcome.TOO_EARLY if whole_days < FEWEST_DAYS or joins < FEWEST_JOINS else None


def _outcome(final: _Final) -> Outcome:
    if final.outlook.is_unlike:
        return Outcome.UNLIKE
    return Outcome.ON_TRACK if final.chance >= 0.5 else Outcome.BEHIND


def _needed(course: Course, passed: Array) -> tuple[int, int]:
    """Needed on an even day, and today: more on the weekdays on which more comes. Rounded up."""
    days = len(course.came)
    missing = max(course.campaign.target - course.value, 0)
    left = float(passed[-1] - passed[days - 1]) - course.part_of_today * float(passed[days] - passed[days - 1])
    days_left = max(course.duration - days + 1 - course.part_of_today, 1e-6)
    today = float(passed[days] - passed[days - 1])
    at_most = [
        min(missing, int(np.ceil(missing / max(part, 1.0) / course.unit)) * course.unit)
        for part in (days_left, left / max(today, 1e-6))
    ]
    return at_most[0], at_most[1]


def _usual_line(course: Course, table: Table) -> tuple[tuple[date, int], ...]:
    """The number at each day's end on the way to the target that past campaigns which made it went."""
    campaign = course.campaign
    ends = np.arange(1, course.duration + 1) / course.duration
    way = np.interp(ends, np.linspace(0, 1, len(table.winners)), table.winners[:, 1])
    gap = campaign.target - course.opening
    return tuple(
        (campaign.starts_on + timedelta(days=n), round(course.opening + gap * float(part)))
        for n, part in enumerate(way)
    )


def _at(line: Sequence[tuple[date, int]], course: Course) -> int:
    """The usual line now."""
    days = len(course.came)
    before = line[days - 2][1] if days > 1 else course.opening
    return round(before + (line[days - 1][1] - before) * course.part_of_today)


def _fan(course: Course, final: Spread, passed: Array) -> tuple[tuple[date, Spread], ...]:
    """From the number now to the final ranges, as the weekdays let it come."""
    days = len(course.came)
    now = float(passed[days - 1]) + course.part_of_today * float(passed[days] - passed[days - 1])
    rest = max(float(passed[-1]) - now, 1e-9)
    fan: list[tuple[date, Spread]] = []
    for day in range(days, course.duration + 1):
        share = (float(passed[day]) - now) / rest
        values = [round(course.value + (end - course.value) * share) for end in final.as_list]
        fan.append((course.campaign.starts_on + timedelta(days=day - 1), Spread(*values)))
    return tuple(fan)


def _spread(quantiles: Array) -> Spread:
    return Spread(*(round(float(np.interp(level, READ, quantiles))) for level in _SHOWN))
