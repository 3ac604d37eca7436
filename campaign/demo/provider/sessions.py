"""Checkout sessions: opened by the newsroom, finished by a supporter on the hosted page, or expired."""

from __future__ import annotations

from campaign.demo.provider.collecting import DEBITS
from campaign.demo.provider.errors import invalid
from campaign.demo.provider.events import emit
from campaign.demo.provider.lives import begin
from campaign.demo.provider.money import charge_intent
from campaign.demo.provider.records import Customer, Invoice, PaymentIntent, Session
from campaign.demo.provider.world import World


def new_customer(world: World, email: str | None, name: str | None, pays_by: str = "card") -> Customer:
    customer = world.add(Customer(world.state.new_id(Customer), world.now, email=email, name=name, pays_by=pays_by))
    tell_address(world, customer)
    emit(world, "customer.created", customer)
    return customer


def tell_address(world: World, customer: Customer) -> None:
    world.truth("customer", customer=customer.id, email=customer.email)


def complete(world: World, session: Session, *, email: str, name: str | None, pays_by: str) -> str:
    """The supporter paid: everything the session stands for exists afterwards. Returns where to send the browser."""
    if session.status != "open":
        raise invalid("This Checkout Session is no longer open.")
    session.details_email, session.details_name = email, name
    if session.mode == "subscription":
        _subscribe(world, session, pays_by)
    else:
        _pay_once(world, session, pays_by)
    session.status, session.due_at = "complete", None
    world.changed(session)
    emit(world, "checkout.session.completed", session)
    return (session.success_url or "").replace("{CHECKOUT_SESSION_ID}", session.id)


def expire(world: World, session: Session) -> None:
    if session.status != "open":
        raise invalid('Only Checkout Sessions with a status in ["open"] can be expired.')
    session.status, session.due_at, session.expires_at = "expired", None, min(session.expires_at, world.now)
    world.changed(session)
    emit(world, "checkout.session.expired", session)


def bank_told(world: World, intent: PaymentIntent) -> None:
    """A session whose debit was on its way has its answer."""
    session = world.state.table(Session).rows.get(intent.session or "")
    if session is None:
        return
    settled = intent.status == "succeeded"
    session.payment_status = "paid" if settled else "unpaid"
    world.changed(session)
    ending = "succeeded" if settled else "failed"
    emit(world, f"checkout.session.async_payment_{ending}", session)


def _customer_of(world: World, session: Session, pays_by: str) -> Customer:
    if session.customer:
        customer = world.state.get(Customer, session.customer)
        customer.pays_by = pays_by
        world.changed(customer)
        return customer
    customer = new_customer(world, session.details_email, session.details_name, pays_by)
    session.customer = customer.id
    world.state.reindex(session, "customer")
    return customer


def _subscribe(world: World, session: Session, pays_by: str) -> None:
    customer = _customer_of(world, session, pays_by)
    subscription = begin(
        world,
        customer,
        [{**row, "created": world.now} for row in session.items],
        trial_end=world.now + session.trial_days * 86_400 if session.trial_days else None,
        metadata=dict(session.subscription_metadata),
    )
    session.subscription = subscription.id
    world.state.reindex(session, "subscription")
    session.invoice = subscription.latest_invoice
    invoice = world.state.get(Invoice, subscription.latest_invoice or "")
    if invoice.payment_intent:
        intent = world.state.get(PaymentIntent, invoice.payment_intent)
        intent.session = session.id
        world.changed(intent)
    session.payment_status = "paid" if invoice.status == "paid" else "unpaid"
    if invoice.status == "paid" and invoice.total == 0:
        session.payment_status = "no_payment_required"


def _pay_once(world: World, session: Session, pays_by: str) -> None:
    intent = world.add(
        PaymentIntent(
            world.state.new_id(PaymentIntent),
            world.now,
            customer=session.customer,
            amount=session.amount,
            currency=session.currency,
            session=session.id,
            email=session.details_email,
            description="One-off support",
            metadata=dict(session.payment_metadata),
            method=DEBITS.get(pays_by, "card"),
            will_fail=pays_by == "debit_fails",
        )
    )
    emit(world, "payment_intent.created", intent)
    charge = charge_intent(world, intent, succeeds=pays_by != "fails")
    session.payment_intent = intent.id
    world.state.reindex(session, "payment_intent")
    session.payment_status = "paid" if charge.status == "succeeded" else "unpaid"
