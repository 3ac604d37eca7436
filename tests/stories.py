"""Builders for facts: a test shows only the values that matter. Days are counted from 1 January 2026 (day 0)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from campaign.domain.campaign import Campaign, EditorState, GoalKind, Rule
from campaign.domain.facts import (
    Invoice,
    InvoiceLine,
    InvoiceState,
    Membership,
    Payment,
    PaymentState,
    Person,
    Reduction,
    ReductionKind,
)

_ids = count(1)
PRICE = "price_month"


def day(number: float) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)


def campaign(kind: GoalKind = GoalKind.MEMBERS, *, rule: Rule | None = None, **changes: object) -> Campaign:
    """A public campaign over the whole of 2026 in UTC, for 25,000."""
    base = Campaign(
        id=1,
        slug="25k",
        name="25,000 members",
        kind=kind,
        target=25_000,
        currency="USD",
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
        zone="UTC",
        rule=rule or Rule(),
        state=EditorState.PUBLIC,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def line(start: float, end: float, amount: int = 500, price: str = PRICE, quantity: int = 1) -> InvoiceLine:
    return InvoiceLine(day(start), day(end), amount, price, quantity)


def paid(
    start: float, end: float, *, at: float | None = None, total: int = 500, key: str = "", **changes: object
) -> Invoice:
    """An invoice for one period, settled at its start unless said otherwise, paid by the payment `pay_<key>`."""
    key = key or f"in_{next(_ids)}"
    base = Invoice(
        source_id=1,
        key=key,
        membership_key="sub_1",
        state=InvoiceState.PAID,
        total_minor=total,
        currency="USD",
        settled_at=day(start if at is None else at),
        voided_at=None,
        lines=(line(start, end, max(total, 0)),),
        link_keys=(f"pay_{key}",),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def unpaid(start: float, end: float) -> Invoice:
    return paid(start, end, state=InvoiceState.OPEN, settled_at=None)


def void(start: float, end: float, at: float) -> Invoice:
    return paid(start, end, state=InvoiceState.VOID, settled_at=None, voided_at=day(at))


def membership(*invoices: Invoice, started: float = 0, **changes: object) -> Membership:
    base = Membership(
        id=next(_ids), source_id=1, key="sub_1", started_at=day(started), price_keys=(PRICE,), invoices=invoices
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def payment(for_invoice: str | None = None, *, at: float = 0, amount: int = 500, **changes: object) -> Payment:
    """A card payment; for an invoice where its key is given, else one-off."""
    number = next(_ids)
    base = Payment(
        id=number,
        source_id=1,
        key=f"ch_{number}",
        link_key=f"pay_{for_invoice}" if for_invoice else f"pay_{number}",
        amount_minor=amount,
        currency="USD",
        occurred_at=day(at),
        state=PaymentState.SUCCEEDED,
        invoice_key=for_invoice,
        price_keys=(PRICE,) if for_invoice else None,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def refund(at: float, amount: int = 500) -> Reduction:
    return Reduction(f"re_{next(_ids)}", ReductionKind.REFUND, amount, day(at), day(at))


def dispute(at: float, amount: int = 500, *, lost: bool = False, won_at: float | None = None) -> Reduction:
    """A dispute opened at `at`, its money taken an hour later."""
    back = None if won_at is None else day(won_at)
    return Reduction(
        f"dp_{next(_ids)}", ReductionKind.DISPUTE, amount, day(at + 1 / 24), day(at), given_back_at=back, lost=lost
    )


def person(*memberships: Membership, payments: tuple[Payment, ...] = ()) -> Person:
    return Person(next(_ids), memberships, payments)
