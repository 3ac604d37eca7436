"""An event is a hint: of its body only an allow-list of fields is read, and nothing else is kept."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Any, cast

from campaign.ingest.errors import Unverified
from campaign.ingest.stripe.reading import KINDS
from campaign.store.inbox import Delivery

DEEPEST = 64

_TEXTS = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NEVER_AN_OBJECT = frozenset({"invoice.upcoming"})
"""It tells of an invoice that does not exist yet and can't be asked for."""

Json = dict[str, Any]


def read_event(body: bytes, livemode: bool, account: str | None) -> Delivery:
    """The delivery in a signed body, for a source of this mode and account. Raises Unverified for what is no event."""
    if is_deeper_than(body, DEEPEST):
        raise Unverified(f"the body is nested deeper than {DEEPEST}")
    try:
        event: object = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Unverified("the body is no JSON") from None
    return delivery_of(event, livemode, account, hashlib.sha256(body).hexdigest())


def delivery_of(event: object, livemode: bool, account: str | None, digest: str) -> Delivery:
    """The allow-list of an event's fields. Raises Unverified for what is no event."""
    if not isinstance(event, dict):
        raise Unverified("the body is no event")
    fields = cast(Json, event)
    held = fields.get("data")
    thing = cast(Json, held).get("object") if isinstance(held, dict) else None
    if not isinstance(thing, dict):
        raise Unverified("the event holds no object")
    thing = cast(Json, thing)
    mode, of_account = fields.get("livemode"), _text(fields, "account", 255)
    kind, key = _hint(thing, "object", 60), _hint(thing, "id", 255)
    event_type = _required(fields, "type", 120)
    return Delivery(
        external_id=_required(fields, "id", 255),
        type=event_type,
        object_kind=kind,
        object_key=key,
        livemode=mode if isinstance(mode, bool) else None,
        account=of_account,
        api_version=_text(fields, "api_version", 60),
        created_at=_instant(fields.get("created")),
        digest=digest,
        ignored=_why_ignored(mode is livemode, of_account in (None, account), event_type, kind, key),
    )


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


def _why_ignored(same_mode: bool, same_account: bool, event_type: str, kind: str | None, key: str | None) -> str | None:
    if not same_mode:
        return "it is of the other mode (test or live) than this source"
    if not same_account:
        return "it is of another account than this source"
    if kind not in KINDS or key is None or event_type in _NEVER_AN_OBJECT:
        return "nothing is counted from such events"
    return None


def _required(fields: Json, name: str, longest: int) -> str:
    value = _text(fields, name, longest)
    if not value:
        raise Unverified(f"the event has no {name}")
    return value


def _text(fields: Json, name: str, longest: int) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > longest or _UNSTORABLE.search(value):
        raise Unverified(f"the event's {name} can't be kept")
    return value


def _hint(thing: Json, name: str, longest: int) -> str | None:
    """What the object is: None where that can't be used, which is a reason to ignore the event, not to refuse it."""
    value = thing.get(name)
    if not isinstance(value, str) or not value or len(value) > longest or _UNSTORABLE.search(value):
        return None
    return value


def _instant(value: object) -> datetime | None:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 33:
        return None
    return datetime.fromtimestamp(value, UTC)
