"""The webhook endpoint at Stripe: made at our API version, with exactly the types of events that lead to something."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import cast

from campaign.ingest.errors import SourceUnavailable
from campaign.ingest.stripe.client import API_VERSION, Gateway, Json
from campaign.ingest.stripe.events import EVENT_TYPES

WANTED = frozenset(event_type for types in EVENT_TYPES for event_type in types)
DESCRIPTION = "Campaign tracker"
MOST_ENDPOINTS = 100
"""More than the 16 that one account may have."""


@dataclass(frozen=True, slots=True)
class EndpointSeen:
    """An endpoint as it stands at Stripe. `missing` and `needless`: types of events, against those we use."""

    key: str
    url: str
    api_version: str | None
    is_enabled: bool
    missing: tuple[str, ...]
    needless: tuple[str, ...]

    @property
    def is_at_our_version(self) -> bool:
        return self.api_version == API_VERSION

    @property
    def is_right(self) -> bool:
        """Whether nothing about it needs repair."""
        return self.is_enabled and self.is_at_our_version and not self.missing and not self.needless


def make(gateway: Gateway, url: str, attempt: str) -> tuple[EndpointSeen, str]:
    """A new endpoint and its signing secret, told this once; the same attempt makes one, however often it is tried.

    Raises LacksPermission, RefusedBySource, SourceUnavailable.
    """
    types = sorted(WANTED)
    key = hashlib.sha256("\0".join((attempt, url, API_VERSION, *types)).encode()).hexdigest()
    body = gateway.post(
        "webhook_endpoints", key, url=url, enabled_events=types, api_version=API_VERSION, description=DESCRIPTION
    )
    secret = body.get("secret")
    if not isinstance(secret, str) or not secret:
        raise SourceUnavailable("Stripe's answer holds no signing secret")
    return _seen(body), secret


def look(gateway: Gateway, url: str) -> list[EndpointSeen]:
    """The account's endpoints at an address, those that are switched on and right first. Raises as `make`."""
    rows = cast(list[Json], gateway.get("webhook_endpoints", limit=MOST_ENDPOINTS).get("data") or [])
    found = [_seen(row) for row in rows if row.get("url") == url]
    return sorted(found, key=lambda one: (not one.is_enabled, not one.is_right, one.key))


def put_right(gateway: Gateway, endpoint: EndpointSeen) -> EndpointSeen:
    """The endpoint is switched on and sends what we use; its version can't be changed (docs.stripe.com/webhooks)."""
    body = gateway.post(f"webhook_endpoints/{endpoint.key}", "", enabled_events=sorted(WANTED), disabled=False)
    return _seen(body)


def remove(gateway: Gateway, key: str) -> None:
    """The endpoint is gone. Raises UnknownAtSource where it was gone before; else as `make`."""
    gateway.delete(f"webhook_endpoints/{key}")


def _seen(body: Json) -> EndpointSeen:
    sends = set(cast(list[str], body.get("enabled_events") or []))
    missing = () if "*" in sends else tuple(sorted(WANTED - sends))
    return EndpointSeen(
        str(body.get("id")),
        str(body.get("url")),
        body.get("api_version"),
        body.get("status") == "enabled",
        missing,
        tuple(sorted(sends - WANTED)),
    )
