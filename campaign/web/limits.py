"""How often one address may ask for something, kept in this process's memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

_MOST_KEYS = 10_000


class RateLimit:
    """At most `number` within `window` for each key; the keys not seen longest are forgotten first."""

    def __init__(self, number: int, window: timedelta) -> None:
        self._number = number
        self._window = window
        self._seen: OrderedDict[str, list[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, key: str, now: datetime) -> bool:
        """Whether one more is within the limit at `now`; it is counted when it is."""
        with self._lock:
            times = [t for t in self._seen.pop(key, []) if now - t < self._window]
            allowed = len(times) < self._number
            self._seen[key] = [*times, now] if allowed else times
            if len(self._seen) > _MOST_KEYS:
                self._seen.popitem(last=False)
            return allowed
