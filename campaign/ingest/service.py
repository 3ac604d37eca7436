"""Asking a service that answers in JSON: a bounded pace, no redirects, one error per thing the caller does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, cast

import requests

from campaign.ingest.bodies import Json
from campaign.ingest.errors import ChangedAtSource, RefusedBySource, SourceUnavailable, UnknownAtSource

_TIMEOUTS = (5.0, 25.0)
_LARGEST_ANSWER = 64 << 20
_TRIES = 8
_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 30.0


class Service:
    """One service at one address; thread-safe, a connection a thread. `calls` counts requests."""

    def __init__(self, title: str, base: str, headers: Callable[[], Mapping[str, str]]) -> None:
        self.title = title
        self.calls = 0
        self._base = base.rstrip("/")
        self._headers = headers
        self._lock = threading.Lock()
        self._threads = threading.local()
        self._next_at = 0.0

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        """The object at a path below the base. Raises SourceUnavailable, UnknownAtSource, RefusedBySource."""
        return self._ask("GET", path, params)

    def send(self, method: str, path: str, body: Json, params: Mapping[str, str] | None = None) -> Json:
        """What is answered to an object sent to a path. Raises as `get`, and ChangedAtSource.

        After any other SourceUnavailable it may have been taken all the same.
        """
        return self._ask(method, path, params, body)

    def get_patiently(self, path: str, params: Mapping[str, str], calls_per_second: float) -> Json:
        """The same for long lists: at a bounded pace, and what is not available is asked for again."""
        for tries in range(_TRIES):
            self._keep_pace(calls_per_second)
            try:
                return self.get(path, params)
            except SourceUnavailable:
                if tries == _TRIES - 1:
                    raise
                time.sleep(min(_FIRST_PAUSE_SECONDS * 2**tries, _LONGEST_PAUSE_SECONDS))
        raise AssertionError("unreachable")

    def _ask(self, method: str, path: str, params: Mapping[str, str] | None, body: Json | None = None) -> Json:
        with self._lock:
            self.calls += 1
        try:
            answer = self._session().request(
                method,
                f"{self._base}/{path}",
                params=params,
                json=body,
                headers={"Accept": "application/json", **self._headers()},
                timeout=_TIMEOUTS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise SourceUnavailable(f"{self.title} can't be reached ({type(error).__name__})") from None
        self._refuse(answer)
        return self._object(answer)

    def _session(self) -> requests.Session:
        held = getattr(self._threads, "session", None)
        if held is None:
            held = self._threads.session = requests.Session()
            held.trust_env = False
        return cast(requests.Session, held)

    def _refuse(self, answer: requests.Response) -> None:
        status = answer.status_code
        if status in (200, 201):
            return
        if status == 404:
            raise UnknownAtSource(f"unknown at {self.title}")
        if status == 409:
            raise ChangedAtSource(f"{self.title} failed ({status})")
        if status in (408, 425, 429) or status >= 500:
            raise SourceUnavailable(f"{self.title} failed ({status})")
        if 300 <= status < 400:
            raise RefusedBySource(f"{self.title} sends us to another address: enter the one it lives at")
        why = "our key" if status in (401, 403) else "what we asked"
        raise RefusedBySource(f"{self.title} refuses {why} ({status})")

    def _object(self, answer: requests.Response) -> Json:
        if len(answer.content) > _LARGEST_ANSWER:
            raise SourceUnavailable(f"{self.title}'s answer is too large")
        try:
            body: Any = answer.json()
        except ValueError:
            raise SourceUnavailable(f"{self.title}'s answer is no JSON") from None
        if not isinstance(body, dict):
            raise SourceUnavailable(f"{self.title}'s answer is no object")
        return cast(Json, body)

    def _keep_pace(self, calls_per_second: float) -> None:
        with self._lock:
            at = max(time.monotonic(), self._next_at)
            self._next_at = at + 1 / calls_per_second
        time.sleep(max(0.0, at - time.monotonic()))
