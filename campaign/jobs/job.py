"""What a job is: a plain idempotent function of Runtime, and when it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta

from campaign.runtime import Runtime

FREQUENT = timedelta(seconds=30)
"""A job that runs more often than this leaves a row of its good runs only about so often."""


@dataclass(frozen=True, slots=True)
class Job:
    """`run` returns in words what it did, or None. `limit`: a run longer than this is shown to staff as overdue.

    It runs `every` so often, or `daily_at` an hour (UTC).
    """

    name: str
    what: str
    run: Callable[[Runtime], str | None]
    limit: timedelta
    every: timedelta | None = None
    daily_at: time | None = None

    @property
    def is_frequent(self) -> bool:
        """Whether each good run would be too many rows to write."""
        return self.every is not None and self.every < FREQUENT

    @property
    def when(self) -> str:
        """When it runs, for people."""
        if self.daily_at is not None:
            return f"daily at {self.daily_at:%H:%M} UTC"
        seconds = self.every.total_seconds() if self.every else 0
        if seconds >= 3600:
            return f"every {seconds / 3600:g} h"
        return f"every {seconds / 60:g} min" if seconds >= 60 else f"every {seconds:g} s"
