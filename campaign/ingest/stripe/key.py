"""Trying a key: whose account it opens, in which mode, what it may read, and what it lacks, in Stripe's own words."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, cast

from campaign.domain.errors import MalformedFact
from campaign.ingest.errors import LacksPermission, RefusedBySource, SourceUnavailable, UnknownAtSource
from campaign.ingest.source_kind import KeyTried, Lack
from campaign.ingest.stripe.client import API_VERSION, Gateway, Json
from campaign.ingest.stripe.prices import told_price
from campaign.store.prices import ToldPrice

NEEDED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("customers", "Customers: read", {}),
    ("subscriptions", "Subscriptions: read", {}),
    ("invoices", "Invoices: read", {}),
    ("charges", "Charges and Refunds: read", {}),
    ("payment_intents", "Payment Intents: read", {}),
    ("disputes", "Disputes: read", {}),
    ("balance_transactions", "Balance transactions: read", {}),
    ("prices", "Prices: read", {}),
    ("products", "Products: read", {}),
    ("events", "Events: read", {}),
)
"""Lists that counting needs, with the name of each permission on the page where keys are made."""

WRITES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("checkout/sessions", "Checkout Sessions: write", "the join form", {"mode": "subscription"}),
    (
        "webhook_endpoints",
        "Webhook Endpoints: write",
        "making the endpoint here",
        {"api_version": API_VERSION},
    ),
)
"""Calls that are never complete, so that they make nothing: a key that may answers 400, another 403."""


def try_key(gateway: Gateway) -> KeyTried:
    """What the key opens. Raises RefusedBySource where it opens nothing, SourceUnavailable."""
    account, name = _account(gateway)
    lacks: list[Lack] = []
    for path, words, params in NEEDED:
        try:
            gateway.get(path, limit=1, **params)
        except LacksPermission as refused:
            account = account or refused.account
            lacks.append(Lack(words, refused.permission))
    for path, words, purpose, params in WRITES:
        try:
            gateway.post(path, "", **params)
        except LacksPermission as refused:
            account = account or refused.account
            lacks.append(Lack(words, refused.permission, purpose))
        except (RefusedBySource, UnknownAtSource):
            continue  # refused for what is missing in the call, so the key may
    return KeyTried(account, name, tuple(words for _, words, _ in NEEDED), tuple(lacks), _sold(gateway))


def _sold(gateway: Gateway) -> tuple[ToldPrice, ...]:
    """The newest hundred prices, so that they can be ticked before anything is imported; what can't be read is not."""
    found: list[ToldPrice] = []
    with suppress(LacksPermission):
        for row in gateway.get("prices", limit=100, expand=["data.product"])["data"]:
            with suppress(MalformedFact):
                found.append(told_price(row))
    return tuple(found)


def _account(gateway: Gateway) -> tuple[str, str]:
    """The account's id and name; a restricted key may see neither, but its refusal names the account."""
    try:
        body = gateway.get("account")
    except LacksPermission as refused:
        return refused.account, ""
    except UnknownAtSource as unknown:
        raise SourceUnavailable("Stripe did not answer as Stripe does") from unknown
    name = _part(body, "business_profile").get("name")
    name = name or _part(_part(body, "settings"), "dashboard").get("display_name") or ""
    return str(body.get("id") or ""), str(name)[:120]


def _part(body: Json, name: str) -> Json:
    found: object = body.get(name)
    return cast(Json, found) if isinstance(found, dict) else {}
