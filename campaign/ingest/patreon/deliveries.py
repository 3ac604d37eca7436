"""A delivery of Patreon's: its body signed by HMAC-MD5, without time or id; a hint to ask for its member.

A cancellation usually comes as `members:update`, so the event's name decides nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence

from campaign.ingest.bodies import inside, kept_text, read_object
from campaign.ingest.errors import Unverified
from campaign.ingest.members import MEMBER
from campaign.store.inbox import Delivery

_SIGNATURE = re.compile(r"[0-9a-fA-F]{32}")


def verify(body: bytes, header: str | None, secrets: Sequence[str]) -> None:
    """Returns when one of the secrets signed the body. Raises Unverified."""
    if not header or not _SIGNATURE.fullmatch(header.strip()):
        raise Unverified("the X-Patreon-Signature header is missing or can't be read")
    told = header.strip().lower()
    if not any(hmac.compare_digest(_signature(body, secret), told) for secret in secrets if secret):
        raise Unverified("none of this source's secrets made this signature")


def delivery_of(body: bytes, event: str | None, account: str | None) -> Delivery:
    """The allow-list of a delivery: which member, and what is said to have happened. Raises Unverified for no event."""
    told = read_object(body)
    if not isinstance(told.get("data"), dict):
        raise Unverified("the body holds no object")
    name = kept_text(event, 120) or "unnamed"
    key = kept_text(inside(told, "data", "id"), 200)
    campaign = kept_text(inside(told, "data", "relationships", "campaign", "data", "id"), 120)
    digest = hashlib.sha256(body).hexdigest()
    return Delivery(
        external_id=f"{name}:{digest}",
        type=name,
        object_kind=kept_text(inside(told, "data", "type"), 60),
        object_key=key,
        livemode=None,
        account=campaign,
        api_version=None,
        created_at=None,
        digest=digest,
        ignored=_why_ignored(inside(told, "data", "type"), key, campaign, account),
        asks_again=True,
    )


def _why_ignored(kind: object, key: str | None, campaign: str | None, account: str | None) -> str | None:
    if kind != MEMBER or key is None:
        return "it names no member"
    if account is not None and campaign is not None and campaign != account:
        return "it is of another page at Patreon than this source"
    return None


def _signature(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.md5).hexdigest()
