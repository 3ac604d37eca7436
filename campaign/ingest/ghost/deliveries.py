"""A delivery of Ghost's: signed over body and millisecond timestamp, without an id; a hint to ask for its member.

Ghost sends once, waits two seconds, and deletes a webhook that answers 410 (its webhook trigger); imports send nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from campaign.ingest.bodies import inside, kept_text, read_object
from campaign.ingest.errors import Unverified
from campaign.ingest.members import MEMBER
from campaign.store.inbox import Delivery

TOPICS = ("member.added", "member.edited", "member.deleted")
TOLERANCE = timedelta(minutes=5)

_HEADER = re.compile(r"sha256=([0-9a-fA-F]{64}),\s*t=([0-9]{10,15})")


def verify(body: bytes, header: str | None, secrets: Sequence[str], real_now: datetime) -> datetime:
    """When it was signed, by one of the secrets, within five minutes of the real time. Raises Unverified."""
    found = _HEADER.fullmatch(header.strip()) if header else None
    if found is None:
        raise Unverified("the X-Ghost-Signature header is missing or can't be read")
    signature, timestamp = found[1].lower(), found[2]
    signed_at = datetime.fromtimestamp(int(timestamp) / 1000, UTC)
    if abs(signed_at - real_now) > TOLERANCE:
        raise Unverified("the signature is older than 5 minutes, or from the future")
    if not any(hmac.compare_digest(_signature(body, timestamp, secret), signature) for secret in secrets if secret):
        raise Unverified("none of this source's secrets made this signature")
    return signed_at


def delivery_of(body: bytes, topic: str, signed_at: datetime) -> Delivery:
    """The allow-list of a delivery: which member, and what is said to have happened. Raises Unverified for no event."""
    told = read_object(body)
    if not isinstance(told.get("member"), dict):
        raise Unverified("the body tells of no member")
    key = kept_text(inside(told, "member", "current", "id"), 200)
    key = key or kept_text(inside(told, "member", "previous", "id"), 200)
    digest = hashlib.sha256(body).hexdigest()
    return Delivery(
        external_id=f"{topic}:{digest}:{int(signed_at.timestamp() * 1000)}",
        type=topic,
        object_kind=None if key is None else MEMBER,
        object_key=key,
        livemode=None,
        account=None,
        api_version=None,
        created_at=signed_at,
        digest=digest,
        ignored=None if key is not None else "it names no member",
        asks_again=True,
    )


def _signature(body: bytes, timestamp: str, secret: str) -> str:
    return hmac.new(secret.encode(), body + timestamp.encode(), hashlib.sha256).hexdigest()
