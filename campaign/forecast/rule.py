"""The forecast of one history: quantiles of the total at the deadline, and the probability of its goal. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from campaign.forecast.features import cumulated, features, scale_of
from campaign.forecast.history import Array, History, Kind, Scaled, scale
from campaign.forecast.neighbours import Alike, alike, recalibrated
from campaign.forecast.network import LEVELS
from campaign.forecast.table import Table

READ = np.array(sorted({*LEVELS.tolist(), 0.025, 0.25, 0.75, 0.975}))
"""The levels of a forecast's quantiles."""
MOST_FOR_SOFT, MOST_WITH_OWN, OWN_NEEDED = 0.90, 0.97, 5
WIDENING = 0.35
"""How much of the excess distance (as a logarithm) goes into the width of the ranges."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """The total at the deadline in its own unit at the levels `READ`, and the probability to reach the goal.

    `share`: of the nearest past campaigns, how many made it.
    """

    quantiles: Array
    probability: float | None
    unlike: float
    is_unlike: bool
    share: float | None
    campaigns: int

    def at(self, level: float) -> float:
        """The total that is not exceeded with this probability."""
        return float(np.interp(level, READ, self.quantiles))

    def range_of(self, share: float) -> tuple[float, float]:
        """The middle range that holds with this probability."""
        return self.at(0.5 - share / 2), self.at(0.5 + share / 2)


def outlook(history: History, table: Table, *, width: float = 1.0, found: Alike | None = None) -> Outlook:
    """The outlook of a history of a day or more. One more payment on its last day never lowers any of it.

    The rule is asked for fixed values of the last day, its answers are made to rise, and the day itself is read
    between them. `width`: a factor on the ranges, from the record of earlier forecasts.
    `found`: neighbours that are known already.
    """
    scaled = scale(history)
    if history.days_left <= 0 or not len(scaled.values):
        return _settled(history)
    passed = cumulated(table.weekdays, history.weekday, history.duration)
    found = found or like_this(history, table)
    today = float(scaled.values[-1])
    variants = _variants(today)
    totals, reached = _answers(history, scaled, variants, passed, table, found, width)
    totals, reached = np.maximum.accumulate(totals, axis=0), np.maximum.accumulate(reached)
    i = max(int(np.searchsorted(variants, today, side="right")) - 1, 0)
    j = min(i + 1, len(variants) - 1)
    part = (today - variants[i]) / (variants[j] - variants[i]) if j > i else 0.0
    total = totals[i] * (1 - part) + totals[j] * part
    seen = float(scaled.values.sum())
    probability = _probability(history, scaled, total, float(reached[i] * (1 - part) + reached[j] * part), table)
    return Outlook(
        quantiles=_settle(total, seen, history) * scaled.gift,
        probability=probability,
        unlike=found.unlike,
        is_unlike=found.is_unlike,
        share=found.made,
        campaigns=found.campaigns,
    )


def growth(inputs: Array, due: Array, table: Table) -> tuple[Array, Array]:
    """(G, 25) quantiles of the growth and (G,) the share that makes it: the mean of the rule's networks."""
    scaled = np.clip((inputs - table.rule_scale[0]) * table.rule_scale[1], -4, 4)
    answers = [network.answer(scaled, due) for network in table.networks]
    return np.mean([a for a, _ in answers], axis=0), np.mean([b for _, b in answers], axis=0)


def read_at(quantiles: Array, levels: Array) -> Array:
    """(G, len(levels)) the growth at any level, from (G, 25) quantiles: tails fall off beyond the outermost."""
    low, high = LEVELS[0], LEVELS[-1]
    reach = np.maximum(quantiles[:, -1:] - quantiles[:, -5:-4], 1e-9) / np.log((1 - LEVELS[-5]) / (1 - high))
    rows: list[Array] = [np.interp(levels, LEVELS, row) for row in quantiles]
    inner: Array = np.stack(rows)
    below = quantiles[:, :1] * np.clip(levels / low, 0, 1)
    above = quantiles[:, -1:] + reach * np.log((1 - high) / np.maximum(1 - levels, 1e-4))
    return np.where(levels < low, below, np.where(levels > high, above, inner))


