"""Subscriptions and checkout sessions under /v1."""

from __future__ import annotations

from typing import Any

from campaign.demo.provider.api_catalogue import amend, create_price, retrieve
from campaign.demo.provider.endings import credit_lines, end, schedule_end
from campaign.demo.provider.errors import invalid, missing_parameter
from campaign.demo.provider.forms import ANY, CREATED, METADATA, NUMBER, TEXT, YES_NO
from campaign.demo.provider.listing import page, session_items
from campaign.demo.provider.lives import begin, bill_at_once, item, set_pause, set_trial_end, switch
from campaign.demo.provider.records import NOTHING, Customer, Json, Price, Session, Subscription
from campaign.demo.provider.rendering import shape_of
from campaign.demo.provider.routes import page_route, route
from campaign.demo.provider.sessions import expire
from campaign.demo.provider.shapes import list_of
from campaign.demo.provider.world import World

NEW_ITEMS: list[Json] = [{"price": TEXT, "quantity": NUMBER, "metadata": METADATA}]
ITEMS: list[Json] = [{**NEW_ITEMS[0], "id": TEXT, "deleted": YES_NO}]
CHANGES: Json = {
    "items": ITEMS,
    "metadata": METADATA,
    "description": TEXT,
    "cancel_at_period_end": YES_NO,
    "cancel_at": NUMBER,
    "trial_end": NUMBER,
    "proration_behavior": TEXT,
    "payment_behavior": TEXT,
    "payment_settings": ANY,
    "off_session": YES_NO,
}
LINE: Json = {
    "price": TEXT,
    "quantity": NUMBER,
    "price_data": {
        "currency": TEXT,
        "unit_amount": NUMBER,
        "product": TEXT,
        "product_data": {"name": TEXT, "description": TEXT},
        "recurring": {"interval": TEXT, "interval_count": NUMBER},
    },
}


@route(
    "POST",
    "/subscriptions",
    {
        **CHANGES,
        "items": NEW_ITEMS,
        "customer": TEXT,
        "trial_period_days": NUMBER,
        "collection_method": TEXT,
    },
    ("customer", "items"),
)
def create_subscription(world: World, asked: Json) -> Json:
    customer = world.state.get(Customer, asked["customer"], "customer")
    trial_end = asked.get("trial_end")
    if asked.get("trial_period_days"):
        trial_end = world.now + asked["trial_period_days"] * 86_400
    subscription = begin(
        world,
        customer,
        [item(world, row.get("price") or "", row.get("quantity", 1)) for row in asked["items"]],
        trial_end=trial_end if isinstance(trial_end, int) else None,
        metadata=world.metadata_of(asked.get("metadata")),
        description=asked.get("description"),
        waits_for_payment=asked.get("payment_behavior") == "default_incomplete",
    )
    if asked.get("cancel_at_period_end") or asked.get("cancel_at"):
        schedule_end(
            world, subscription, at=asked.get("cancel_at"), at_period_end=bool(asked.get("cancel_at_period_end"))
        )
    return shape_of(world, subscription)


@route(
    "POST",
    "/subscriptions/{id}",
    {**CHANGES, "pause_collection": {"behavior": TEXT, "resumes_at": NUMBER}, "cancellation_details": ANY},
)
def update_subscription(world: World, asked: Json, wanted: str) -> Json:
    subscription = world.state.get(Subscription, wanted)
    if "items" in asked:
        rows = _changed_items(world, subscription, asked["items"])
        switch(world, subscription, rows, asked.get("proration_behavior") or "create_prorations")
    if "pause_collection" in asked:
        pause: Json = asked["pause_collection"] or NOTHING
        if pause.get("behavior") not in (None, "void", "keep_as_draft", "mark_uncollectible"):
            raise invalid("Invalid pause_collection[behavior]", param="pause_collection[behavior]")
        set_pause(world, subscription, pause.get("behavior"), pause.get("resumes_at"))
    if "cancel_at_period_end" in asked or "cancel_at" in asked:
        schedule_end(
            world, subscription, at=asked.get("cancel_at"), at_period_end=bool(asked.get("cancel_at_period_end"))
        )
    if "trial_end" in asked:
        trial_end = asked["trial_end"]
        set_trial_end(world, subscription, trial_end if isinstance(trial_end, int) else world.now)
    told = {name: asked[name] for name in ("metadata", "description") if name in asked}
    return amend(world, subscription, told, "customer.subscription.updated" if told else "")


@route(
    "DELETE",
    "/subscriptions/{id}",
    {"invoice_now": YES_NO, "prorate": YES_NO, "cancellation_details": ANY, "expand": [TEXT]},
)
def cancel_subscription(world: World, asked: Json, wanted: str) -> Json:
    subscription = world.state.get(Subscription, wanted)
    stop(world, subscription, prorate=bool(asked.get("prorate")), invoice_now=bool(asked.get("invoice_now")))
    return shape_of(world, subscription)


def stop(world: World, subscription: Subscription, *, prorate: bool, invoice_now: bool) -> None:
    """Canceled at once, with the rest of the period given back as credit where that was asked for."""
    if prorate and subscription.status == "active":
        subscription.pending_lines += credit_lines(world, subscription)
    if invoice_now and subscription.pending_lines:
        bill_at_once(world, subscription, "subscription_update")
    end(world, subscription, "cancellation_requested")


@route("GET", "/subscriptions/{id}")
def get_subscription(world: World, asked: Json, wanted: str) -> Json:
    del asked
    return retrieve(world, Subscription, wanted)


