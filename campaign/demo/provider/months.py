"""Periods that keep their day of the month, as subscriptions' do."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta

SECONDS = {"day": 86_400, "week": 7 * 86_400}


def period_end(anchor: int, interval: str, count: int, cycles: int) -> int:
    """The end of the `cycles`-th period after the anchor; the 31st becomes the last day of a shorter month."""
    if interval in SECONDS:
        return anchor + SECONDS[interval] * count * cycles
    start = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=anchor)
    months = start.month - 1 + cycles * count * (12 if interval == "year" else 1)
    year, month = start.year + months // 12, months % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return int(start.replace(year=year, month=month, day=day).timestamp())
