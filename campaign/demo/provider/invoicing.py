"""What is on an invoice, and its states up to being paid."""

from __future__ import annotations

from campaign.demo.provider.errors import invalid
from campaign.demo.provider.events import emit
from campaign.demo.provider.records import (
    Customer,
    Invoice,
    InvoicePayment,
    Json,
    PaymentIntent,
    Price,
    Subscription,
)
from campaign.demo.provider.world import World

DRAFT_SECONDS = 3600


def period_lines(world: World, subscription: Subscription, start: int, end: int, *, trial: bool = False) -> list[Json]:
    """One line for each item and this period; nothing to pay in a trial."""
    lines: list[Json] = []
    for item in subscription.items:
        price = world.state.get(Price, item["price"])
        amount = 0 if trial else price.unit_amount * item["quantity"]
        line = line_of(world, item, start, end, amount)
        line["discount"] = amount * subscription.coupon_percent // 100
        line["description"] = "Trial period" if trial else f"{item['quantity']} × membership"
        lines.append(line)
    return lines


def line_of(world: World, item: Json, start: int, end: int, amount: int) -> Json:
    world.state.counter += 1
    return {
        "id": f"il_1{world.state.new_id(Invoice)[4:]}",
        "price": item["price"],
        "item": item["id"],
        "quantity": item["quantity"],
        "start": start,
        "end": end,
        "amount": amount,
        "discount": 0,
        "proration": False,
        "description": "membership",
    }


def draft(world: World, subscription: Subscription, lines: list[Json], reason: str) -> Invoice:
    """A draft with these lines and whatever was still to be billed, to be finalised by whoever asked for it."""
    customer = world.state.get(Customer, subscription.customer)
    lines = [*subscription.pending_lines, *lines]
    subscription.pending_lines = []
    invoice = Invoice(
        world.state.new_id(Invoice),
        world.now,
        customer=customer.id,
        customer_email=customer.email,
        customer_name=customer.name,
        subscription=subscription.id,
        currency=subscription.currency,
        lines=lines,
        billing_reason=reason,
        period_start=subscription.period_start,
        period_end=subscription.period_end,
        discount=subscription.discount if subscription.coupon_percent else None,
        subscription_metadata=dict(subscription.metadata),
    )
    invoice.subtotal = sum(line["amount"] for line in lines)
    invoice.total = invoice.subtotal - sum(line["discount"] for line in lines)
    invoice.amount_due = max(0, invoice.total)
    world.add(invoice)
    subscription.latest_invoice = invoice.id
    world.changed(subscription)
    emit(world, "invoice.created", invoice)
    return invoice


def finalise(world: World, invoice: Invoice) -> None:
    """Open, numbered, with the customer's credit taken off; paid at once when nothing is left to pay."""
    if invoice.status != "draft":
        raise invalid("This invoice is already finalized.")
    customer = world.state.get(Customer, invoice.customer)
    customer.number_of_invoices += 1
    customer.currency = customer.currency or invoice.currency
    invoice.number = f"{customer.id[-8:].upper()}-{customer.number_of_invoices:04}"
    invoice.status, invoice.finalized_at, invoice.due_at = "open", world.now, None
    invoice.starting_balance = customer.balance
    credit = min(-customer.balance, invoice.total) if customer.balance < 0 and invoice.total > 0 else 0
    invoice.amount_due = max(0, invoice.total) - credit
    customer.balance += credit + min(0, invoice.total)
    invoice.ending_balance = customer.balance
    world.changed(customer)
    world.changed(invoice)
    emit(world, "invoice.finalized", invoice)
    if customer.balance != invoice.starting_balance:
        emit(world, "customer.updated", customer, {"balance": invoice.starting_balance})


