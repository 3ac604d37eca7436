"""Stripe's objects as readings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from campaign.ingest.addresses import AddressHasher
from campaign.ingest.reading import Reading, SignUpEnd
from campaign.ingest.stripe.charges import giver_address, told_charge
from campaign.ingest.stripe.fields import Json, Thing
from campaign.ingest.stripe.invoices import subscription_key, told_invoice
from campaign.ingest.stripe.prices import told_price
from campaign.ingest.stripe.reach import Reach
from campaign.ingest.stripe.subscriptions import billed_until, is_plain, told_subscription, without_billed_period
from campaign.store.objects import Ref
from campaign.store.told import ToldAccount

SUBSCRIPTION, INVOICE, CHARGE, CUSTOMER = "subscription", "invoice", "charge", "customer"
SESSION, REFUND, DISPUTE = "checkout.session", "refund", "dispute"
INVOICE_PAYMENT, PAYMENT_INTENT, PRICE = "invoice_payment", "payment_intent", "price"

KINDS = frozenset(
    {
        SUBSCRIPTION,
        INVOICE,
        CHARGE,
        CUSTOMER,
        SESSION,
        REFUND,
        DISPUTE,
        INVOICE_PAYMENT,
        PAYMENT_INTENT,
        PRICE,
    }
)
"""Objects whose deliveries lead to something; all others are kept and ignored."""

LATER_KINDS = (CUSTOMER, SESSION, INVOICE_PAYMENT, PAYMENT_INTENT, PRICE)
"""Subscriptions, invoices and charges mostly bring them along, so they are fetched a little later."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Turns Stripe's objects into readings; pure. Each method raises MalformedFact."""

    hash_address: AddressHasher

    def customer(self, body: Json) -> Reading:
        """One that was deleted tells nothing, so what it told before stays."""
        customer = Thing.of(body, CUSTOMER)
        reading = Reading(whole={Ref(CUSTOMER, customer.key)})
        if not customer.yes("deleted"):
            reading.told.add(ToldAccount(customer.key, self.hash_address(customer.optional_text("email"))))
        return reading

    def customer_of(self, body: Json) -> Reading:
        """The customer an object was expanded with, if it was."""
        customer = body.get("customer")
        return self.customer(cast(Json, customer)) if isinstance(customer, dict) else Reading()

    def invoice(self, body: Json) -> Reading:
        """The invoice, its customer and its payments' names."""
        invoice = told_invoice(body)
        reading = self.customer_of(body)
        reading.told.add(invoice)
        reading.whole.add(Ref(INVOICE, invoice.key))
        for row in Thing.of(body, INVOICE).parts("payments"):
            reading.whole.add(Ref(INVOICE_PAYMENT, row.text("id")))
        return reading

    def invoice_with_subscription(self, body: Json, is_complete: Callable[[str], bool]) -> Reading:
        """The invoice, and its subscription where with this one all of its invoices are known.

        `is_complete`: whether a subscription's invoices were known before.
        """
        reading = self.invoice(body)
        membership_key = subscription_key(Thing.of(body, INVOICE))
        if membership_key is None:
            return reading
        subscription = expanded_subscription(body)
        if subscription is not None and speaks_for_itself(subscription, body, is_complete):
            reading.update(self.subscription(subscription, [body], complete=True))
        else:
            reading.dirties.add(Ref(SUBSCRIPTION, membership_key))
        return reading

    def subscription(self, body: Json, invoices: list[Json], *, complete: bool) -> Reading:
        """The membership with the invoices read beside it; `complete`: they are all there are."""
        reading = self.customer_of(body)
        for row in invoices:
            reading.update(self.invoice(row))
        membership = told_subscription(body, invoices_complete=complete)
        reading.told.add(without_billed_period(membership, billed_until(reading.told.invoices.values())))
        reading.whole.add(Ref(SUBSCRIPTION, membership.key))
        return reading

    def subscription_with_known_invoices(self, body: Json, until: datetime | None) -> Reading:
        """The membership, all of whose invoices were told before; they bill it `until`."""
        reading = self.customer_of(body)
        membership = told_subscription(body, invoices_complete=True)
        reading.told.add(without_billed_period(membership, until))
        reading.whole.add(Ref(SUBSCRIPTION, membership.key))
        return reading

    def older_subscription(self, body: Json, until: datetime | None, reach: Reach) -> Reading:
        """The membership of whose invoices only the later ones were told, with what is assumed of the time before."""
        membership = told_subscription(body)
        if not reach.may_assume(body, membership):
            return Reading(dirties={Ref(SUBSCRIPTION, membership.key)})
        reading = self.customer_of(body)
        reading.told.add(reach.assumed(membership, until))
        reading.whole.add(Ref(SUBSCRIPTION, membership.key))
        return reading

    def charge(self, body: Json, disputes: list[Json], invoice_key: str | None) -> Reading:
        """The payment with its refunds and disputes, and its giver."""
        payment = told_charge(body, disputes, invoice_key)
        reading = self.customer_of(body)
        if payment.account_key == payment.key:
            reading.told.add(ToldAccount(payment.key, self.hash_address(giver_address(body))))
        reading.told.add(payment)
        charge = Thing.of(body, CHARGE)
        reading.whole.add(Ref(CHARGE, payment.key))
        if charge.body.get("payment_intent") is not None:
            reading.whole.add(Ref(PAYMENT_INTENT, payment.link_key))
        reading.whole |= {Ref(REFUND, row.text("id")) for row in charge.parts("refunds")}
        reading.whole |= {Ref(DISPUTE, Thing.of(row, DISPUTE).key) for row in disputes}
        return reading

    def price(self, body: Json) -> Reading:
        """A price a source sells."""
        price = told_price(body)
        return Reading(whole={Ref(PRICE, price.key)}, prices=[price])

    def session(self, body: Json) -> Reading:
        """How a sign-up ended."""
        session = Thing.of(body, SESSION)
        reading = Reading(whole={Ref(SESSION, session.key)})
        if session.optional_text("status") == "expired":
            reading.sign_up = SignUpEnd(session.key, "abandoned")
        elif session.optional_text("payment_status") in ("paid", "no_payment_required"):
            reading.sign_up = SignUpEnd(session.key, "paid")
        return reading


def expanded_subscription(invoice: Json) -> Json | None:
    """The subscription an invoice was expanded with."""
    parent = Thing.of(invoice, INVOICE).part("parent")
    details = None if parent is None else parent.part("subscription_details")
    body = None if details is None else details.body.get("subscription")
    return cast(Json, body) if isinstance(body, dict) else None


def speaks_for_itself(subscription: Json, latest_invoice: Json | None, is_complete: Callable[[str], bool]) -> bool:
    """A plain active subscription whose latest invoice is at hand and paid, its first one or all others known."""
    items = subscription.get("items")
    if not is_plain(subscription) or (isinstance(items, dict) and cast(Json, items).get("has_more")):
        return False
    thing = Thing.of(subscription, SUBSCRIPTION)
    if latest_invoice is None or latest_invoice.get("id") != thing.id_of("latest_invoice"):
        return False
    is_first = latest_invoice.get("billing_reason") == "subscription_create"
    return latest_invoice.get("status") == "paid" and (is_first or is_complete(thing.key))
