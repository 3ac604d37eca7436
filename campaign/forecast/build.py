"""Makes the reference table from a file of ended campaigns: `python -m campaign.forecast.build FILE`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np

from campaign.domain.errors import Invalid
from campaign.forecast.features import NEAR_WEIGHTS, cumulated, features, scale_of
from campaign.forecast.history import Array, scale
from campaign.forecast.neighbours import scaled_near
from campaign.forecast.network import LEVELS, Lesson, Network, learn
from campaign.forecast.series import Series, read_series
from campaign.forecast.table import PATH, Past, Table, Usual, as_shipped, key_checksum, write_table
from campaign.forecast.widths import fitted_widths

SHARES = (0.05, 0.08, 0.1, 0.13, 0.17, 0.21, 0.25, 0.3, 0.36, 0.43, 0.5, 0.57, 0.64, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
"""Moments that the rule learns from, beside day 3."""
KEPT = (0.05, 0.1, 0.17, 0.25, 0.36, 0.5, 0.64, 0.75, 0.85, 0.9)
"""Moments of which likeness and outcome are kept in the table."""
FEWEST_DAYS, FEWEST_PAYMENTS = 3, 4
FOLDS = 5
SEED = 20251122


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


def build(series: Sequence[Series], *, shuffled: bool = False) -> Table:
    """The table that these campaigns teach. `shuffled`: outcomes are dealt out anew among moments of the same share
    of time, to see what shape alone gives.

    Five networks each leave out a fifth of the campaigns; where an outcome came in its forecast is told by the one
    that had not seen it.
    """
    weekdays = weekday_weights(series)
    moments = moments_of(series, weekdays)
    if shuffled:
        moments = _shuffled(moments)
    center, factor = _scaling(moments.inputs)
    near_center, near_factor = _scaling(moments.near)
    fold = np.random.default_rng(SEED).permutation(len(series)) % FOLDS
    networks = tuple(learn(moments.lesson(fold[moments.campaign] != n, center, factor), SEED + n) for n in range(FOLDS))
    level = _levels(moments, networks, fold, np.stack([center, factor]))
    kept = moments.kept
    past = Past(moments.near[kept].astype(np.float32), level[kept], moments.made[kept], moments.campaign[kept],
                np.ones(int(kept.sum())), np.ones(int(kept.sum())))  # fmt: skip
    table = Table(weekdays, np.stack([center, factor]), np.stack([near_center, near_factor * NEAR_WEIGHTS]), networks,
                  past, Usual(1.0, np.inf), np.array([[0.0, 1.0, 1.0]]), _winners(series),
                  frozenset(key_checksum(one.key) for one in series))  # fmt: skip
    table = replace(table, past=replace(past, near=scaled_near(table, past.near).astype(np.float32)))
    table = replace(table, usual=_usual(table))
    return as_shipped(replace(table, widths=fitted_widths(table, series, fold)))


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


def weekday_weights(series: Sequence[Series]) -> Array:
    """How much comes on each weekday, Monday first, with a mean of 1; first and last days are left out."""
    sums, days = np.full(7, 20.0), np.full(7, 20.0)
    for one in series:
        middle = one.counts[3:-4]
        if middle.sum() < 10:
            continue
        weekday = (one.starts_on.weekday() + 3 + np.arange(len(middle))) % 7
        np.add.at(sums, weekday, np.minimum(middle, np.quantile(middle, 0.95) + 1) / (middle.mean() + 0.1))
        np.add.at(days, weekday, 1)
    weights = sums / days
    return weights / weights.mean()


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


def _scaling(values: Array) -> tuple[Array, Array]:
    """Center and factor of each feature; what never varies gets the factor 0."""
    spread = values.std(axis=0)
    return values.mean(axis=0), np.where(spread > 1e-6, 1 / np.maximum(spread, 1e-6), 0.0)


def _levels(moments: Moments, networks: tuple[Network, ...], fold: Array, scaling: Array) -> Array:
    """Where each outcome came in the forecast of the network that had not seen its campaign, 0 to 1.

    A whole number of payments stands for all levels between half a payment less and half a payment more.
    """
    random = np.random.default_rng(SEED)
    levels = np.zeros(len(moments.due))
    for n, network in enumerate(networks):
        rows = fold[moments.campaign] == n
        inputs = np.clip((moments.inputs[rows] - scaling[0]) * scaling[1], -4, 4)
        quantiles, _ = network.answer(inputs, moments.due[rows])
        jitter = random.random(int(rows.sum()))
        coming = np.maximum(moments.coming[rows] - 0.5 + jitter, 0.0)
        growth = np.log1p(coming / (1 + moments.seen[rows]))
        levels[rows] = [_level_of(value, row) for value, row in zip(growth, quantiles, strict=True)]
    return levels


def _level_of(value: float, quantiles: Array) -> float:
    if value >= quantiles[-1]:
        reach = max(quantiles[-1] - quantiles[-5], 1e-9) / np.log((1 - LEVELS[-5]) / (1 - LEVELS[-1]))
        return float(1 - (1 - LEVELS[-1]) * np.exp(-(value - quantiles[-1]) / reach))
    return float(np.interp(value, np.append(0.0, quantiles), np.append(0.0, LEVELS)))


def _usual(table: Table) -> Usual:
    """Distances to the 50th moment of another campaign, of a sample of the table's own moments."""
    past = table.past
    sample = np.random.default_rng(SEED).permutation(len(past.near))[:2_000]
    fiftieth: list[float] = []
    for row in sample:
        squares = ((past.near - past.near[row]) ** 2).sum(axis=1)
        others = np.sqrt(squares[past.campaign != past.campaign[row]])
        fiftieth.append(float(np.partition(others, min(49, len(others) - 1))[min(49, len(others) - 1)]))
    return Usual(float(np.median(fiftieth)), float(np.quantile(fiftieth, 0.995)))


