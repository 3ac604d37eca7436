"""Asking Stripe, through its own client; answers are plain dictionaries (StripeObject is none)."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import stripe
from stripe import RequestsClient, StripeClient, StripeResponse

from campaign.ingest.errors import LacksPermission, RefusedBySource, SourceUnavailable, UnknownAtSource

API_VERSION = "2026-10-28.endive"

Json = dict[str, Any]

_TIMEOUTS = (5.0, 25.0)
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 30.0
_PERMISSION = re.compile(r"\brak_[a-z0-9_]{1,80}\b")
_ACCOUNT = re.compile(r"\bacct_[A-Za-z0-9]{1,60}\b")


class Gateway:
    """One Stripe account, asked at our version; thread-safe, a connection a thread.

    After "too many requests" every thread waits, longer each time; `calls` counts requests.
    """

    def __init__(self, api_key: str, api_base: str | None = None) -> None:
        client = StripeClient(
            api_key,
            stripe_version=API_VERSION,
            base_addresses={"api": api_base} if api_base else {},
            max_network_retries=0,
            http_client=RequestsClient(timeout=_TIMEOUTS),
        )
        self._request = cast(Callable[..., StripeResponse], client.raw_request)  # type: ignore[reportUnknownMemberType]
        self._lock = threading.Lock()
        self._pause = 0.0
        self._free_at = 0.0
        self._reads = 0
        self.calls = 0

    def get(self, path: str, **params: Any) -> Json:
        """The object or page at a path below /v1. Raises SourceUnavailable, UnknownAtSource, RefusedBySource."""
        return self._ask("get", path, params)

    def post(self, path: str, idempotency_key: str, **params: Any) -> Json:
        """What the call made; the same key makes it once. Raises as `get`."""
        return self._ask("post", path, {**params, "idempotency_key": idempotency_key})

    def delete(self, path: str) -> Json:
        """What is left of what was deleted. Raises as `get`."""
        return self._ask("delete", path, {})

    def take_reads(self, at_least: int = 1) -> int:
        """How many reads were made since they were last taken; 0 and none taken while they are fewer."""
        with self._lock:
            if self._reads < at_least:
                return 0
            taken, self._reads = self._reads, 0
            return taken

    def pages(self, path: str, **params: Any) -> Iterator[list[Json]]:
        """The rows of a list, page by page to its end. Raises as `get`."""
        cursor: Mapping[str, Any] = {}
        while True:
            page = self.get(path, limit=100, **params, **cursor)
            rows = cast(list[Json], page["data"])
            if rows:
                yield rows
            if not page.get("has_more") or not rows:
                return
            cursor = {"starting_after": rows[-1]["id"]}

    def rows(self, path: str, **params: Any) -> list[Json]:
        """All rows of a list."""
        return [row for page in self.pages(path, **params) for row in page]

    def _ask(self, method: str, path: str, params: Mapping[str, Any]) -> Json:
        with self._lock:
            wait = self._free_at - time.monotonic()
            self.calls += 1
            self._reads += method == "get"
        if wait > 0:
            time.sleep(min(wait, _LONGEST_PAUSE_SECONDS))
        try:
            answer = self._request(method, f"/v1/{path}", **params)
        except stripe.RateLimitError as error:
            self._slow_down()
            raise SourceUnavailable("Stripe asks us to slow down (429)") from error
        except stripe.PermissionError as error:
            raise _lacking(error) from error
        except stripe.AuthenticationError as error:
            raise RefusedBySource(f"Stripe refuses our key ({error.http_status}): {_said(error)}") from error
        except stripe.APIConnectionError as error:
            raise SourceUnavailable(f"Stripe can't be reached ({type(error.__cause__).__name__})") from error
        except stripe.StripeError as error:
            raise _translated(error) from error
        self._pause = 0.0
        data: object = answer.data
        if not isinstance(data, dict):
            raise SourceUnavailable("Stripe's answer is no object")
        return cast(Json, data)

    def _slow_down(self) -> None:
        with self._lock:
            self._pause = min(_LONGEST_PAUSE_SECONDS, max(_FIRST_PAUSE_SECONDS, self._pause * 2))
            self._free_at = time.monotonic() + self._pause


def _translated(error: stripe.StripeError) -> SourceUnavailable | UnknownAtSource | RefusedBySource:
    status = error.http_status
    if status == 404:
        return UnknownAtSource("unknown at Stripe")
    if status is None or status >= 500 or status in (409, 429):
        return SourceUnavailable(f"Stripe failed ({status})")
    return RefusedBySource(f"Stripe refuses what we asked ({status}): {_said(error)}")


def _lacking(error: stripe.PermissionError) -> LacksPermission:
    """Of what Stripe writes only the names of the permission and of the account are read."""
    text = str(error.user_message or "")
    permission, account = _PERMISSION.search(text), _ACCOUNT.search(text)
    named = permission[0] if permission else ""
    what = f"it lacks the permission {named}" if named else _said(error)
    return LacksPermission(f"Stripe refuses our key (403): {what}", named, account[0] if account else "")


def _said(error: stripe.StripeError) -> str:
    """Code and parameter only: the text of an error may repeat what was sent."""
    param = cast(str | None, getattr(error, "param", None))
    return " ".join(part for part in (error.code, param) if part) or type(error).__name__
