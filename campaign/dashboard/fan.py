"""The fan of a forecast on the chart: where the number goes if it goes like that of campaigns like this one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from campaign.domain.campaign import Campaign, first_instant
from campaign.domain.forecast import Forecast, Outcome

_FANNED = (Outcome.ON_TRACK, Outcome.BEHIND, Outcome.UNLIKE, Outcome.REACHED)


@dataclass(frozen=True, slots=True)
class Fan:
    """Paths: the area that holds 80 and 50 of 100, the middle, and the way of campaigns that made it."""

    wide: str
    narrow: str
    middle: str
    usual: str


def shows_fan(told: Forecast | None, campaign: Campaign, now: datetime) -> bool:
    """Whether a fan can be drawn: there is a forecast with ranges, made for days that are still to come."""
    return told is not None and bool(told.fan) and told.outcome in _FANNED and now < campaign.deadline


def heights(told: Forecast) -> list[int]:
    """The values the chart must have room for."""
    return [value for _, spread in told.fan for value in (spread.low80, spread.high80)]


def fan_of(
    told: Forecast,
    campaign: Campaign,
    x: Callable[[datetime], float],
    y: Callable[[int], float],
    now: tuple[float, float],
) -> Fan:
    """The fan from the point where the number is now."""
    ends = [(x(_end_of(day, campaign)), spread) for day, spread in told.fan]
    ends = [(at, spread) for at, spread in ends if at >= now[0]]

    def area(low: Sequence[int], high: Sequence[int]) -> str:
        up = [f"L{at} {y(value)}" for (at, _), value in zip(ends, high, strict=True)]
        back = [f"L{at} {y(value)}" for (at, _), value in reversed(list(zip(ends, low, strict=True)))]
        return " ".join([f"M{now[0]} {now[1]}", *up, *back, "Z"])

    middle = [f"L{at} {y(spread.median)}" for at, spread in ends]
    return Fan(
        wide=area([s.low80 for _, s in ends], [s.high80 for _, s in ends]),
        narrow=area([s.low50 for _, s in ends], [s.high50 for _, s in ends]),
        middle=" ".join([f"M{now[0]} {now[1]}", *middle]),
        usual=_line([(x(_end_of(day, campaign)), y(value)) for day, value in told.usual_line]),
    )


def _line(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{'M' if n == 0 else 'L'}{at} {height}" for n, (at, height) in enumerate(points))


def _end_of(day: date, campaign: Campaign) -> datetime:
    return first_instant(day + timedelta(days=1), campaign.zone)