def widths_at(table: Table, elapsed: float) -> tuple[float, float]:
    """The factors of the 80 % and of the 95 % range after a share of the time."""
    known = table.widths
    return (float(np.interp(elapsed, known[:, 0], known[:, 1])), float(np.interp(elapsed, known[:, 0], known[:, 2])))


def like_this(history: History, table: Table) -> Alike:
    """Neighbours by what was known a day before, so that today's payments don't change who they are."""
    before = history.until_day(max(history.days_seen - 1, 1))
    scaled = scale(before)
    passed = cumulated(table.weekdays, before.weekday, before.duration)
    return alike(table, features(before, scaled, scaled.values[-1:], passed)[1][0])


def _answers(
    history: History, scaled: Scaled, variants: Array, passed: Array, table: Table, found: Alike, width: float
) -> tuple[Array, Array]:
    inputs, _ = features(history, scaled, variants, passed)
    quantiles, reached = growth(inputs, np.full(len(variants), scale_of(history)), table)
    levels = recalibrated(READ, found)
    of_80, of_95 = widths_at(table, history.days_seen / history.duration)
    told = read_at(quantiles, spread(levels, of_80 * width, of_95 * width))
    middle = told[:, [len(READ) // 2]]
    told = np.maximum(middle + (told - middle) * (1 + WIDENING * max(0.0, np.log(found.unlike))), 0.0)
    seen = scaled.values[:-1].sum() + variants
    return np.expm1(np.clip(told, 0, 30) + np.log1p(seen)[:, None]), reached


def spread(levels: Array, of_80: float, of_95: float) -> Array:
    """Levels moved away from the middle, or towards it, by factors on their log-odds, at 80 and at 95 %."""
    odds = log_odds(np.clip(levels, 1e-4, 1 - 1e-4))
    factor = np.interp(np.abs(odds), [log_odds(0.9), log_odds(0.975)], [of_80, of_95])
    return 1 / (1 + np.exp(-odds * factor))


def log_odds(level: Array | float) -> Array:
    return np.log(level / (1 - np.asarray(level)))


def _settle(total: Array, seen: float, history: History) -> Array:
    """What can happen: nothing less than what is there, payments are whole, less than half a gift is none."""
    to_come = np.maximum(total - seen, 0.0)
    if not history.of_money:
        to_come = np.round(to_come)
    return seen + np.where(to_come < 0.5, 0.0, to_come)


def _probability(history: History, scaled: Scaled, total: Array, reached: float, table: Table) -> float | None:
    if scaled.goal is None:
        return None
    if float(scaled.values.sum()) >= scaled.goal - 1e-9:
        return 1.0
    if history.kind is not Kind.SOFT:
        return reached
    above = float(1 - np.interp(scaled.goal, total + np.arange(len(total)) * 1e-9, READ, left=0.0, right=1.0))
    most = MOST_WITH_OWN if table.own >= OWN_NEEDED else MOST_FOR_SOFT
    return above if history.days_left <= 1 else min(above, most)


def _variants(today: float) -> Array:
    """Fixed values of a last day, up to the first that is not below today's."""
    values = [0.0, 1.0]
    while values[-1] < today and values[-1] < 1e12:
        values.append(float(np.ceil(values[-1] * 1.5)))
    return np.array(values)


def _settled(history: History) -> Outlook:
    """After the deadline the total is what it is; before anything, nothing is known."""
    seen = history.seen
    made = None if history.goal is None or history.goal_is_money != history.of_money else float(seen >= history.goal)
    return Outlook(np.full(len(READ), seen), made, 1.0, is_unlike=False, share=None, campaigns=0)
