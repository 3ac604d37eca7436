"""One record, in the shape of its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from campaign.demo.provider import invoice_shapes, money_shapes, session_shapes, shapes
from campaign.demo.provider import records as r
from campaign.demo.provider.kinds import ID_PREFIXES
from campaign.demo.provider.world import World

SHAPES: dict[type[r.Record], Callable[[World, Any], r.Json]] = {
    r.Customer: shapes.customer_shape,
    r.Product: shapes.product_shape,
    r.Price: shapes.price_shape,
    r.Subscription: shapes.subscription_shape,
    r.Session: session_shapes.session_shape,
    r.Endpoint: session_shapes.endpoint_shape,
    r.Invoice: invoice_shapes.invoice_shape,
    r.InvoicePayment: invoice_shapes.invoice_payment_shape,
    r.PaymentIntent: money_shapes.payment_intent_shape,
    r.Charge: money_shapes.charge_shape,
    r.Refund: money_shapes.refund_shape,
    r.Dispute: money_shapes.dispute_shape,
    r.BalanceTransaction: money_shapes.balance_transaction_shape,
}
KIND_OF_PREFIX = {prefix: kind for kind, prefix in ID_PREFIXES.items() if kind in SHAPES}


def shape_of(world: World, record: r.Record) -> r.Json:
    return SHAPES[type(record)](world, record)


def record_of(world: World, wanted: str) -> r.Record | None:
    """The record with this id, whatever its kind."""
    kind = KIND_OF_PREFIX.get(wanted[: wanted.find("_") + 1])
    return world.state.table(kind).rows.get(wanted) if kind else None
