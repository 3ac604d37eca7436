"""People and payments as the rule needs them: facts read together, for many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from campaign.domain.facts import (
    How,
    Invoice,
    InvoiceLine,
    InvoiceState,
    Membership,
    Payment,
    PaymentState,
    Person,
    Reduction,
    ReductionKind,
    SignUp,
    SourceRule,
)
from campaign.store.billed import billed
from campaign.store.tables import (
    Account,
    InvoiceLineRow,
    InvoiceRow,
    MembershipRow,
    PaymentRow,
    PersonRow,
    Price,
    ReductionRow,
    SignUpRow,
    Source,
)

SETTLES = "stripe"
"""The kind of source that tells at which rate a payment settled; the others never do."""
CHUNK = 400
"""Ids a query: under every database's limit of parameters."""


@dataclass(slots=True)
class Touched:
    """Whose entries may have changed: people (before and after) and payments, by our ids."""

    people: set[int] = field(default_factory=set[int])
    payments: set[int] = field(default_factory=set[int])

    def update(self, other: Touched) -> None:
        self.people |= other.people
        self.payments |= other.payments


def chunks(ids: Iterable[int], size: int = CHUNK) -> Iterator[list[int]]:
    """The ids in order, in lists of at most `size`."""
    ordered = sorted(ids)
    for at in range(0, len(ordered), size):
        yield ordered[at : at + size]


def lock(session: Session, person_ids: Collection[int], payment_ids: Collection[int]) -> None:
    """Until the end of the transaction nobody else books for these. SQLite has its one writer already."""
    if session.get_bind().dialect.name == "sqlite":
        return
    for ids in chunks(person_ids):
        session.execute(select(PersonRow.id).where(PersonRow.id.in_(ids)).order_by(PersonRow.id).with_for_update())
    for ids in chunks(payment_ids):
        session.execute(select(PaymentRow.id).where(PaymentRow.id.in_(ids)).order_by(PaymentRow.id).with_for_update())


def load_people(session: Session, person_ids: Collection[int]) -> list[Person]:
    """The people with these ids, with all their facts; one nobody points at any more has none."""
    people: list[Person] = []
    for ids in chunks(person_ids):
        people += _load_chunk(session, ids)
    return people


def load_payments(session: Session, payment_ids: Collection[int]) -> list[Payment]:
    """The payments with these ids, with their reductions and what their invoices say."""
    payments: list[Payment] = []
    for ids in chunks(payment_ids):
        rows = session.scalars(select(PaymentRow).where(PaymentRow.id.in_(ids)).order_by(PaymentRow.id)).all()
        payments += [payment for payment, _ in _payments(session, rows)]
    return payments


def all_person_ids(session: Session, after: int, limit: int) -> list[int]:
    """Ids of people in order, for walking through all of them."""
    return list(session.scalars(select(PersonRow.id).where(PersonRow.id > after).order_by(PersonRow.id).limit(limit)))


def all_payment_ids(session: Session, after: int, limit: int) -> list[int]:
    """Ids of payments in order, for walking through all of them."""
    return list(
        session.scalars(select(PaymentRow.id).where(PaymentRow.id > after).order_by(PaymentRow.id).limit(limit))
    )


def count_people(session: Session) -> int:
    """How many people there are, for saying how far a walk is."""
    return session.scalar(select(func.count()).select_from(PersonRow)) or 0


def count_payments(session: Session) -> int:
    """How many payments there are."""
    return session.scalar(select(func.count()).select_from(PaymentRow)) or 0


def source_rules(session: Session) -> dict[int, SourceRule]:
    """Which prices count, by source, and of which product each is."""
    products: dict[int, dict[str, str]] = defaultdict(dict)
    known = select(Price.source_id, Price.key, Price.product_key).where(Price.product_key.is_not(None))
    for source_id, key, product_key in session.execute(known):
        products[source_id][key] = product_key or ""
    rows = session.execute(select(Source.id, Source.counted_prices, Source.kind))
    return {
        i: SourceRule(i, None if prices is None else frozenset(prices), products[i], kind == SETTLES)
        for i, prices, kind in rows
    }


# -- reading facts


def _load_chunk(session: Session, ids: Sequence[int]) -> list[Person]:
    accounts = session.execute(select(Account.id, Account.person_id).where(Account.person_id.in_(ids)))
    person_of = dict(accounts.all())
    memberships: dict[int, list[Membership]] = defaultdict(list)
    payments: dict[int, list[Payment]] = defaultdict(list)
    for part in chunks(person_of):
        for account_id, membership in _memberships(session, part):
            memberships[person_of[account_id]].append(membership)
        rows = session.scalars(select(PaymentRow).where(PaymentRow.account_id.in_(part)).order_by(PaymentRow.id)).all()
        for payment, account_id in _payments(session, rows):
            payments[person_of[account_id]].append(payment)
    sign_ups = _sign_ups(session, person_of)
    return [Person(i, tuple(memberships[i]), tuple(payments[i]), tuple(sign_ups[i])) for i in ids]


