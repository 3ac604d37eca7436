"""The chart of a campaign: the number at each day's end against the straight line to the goal, as SVG geometry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from campaign.dashboard.fan import Fan, fan_of, heights, shows_fan
from campaign.dashboard.pace import line_at
from campaign.domain.campaign import Campaign, GoalKind, first_instant
from campaign.domain.forecast import Forecast
from campaign.domain.progress import DayTotal, Progress, daily_values

WIDTH, HEIGHT = 720, 320
_TOP, _BOTTOM, _SIDE = 30, 282, 6


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on an axis: where, and the value (a number, or a day)."""

    at: float
    value: int
    day: date | None = None
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Row:
    """One day of the chart's table."""

    day: date
    value: int
    change: int
    line: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Paths and labels in a `WIDTH` x `HEIGHT` box, and the same figures as rows, newest first."""

    width: int
    height: int
    line: str
    area: str
    goal: str
    target_y: float
    now_x: float
    now_y: float
    values: tuple[Tick, ...]
    days: tuple[Tick, ...]
    rows: tuple[Row, ...]
    fan: Fan | None = None

    @property
    def bottom(self) -> int:
        return _BOTTOM


def chart(
    campaign: Campaign, totals: Sequence[DayTotal], progress: Progress, now: datetime, told: Forecast | None = None
) -> Chart | None:
    """The chart up to today or the deadline, with the fan of what is foretold; None before the start."""
    today = min(campaign.local_day(now), campaign.ends_on)
    if today < campaign.starts_on:
        return None
    ends = _every_day(campaign, totals, progress.opening, today)
    start, last = campaign.starts_at.timestamp(), campaign.deadline.timestamp()
    fanned = told if shows_fan(told, campaign, now) else None
    beyond = heights(fanned) if fanned else []
    bottom, top, steps = _scale([progress.opening, campaign.target, *(v for _, v in ends), *beyond], campaign)

    def x(at: datetime) -> float:
        return round(_SIDE + (at.timestamp() - start) / (last - start) * (WIDTH - 2 * _SIDE), 1)

    def y(value: int) -> float:
        return round(_BOTTOM - (value - bottom) / (top - bottom) * (_BOTTOM - _TOP), 1)

    points = [(x(campaign.starts_at), y(progress.opening))]
    points += [(x(min(_end_of(day, campaign), max(now, campaign.starts_at))), y(value)) for day, value in ends]
    path = " ".join(f"{'M' if i == 0 else 'L'}{px} {py}" for i, (px, py) in enumerate(points))
    now_x, now_y = points[-1]
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        line=path,
        area=f"{path} L{now_x} {_BOTTOM} L{points[0][0]} {_BOTTOM} Z",
        goal=f"M{points[0][0]} {points[0][1]} L{x(campaign.deadline)} {y(campaign.target)}",
        target_y=y(campaign.target),
        now_x=now_x,
        now_y=now_y,
        values=tuple(Tick(y(value), value) for value in steps),
        days=_day_ticks(campaign, x),
        rows=_rows(campaign, ends, progress.opening, now),
        fan=fan_of(fanned, campaign, x, y, points[-1]) if fanned else None,
    )


def _every_day(campaign: Campaign, totals: Sequence[DayTotal], opening: int, today: date) -> list[tuple[date, int]]:
    """(day, value at its end) for each day up to today, quiet ones included."""
    known = dict(daily_values(totals, campaign))
    value = opening
    days: list[tuple[date, int]] = []
    for n in range((today - campaign.starts_on).days + 1):
        day = campaign.starts_on + timedelta(days=n)
        value = known.get(day, value)
        days.append((day, value))
    return days


def _end_of(day: date, campaign: Campaign) -> datetime:
    return first_instant(day + timedelta(days=1), campaign.zone)


def _scale(values: Sequence[int], campaign: Campaign) -> tuple[int, int, list[int]]:
    """Lowest and highest value shown, and round values between. Money begins at zero, people near what they are."""
    low, high = min(values), max(values)
    if campaign.kind is GoalKind.AMOUNT or low < high / 4:
        low = min(low, 0)
    step = _round_step(max(high - low, 4) / 4)
    bottom = low // step * step
    top = -(-high // step) * step
    if top == bottom:
        top = bottom + step
    return bottom, top, list(range(bottom, top + 1, step))


def _round_step(least: float) -> int:
    size = 1
    while size * 10 <= least:
        size *= 10
    return next(
        int(size * factor) for factor in (1, 2, 2.5, 5, 10) if size * factor >= least and (size * factor) % 1 == 0
    )


def _day_ticks(campaign: Campaign, x: Callable[[datetime], float]) -> tuple[Tick, ...]:
    """The first and last day, and two between when there is room."""
    total = (campaign.ends_on - campaign.starts_on).days
    offsets = sorted({0, total // 3, total * 2 // 3, total}) if total >= 6 else sorted({0, total})
    ticks: list[Tick] = []
    for offset in offsets:
        day = campaign.starts_on + timedelta(days=offset)
        is_last = offset == total and total > 0
        at = x(campaign.deadline) if is_last else x(first_instant(day, campaign.zone))
        anchor = "start" if offset == 0 else "end" if is_last else "middle"
        ticks.append(Tick(at, offset, day, anchor))
    return tuple(ticks)


def _rows(campaign: Campaign, ends: Sequence[tuple[date, int]], opening: int, now: datetime) -> tuple[Row, ...]:
    rows: list[Row] = []
    before = opening
    for day, value in ends:
        at = min(_end_of(day, campaign), max(now, campaign.starts_at))
        rows.append(Row(day, value, value - before, line_at(campaign, opening, at)))
        before = value
    return tuple(reversed(rows))
