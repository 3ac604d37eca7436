"""Recorded decisions that bursts of payments are no giving; each can be undone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaign.domain.errors import NotFound
from campaign.domain.money import exponent
from campaign.domain.quarantine import Attempt, Burst
from campaign.store.fact_rows import parts
from campaign.store.people import Touched
from campaign.store.tables import Account, PaymentRow, SetApart


@dataclass(frozen=True, slots=True)
class SetApartSeen:
    """One decision as staff see it."""

    id: int
    source_id: int
    starts_at: datetime
    ends_at: datetime
    reason: str
    decided_at: datetime
    decided_by: str
    undone_at: datetime | None
    undone_by: str | None
    payments: int


def attempts(session: Session, source_id: int, since: datetime) -> list[Attempt]:
    """Everything somebody tried to pay at a source outside of invoices known to it, since an instant.

    Tiny is below one whole unit of its currency (below a hundred where it has no decimals).
    """
    p = PaymentRow
    rows = session.execute(
        select(p.occurred_at, p.id, p.amount_minor, p.currency, p.state).where(
            p.source_id == source_id, p.occurred_at >= since
        )
    )
    return [
        Attempt(at, i, amount < _tiny_below(currency), state == "failed") for at, i, amount, currency, state in rows
    ]


def covers(session: Session, source_id: int, burst: Burst) -> set[int]:
    """Payments of the burst about which nothing was decided yet: neither set apart nor given back by hand."""
    undone = session.execute(
        select(SetApart.starts_at, SetApart.ends_at).where(
            SetApart.source_id == source_id, SetApart.undone_at.is_not(None)
        )
    ).all()
    fresh: set[int] = set()
    for ids in parts(sorted(burst.payment_ids)):
        rows = session.execute(
            select(PaymentRow.id, PaymentRow.occurred_at).where(
                PaymentRow.id.in_(ids), PaymentRow.set_apart_id.is_(None)
            )
        )
        fresh |= {i for i, at in rows if not any(starts <= at <= ends for starts, ends in undone)}
    return fresh


def set_apart(
    session: Session, source_id: int, burst: Burst, payment_ids: Collection[int], actor: str, now: datetime
) -> Touched:
    """The payments are no giving, by a recorded decision."""
    row = SetApart(
        source_id=source_id,
        starts_at=burst.starts_at,
        ends_at=burst.ends_at,
        reason=burst.reason,
        decided_at=now,
        decided_by=actor,
    )
    session.add(row)
    session.flush()
    return _mark(session, payment_ids, row.id)


def undo(session: Session, set_apart_id: int, actor: str, now: datetime) -> Touched:
    """The decision is taken back: its payments are giving. Raises NotFound."""
    changed = session.execute(
        update(SetApart)
        .where(SetApart.id == set_apart_id, SetApart.undone_at.is_(None))
        .values(undone_at=now, undone_by=actor)
        .execution_options(synchronize_session=False)
    )
    if cast(Any, changed).rowcount != 1:
        raise NotFound("burst that was set apart", set_apart_id)
    ids = set(session.scalars(select(PaymentRow.id).where(PaymentRow.set_apart_id == set_apart_id)))
    return _mark(session, ids, None)


def listing(session: Session, limit: int) -> list[SetApartSeen]:
    """The newest decisions."""
    rows = session.scalars(select(SetApart).order_by(SetApart.id.desc()).limit(limit))
    return [
        SetApartSeen(
            row.id,
            row.source_id,
            row.starts_at,
            row.ends_at,
            row.reason,
            row.decided_at,
            row.decided_by,
            row.undone_at,
            row.undone_by,
            len(session.scalars(select(PaymentRow.id).where(PaymentRow.set_apart_id == row.id)).all()),
        )
        for row in rows
    ]


def _mark(session: Session, payment_ids: Collection[int], set_apart_id: int | None) -> Touched:
    touched = Touched(payments=set(payment_ids))
    for ids in parts(sorted(payment_ids)):
        session.execute(
            update(PaymentRow)
            .where(PaymentRow.id.in_(ids))
            .values(set_apart_id=set_apart_id)
            .execution_options(synchronize_session=False)
        )
        touched.people |= set(
            session.scalars(
                select(Account.person_id)
                .join(PaymentRow, PaymentRow.account_id == Account.id)
                .where(PaymentRow.id.in_(ids))
            )
        )
    session.expire_all()
    return touched


def _tiny_below(currency: str) -> int:
    return 10 ** (exponent(currency) or 2)
