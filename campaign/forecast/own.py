"""The newsroom's own ended campaigns among those that others are compared with, and the record of forecasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from campaign.domain.forecast import Record
from campaign.forecast.levels import level_of
from campaign.forecast.moments import moments_of
from campaign.forecast.neighbours import scaled_near
from campaign.forecast.rule import growth, log_odds
from campaign.forecast.series import Series
from campaign.forecast.table import OWN_CLOSER, OWN_WEIGHT, Past, Table, squared

FEWEST_JUDGED = 10
LOWEST, HIGHEST = 0.65, 0.92
NARROWEST, WIDEST = 0.7, 2.0


def with_own(table: Table, series: Sequence[Series]) -> Table:
    """The table with ended campaigns of the newsroom's own: nearer, and with more weight."""
    if not series:
        return table
    moments = moments_of(series, table.weekdays)
    kept = moments.kept
    if not kept.any():
        return replace(table, own=len(series))
    quantiles, _ = growth(moments.inputs[kept], moments.due[kept], table)
    levels = np.array([level_of(float(g), row) for g, row in zip(moments.growth[kept], quantiles, strict=True)])
    past, rows = table.past, len(levels)
    first = int(past.campaign.max()) + 1
    near = scaled_near(table, moments.near[kept]).astype(np.float32)
    added = Past(
        near=np.concatenate([past.near, near]),
        squares=np.concatenate([past.squares, squared(near)]),
        level=np.concatenate([past.level, levels]),
        made=np.concatenate([past.made, moments.made[kept]]),
        campaign=np.concatenate([past.campaign, first + moments.campaign[kept]]),
        weight=np.concatenate([past.weight, np.full(rows, OWN_WEIGHT)]),
        closer=np.concatenate([past.closer, np.full(rows, OWN_CLOSER)]),
    )
    return replace(table, past=added, own=len(series))


def width_after(record: Record) -> float:
    """The factor on the ranges: 1 while the record of the 80 % range stays between 65 and 92 %."""
    share = record.share
    if share is None or record.of < FEWEST_JUDGED or LOWEST <= share <= HIGHEST:
        return 1.0
    as_held = float(log_odds(0.5 + min(max(share, 0.02), 0.98) / 2))
    return min(max(float(log_odds(0.9)) / as_held, NARROWEST), WIDEST)
