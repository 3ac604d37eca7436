"""Totals by day, kind and source: what is kept of a campaign's entries so that progress is a short sum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, aliased

from campaign.domain.progress import DayTotal
from campaign.domain.standing import EntryKind
from campaign.store import bulk
from campaign.store.tables import EntryRow, TotalRow


class Folded(NamedTuple):
    """What one entry adds to the totals: under the kind of what it reverses, if it reverses anything."""

    id: int
    kind: EntryKind
    amount: int
    occurred_at: datetime
    source_id: int | None
    number: int


def add(session: Session, campaign_id: int, sums: Mapping[tuple[date, str, int], Sequence[int]]) -> None:
    """Add up in the order of keys, so that two writers never wait for each other in a circle."""
    rows = [(campaign_id, *key, *sums[key]) for key in sorted(sums)]
    bulk.add_up(session, TotalRow, ("campaign_id", "day", "kind", "source_id"), ("amount", "number"), rows)


def load(session: Session, campaign_id: int) -> list[DayTotal]:
    """The stored totals by day, kind and source, in order of day."""
    rows = session.execute(
        select(TotalRow.day, TotalRow.kind, TotalRow.source_id, TotalRow.amount, TotalRow.number)
        .where(TotalRow.campaign_id == campaign_id)
        .order_by(TotalRow.day, TotalRow.kind, TotalRow.source_id)
    )
    return [
        DayTotal(day, EntryKind(kind), source or None, amount, number) for day, kind, source, amount, number in rows
    ]


def replace(session: Session, campaign_id: int, new: Iterable[DayTotal]) -> None:
    """The stored totals are exactly these."""
    session.execute(delete(TotalRow).where(TotalRow.campaign_id == campaign_id))
    add(session, campaign_id, {(t.day, t.kind.value, t.source_id or 0): (t.amount, t.number) for t in new})


def lock(session: Session) -> None:
    """Until the end of the transaction nobody books. SQLite has its one writer already."""
    if session.get_bind().dialect.name != "sqlite":
        session.connection().exec_driver_sql("LOCK TABLE total IN SHARE ROW EXCLUSIVE MODE")


def walk(session: Session, campaign_id: int, after_id: int = 0) -> Iterator[Folded]:
    """What every entry after an id adds to the totals, in order of id, streamed."""
    reversed_entry = aliased(EntryRow)
    rows = session.execute(
        select(
            EntryRow.id,
            func.coalesce(reversed_entry.kind, EntryRow.kind),
            EntryRow.amount,
            EntryRow.occurred_at,
            EntryRow.source_id,
            EntryRow.reverses_id,
        )
        .outerjoin(reversed_entry, reversed_entry.id == EntryRow.reverses_id)
        .where(EntryRow.campaign_id == campaign_id, EntryRow.id > after_id)
        .order_by(EntryRow.id),
        execution_options={"yield_per": 5_000},
    )
    for entry_id, kind, amount, occurred_at, source_id, reverses_id in rows:
        yield Folded(entry_id, EntryKind(kind), amount, occurred_at, source_id, 1 if reverses_id is None else -1)
