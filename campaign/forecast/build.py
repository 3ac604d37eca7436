"""Makes the reference table from a file of ended campaigns: `python -m campaign.forecast.build FILE`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from campaign.domain.errors import Invalid
from campaign.forecast.features import NEAR_WEIGHTS
from campaign.forecast.history import Array
from campaign.forecast.levels import level_of
from campaign.forecast.moments import Moments, moments_of
from campaign.forecast.neighbours import scaled_near
from campaign.forecast.network import Network, learn
from campaign.forecast.series import Series, read_series
from campaign.forecast.table import PATH, Past, Table, Usual, as_shipped, key_checksum, squared, write_table
from campaign.forecast.widths import fitted_widths

FOLDS = 5
SEED = 20251122


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
                np.ones(int(kept.sum())), np.ones(int(kept.sum())), np.zeros(int(kept.sum())))  # fmt: skip
    table = Table(weekdays, np.stack([center, factor]), np.stack([near_center, near_factor * NEAR_WEIGHTS]), networks,
                  past, Usual(1.0, np.inf), np.array([[0.0, 1.0, 1.0]]), _winners(series),
                  frozenset(key_checksum(one.key) for one in series))  # fmt: skip
    near = scaled_near(table, past.near).astype(np.float32)
    table = replace(table, past=replace(past, near=near, squares=squared(near)))
    table = replace(table, usual=_usual(table))
    return as_shipped(replace(table, widths=fitted_widths(table, series, fold)))


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
        levels[rows] = [level_of(value, row) for value, row in zip(growth, quantiles, strict=True)]
    return levels


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