@page_route(
    "/subscriptions",
    {"customer": TEXT, "price": TEXT, "status": TEXT, "created": CREATED, "collection_method": TEXT},
)
def list_subscriptions(world: World, asked: Json) -> Json:
    price, status = asked.get("price"), asked.get("status")

    def keep(subscription: Subscription) -> bool:
        if status not in (None, "all", "ended") and subscription.status != status:
            return False
        if status == "ended" and not subscription.ended_at:
            return False
        if status is None and subscription.status == "canceled":
            return False
        return price is None or any(row["price"] == price for row in subscription.items)

    return page(world, world.state.table(Subscription), asked, "/v1/subscriptions", by="customer", keep=keep)


@route(
    "POST",
    "/checkout/sessions",
    {
        "mode": TEXT,
        "line_items": [LINE],
        "success_url": TEXT,
        "cancel_url": TEXT,
        "customer": TEXT,
        "customer_email": TEXT,
        "client_reference_id": TEXT,
        "metadata": METADATA,
        "subscription_data": {"metadata": METADATA, "trial_period_days": NUMBER, "description": TEXT},
        "payment_intent_data": {"metadata": METADATA, "description": TEXT},
        "expires_at": NUMBER,
        "locale": TEXT,
        "submit_type": TEXT,
        "ui_mode": TEXT,
        "customer_creation": TEXT,
    },
    ("mode", "line_items"),
)
def create_session(world: World, asked: Json) -> Json:
    if asked["mode"] not in ("subscription", "payment"):
        raise invalid("Invalid mode: must be one of payment or subscription", param="mode")
    if not asked.get("success_url"):
        raise missing_parameter("success_url")
    rows = [_session_item(world, row) for row in asked["line_items"]]
    prices = [world.state.get(Price, row["price"]) for row in rows]
    if asked["mode"] == "subscription" and not any(price.interval for price in prices):
        raise invalid("You must provide at least one recurring price in `subscription` mode.", param="line_items")
    if asked["mode"] == "payment" and any(price.interval for price in prices):
        raise invalid("You specified `payment` mode but passed a recurring price.", param="line_items")
    expires_at = asked.get("expires_at") or world.now + 86_400
    for_subscription: Json = asked.get("subscription_data") or NOTHING
    for_payment: Json = asked.get("payment_intent_data") or NOTHING
    session = world.add(
        Session(
            world.state.new_id(Session, "live_" if world.livemode else "test_"),
            world.now,
            mode=asked["mode"],
            items=rows,
            currency=prices[0].currency,
            amount=sum(price.unit_amount * row["quantity"] for price, row in zip(prices, rows, strict=True)),
            customer=asked.get("customer"),
            customer_email=asked.get("customer_email"),
            client_reference_id=asked.get("client_reference_id"),
            success_url=asked["success_url"],
            cancel_url=asked.get("cancel_url"),
            locale=asked.get("locale"),
            submit_type=asked.get("submit_type"),
            metadata=world.metadata_of(asked.get("metadata")),
            subscription_metadata=world.metadata_of(for_subscription.get("metadata")),
            payment_metadata=world.metadata_of(for_payment.get("metadata")),
            trial_days=for_subscription.get("trial_period_days") or 0,
            expires_at=expires_at,
            due_at=expires_at,
        )
    )
    return shape_of(world, session)


@route("GET", "/checkout/sessions/{id}")
def get_session(world: World, asked: Json, wanted: str) -> Json:
    del asked
    return retrieve(world, Session, wanted)


@page_route("/checkout/sessions/{id}/line_items")
def list_session_items(world: World, asked: Json, wanted: str) -> Json:
    del asked
    rows = session_items(world, world.state.get(Session, wanted))
    return list_of(rows, f"/v1/checkout/sessions/{wanted}/line_items")


@route("POST", "/checkout/sessions/{id}/expire")
def expire_session(world: World, asked: Json, wanted: str) -> Json:
    del asked
    session = world.state.get(Session, wanted)
    expire(world, session)
    return shape_of(world, session)


@page_route(
    "/checkout/sessions",
    {"customer": TEXT, "subscription": TEXT, "payment_intent": TEXT, "status": TEXT, "created": CREATED},
)
def list_sessions(world: World, asked: Json) -> Json:
    by = next((name for name in ("subscription", "payment_intent", "customer") if asked.get(name)), None)
    return page(
        world,
        world.state.table(Session),
        asked,
        "/v1/checkout/sessions",
        by=by,
        keep=lambda session: asked.get("status") in (None, session.status),
    )


def _changed_items(world: World, subscription: Subscription, rows: list[Json]) -> list[Json]:
    kept = {row["id"]: dict(row) for row in subscription.items}
    for row in rows:
        target: dict[str, Any] | None = kept.get(row.get("id", ""))
        if target is None and row.get("id"):
            raise invalid(f"No such subscription_item: '{row['id']}'", param="items", code="resource_missing")
        if target is None:
            target = item(world, row.get("price") or "", row.get("quantity", 1))
            kept[target["id"]] = target
        if row.get("deleted"):
            del kept[target["id"]]
        if row.get("price"):
            target["price"] = world.state.get(Price, row["price"], "price").id
        target["quantity"] = row.get("quantity", target["quantity"])
    if not kept:
        raise invalid("A subscription must have at least one active plan.", param="items")
    return list(kept.values())


def _session_item(world: World, row: Json) -> Json:
    quantity = row.get("quantity", 1)
    if row.get("price"):
        return item(world, row["price"], quantity)
    from_data: Json | None = row.get("price_data")
    if not from_data:
        raise missing_parameter("line_items[0][price]")
    return item(world, create_price(world, from_data)["id"], quantity)
