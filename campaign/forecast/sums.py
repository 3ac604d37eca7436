"""Adding what is uncertain: what comes, what leaves, what planned pushes bring."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from campaign.forecast.history import Array
from campaign.forecast.rule import READ

STEPS = (np.arange(99) + 0.5) / 99
FEW = (np.arange(9) + 0.5) / 9
MONTHLY_CHURN = 0.02
"""What is usual (under 2 % a month in the newsroom this comes from), until the campaign's own churn says more."""
CHURN_WEIGHT = 10.0
"""The usual churn counts like this many people seen leaving."""
_BELL = (-1.593, -0.967, -0.589, -0.282, 0.0, 0.282, 0.589, 0.967, 1.593)
"""A normal variable at the levels `FEW`."""


def plus(quantiles: Array, added: Array) -> Array:
    """Quantiles (at `READ`) of a sum with something independent, of which `added` are equally likely values."""
    fine = np.interp(STEPS, READ, quantiles)
    return np.quantile((fine[:, None] + added[None, :]).ravel(), READ)


def leaving(members: float, left: float, member_days: float, days: float, joins: float) -> Array:
    """Equally likely numbers of members that leave in the days to come, from the campaign's own churn so far.

    Not whole people: rounding here would let one more member tip several of them, and so lower what is left.
    """
    usual_rate = MONTHLY_CHURN / 30
    rate = (left + CHURN_WEIGHT) / (member_days + CHURN_WEIGHT / usual_rate)
    expected = -math.expm1(-rate * days) * max(members + joins / 2, 0.0)  # nobody leaves twice
    spread = math.sqrt(expected + expected**2 / (left + CHURN_WEIGHT))
    return np.maximum(expected + np.array(_BELL) * spread, 0.0)


def brought(sizes: Sequence[float], worst: float, best: float) -> Array:
    """Equally likely amounts that pushes of these sizes bring together: all a little less, or all a little more."""
    return sum(sizes) * (worst + (best - worst) * FEW)
