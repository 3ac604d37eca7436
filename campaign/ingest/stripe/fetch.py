"""Fetching an object at our version, with all that is needed to book what it says in one visit where that can be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from campaign.ingest.stripe import reading as r
from campaign.ingest.stripe.client import Gateway
from campaign.ingest.stripe.fields import Json, Thing
from campaign.ingest.stripe.reading import Reader, Reading
from campaign.store.objects import Ref

SUBSCRIPTION_WITH = ["customer", "latest_invoice.payments"]
INVOICE_WITH = ["customer", "payments", "parent.subscription_details.subscription"]
CHARGE_WITH = ["customer", "balance_transaction", "refunds"]


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Asks one account.

    `is_linked`: whether we know already which invoice a payment belongs to. `is_complete`: whether we know all invoices
    of a subscription up to its latest.
    """

    gateway: Gateway
    reader: Reader
    is_linked: Callable[[str], bool]
    is_complete: Callable[[str], bool]

    def fetch(self, ref: Ref) -> Reading:
        """What Stripe says of the object now. Raises what the gateway raises, and MalformedFact."""
        visits: dict[str, Callable[[str], Reading]] = {
            r.SUBSCRIPTION: self._subscription,
            r.INVOICE: self._invoice,
            r.CHARGE: self._charge,
            r.CUSTOMER: lambda key: self.reader.customer(self.gateway.get(f"customers/{key}")),
            r.SESSION: self._session,
            r.REFUND: lambda key: self._charge_of(r.REFUND, "refunds", key),
            r.DISPUTE: lambda key: self._charge_of(r.DISPUTE, "disputes", key),
            r.INVOICE_PAYMENT: self._invoice_payment,
            r.PAYMENT_INTENT: self._payment_intent,
            r.PRICE: lambda key: self.reader.price(self.gateway.get(f"prices/{key}", expand=["product"])),
        }
        reading = visits[ref.kind](ref.key)
        reading.whole.add(ref)
        return reading

    def _subscription(self, key: str) -> Reading:
        return self.subscription(self.gateway.get(f"subscriptions/{key}", expand=SUBSCRIPTION_WITH))

    def subscription(self, body: Json) -> Reading:
        """Of a subscription read with its latest invoice; unless that says all, its invoices are read to the end."""
        body = self._with_all(body, "items", "subscription_items", {"subscription": body.get("id")})
        latest = body.get("latest_invoice")
        latest = cast(Json, latest) if isinstance(latest, dict) else None
        if latest is not None and r.speaks_for_itself(body, latest, self.is_complete):
            return self.reader.subscription(body, [self.whole_invoice(latest)], complete=True)
        key = Thing.of(body, r.SUBSCRIPTION).key
        rows = self.gateway.rows("invoices", subscription=key, expand=["data.payments"])
        return self.reader.subscription(body, [self.whole_invoice(row) for row in rows], complete=True)

    def _invoice(self, key: str) -> Reading:
        body = self.whole_invoice(self.gateway.get(f"invoices/{key}", expand=INVOICE_WITH))
        return self.reader.invoice_with_subscription(body, self.is_complete)

    def whole_invoice(self, body: Json) -> Json:
        """The invoice with all of its lines and payments: an object holds only the first ten of each."""
        key = Thing.of(body, r.INVOICE).key
        body = self._with_all(body, "lines", f"invoices/{key}/lines", {})
        return self._with_all(body, "payments", "invoice_payments", {"invoice": key})

    def _charge(self, key: str) -> Reading:
        return self.charge(self.gateway.get(f"charges/{key}", expand=CHARGE_WITH))

    def charge(self, body: Json) -> Reading:
        """Of a charge read with its refunds and balance transaction; its invoice is asked for where nobody told it."""
        charge = Thing.of(body, r.CHARGE)
        body = self._with_all(body, "refunds", "refunds", {"charge": charge.key})
        disputes = self.gateway.rows("disputes", charge=charge.key) if charge.yes("disputed") else []
        invoice_key = self._invoice_of(charge.id_of("payment_intent"))
        reading = self.reader.charge(body, disputes, invoice_key)
        if invoice_key is not None:
            reading.dirties.add(Ref(r.INVOICE, invoice_key))
        return reading

    def _invoice_of(self, payment_intent: str | None) -> str | None:
        if payment_intent is None or self.is_linked(payment_intent):
            return None
        through = {"type": "payment_intent", "payment_intent": payment_intent}
        rows = self.gateway.get("invoice_payments", payment=through, limit=1)["data"]
        return Thing.of(rows[0], r.INVOICE_PAYMENT).id_of("invoice") if rows else None

    def _charge_of(self, kind: str, path: str, key: str) -> Reading:
        charge_key = Thing.of(self.gateway.get(f"{path}/{key}"), kind).id_of("charge")
        return Reading() if charge_key is None else self._charge(charge_key)

    def _invoice_payment(self, key: str) -> Reading:
        payment = Thing.of(self.gateway.get(f"invoice_payments/{key}"), r.INVOICE_PAYMENT)
        invoice_key = payment.id_of("invoice")
        if invoice_key is None:
            raise payment.wrong("it has no invoice")
        return self._invoice(invoice_key)

    def _payment_intent(self, key: str) -> Reading:
        body = self.gateway.get(f"payment_intents/{key}")
        charge_key = Thing.of(body, r.PAYMENT_INTENT).id_of("latest_charge")
        return Reading() if charge_key is None else self._charge(charge_key)

    def _session(self, key: str) -> Reading:
        with_all = ["customer", "subscription.latest_invoice.payments"]
        body = self.gateway.get(f"checkout/sessions/{key}", expand=with_all)
        reading = self.reader.session(body)
        reading.update(self.reader.customer_of(body))
        subscription = body.get("subscription")
        if isinstance(subscription, dict):
            reading.update(self.subscription(cast(Json, subscription)))
        intent = Thing.of(body, r.SESSION).id_of("payment_intent")
        if intent is not None:
            reading.dirties.add(Ref(r.PAYMENT_INTENT, intent))
        return reading

    def _with_all(self, body: Json, name: str, path: str, params: dict[str, Any]) -> Json:
        """The object with a list inside read to its end."""
        held = body.get(name)
        if not isinstance(held, dict) or not cast(Json, held).get("has_more"):
            return body
        expand = {"expand": ["data.price"]} if name == "items" else {}
        return {**body, name: {"data": self.gateway.rows(path, **params, **expand)}}
