"""Puts facts straight into the store, so that counting is tested without any source's words."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from campaign.domain.facts import Person
from campaign.store.tables import (
    Account,
    InvoiceLineRow,
    InvoiceRow,
    MembershipRow,
    PaymentRow,
    PersonRow,
    ReductionRow,
    Source,
)


def add_source(session: Session, now: datetime, slug: str = "stripe") -> int:
    row = Source(kind="stripe", slug=slug, name=slug, livemode=True, enabled=True, created_at=now)
    session.add(row)
    session.flush()
    return row.id


def write_person(session: Session, person: Person, now: datetime) -> int:
    """The person's facts are stored as given, whatever was stored of them before; returns our id of the person."""
    key = f"cus_{person.id}"
    account = session.scalars(select(Account).where(Account.key == key)).one_or_none()
    if account is None:
        row = PersonRow()
        session.add(row)
        session.flush()
        account = Account(source_id=1, key=key, person_id=row.id, fetched_seq=1)
        session.add(account)
        session.flush()
    _forget(session, account.id)
    for number, m in enumerate(person.memberships):
        membership_key = f"{key}:{number}"
        session.add(
            MembershipRow(
                source_id=1,
                key=membership_key,
                account_id=account.id,
                status="",
                started_at=m.started_at,
                ended_at=m.ended_at,
                cancelled_at=m.cancelled_at,
                cancel_at=m.cancel_at,
                trial_starts_at=m.trial_starts_at,
                trial_ends_at=m.trial_ends_at,
                running_from=m.running_from,
                running_until=m.running_until,
                invoices_complete=not m.assumed,
                price_keys=list(m.price_keys),
                quantity=m.quantity,
                fetched_seq=1,
            )
        )
        for i in m.invoices:
            invoice = InvoiceRow(
                source_id=1,
                key=i.key,
                membership_key=membership_key,
                state=i.state.value,
                total_minor=i.total_minor,
                currency=i.currency,
                settled_at=i.settled_at,
                voided_at=i.voided_at,
                link_keys=list(i.link_keys),
                fetched_seq=1,
            )
            session.add(invoice)
            session.flush()
            for line_number, line in enumerate(i.lines):
                session.add(
                    InvoiceLineRow(
                        invoice_id=invoice.id,
                        number=line_number,
                        starts_at=line.starts_at,
                        ends_at=line.ends_at,
                        amount_minor=line.amount_minor,
                        price_key=line.price_key,
                        quantity=line.quantity,
                    )
                )
    for p in person.payments:
        payment = PaymentRow(
            source_id=1,
            key=p.key,
            account_id=account.id,
            link_key=p.link_key,
            invoice_key=p.invoice_key,
            state=p.state.value,
            amount_minor=p.amount_minor,
            currency=p.currency,
            settled_minor=p.settled_minor,
            settled_currency=p.settled_currency,
            occurred_at=p.occurred_at,
            is_debit=p.is_debit,
            fetched_seq=1,
        )
        session.add(payment)
        session.flush()
        for r in p.reductions:
            session.add(
                ReductionRow(
                    payment_id=payment.id,
                    key=r.key,
                    kind=r.kind.value,
                    amount_minor=r.amount_minor,
                    taken_at=r.taken_at,
                    opened_at=r.opened_at,
                    given_back_at=r.given_back_at,
                    lost=r.lost,
                )
            )
    session.flush()
    return account.person_id


def _forget(session: Session, account_id: int) -> None:
    keys = session.scalars(select(MembershipRow.key).where(MembershipRow.account_id == account_id)).all()
    session.execute(delete(InvoiceRow).where(InvoiceRow.membership_key.in_(keys)))
    session.execute(delete(MembershipRow).where(MembershipRow.account_id == account_id))
    session.execute(delete(PaymentRow).where(PaymentRow.account_id == account_id))
    session.flush()
