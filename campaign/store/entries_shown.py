"""Entries as staff look for them, and what they are about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from campaign.domain.facts import Conversion
from campaign.domain.standing import EntryKind
from campaign.store import ledger, rates
from campaign.store.ledger import Entry
from campaign.store.tables import Account, EntryRow, MembershipRow, PaymentRow, Price


@dataclass(frozen=True, slots=True)
class FactSeen:
    """A membership or payment behind an entry, by its source's own id; never a name or an address."""

    source_id: int
    kind: str
    key: str
    status: str
    at: datetime
    amount_minor: int | None = None
    currency: str | None = None
    conversions: tuple[Conversion, ...] = ()
    """What it was converted into by the table of rates."""


@dataclass(frozen=True, slots=True)
class PriceSeen:
    """A price of a source. `recurring`: the source's word for how often ("month"), None for a single payment."""

    source_id: int
    key: str
    name: str
    amount_minor: int | None
    currency: str
    recurring: str | None
    active: bool


@dataclass(frozen=True, slots=True)
class Fees:
    """The processing fees of the payments that stand, and of how many they are not known yet."""

    fee_minor: int
    unknown: int


def page(
    session: Session,
    campaign_id: int,
    limit: int,
    *,
    before_id: int | None = None,
    kind: EntryKind | None = None,
    between: tuple[datetime, datetime] | None = None,
) -> list[Entry]:
    """The newest entries by booking; of one kind, or that occurred in [from, to), where given."""
    conditions: list[ColumnElement[bool]] = [EntryRow.campaign_id == campaign_id]
    if before_id is not None:
        conditions.append(EntryRow.id < before_id)
    if kind is not None:
        conditions.append(EntryRow.kind == kind.value)
    if between is not None:
        conditions += [EntryRow.occurred_at >= between[0], EntryRow.occurred_at < between[1]]
    rows = session.scalars(select(EntryRow).where(*conditions).order_by(EntryRow.id.desc()).limit(limit))
    return [_entry(row) for row in rows]


def booked_after(session: Session, campaign_id: int, after_id: int, limit: int) -> list[Entry]:
    """The entries booked after one, in the order of booking."""
    conditions = (EntryRow.campaign_id == campaign_id, EntryRow.id > after_id)
    return [
        _entry(row) for row in session.scalars(select(EntryRow).where(*conditions).order_by(EntryRow.id).limit(limit))
    ]


def reversed_ids(session: Session, entry_ids: Collection[int]) -> frozenset[int]:
    """Which of these entries a correction has reversed."""
    found = session.scalars(select(EntryRow.reverses_id).where(EntryRow.reverses_id.in_(entry_ids)))
    return frozenset(i for i in found if i is not None)


def facts_of(session: Session, subject_kind: str, subject_id: int) -> list[FactSeen]:
    """The memberships of a person, or the payment, that entries of a subject are about."""
    if subject_kind == ledger.PERSON:
        rows = session.scalars(
            select(MembershipRow)
            .join(Account, Account.id == MembershipRow.account_id)
            .where(Account.person_id == subject_id)
            .order_by(MembershipRow.started_at)
        )
        return [FactSeen(r.source_id, "membership", r.key, r.status, r.started_at) for r in rows]
    if subject_kind == ledger.PAYMENT:
        rows = session.scalars(select(PaymentRow).where(PaymentRow.id == subject_id))
        into = tuple(rates.conversions_of(session, subject_id))
        return [
            FactSeen(r.source_id, "payment", r.key, r.state, r.occurred_at, r.amount_minor, r.currency, into)
            for r in rows
        ]
    return []


def payment_keys(session: Session, payment_ids: Collection[int]) -> dict[int, FactSeen]:
    """Payments by our ids."""
    rows = session.scalars(select(PaymentRow).where(PaymentRow.id.in_(payment_ids)))
    return {
        r.id: FactSeen(r.source_id, "payment", r.key, r.state, r.occurred_at, r.amount_minor, r.currency) for r in rows
    }


def fees(session: Session, campaign_id: int) -> Fees:
    """Fees as the source charged them, of payments counted in the campaign's own currency."""
    reversal = aliased(EntryRow)
    counted = (
        select(EntryRow.subject_id)
        .where(EntryRow.campaign_id == campaign_id, EntryRow.kind == EntryKind.PAYMENT.value)
        .where(~select(reversal.id).where(reversal.reverses_id == EntryRow.id).exists())
    )
    row = session.execute(
        select(
            func.coalesce(func.sum(PaymentRow.fee_minor), 0), func.count().filter(PaymentRow.fee_minor.is_(None))
        ).where(PaymentRow.id.in_(counted))
    ).one()
    return Fees(int(row[0] or 0), row[1])


def prices(session: Session, source_id: int | None = None) -> list[PriceSeen]:
    """Prices by source and name; of one source where given."""
    query = select(Price).order_by(Price.source_id, Price.active.desc(), Price.name, Price.key)
    if source_id is not None:
        query = query.where(Price.source_id == source_id)
    return [
        PriceSeen(p.source_id, p.key, p.name, p.amount_minor, p.currency, p.recurring, p.active)
        for p in session.scalars(query)
    ]


def recurring_prices(session: Session) -> list[PriceSeen]:
    """Active prices of memberships, which a join form can offer."""
    return [p for p in prices(session) if p.active and p.recurring is not None]


def _entry(r: EntryRow) -> Entry:
    return Entry(
        r.id,
        r.campaign_id,
        r.subject_kind,
        r.subject_id,
        r.number,
        EntryKind(r.kind),
        r.amount,
        r.occurred_at,
        r.booked_at,
        r.source_id,
        r.reverses_id,
        r.cause_kind,
        r.cause_id,
        r.public,
        r.author,
        r.note,
    )
