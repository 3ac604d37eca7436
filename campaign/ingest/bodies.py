"""Bodies from outside as JSON: refused before they can do harm."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from campaign.ingest.errors import Unverified

Json = dict[str, Any]

DEEPEST = 64

_TEXTS = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def is_deeper_than(body: bytes, deepest: int) -> bool:
    """Whether brackets outside of texts are nested deeper, found without parsing."""
    if body.count(b"[") + body.count(b"{") <= deepest:
        return False
    depth = 0
    for bracket in _TEXTS.sub(b"", body).translate(None, _NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > deepest:
            return True
    return False


def read_object(body: bytes) -> Json:
    """The object in a signed body. Raises Unverified for what is none."""
    if is_deeper_than(body, DEEPEST):
        raise Unverified(f"the body is nested deeper than {DEEPEST}")
    try:
        told: object = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Unverified("the body is no JSON") from None
    if not isinstance(told, dict):
        raise Unverified("the body is no object")
    return cast(Json, told)


def kept_text(value: object, longest: int) -> str | None:
    """A text that can be kept as an id or a name; None for what can't, the empty text among them."""
    if not isinstance(value, str) or not value or len(value) > longest or _UNSTORABLE.search(value):
        return None
    return value


def inside(body: object, *path: str) -> object:
    """What stands below a path of names; None where anything on the way is missing."""
    for name in path:
        body = cast(Json, body).get(name) if isinstance(body, dict) else None
    return body
