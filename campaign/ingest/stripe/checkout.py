"""Stripe's hosted checkout for a campaign's join form: one price, monthly; the number only moves when it is paid."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Protocol

from campaign.domain.campaign import Campaign
from campaign.domain.errors import Invalid
from campaign.ingest.errors import SourceUnavailable
from campaign.ingest.stripe.client import Gateway
from campaign.store import sign_ups
from campaign.store.engine import Database


class Gateways(Protocol):
    """Whom to ask, by source."""

    def gateway(self, source_id: int) -> Gateway: ...


def open_checkout(
    db: Database,
    accounts: Gateways,
    campaign: Campaign,
    *,
    nonce: str,
    success_url: str,
    cancel_url: str,
    now: datetime,
    variant: str | None = None,
    article: str | None = None,
    email: str | None = None,
) -> str:
    """The address of a checkout session for the campaign's price; the sign-up is recorded as started.

    `nonce`: of the form that was shown; sending the same form twice opens one session. Raises Invalid where the
    campaign offers no price, SourceUnavailable, RefusedBySource, UnknownAtSource.
    """
    join = campaign.join
    if join.source_id is None or not join.price_key:
        raise Invalid("join", "This campaign offers no price to join with.")
    told = {"campaign": campaign.slug, "variant": (variant or "")[:60], "article": (article or "")[:255]}
    metadata = {name: value for name, value in told.items() if value}
    asked: dict[str, Any] = {
        "mode": "subscription",
        "line_items": [{"price": join.price_key, "quantity": 1}],
        "metadata": metadata,
        "subscription_data": {"metadata": metadata},
        "success_url": success_url,
        "cancel_url": cancel_url,
    }
    if email:
        asked["customer_email"] = email
    key = _idempotency_key(campaign.slug, nonce, repr(sorted(asked.items(), key=lambda item: item[0])))
    session = accounts.gateway(join.source_id).post("checkout/sessions", key, **asked)
    url, session_key = session.get("url"), session.get("id")
    if not isinstance(url, str) or not isinstance(session_key, str):
        raise SourceUnavailable("Stripe's answer holds no address to pay at")
    with db.write() as writing:
        sign_ups.start(
            writing, campaign.id, join.source_id, session_key, metadata.get("variant"), metadata.get("article"), now
        )
    return url


def _idempotency_key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
