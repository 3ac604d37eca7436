"""Where in a forecast an outcome came."""

from __future__ import annotations

import numpy as np

from campaign.forecast.history import Array
from campaign.forecast.network import LEVELS


def level_of(value: float, quantiles: Array) -> float:
    """The level of a growth among 25 quantiles, 0 to 1, with the tail that `rule.read_at` reads."""
    if value >= quantiles[-1]:
        reach = max(quantiles[-1] - quantiles[-5], 1e-9) / np.log((1 - LEVELS[-5]) / (1 - LEVELS[-1]))
        return float(1 - (1 - LEVELS[-1]) * np.exp(-(value - quantiles[-1]) / reach))
    return float(np.interp(value, np.append(0.0, quantiles), np.append(0.0, LEVELS)))
