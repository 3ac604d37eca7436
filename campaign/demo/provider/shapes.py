"""Supporters, what they buy and what they arranged, in the shape callers see (Stripe 2026-10-28.endive)."""

from __future__ import annotations

from collections.abc import Sequence

from campaign.demo.provider.records import (
    Customer,
    Json,
    Price,
    Product,
    Subscription,
)
from campaign.demo.provider.world import World

NO_ADDRESS = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}


def list_of(rows: Sequence[Json], url: str, *, has_more: bool = False) -> Json:
    return {"object": "list", "data": list(rows), "has_more": has_more, "url": url}


def customer_shape(world: World, customer: Customer) -> Json:
    if customer.deleted:
        return {"id": customer.id, "object": "customer", "deleted": True}
    return {
        "id": customer.id,
        "object": "customer",
        "address": None,
        "balance": customer.balance,
        "created": customer.created,
        "currency": customer.currency,
        "default_source": None,
        "delinquent": customer.delinquent,
        "description": customer.description,
        "email": customer.email,
        "invoice_prefix": customer.id[-8:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": world.livemode,
        "metadata": customer.metadata,
        "name": customer.name,
        "next_invoice_sequence": customer.number_of_invoices + 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }


def product_shape(world: World, product: Product) -> Json:
    return {
        "id": product.id,
        "object": "product",
        "active": product.active,
        "created": product.created,
        "default_price": None,
        "description": product.description,
        "images": [],
        "livemode": world.livemode,
        "marketing_features": [],
        "metadata": product.metadata,
        "name": product.name,
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "type": "service",
        "unit_label": None,
        "updated": product.updated,
        "url": None,
    }


def price_shape(world: World, price: Price) -> Json:
    recurring = None
    if price.interval:
        recurring = {
            "interval": price.interval,
            "interval_count": price.interval_count,
            "meter": None,
            "trial_period_days": None,
            "usage_type": "licensed",
        }
    return {
        "id": price.id,
        "object": "price",
        "active": price.active,
        "billing_scheme": "per_unit",
        "created": price.created,
        "currency": price.currency,
        "custom_unit_amount": None,
        "livemode": world.livemode,
        "lookup_key": price.lookup_key,
        "metadata": price.metadata,
        "nickname": price.nickname,
        "product": price.product,
        "recurring": recurring,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if price.interval else "one_time",
        "unit_amount": price.unit_amount,
        "unit_amount_decimal": str(price.unit_amount),
    }


def item_shape(world: World, subscription: Subscription, item: Json) -> Json:
    price = world.state.get(Price, item["price"])
    return {
        "id": item["id"],
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": item["created"],
        "current_period_end": subscription.period_end,
        "current_period_start": subscription.period_start,
        "discounts": [],
        "metadata": {},
        "plan": plan_shape(world, price),
        "price": price_shape(world, price),
        "quantity": item["quantity"],
        "subscription": subscription.id,
        "tax_rates": [],
    }


def plan_shape(world: World, price: Price) -> Json:
    return {
        "id": price.id,
        "object": "plan",
        "active": price.active,
        "amount": price.unit_amount,
        "amount_decimal": str(price.unit_amount),
        "billing_scheme": "per_unit",
        "created": price.created,
        "currency": price.currency,
        "interval": price.interval,
        "interval_count": price.interval_count,
        "livemode": world.livemode,
        "metadata": price.metadata,
        "meter": None,
        "nickname": price.nickname,
        "product": price.product,
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


OF_ANY_SUBSCRIPTION: Json = {
    "application": None,
    "application_fee_percent": None,
    "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
    "billing_cycle_anchor_config": None,
    "billing_mode": {"flexible": None, "type": "classic"},
    "billing_schedules": [],
    "billing_thresholds": None,
    "collection_method": "charge_automatically",
    "customer_account": None,
    "days_until_due": None,
    "default_payment_method": None,
    "default_source": None,
    "default_tax_rates": [],
    "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
    "next_pending_invoice_item_invoice": None,
    "on_behalf_of": None,
    "payment_settings": {
        "payment_method_options": None,
        "payment_method_types": None,
        "save_default_payment_method": "off",
    },
    "pending_invoice_item_interval": None,
    "pending_setup_intent": None,
    "pending_update": None,
    "schedule": None,
    "test_clock": None,
    "transfer_data": None,
    "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
}


def subscription_shape(world: World, subscription: Subscription) -> Json:
    items = [item_shape(world, subscription, item) for item in subscription.items]
    pause = None
    if subscription.pause_behavior:
        pause = {"behavior": subscription.pause_behavior, "resumes_at": subscription.pause_resumes_at}
    return {
        "id": subscription.id,
        "object": "subscription",
        "billing_cycle_anchor": subscription.anchor,
        "cancel_at": subscription.cancel_at,
        "cancel_at_period_end": subscription.cancel_at_period_end,
        "canceled_at": subscription.canceled_at,
        "cancellation_details": {"comment": None, "feedback": None, "reason": subscription.cancel_reason},
        "created": subscription.created,
        "currency": subscription.currency,
        "customer": subscription.customer,
        "description": subscription.description,
        "discounts": [subscription.discount] if subscription.discount else [],
        "ended_at": subscription.ended_at,
        "items": list_of(
            items[:10], f"/v1/subscription_items?subscription={subscription.id}", has_more=len(items) > 10
        ),
        "latest_invoice": subscription.latest_invoice,
        "livemode": world.livemode,
        "metadata": subscription.metadata,
        "pause_collection": pause,
        "start_date": subscription.created,
        "status": subscription.status,
        "trial_end": subscription.trial_end,
        "trial_start": subscription.trial_start,
        **OF_ANY_SUBSCRIPTION,
    }