def _winners(series: Sequence[Series]) -> Array:
    """(21, 3) the share of its total that a campaign which made it had by each twentieth of its time: quartiles."""
    courses: list[Array] = []
    for one in series:
        if not one.made_it() or one.counts.sum() < 20:
            continue
        values = one.amounts if one.goal_is_money and one.amounts is not None else one.counts
        course = np.append(0.0, np.cumsum(np.maximum(values, 0))) / max(float(np.maximum(values, 0).sum()), 1e-9)
        courses.append(np.interp(np.linspace(0, one.duration, 21), np.arange(one.duration + 1), course))
    if not courses:
        return np.repeat(np.linspace(0, 1, 21)[:, None], 3, axis=1)
    return np.quantile(np.stack(courses), [0.25, 0.5, 0.75], axis=0).T


def _shuffled(moments: Moments) -> Moments:
    """Outcomes are those of another moment with about the same growth due."""
    random = np.random.default_rng(SEED)
    order = np.argsort(moments.due + random.normal(0, 1e-3, len(moments.due)), kind="stable")
    dealt = np.arange(len(order))
    for begin in range(0, len(order), 500):
        block = order[begin : begin + 500]
        dealt[block] = random.permutation(block)
    return replace(moments, growth=moments.growth[dealt], reached=moments.reached[dealt], made=moments.made[dealt],
                   coming=np.expm1(moments.growth[dealt]) * (1 + moments.seen))  # fmt: skip


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--out", type=click.Path(path_type=Path), default=PATH, help="Where the table is written.")
def main(file: Path, out: Path) -> None:
    """Make the reference table from FILE, a file of ended campaigns by day."""
    try:
        series = read_series(file)
    except Invalid as problem:
        click.echo(problem.message, err=True)
        sys.exit(2)
    size = write_table(build(series), out)
    click.echo(f"{len(series)} campaigns, {size:,} bytes in {out}")


if __name__ == "__main__":
    main()
