"""What staff pages read beside the ledger: the state of the inbox, and sweeps. Read-only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaign.store.sweeps import SweepSeen
from campaign.store.tables import (
    InboxEvent,
    SourceObject,
    SweepRun,
)


@dataclass(frozen=True, slots=True)
class InboxState:
    """How many objects of sources wait, failed or are unknown there; how many deliveries were of the other mode."""

    waiting: int
    waiting_since: datetime | None
    retrying: int
    failed: int
    absent: int
    ignored_other_mode: int

    @property
    def troubled(self) -> int:
        return self.retrying + self.failed + self.absent


def inbox_state(session: Session) -> InboxState:
    objects = SourceObject
    by_state = dict(session.execute(select(objects.state, func.count()).group_by(objects.state)).all())
    retrying, since = session.execute(
        select(func.count().filter(objects.attempts > 0), func.min(objects.dirty_since)).where(objects.state == "dirty")
    ).one()
    other = select(func.count()).select_from(InboxEvent)
    other = other.where(InboxEvent.state == "ignored", InboxEvent.note.like("%mode%"))
    return InboxState(
        waiting=by_state.get("dirty", 0),
        waiting_since=since,
        retrying=retrying,
        failed=by_state.get("failed", 0),
        absent=by_state.get("absent", 0),
        ignored_other_mode=session.scalar(other) or 0,
    )


def last_sweeps(session: Session) -> list[SweepSeen]:
    """The newest of each kind for each source."""
    newest = select(func.max(SweepRun.id)).group_by(SweepRun.source_id, SweepRun.kind)
    rows = session.scalars(select(SweepRun).where(SweepRun.id.in_(newest)).order_by(SweepRun.source_id, SweepRun.kind))
    return [_sweep(row) for row in rows]


def sweeps(session: Session, sweep_ids: Collection[int]) -> dict[int, SweepSeen]:
    """Sweeps by our ids."""
    return {row.id: _sweep(row) for row in session.scalars(select(SweepRun).where(SweepRun.id.in_(sweep_ids)))}


def _sweep(r: SweepRun) -> SweepSeen:
    return SweepSeen(r.id, r.source_id, r.kind, r.began_at, r.finished_at, r.report, r.error)
