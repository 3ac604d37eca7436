"""Moments of ended campaigns: what was known then, and what came after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from campaign.forecast.features import cumulated, features, scale_of
from campaign.forecast.history import Array, scale
from campaign.forecast.network import Lesson
from campaign.forecast.series import Series

SHARES = (0.05, 0.08, 0.1, 0.13, 0.17, 0.21, 0.25, 0.3, 0.36, 0.43, 0.5, 0.57, 0.64, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
"""Moments that the rule learns from, beside day 3."""
KEPT = (0.05, 0.1, 0.17, 0.25, 0.36, 0.5, 0.64, 0.75, 0.85, 0.9)
"""Moments of which likeness and outcome are kept in the table."""
FEWEST_DAYS, FEWEST_PAYMENTS = 3, 4


@dataclass(frozen=True, slots=True)
class Moments:
    """A row for each moment of each campaign: features, growth due and seen, what was reached, whose it is."""

    inputs: Array
    near: Array
    due: Array
    growth: Array
    coming: Array
    """What still came, in gifts."""
    seen: Array
    reached: Array
    asked: Array
    made: Array
    campaign: Array
    kept: Array

    def lesson(self, rows: Array, center: Array, factor: Array) -> Lesson:
        inputs = np.clip((self.inputs[rows] - center) * factor, -4, 4).astype(np.float32)
        return Lesson(inputs, self.due[rows], self.growth[rows], self.reached[rows], self.asked[rows])


def moments_of(series: Sequence[Series], weekdays: Array) -> Moments:
    """Every moment of every campaign that can teach: at least three days and four payments seen."""
    rows: list[tuple[Array, Array, tuple[float, ...]]] = []
    for number, one in enumerate(series):
        shares = {round(share * one.duration): share in KEPT for share in SHARES}
        for days in sorted({FEWEST_DAYS: True} | shares):
            if not FEWEST_DAYS <= days < one.duration or one.counts[:days].sum() < FEWEST_PAYMENTS:
                continue
            kept = shares.get(days, False)
            rows += [_moment(one, number, days, weekdays, of_money=unit, kept=kept) for unit in one.units]
    figures = np.array([row[2] for row in rows], dtype=np.float64)
    due, growth, coming, seen, reached, asked, made, campaign, is_kept = figures.T
    return Moments(
        np.stack([row[0] for row in rows]).astype(np.float64), np.stack([row[1] for row in rows]), due, growth, coming,
        seen, reached, asked, made, campaign.astype(np.int64), is_kept.astype(bool),
    )  # fmt: skip


def _moment(
    one: Series, number: int, days: int, weekdays: Array, *, of_money: bool, kept: bool
) -> tuple[Array, Array, tuple[float, ...]]:
    history = one.history(days, of_money=of_money)
    scaled = scale(history)
    passed = cumulated(weekdays, history.weekday, history.duration)
    inputs, near = features(history, scaled, scaled.values[-1:], passed)
    seen = float(scaled.values.sum())
    total = one.total(of_money=of_money) / scaled.gift
    made = one.made_it()
    is_asked = scaled.goal is not None and seen < scaled.goal and of_money == one.goal_is_money
    reached = scaled.goal is not None and total >= scaled.goal - 1e-9
    figures = (scale_of(history), float(np.log1p(total) - np.log1p(seen)), total - seen, seen, float(reached),
               float(is_asked), -1.0 if made is None else float(made), float(number), float(kept))  # fmt: skip
    return inputs[0], near[0], figures
