"""The demo's side of the payment provider: what supporters do there, asked for over HTTP."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

Json = dict[str, Any]
API_VERSION = "2026-10-28.endive"
_TIMEOUT_SECONDS = 120


class Refused(Exception):
    """The provider refused a call; the message is its own."""


class StandIn:
    """A client of the provider on loopback: `/_control` for what people do, `/v1` as anybody with a key sees it."""

    def __init__(self, address: str, api_key: str = "") -> None:
        self.address = address
        self.api_key = api_key

    def control(self, action: str, /, **asked: Any) -> Json:
        """Make something happen. Raises Refused."""
        return self._send(Request(f"{self.address}/_control/{action}", json.dumps(asked).encode(), method="POST"))  # noqa: S310

    def ask(self, what: str, /, **query: Any) -> Json:
        """What the provider itself says. Raises Refused."""
        return self._send(Request(f"{self.address}/_control/{what}?{urlencode(query)}"))  # noqa: S310 - on loopback

    def get(self, path: str, /, **query: Any) -> Json:
        """A resource of its API. Raises Refused."""
        return self._send(self._api(f"{path}?{urlencode(query)}", None))

    def post(self, path: str, *form: tuple[str, str]) -> Json:
        """Create or change a resource of its API. Raises Refused."""
        return self._send(self._api(path, urlencode(form).encode()))

    def wait_until_it_answers(self, seconds: float) -> bool:
        """Whether it answers within so many seconds."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            try:
                self.ask("clock")
            except (Refused, OSError):
                time.sleep(0.05)
            else:
                return True
        return False

    def _api(self, path: str, body: bytes | None) -> Request:
        headers = {"Authorization": f"Bearer {self.api_key}", "Stripe-Version": API_VERSION}
        return Request(f"{self.address}/v1/{path}", body, headers)  # noqa: S310 - on loopback

    def _send(self, request: Request) -> Json:
        try:
            with urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - on loopback
                return json.loads(answer.read())
        except HTTPError as error:
            raise Refused(error.read().decode("utf-8", "replace")[:500]) from error
        except URLError as error:
            raise Refused(str(error.reason)) from error
