"""What a source amounts to, in figures for staff; and taking away one that holds nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from campaign.domain.errors import Conflict, NotFound
from campaign.store.tables import (
    Account,
    Base,
    InboxEvent,
    InvoiceRow,
    MembershipRow,
    PaymentRow,
    Source,
    SourceObject,
)


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """`members`: people with a membership that has not ended; `received`: by currency, minor units before refunds."""

    accounts: int
    memberships: int
    members: int
    payments: int
    received: Mapping[str, int]
    waiting: int
    failed: int
    last_event_at: datetime | None
    api_versions: tuple[str, ...]


def figures(session: Session, source_id: int, now: datetime) -> SourceFigures:
    """The source's figures as they are known now."""
    m, p = MembershipRow, PaymentRow
    running = (m.source_id == source_id, or_(m.ended_at.is_(None), m.ended_at > now))
    members = select(func.count(func.distinct(Account.person_id))).join(m, m.account_id == Account.id).where(*running)
    paid = (
        select(p.currency, func.sum(p.amount_minor))
        .where(p.source_id == source_id, p.state == "succeeded", p.set_apart_id.is_(None))
        .group_by(p.currency)
        .order_by(p.currency)
    )
    states = dict(
        session.execute(
            select(SourceObject.state, func.count())
            .where(SourceObject.source_id == source_id)
            .group_by(SourceObject.state)
        ).all()
    )
    return SourceFigures(
        accounts=_count(session, Account, source_id),
        memberships=_count(session, m, source_id),
        members=session.execute(members).scalar_one(),
        payments=_count(session, p, source_id),
        received={currency: int(total) for currency, total in session.execute(paid)},
        waiting=states.get("dirty", 0),
        failed=states.get("failed", 0) + states.get("absent", 0),
        last_event_at=session.scalar(select(func.max(InboxEvent.received_at)).where(InboxEvent.source_id == source_id)),
        api_versions=_versions(session, source_id),
    )


def usual_currency(session: Session) -> str | None:
    """The currency that most payments came in; None before the first."""
    p = PaymentRow
    most = (
        select(p.currency).where(p.state == "succeeded").group_by(p.currency).order_by(func.count().desc(), p.currency)
    )
    return session.scalars(most.limit(1)).first()


def _versions(session: Session, source_id: int) -> tuple[str, ...]:
    """The versions of the last fifty deliveries, the newest first."""
    newest = (
        select(InboxEvent.api_version)
        .where(InboxEvent.source_id == source_id, InboxEvent.origin == "delivered")
        .order_by(InboxEvent.id.desc())
        .limit(50)
    )
    return tuple(dict.fromkeys(v for v in session.scalars(newest) if v))


def _count(session: Session, table: Any, source_id: int) -> int:
    query: Any = select(func.count()).select_from(table).where(table.source_id == source_id)
    return int(session.execute(query).scalar_one())


def is_empty(session: Session, source_id: int) -> bool:
    """Whether nothing was ever told by the source: nobody's facts, no deliveries."""
    tables: tuple[Any, ...] = (Account, MembershipRow, PaymentRow, InvoiceRow, InboxEvent)
    return not any(
        session.execute(select(table.id).where(table.source_id == source_id).limit(1)).first() for table in tables
    )


def remove_empty(session: Session, source_id: int) -> None:
    """The source is gone, with its prices, runs and cursors. Raises Conflict where it has told anything, NotFound."""
    if session.get(Source, source_id) is None:
        raise NotFound("source", source_id)
    if not is_empty(session, source_id):
        raise Conflict("This source has told of people or payments, which stay. Take it out of use instead.")
    for table in reversed(Base.metadata.sorted_tables):
        if table.name != "source" and "source_id" in table.c:
            session.execute(delete(table).where(table.c.source_id == source_id))
    session.execute(delete(Source).where(Source.id == source_id))