def intent_for(world: World, invoice: Invoice, customer: Customer) -> PaymentIntent:
    """The invoice's payment intent, made with its invoice payment when it is first needed."""
    if invoice.payment_intent:
        return world.state.get(PaymentIntent, invoice.payment_intent)
    intent = world.add(
        PaymentIntent(
            world.state.new_id(PaymentIntent),
            world.now,
            customer=customer.id,
            amount=invoice.amount_due,
            currency=invoice.currency,
            invoice=invoice.id,
            description="Subscription update" if invoice.billing_reason == "subscription_update" else "Membership",
            email=customer.email,
        )
    )
    invoice.payment_intent = intent.id
    world.add(
        InvoicePayment(
            world.state.new_id(InvoicePayment),
            world.now,
            invoice=invoice.id,
            currency=invoice.currency,
            payment=intent.id,
            amount_requested=invoice.amount_due,
        )
    )
    emit(world, "payment_intent.created", intent)
    return intent


def mark_paid(world: World, invoice: Invoice, made_at: int, *, outside: bool = False) -> None:
    """Paid, and written into the log of truth with the stretches of time that it pays for."""
    invoice.status, invoice.paid_at = "paid", world.now
    invoice.amount_paid = invoice.amount_due
    invoice.attempted = True
    invoice.out_of_band = outside
    invoice.next_payment_attempt = invoice.due_at = None
    world.changed(invoice)
    for payment in world.state.table(InvoicePayment).find("invoice", invoice.id):
        if payment.status == "open":
            payment.status = "canceled" if outside else "paid"
            payment.paid_at = None if outside else world.now
            payment.canceled_at = world.now if outside else None
            payment.amount_paid = None if outside else payment.amount_requested
            world.changed(payment)
            if not outside:
                emit(world, "invoice_payment.paid", payment)
    if outside:
        cancel_intent(world, invoice)
    world.truth(
        "settled",
        invoice=invoice.id,
        subscription=invoice.subscription,
        customer=invoice.customer,
        intent=None if outside else invoice.payment_intent,
        total=invoice.total,
        made_at=made_at,
        lines=[
            [line["price"], line["start"], line["end"], line["amount"], line["amount"] - line["discount"]]
            for line in invoice.lines
        ],
    )
    emit(world, "invoice.paid", invoice)
    emit(world, "invoice.payment_succeeded", invoice)


def void(world: World, invoice: Invoice) -> None:
    if invoice.status not in ("open", "uncollectible", "draft"):
        raise invalid("You can only void an open or uncollectible invoice.")
    invoice.status, invoice.voided_at = "void", world.now
    _stop_collecting(world, invoice)
    starts = [line["start"] for line in invoice.lines]
    world.truth("voided", invoice=invoice.id, subscription=invoice.subscription, starts=max(starts, default=0))
    emit(world, "invoice.voided", invoice)


def mark_uncollectible(world: World, invoice: Invoice) -> None:
    if invoice.status not in ("open", "draft"):
        raise invalid("You can only mark an open invoice as uncollectible.")
    invoice.status, invoice.uncollectible_at = "uncollectible", world.now
    invoice.next_payment_attempt = invoice.due_at = None
    world.changed(invoice)
    emit(world, "invoice.marked_uncollectible", invoice)


def _stop_collecting(world: World, invoice: Invoice) -> None:
    invoice.next_payment_attempt = invoice.due_at = None
    world.changed(invoice)
    for payment in world.state.table(InvoicePayment).find("invoice", invoice.id):
        if payment.status == "open":
            payment.status, payment.canceled_at = "canceled", world.now
            world.changed(payment)
    cancel_intent(world, invoice)


def cancel_intent(world: World, invoice: Invoice) -> None:
    if not invoice.payment_intent:
        return
    intent = world.state.get(PaymentIntent, invoice.payment_intent)
    if intent.status not in ("succeeded", "canceled"):
        intent.status, intent.canceled_at, intent.due_at = "canceled", world.now, None
        world.changed(intent)
        emit(world, "payment_intent.canceled", intent)
