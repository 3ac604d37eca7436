"""Stripe's hosted checkout for a campaign's page: a membership or money once; the number moves when it is paid."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Protocol

from campaign.domain.about import article_of
from campaign.domain.campaign import Campaign
from campaign.domain.errors import Invalid
from campaign.domain.offers import Chosen
from campaign.ingest.errors import SourceUnavailable
from campaign.ingest.stripe.client import Gateway
from campaign.ingest.stripe.fields import to_stripe
from campaign.ingest.stripe.metadata import OWN_WORDS
from campaign.store import sign_ups
from campaign.store.engine import Database


class Gateways(Protocol):
    """Whom to ask, by source."""

    def gateway(self, source_id: int) -> Gateway: ...


def open_checkout(
    db: Database,
    accounts: Gateways,
    campaign: Campaign,
    chosen: Chosen | None = None,
    *,
    nonce: str,
    success_url: str,
    cancel_url: str,
    now: datetime,
    variant: str | None = None,
    article: str | None = None,
    email: str | None = None,
) -> str:
    """The address of a checkout session for what was chosen; without that, for the campaign's price.

    The sign-up is recorded as started; who it is for, and which campaign, stands at the session and at what it makes.

    `nonce`: of the form that was shown; sending the same form twice opens one session. Raises Invalid where the
    campaign offers no price, SourceUnavailable, RefusedBySource, UnknownAtSource.
    """
    join = campaign.join
    chosen = chosen or Chosen(join.price_key)
    if join.source_id is None or not (chosen.price_key or chosen.amount_minor):
        raise Invalid("join", "This campaign offers no price to join with.")
    told = {"campaign": campaign.slug, "variant": variant or OWN_WORDS, "article": article_of(article or "")}
    metadata = {name: value for name, value in told.items() if value}
    asked = {
        **(_membership(chosen, metadata) if chosen.price_key else _gift(campaign, chosen, metadata)),
        "metadata": metadata,
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
        sign_ups.start(writing, campaign.id, join.source_id, session_key, variant, metadata.get("article"), now)
    return url


def _membership(chosen: Chosen, metadata: dict[str, str]) -> dict[str, Any]:
    return {
        "mode": "subscription",
        "line_items": [{"price": chosen.price_key, "quantity": 1}],
        "subscription_data": {"metadata": metadata},
    }


def _gift(campaign: Campaign, chosen: Chosen, metadata: dict[str, str]) -> dict[str, Any]:
    price = {
        "currency": chosen.currency.lower(),
        "unit_amount": to_stripe(chosen.amount_minor, chosen.currency),
        "product_data": {"name": campaign.name[:250]},
    }
    return {
        "mode": "payment",
        "submit_type": "donate",
        "line_items": [{"price_data": price, "quantity": 1}],
        "payment_intent_data": {"metadata": metadata},
    }


def _idempotency_key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
