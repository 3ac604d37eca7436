"""Prepared bytes in front of Flask: public files are answered by a dictionary lookup, no SQL, no template, no JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from campaign.web.shelf import Page, Shelf, Variant

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

_ROUTED = ("/join", "/thanks", "/go", "/sign-up", "/seen", "/preview")
_ROUTED_BELOW = ("/sign-up/", "/withdraw/")
"""Below a campaign's address, these are routes of the app; everything else is a file, or is not there."""
_CODINGS = ("br", "gzip", "identity")
_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_NOT_FOUND_CACHE = "public, max-age=5, s-maxage=10"
_EMPTY: list[bytes] = [b""]


class Prepared:
    """WSGI in front of WSGI. `not_found`: the page for an address a person typed."""

    def __init__(self, app: WsgiApp, shelf: Shelf, not_found: Callable[[], bytes]) -> None:
        self._app = app
        self._shelf = shelf
        self._not_found = not_found

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        page = self._shelf.pages.get(path)
        if page is None:
            if path.startswith("/g/") and not _is_routed(path):
                return self._missing(path, environ, start_response)
            return self._app(environ, start_response)
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD"):
            return _other_method(method, start_response)
        if page.keeps_query and environ.get("QUERY_STRING"):
            return self._app(environ, start_response)
        coding = environ.get("HTTP_ACCEPT_ENCODING")
        by_coding = page.by_coding
        variant = by_coding["identity"] if coding is None or len(by_coding) == 1 else _chosen(by_coding, coding)
        if ("HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MODIFIED_SINCE" in environ) and _is_unchanged(
            environ, page, variant
        ):
            start_response("304 Not Modified", variant.unchanged)
            return _EMPTY
        start_response("200 OK", variant.headers)
        return variant.body if method == "GET" else _EMPTY

    def _missing(self, path: str, environ: Environ, start_response: StartResponse) -> list[bytes]:
        """404 in the asked kind. An include (`.html`) gets nothing to show: it would stand in an article."""
        if f"{path}/" in self._shelf.pages:
            query = environ.get("QUERY_STRING")
            start_response(
                "308 Permanent Redirect",
                [("Location", f"{path}/{'?' + query if query else ''}"), ("Content-Length", "0")],
            )
            return _EMPTY
        if path.endswith(".json"):
            kind, body = "application/json", b'{"v":1,"error":"There is no public campaign at this address."}'
        elif path.endswith(".html"):
            kind, body = "text/html; charset=utf-8", b"<!-- There is no public campaign at this address. -->\n"
        elif path.endswith("/") or "." not in path.rpartition("/")[2]:
            kind, body = "text/html; charset=utf-8", self._not_found()
        else:
            kind, body = "text/plain; charset=utf-8", b"There is no public campaign at this address.\n"
        headers = [
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", _NOT_FOUND_CACHE),
            ("Access-Control-Allow-Origin", "*"),
        ]
        if kind.startswith("text/html"):
            headers.append(("Content-Security-Policy", "default-src 'none'; style-src 'self'"))
        start_response("404 Not Found", headers)
        return _EMPTY if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _is_routed(path: str) -> bool:
    return path.endswith(_ROUTED) or any(part in path for part in _ROUTED_BELOW)


def _other_method(method: str, start_response: StartResponse) -> list[bytes]:
    allow = ("Allow", "GET, HEAD, OPTIONS")
    common = [allow, ("Access-Control-Allow-Origin", "*"), ("Content-Length", "0")]
    if method == "OPTIONS":
        start_response("204 No Content", [*common[:2], ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")])
    else:
        start_response("405 Method Not Allowed", common)
    return _EMPTY


def _chosen(by_coding: dict[str, Variant], accepted: str) -> Variant:
    for coding in _preference(accepted):
        if coding in by_coding:
            return by_coding[coding]
    return by_coding["identity"]


@lru_cache(maxsize=256)
def _preference(accepted: str) -> tuple[str, ...]:
    """Our codings that an Accept-Encoding header takes, best first (RFC 9110, 12.5.3); identity unless refused."""
    weights: dict[str, float] = {}
    for item in accepted.lower().split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        if name:
            weights["gzip" if name == "x-gzip" else name] = _weight(parameters)
    rest = weights.get("*")
    rated = {
        coding: weights.get(coding, rest if rest is not None else (0.001 if coding == "identity" else 0.0))
        for coding in _CODINGS
    }
    return tuple(sorted((c for c in _CODINGS if rated[c] > 0), key=lambda c: -rated[c]))


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0


def _is_unchanged(environ: Environ, page: Page, variant: Variant) -> bool:
    """Whether the asker's copy is still good (RFC 9110, 13.2.2): tags first, a date only without them."""
    tags = environ.get("HTTP_IF_NONE_MATCH")
    if tags is not None:
        return tags.strip() == "*" or variant.etag[1:-1] in _TAG.findall(tags)
    since = environ["HTTP_IF_MODIFIED_SINCE"]
    if since == page.modified_text:
        return True
    try:
        return page.modified <= parsedate_to_datetime(since)
    except (ValueError, TypeError, IndexError, OverflowError):
        return False
