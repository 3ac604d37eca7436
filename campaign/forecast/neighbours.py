"""Past moments like this one: how alike, what their outcomes say about the rule's ranges, how many made it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from campaign.forecast.history import Array
from campaign.forecast.table import Table

NEIGHBOURS = 100
"""Moments that are asked how many made it."""
HEARD = 300
"""Moments that are asked how far off the rule was; more than above, since tails need many."""
TRUST = 0.7
"""How far the neighbours' own levels replace the rule's."""
UNSEEN = 2.0
"""By how much farther a moment counts that has what no campaign of the table has: a kind it holds none of."""


@dataclass(frozen=True, slots=True)
class Alike:
    """What the nearest past moments say. `unlike`: the distance to the 50th against the median inside the table.

    `made`: the share of the nearest that reached their goal, None when none had one. `campaigns`: how many they are.
    """

    levels: Array
    weights: Array
    unlike: float
    is_unlike: bool
    made: float | None
    campaigns: int


def alike(table: Table, near: Array) -> Alike:
    """What is nearest to one moment's likeness features (unscaled, as `features` gives them)."""
    past = table.past
    point = scaled_near(table, near)
    near_point = point.astype(np.float32)
    squares = past.squares - 2 * (past.near @ near_point) + near_point @ near_point
    distances = np.sqrt(np.maximum(squares, 0)) * past.closer
    heard = _nearest(distances, HEARD)
    closest = heard[:NEIGHBOURS]
    fiftieth = float(distances[heard[min(49, len(heard) - 1)]]) * (UNSEEN if _is_unseen(table, near) else 1.0)
    asked = closest[past.made[closest] >= 0]
    made = float(np.average(past.made[asked], weights=past.weight[asked])) if len(asked) else None
    return Alike(
        levels=past.level[heard],
        weights=past.weight[heard],
        unlike=fiftieth / table.usual.median,
        is_unlike=fiftieth > table.usual.far,
        made=made,
        campaigns=len(np.unique(past.campaign[closest])),
    )


def scaled_near(table: Table, near: Array) -> Array:
    """Likeness features as the table keeps them."""
    return np.clip((near - table.near_scale[0]) * table.near_scale[1], -6.35, 6.35)


def _is_unseen(table: Table, near: Array) -> bool:
    """Whether the moment differs in what never varied in the table, which its distances can't tell."""
    never_varied = table.near_scale[1] == 0
    return bool(np.any(np.abs(near - table.near_scale[0])[never_varied] > 1e-6))


def recalibrated(levels: Array, found: Alike) -> Array:
    """The levels at which the rule is to be read, so that outcomes like these fell under `levels`."""
    order = np.argsort(found.levels, kind="stable")
    weights = found.weights[order]
    ranks = (np.cumsum(weights) - weights / 2) / weights.sum()
    told = np.interp(levels, np.concatenate([[0.0], ranks, [1.0]]), np.concatenate([[0.0], found.levels[order], [1.0]]))
    return TRUST * told + (1 - TRUST) * levels


def _nearest(distances: Array, number: int) -> Array:
    number = min(number, len(distances))
    first = np.argpartition(distances, number - 1)[:number]
    return first[np.argsort(distances[first], kind="stable")]
