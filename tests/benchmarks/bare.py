"""The floor of the server: an application that does nothing but hand over bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

BODY = [b'{"v":1,"slug":"25k","kind":"members","count":24600,"target":25000}']
HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(BODY[0])))]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", HEADERS)
    return BODY
