"""An invoice as evidence: its state, and the periods of the lines that bill a subscription."""

from __future__ import annotations

from campaign.domain.facts import InvoiceLine, InvoiceState
from campaign.ingest.stripe.fields import Json, Thing
from campaign.store.told import DRAFT, ToldInvoice

STATES = {
    "draft": DRAFT,
    "open": InvoiceState.OPEN.value,
    "paid": InvoiceState.PAID.value,
    "void": InvoiceState.VOID.value,
    "uncollectible": InvoiceState.WRITTEN_OFF.value,
}


def told_invoice(body: Json) -> ToldInvoice:
    """The invoice's facts; its lines and payments are complete in `body`. Raises MalformedFact."""
    invoice = Thing.of(body, "invoice")
    currency = invoice.currency()
    status = invoice.text("status")
    if status not in STATES:
        raise invoice.wrong(f"its status {status[:20]!r} is none we know")
    transitions = invoice.part("status_transitions")
    settled_at = voided_at = None
    if transitions is not None:
        settled_at = transitions.optional_instant("paid_at")
        voided_at = transitions.optional_instant("voided_at")
    if status == "paid" and settled_at is None:
        raise invoice.wrong("it is paid and does not say when")
    if status == "void" and voided_at is None:
        raise invoice.wrong("it is void and does not say since when")
    return ToldInvoice(
        key=invoice.key,
        membership_key=subscription_key(invoice),
        state=STATES[status],
        total_minor=invoice.minor("total", currency),
        currency=currency,
        settled_at=settled_at if status == "paid" else None,
        voided_at=voided_at if status == "void" else None,
        lines=tuple(line for row in invoice.parts("lines") if (line := _line(row, currency)) is not None),
        link_keys=tuple(sorted(set(link_keys(invoice)))),
    )


def subscription_key(invoice: Thing) -> str | None:
    """The subscription an invoice bills: below `parent`, or at the top before 2025-03-31."""
    parent = invoice.part("parent")
    if parent is None:
        return invoice.id_of("subscription")
    details = parent.part("subscription_details")
    return None if details is None else details.id_of("subscription")


def link_keys(invoice: Thing) -> list[str]:
    """Payment intents, or charges, that pay the invoice."""
    if "payments" not in invoice.body:
        old = invoice.id_of("payment_intent") or invoice.id_of("charge")
        return [] if old is None else [old]
    found: list[str] = []
    for row in invoice.parts("payments"):
        through = row.part("payment")
        if through is None or row.optional_text("status") == "canceled":
            continue
        key = through.id_of("payment_intent") or through.id_of("charge")
        found += [] if key is None else [key]
    return found


def _line(line: Thing, currency: str) -> InvoiceLine | None:
    """The line where it bills or credits a subscription's price; what else was sold on the invoice is no evidence."""
    if not _bills_subscription(line):
        return None
    price_key = _price_key(line)
    period = line.part("period")
    if price_key is None or period is None:
        raise line.wrong("a line has no price or no period")
    amount = line.minor("amount", currency)
    amount -= sum(row.minor("amount", currency) for row in line.parts("discount_amounts"))
    starts_at, ends_at = period.instant("start"), period.instant("end")
    if ends_at < starts_at:
        raise line.wrong("a line's period ends before it starts")
    return InvoiceLine(starts_at, ends_at, amount, price_key, max(1, line.number("quantity", 1)))


def _bills_subscription(line: Thing) -> bool:
    parent = line.part("parent")
    if parent is None:
        old = line.optional_text("type")
        if old is None and line.body.get("subscription") is None:
            raise line.wrong("a line does not say what it bills")
        return old == "subscription" or line.yes("proration")
    if parent.optional_text("type") == "subscription_item_details":
        return True
    item = parent.part("invoice_item_details")
    return item is not None and item.yes("proration") and item.id_of("subscription") is not None


def _price_key(line: Thing) -> str | None:
    pricing = line.part("pricing")
    if pricing is not None:
        details = pricing.part("price_details")
        return None if details is None else details.id_of("price")
    return line.id_of("price") or line.id_of("plan")
