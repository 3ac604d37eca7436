"""Long lists: page by page, each under a stamp taken before it was asked for, the next one asked for meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, cast

from campaign.ingest.errors import SourceUnavailable
from campaign.ingest.stripe.allowance import Meter
from campaign.ingest.stripe.client import Gateway
from campaign.ingest.stripe.fields import Json
from campaign.store.engine import Database
from campaign.store.stamps import next_stamp

CALLS_PER_SECOND = 25.0
"""A quarter of what Stripe allows a live account, so that the work of the day goes on beside it."""
GENTLE_CALLS_PER_SECOND = 5.0
"""For an import that is in no hurry."""

_TRIES = 10
_LONGEST_PAUSE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, asked for under `stamp`."""

    stamp: int
    rows: list[Json]


class Lister:
    """Reads whole lists of one account at a bounded pace; what fails is asked for again.

    `meter` counts the reads; a guarded one stops before a page that the account's allowance has no room for.
    """

    def __init__(
        self,
        db: Database,
        gateway: Gateway,
        calls_per_second: float = CALLS_PER_SECOND,
        meter: Meter | None = None,
        *,
        is_guarded: bool = True,
    ) -> None:
        self._db = db
        self._meter = meter
        self._is_guarded = is_guarded
        self._gateway = gateway
        self._gap = 1 / calls_per_second
        self._next_at = 0.0
        self._lock = threading.Lock()
        self.calls = 0

    def pages(self, path: str, after: str | None = None, **params: Any) -> Iterator[Page]:
        """Every page of the list after an id; while one is used, the next is on its way.

        Raises what the gateway raises, and AllowanceSpent.
        """
        asked = self._ask_pages(path, after, params)
        with ThreadPoolExecutor(1, thread_name_prefix="list") as pool:
            coming = pool.submit(next, asked, None)
            while (page := coming.result()) is not None:
                coming = pool.submit(next, asked, None)
                yield page

    def _ask_pages(self, path: str, after_id: str | None, params: dict[str, Any]) -> Iterator[Page]:
        after = {} if after_id is None else {"starting_after": after_id}
        while True:
            with self._db.write() as session:
                if self._meter is not None:
                    self._meter.count(session)
                    if self._is_guarded:
                        self._meter.require(session)
                stamp = next_stamp(session)
            answer = self._ask(path, {"limit": 100, **params, **after})
            rows = cast(list[Json], answer["data"])
            if rows:
                yield Page(stamp, rows)
            if not rows or not answer.get("has_more"):
                self._count_last()
                return
            after = {"starting_after": rows[-1]["id"]}

    def _count_last(self) -> None:
        if self._meter is not None:
            with self._db.write() as session:
                self._meter.count(session)

    def _ask(self, path: str, params: dict[str, Any]) -> Json:
        for tries in range(_TRIES):
            self._keep_pace()
            try:
                return self._gateway.get(path, **params)
            except SourceUnavailable:
                if tries == _TRIES - 1:
                    raise
                time.sleep(min(0.25 * 2**tries, _LONGEST_PAUSE_SECONDS))
        raise AssertionError("unreachable")

    def _keep_pace(self) -> None:
        with self._lock:
            self.calls += 1
            at = max(time.monotonic(), self._next_at)
            self._next_at = at + self._gap
        time.sleep(max(0.0, at - time.monotonic()))
