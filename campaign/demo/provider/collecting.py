"""Getting an invoice paid: attempts, retries, and what they make of the subscription."""

from __future__ import annotations

from campaign.demo.provider.endings import OVER, end, plan
from campaign.demo.provider.errors import declined, invalid
from campaign.demo.provider.events import emit
from campaign.demo.provider.invoicing import finalise, intent_for, mark_paid, mark_uncollectible, void
from campaign.demo.provider.money import charge_intent, settle_debit
from campaign.demo.provider.records import Charge, Customer, Invoice, PaymentIntent, Subscription
from campaign.demo.provider.world import World

DEBITS = {"debit": "us_bank_account", "debit_fails": "us_bank_account"}


def advance(world: World, invoice: Invoice) -> None:
    """A draft is finalised and attempted; an open invoice is attempted again."""
    if invoice.status == "draft":
        finalise(world, invoice)
    if invoice.status == "open":
        attempt(world, invoice)


def attempt(world: World, invoice: Invoice) -> bool:
    """One try at the money; true when it is settled or on its way."""
    customer = world.state.get(Customer, invoice.customer)
    if invoice.amount_due == 0:
        mark_paid(world, invoice, world.now)
        _paid(world, invoice, customer)
        return True
    intent = intent_for(world, invoice, customer)
    if intent.status == "processing":
        return True
    intent.method = DEBITS.get(customer.pays_by, "card")
    intent.will_fail = customer.pays_by == "debit_fails"
    succeeds = customer.pays_by != "fails" and not customer.fail_next
    customer.fail_next = max(0, customer.fail_next - 1)
    world.changed(customer)
    invoice.attempted = True
    invoice.attempt_count += 1
    charge = charge_intent(world, intent, succeeds=succeeds)
    if charge.status == "succeeded":
        mark_paid(world, invoice, charge.created)
        _paid(world, invoice, customer)
    elif charge.status == "failed":
        _failed(world, invoice, customer)
    else:
        invoice.next_payment_attempt = invoice.due_at = None
        world.changed(invoice)
        _activate(world, invoice)
    return succeeds


def bank_answers(world: World, intent: PaymentIntent) -> None:
    """A debit that was on its way has succeeded or failed."""
    charge = world.state.get(Charge, intent.latest_charge or "")
    settled = settle_debit(world, intent, charge)
    if not intent.invoice:
        return
    invoice = world.state.get(Invoice, intent.invoice)
    customer = world.state.get(Customer, invoice.customer)
    if settled and invoice.status in ("open", "uncollectible"):
        mark_paid(world, invoice, charge.created)
        _paid(world, invoice, customer)
    elif not settled and invoice.status == "open":
        _failed(world, invoice, customer)


def pay_now(world: World, invoice: Invoice, *, outside: bool) -> None:
    """Paid because somebody asked for it: outside of the provider, or by the customer's own means."""
    if invoice.status == "paid":
        raise invalid("Invoice is already paid", code="invoice_already_paid")
    if invoice.status == "void":
        raise invalid("This invoice can no longer be paid.", code="invoice_not_editable")
    if invoice.status == "draft":
        finalise(world, invoice)
    customer = world.state.get(Customer, invoice.customer)
    if outside:
        mark_paid(world, invoice, world.now, outside=True)
        _paid(world, invoice, customer)
    elif not attempt(world, invoice):
        raise declined()


def bill(world: World, invoice: Invoice, pause: str | None) -> None:
    """What becomes of a renewal's draft: collected in an hour, or set aside while collecting is paused."""
    if pause == "void":
        void(world, invoice)
    elif pause == "mark_uncollectible":
        mark_uncollectible(world, invoice)
    elif pause == "keep_as_draft":
        invoice.auto_advance = False
        world.changed(invoice)
    else:
        invoice.due_at = world.now + 3600
        world.changed(invoice)


def _paid(world: World, invoice: Invoice, customer: Customer) -> None:
    if customer.delinquent:
        customer.delinquent = False
        world.changed(customer)
        emit(world, "customer.updated", customer, {"delinquent": True})
    _activate(world, invoice)


def _activate(world: World, invoice: Invoice) -> None:
    if not invoice.subscription:
        return
    subscription = world.state.get(Subscription, invoice.subscription)
    if subscription.status not in ("incomplete", "past_due", "unpaid") or subscription.latest_invoice != invoice.id:
        return
    before = {"status": subscription.status}
    subscription.status = "active"
    plan(world, subscription)
    emit(world, "customer.subscription.updated", subscription, before)


def _failed(world: World, invoice: Invoice, customer: Customer) -> None:
    subscription = world.state.table(Subscription).rows.get(invoice.subscription or "")
    if subscription is None or subscription.status in ("incomplete", *OVER):
        world.changed(invoice)
        emit(world, "invoice.payment_failed", invoice)
        return
    waits = world.habits.retry_days
    exhausted = invoice.attempt_count > len(waits)
    retry_at = None if exhausted else world.now + waits[invoice.attempt_count - 1] * 86_400
    before = {"next_payment_attempt": invoice.next_payment_attempt, "attempt_count": invoice.attempt_count - 1}
    invoice.next_payment_attempt = invoice.due_at = retry_at
    world.changed(invoice)
    emit(world, "invoice.updated", invoice, before)
    emit(world, "invoice.payment_failed", invoice)
    customer.delinquent = True
    world.changed(customer)
    _fall_behind(world, subscription, exhausted=exhausted)


def _fall_behind(world: World, subscription: Subscription, *, exhausted: bool) -> None:
    if exhausted and world.habits.after_retries == "canceled":
        end(world, subscription, "payment_failed")
        return
    before = {"status": subscription.status}
    subscription.status = world.habits.after_retries if exhausted else "past_due"
    if subscription.status != before["status"]:
        world.changed(subscription)
        emit(world, "customer.subscription.updated", subscription, before)
