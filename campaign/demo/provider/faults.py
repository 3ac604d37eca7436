"""Calls counted and remembered, and the share of them that goes wrong."""

from __future__ import annotations

import random
import threading
from collections import Counter, defaultdict
from typing import Any

from campaign.demo.provider.errors import ApiError, rate_limited, server_fault
from campaign.demo.provider.records import Json


class Reset(Exception):
    """The connection breaks, before the call is worked on or after it."""


class Faults:
    def __init__(self, seed: int) -> None:
        self.calls: Counter[str] = Counter()
        self._seen: dict[str, set[str]] = defaultdict(set)
        self._random = random.Random(f"faults:{seed}")
        self._ordered: list[Json] = []
        self._lock = threading.Lock()

    def note(self, method: str, pattern: str, names: set[str]) -> None:
        with self._lock:
            self.calls[f"{method} {pattern}"] += 1
            self._seen[f"{method} {pattern}"] |= names

    def requests(self) -> list[Json]:
        with self._lock:
            rows = [(*key.split(" ", 1), sorted(names)) for key, names in sorted(self._seen.items())]
        return [{"method": method, "path": path, "parameters": names} for method, path, names in rows]

    def order(self, ordered: list[Json]) -> None:
        """The next calls fail as told: {"kind": "rate_limit"|"server"|"reset"|"reset_after", "count": n, "path": p}."""
        with self._lock:
            self._ordered = [{"count": 1, **one} for one in ordered]

    def strike(self, path: str, share: float) -> str | None:
        """What goes wrong with this call, if anything."""
        with self._lock:
            for one in self._ordered:
                if one["count"] > 0 and path.startswith(one.get("path", "/")):
                    one["count"] -= 1
                    return one["kind"]
            if share and self._random.random() < share:
                return self._random.choice(["rate_limit", "server", "reset", "reset_after"])
        return None


def raise_fault(kind: str | None) -> None:
    errors: dict[str, Any] = {"rate_limit": rate_limited, "server": server_fault}
    if kind in errors:
        error: ApiError = errors[kind]()
        raise error
    if kind == "reset":
        raise Reset
