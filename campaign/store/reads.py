"""How often each source was asked, by day: some sources give an allowance for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from campaign.store.tables import PaymentRow, SourceReads

KEPT = timedelta(days=40)


def add(session: Session, source_id: int, reads: int, now: datetime) -> None:
    """So many more reads were made today (UTC); what is older than 40 days is forgotten."""
    if reads <= 0:
        return
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = make(SourceReads).values(source_id=source_id, day=now.date(), reads=reads)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["source_id", "day"], set_={"reads": SourceReads.reads + statement.excluded.reads}
        )
    )
    session.execute(
        delete(SourceReads).where(SourceReads.source_id == source_id, SourceReads.day < (now - KEPT).date())
    )


def within(session: Session, source_id: int, now: datetime, window: timedelta) -> int:
    """How many reads the days of a window had, today's included."""
    query = select(func.coalesce(func.sum(SourceReads.reads), 0)).where(
        SourceReads.source_id == source_id, SourceReads.day > (now - window).date()
    )
    return int(session.execute(query).scalar_one())


def payments_since(session: Session, source_id: int, since: datetime) -> int:
    """How many of the source's payments succeeded since an instant."""
    query = select(func.count()).where(
        PaymentRow.source_id == source_id, PaymentRow.state == "succeeded", PaymentRow.occurred_at >= since
    )
    return int(session.execute(query).scalar_one())