def _sign_ups(session: Session, person_of: Mapping[int, int]) -> dict[int, list[SignUp]]:
    found: dict[int, list[SignUp]] = defaultdict(list)
    for part in chunks(person_of):
        rows = session.scalars(select(SignUpRow).where(SignUpRow.account_id.in_(part)).order_by(SignUpRow.id))
        for row in rows:
            sign_up = SignUp(row.id, row.source_id, row.key, row.campaign_slug, row.confirmed_at, row.withdrawn_at)
            found[person_of[row.account_id or 0]].append(sign_up)
    return found


def _memberships(session: Session, account_ids: Sequence[int]) -> list[tuple[int, Membership]]:
    rows = session.scalars(
        select(MembershipRow).where(MembershipRow.account_id.in_(account_ids)).order_by(MembershipRow.id)
    ).all()
    invoices = _invoices(session, [(row.source_id, row.key) for row in rows])
    return [
        (
            row.account_id,
            Membership(
                id=row.id,
                source_id=row.source_id,
                key=row.key,
                started_at=row.started_at,
                ended_at=row.ended_at,
                cancelled_at=row.cancelled_at,
                cancel_at=row.cancel_at,
                trial_starts_at=row.trial_starts_at,
                trial_ends_at=row.trial_ends_at,
                running_from=row.running_from,
                running_until=row.running_until,
                assumed=not row.invoices_complete,
                price_keys=tuple(row.price_keys),
                quantity=row.quantity,
                invoices=tuple(invoices[row.source_id, row.key]),
                how=How(row.how),
                same_as=row.same_as,
                campaign_slug=row.campaign_slug,
                tags=tuple(row.tags),
            ),
        )
        for row in rows
    ]


def _invoices(session: Session, keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], list[Invoice]]:
    found: dict[tuple[int, str], list[Invoice]] = defaultdict(list)
    if not keys:
        return found
    rows = session.scalars(
        select(InvoiceRow)
        .where(tuple_(InvoiceRow.source_id, InvoiceRow.membership_key).in_(keys))
        .where(InvoiceRow.state.in_([state.value for state in InvoiceState]))
        .order_by(InvoiceRow.key)
    ).all()
    lines = _lines(session, [row.id for row in rows])
    for row in rows:
        found[row.source_id, row.membership_key or ""].append(
            Invoice(
                source_id=row.source_id,
                key=row.key,
                membership_key=row.membership_key,
                state=InvoiceState(row.state),
                total_minor=row.total_minor,
                currency=row.currency,
                settled_at=row.settled_at,
                voided_at=row.voided_at,
                lines=tuple(lines[row.id]),
                link_keys=tuple(row.link_keys),
            )
        )
    return found


def _lines(session: Session, invoice_ids: Collection[int]) -> dict[int, list[InvoiceLine]]:
    found: dict[int, list[InvoiceLine]] = defaultdict(list)
    line = InvoiceLineRow
    for ids in chunks(invoice_ids):
        rows = session.execute(
            select(line.invoice_id, line.starts_at, line.ends_at, line.amount_minor, line.price_key, line.quantity)
            .where(line.invoice_id.in_(ids))
            .order_by(line.invoice_id, line.number)
        )
        for invoice_id, starts_at, ends_at, amount_minor, price_key, quantity in rows:
            found[invoice_id].append(InvoiceLine(starts_at, ends_at, amount_minor, price_key, quantity))
    return found


def _payments(session: Session, rows: Sequence[PaymentRow]) -> list[tuple[Payment, int]]:
    reductions = _reductions(session, [row.id for row in rows])
    said = billed(session, rows)
    return [
        (
            Payment(
                id=row.id,
                source_id=row.source_id,
                key=row.key,
                link_key=row.link_key,
                amount_minor=row.amount_minor,
                currency=row.currency,
                occurred_at=row.occurred_at,
                state=PaymentState(row.state),
                is_debit=row.is_debit,
                settled_minor=row.settled_minor,
                settled_currency=row.settled_currency,
                campaign_slug=row.campaign_slug or said[row.id].campaign_slug,
                invoice_key=said[row.id].invoice_key,
                price_keys=said[row.id].price_keys,
                set_apart=row.set_apart_id is not None,
                reductions=tuple(reductions[row.id]),
                tags=tuple(sorted({*row.tags, *said[row.id].tags})),
            ),
            row.account_id,
        )
        for row in rows
    ]


def _reductions(session: Session, payment_ids: Collection[int]) -> dict[int, list[Reduction]]:
    found: dict[int, list[Reduction]] = defaultdict(list)
    for ids in chunks(payment_ids):
        rows = session.scalars(
            select(ReductionRow)
            .where(ReductionRow.payment_id.in_(ids))
            .order_by(ReductionRow.payment_id, ReductionRow.key)
        )
        for row in rows:
            found[row.payment_id].append(
                Reduction(
                    key=row.key,
                    kind=ReductionKind(row.kind),
                    amount_minor=row.amount_minor,
                    taken_at=row.taken_at,
                    opened_at=row.opened_at,
                    given_back_at=row.given_back_at,
                    lost=row.lost,
                )
            )
    return found
