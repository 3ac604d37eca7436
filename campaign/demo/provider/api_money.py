"""Invoices, payments, refunds, disputes and the balance under /v1."""

from __future__ import annotations

from campaign.demo.provider.api_catalogue import amend, retrieve
from campaign.demo.provider.collecting import pay_now
from campaign.demo.provider.errors import invalid, missing, missing_parameter
from campaign.demo.provider.forms import CREATED, METADATA, NUMBER, TEXT, YES_NO
from campaign.demo.provider.invoice_shapes import line_shape
from campaign.demo.provider.invoicing import finalise, mark_uncollectible, void
from campaign.demo.provider.listing import page
from campaign.demo.provider.money import refund, undo_refund
from campaign.demo.provider.records import (
    BalanceTransaction,
    Charge,
    Dispute,
    Invoice,
    InvoicePayment,
    Json,
    PaymentIntent,
    Refund,
)
from campaign.demo.provider.rendering import shape_of
from campaign.demo.provider.routes import page_route, route
from campaign.demo.provider.shapes import list_of
from campaign.demo.provider.world import World


@route("GET", "/invoices/{id}")
def get_invoice(world: World, asked: Json, wanted: str) -> Json:
    del asked
    return retrieve(world, Invoice, wanted)


@page_route("/invoices/{id}/lines")
def list_invoice_lines(world: World, asked: Json, wanted: str) -> Json:
    invoice = world.state.get(Invoice, wanted)
    ids = [line["id"] for line in invoice.lines]
    after = asked.get("starting_after")
    if after and after not in ids:
        raise missing("line item", after, "starting_after")
    start = ids.index(after) + 1 if after else 0
    end = start + (asked.get("limit") or 10)
    rows = [line_shape(world, invoice, line) for line in invoice.lines[start:end]]
    return list_of(rows, f"/v1/invoices/{wanted}/lines", has_more=end < len(ids))


@page_route(
    "/invoices",
    {"customer": TEXT, "subscription": TEXT, "status": TEXT, "created": CREATED, "collection_method": TEXT},
)
def list_invoices(world: World, asked: Json) -> Json:
    customer, status = asked.get("customer"), asked.get("status")
    return page(
        world,
        world.state.table(Invoice),
        asked,
        "/v1/invoices",
        by="subscription" if asked.get("subscription") else "customer",
        keep=lambda invoice: status in (None, invoice.status) and customer in (None, invoice.customer),
    )


@route("POST", "/invoices/{id}/pay", {"paid_out_of_band": YES_NO, "off_session": YES_NO, "forgive": YES_NO})
def pay_invoice(world: World, asked: Json, wanted: str) -> Json:
    invoice = world.state.get(Invoice, wanted)
    pay_now(world, invoice, outside=bool(asked.get("paid_out_of_band")))
    return shape_of(world, invoice)


@route("POST", "/invoices/{id}/void")
def void_invoice(world: World, asked: Json, wanted: str) -> Json:
    del asked
    invoice = world.state.get(Invoice, wanted)
    if invoice.status == "draft":
        raise invalid("You can only void an open or uncollectible invoice.")
    void(world, invoice)
    return shape_of(world, invoice)


@route("POST", "/invoices/{id}/mark_uncollectible")
def write_off_invoice(world: World, asked: Json, wanted: str) -> Json:
    del asked
    invoice = world.state.get(Invoice, wanted)
    mark_uncollectible(world, invoice)
    return shape_of(world, invoice)


@route("POST", "/invoices/{id}/finalize", {"auto_advance": YES_NO})
def finalise_invoice(world: World, asked: Json, wanted: str) -> Json:
    del asked
    invoice = world.state.get(Invoice, wanted)
    finalise(world, invoice)
    return shape_of(world, invoice)


@route("GET", "/invoice_payments/{id}")
def get_invoice_payment(world: World, asked: Json, wanted: str) -> Json:
    del asked
    return retrieve(world, InvoicePayment, wanted)


