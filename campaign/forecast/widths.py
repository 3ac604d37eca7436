"""How wide ranges must be so that they hold as often as they say, by share of time, on campaigns left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from campaign.forecast.history import Array
from campaign.forecast.rule import READ, log_odds, outlook
from campaign.forecast.series import Series
from campaign.forecast.table import Table

SHARES = (0.04, 0.1, 0.25, 0.5, 0.75, 0.9)
WIDE = 1.3
"""Forecasts are made this much too wide, so that every range that could be right lies inside."""
LEAST, MOST = 0.7, 1.5
SAMPLE = 1_000
FEWEST = 60
AIMED_80, AIMED_95 = 0.79, 0.95
"""How often ranges hold here. One network forecasts, the mean of five is told later and errs less, hence below 0.80."""


def fitted_widths(table: Table, series: Sequence[Series], fold: Array) -> Array:
    """(6, 3) share of time, and the factors at which 80 % and 95 % ranges hold 80 and 95 times in 100.

    Each campaign is forecast without what the table learnt from it: by the network of the other folds, and without
    its fold's moments among its neighbours.
    """
    chosen = np.random.default_rng(len(series)).permutation(len(series))[:SAMPLE]
    parts = [_without(table, fold, n) for n in range(len(table.networks))]
    rows: list[tuple[float, float, float]] = []
    for share in SHARES:
        held = _held(parts, series, chosen, fold, share)
        factors = (_factor(held, 0.80, AIMED_80), _factor(held, 0.95, AIMED_95)) if len(held) >= FEWEST else (1.0, 1.0)
        rows.append((share, *factors))
    return np.array(rows)


def _factor(held: Array, share: float, aimed: float) -> float:
    """The factor at which a middle range held as often as aimed; `held`: (n, pairs), outermost pair first."""
    pairs = held.shape[1]
    odds = WIDE * log_odds(READ[::-1][:pairs])
    means = [float(held[:, pair].mean()) for pair in reversed(range(pairs))]
    often = np.array([max(means[: n + 1]) + n * 1e-9 for n in range(pairs)])
    return float(np.clip(np.interp(aimed, often, odds[::-1]) / log_odds(0.5 + share / 2), LEAST, MOST))


def _without(table: Table, fold: Array, n: int) -> Table:
    """The table as it would be for the campaigns of one fold."""
    past = table.past
    rows = fold[past.campaign] != n
    return replace(table, networks=(table.networks[n],), past=replace(
        past, near=past.near[rows], level=past.level[rows], made=past.made[rows], campaign=past.campaign[rows],
        weight=past.weight[rows], closer=past.closer[rows], squares=past.squares[rows]))  # fmt: skip


def _held(parts: Sequence[Table], series: Sequence[Series], chosen: Array, fold: Array, share: float) -> Array:
    """(n, pairs) whether the total fell between the lowest and highest level, the next ones, and so on inwards."""
    held: list[Array] = []
    numbers: list[int] = chosen.tolist()
    for number in numbers:
        one = series[number]
        days = max(3, int(share * one.duration + 0.5))
        if days >= one.duration or one.counts[:days].sum() < 5:
            continue
        for of_money in one.units:
            told = outlook(one.history(days, of_money=of_money), parts[int(fold[number])], width=WIDE).quantiles
            total, slack = one.total(of_money=of_money), 1e-9 + 1e-9 * told[-1]
            half = len(told) // 2
            held.append(((told[:half] - slack <= total) & (total <= told[::-1][:half] + slack)) * 1.0)
    return np.array(held) if held else np.zeros((0, len(READ) // 2))
