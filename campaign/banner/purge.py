"""PURGE_URLS: a CDN is told which addresses changed, after they did; readers and publishing wait for none of it.

Two ways are spoken: `PURGE <address>` once a path, as Varnish, Fastly and nginx's purge modules take it, and one POST
with a list of paths in JSON. What could not be told stays due and is told again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import requests

from campaign.banner.element import element_files
from campaign.store import publications
from campaign.store.engine import Database

PURGE, POST = "PURGE", "POST"
LEAST_BETWEEN = timedelta(seconds=2)
"""What changes again and again within it is told once."""
MOST_IN_A_POST = 200
_SECONDS = (3.0, 10.0)
_NOT_HELD = (404, 410, 412)
"""A cache that held nothing of an address says so in one of these; nothing is left to purge."""


@dataclass(frozen=True, slots=True)
class Cdn:
    """How one CDN is told: at which address, by which method, with which header (a key) beside."""

    url: str
    method: str = PURGE
    header: tuple[str, str] | None = field(default=None, repr=False)


class Purger:
    """Tells each CDN what changed. One lives in the jobs process.

    `is_written`: whether a path stands, in a version, where the CDN fetches it; what does not is told later.
    """

    def __init__(self, cdns: tuple[Cdn, ...], is_written: Callable[[str, int], bool] = lambda _path, _version: True):
        self._cdns = cdns
        self._is_written = is_written
        self._version = -1
        self._waiting: dict[str, int] = {}
        self._due: dict[str, dict[str, None]] = {cdn.url: {} for cdn in cdns}
        self._told_at: datetime | None = None
        self._session = requests.Session()
        self._session.trust_env = False

    def follow(self, db: Database, now: datetime) -> list[str]:
        """What changed since is told; after a start, everything. Returns what went wrong, due again.

        Raises DatabaseUnavailable.
        """
        self._take_up(db)
        if self._told_at is not None and timedelta(0) <= now - self._told_at < LEAST_BETWEEN:
            return []
        ready = [path for path, version in self._waiting.items() if self._is_written(path, version)]
        for path in ready:
            del self._waiting[path]
            for due in self._due.values():
                due[path] = None
        if not any(self._due.values()):
            return []
        self._told_at = now
        return [problem for cdn in self._cdns if (problem := self._tell(cdn)) is not None]

    def _take_up(self, db: Database) -> None:
        with db.read() as session:
            changed = publications.paths_newer_than(session, self._version)
        if self._version < 0:
            self._waiting |= {one.body.path: 0 for one in element_files()}
        self._waiting |= changed
        self._version = max(self._version, 0, *changed.values()) if changed else max(self._version, 0)

    def _tell(self, cdn: Cdn) -> str | None:
        """None once all that is due was taken; else why not. What was not taken stays due."""
        due = self._due[cdn.url]
        try:
            while due:
                paths = list(due)[: MOST_IN_A_POST if cdn.method == POST else 1]
                self._ask(cdn, paths)
                for path in paths:
                    del due[path]
        except _NotTakenError as error:
            return f"{cdn.url}: {error} ({len(due)} addresses are due)"
        return None

    def _ask(self, cdn: Cdn, paths: list[str]) -> None:
        headers = dict([cdn.header] if cdn.header else [])
        address, body = cdn.url.rstrip("/") + paths[0], None
        if cdn.method == POST:
            address, body = cdn.url, json.dumps({"v": 1, "paths": paths})
            headers["Content-Type"] = "application/json"
        try:
            answer = self._session.request(
                cdn.method, address, data=body, headers=headers, timeout=_SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            raise _NotTakenError(f"can't be reached ({type(error).__name__})") from None
        if not 200 <= answer.status_code < 300 and not (cdn.method == PURGE and answer.status_code in _NOT_HELD):
            raise _NotTakenError(f"answered {answer.status_code}")


class _NotTakenError(Exception):
    """The CDN did not take what it was told."""