@page_route(
    "/invoice_payments",
    {
        "invoice": TEXT,
        "status": TEXT,
        "created": CREATED,
        "payment": {"type": TEXT, "payment_intent": TEXT, "payment_record": TEXT},
    },
)
def list_invoice_payments(world: World, asked: Json) -> Json:
    through: Json = asked.get("payment") or {}
    if through and not through.get("type"):
        raise missing_parameter("payment[type]")
    if through:
        asked["payment"] = through.get(through["type"])
    status, invoice = asked.get("status"), asked.get("invoice")
    return page(
        world,
        world.state.table(InvoicePayment),
        asked,
        "/v1/invoice_payments",
        by="payment" if asked.get("payment") else "invoice",
        keep=lambda payment: status in (None, payment.status) and invoice in (None, payment.invoice),
    )


@route("GET", "/payment_intents/{id}")
def get_payment_intent(world: World, asked: Json, wanted: str) -> Json:
    del asked
    return retrieve(world, PaymentIntent, wanted)


@page_route("/payment_intents", {"customer": TEXT, "created": CREATED})
def list_payment_intents(world: World, asked: Json) -> Json:
    return page(world, world.state.table(PaymentIntent), asked, "/v1/payment_intents", by="customer")


@route("GET", "/charges/{id}")
def get_charge(world: World, asked: Json, wanted: str) -> Json:
    del asked
    return retrieve(world, Charge, wanted)


@page_route("/charges", {"customer": TEXT, "payment_intent": TEXT, "created": CREATED})
def list_charges(world: World, asked: Json) -> Json:
    customer = asked.get("customer")
    return page(
        world,
        world.state.table(Charge),
        asked,
        "/v1/charges",
        by="payment_intent" if asked.get("payment_intent") else "customer",
        keep=lambda charge: customer in (None, charge.customer),
    )


@route(
    "POST",
    "/refunds",
    {"charge": TEXT, "payment_intent": TEXT, "amount": NUMBER, "reason": TEXT, "metadata": METADATA},
)
def create_refund(world: World, asked: Json) -> Json:
    wanted = asked.get("charge")
    if asked.get("payment_intent"):
        intent = world.state.get(PaymentIntent, asked["payment_intent"], "payment_intent")
        wanted = intent.latest_charge
    charge = world.state.get(Charge, wanted or "", "charge")
    metadata = world.metadata_of(asked.get("metadata"))
    return shape_of(world, refund(world, charge, asked.get("amount"), asked.get("reason"), metadata))


@route("POST", "/refunds/{id}", {"metadata": METADATA})
def update_refund(world: World, asked: Json, wanted: str) -> Json:
    return amend(world, world.state.get(Refund, wanted), asked, "refund.updated")


@route("POST", "/refunds/{id}/cancel")
def cancel_refund(world: World, asked: Json, wanted: str) -> Json:
    del asked
    made = world.state.get(Refund, wanted)
    undo_refund(world, made, "canceled")
    return shape_of(world, made)


@route("GET", "/refunds/{id}")
def get_refund(world: World, asked: Json, wanted: str) -> Json:
    del asked
    return retrieve(world, Refund, wanted)


@page_route("/refunds", {"charge": TEXT, "payment_intent": TEXT, "created": CREATED})
def list_refunds(world: World, asked: Json) -> Json:
    by = "charge" if asked.get("charge") else "payment_intent"
    return page(world, world.state.table(Refund), asked, "/v1/refunds", by=by)


@route("GET", "/disputes/{id}")
def get_dispute(world: World, asked: Json, wanted: str) -> Json:
    del asked
    return retrieve(world, Dispute, wanted)


@page_route("/disputes", {"charge": TEXT, "payment_intent": TEXT, "created": CREATED})
def list_disputes(world: World, asked: Json) -> Json:
    by = "charge" if asked.get("charge") else "payment_intent"
    return page(world, world.state.table(Dispute), asked, "/v1/disputes", by=by)


@route("GET", "/balance_transactions/{id}")
def get_balance_transaction(world: World, asked: Json, wanted: str) -> Json:
    del asked
    return retrieve(world, BalanceTransaction, wanted)


@page_route(
    "/balance_transactions", {"created": CREATED, "type": TEXT, "source": TEXT, "currency": TEXT, "payout": TEXT}
)
def list_balance_transactions(world: World, asked: Json) -> Json:
    kind, currency = asked.get("type"), asked.get("currency")
    return page(
        world,
        world.state.table(BalanceTransaction),
        asked,
        "/v1/balance_transactions",
        by="source",
        keep=lambda moved: kind in (None, moved.type) and currency in (None, moved.currency),
    )
