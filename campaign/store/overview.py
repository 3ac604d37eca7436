"""What staff pages read beside the ledger: the state of the inbox, checks, sweeps, bursts. Read-only."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaign.store.tables import (
    InboxEvent,
    PaymentRow,
    SetApart,
    SignUp,
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


@dataclass(frozen=True, slots=True)
class Sweep:
    """One import, sweep or listing of a source, with the difference it found before taking it in."""

    id: int
    source_id: int
    kind: str
    began_at: datetime
    finished_at: datetime | None
    report: Mapping[str, Any]
    error: str | None


@dataclass(frozen=True, slots=True)
class Burst:
    """Payments set apart by a recorded decision."""

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


@dataclass(frozen=True, slots=True)
class Funnel:
    """Sign-ups of a campaign's page: the funnel, never the number."""

    started: int
    paid: int
    abandoned: int


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


def last_sweeps(session: Session) -> list[Sweep]:
    """The newest of each kind for each source."""
    newest = select(func.max(SweepRun.id)).group_by(SweepRun.source_id, SweepRun.kind)
    rows = session.scalars(select(SweepRun).where(SweepRun.id.in_(newest)).order_by(SweepRun.source_id, SweepRun.kind))
    return [_sweep(row) for row in rows]


def sweeps_of(session: Session, source_id: int, limit: int = 20) -> list[Sweep]:
    """The newest runs of one source."""
    query = select(SweepRun).where(SweepRun.source_id == source_id).order_by(SweepRun.id.desc()).limit(limit)
    return [_sweep(row) for row in session.scalars(query)]


def sweeps(session: Session, sweep_ids: Collection[int]) -> dict[int, Sweep]:
    """Sweeps by our ids."""
    return {row.id: _sweep(row) for row in session.scalars(select(SweepRun).where(SweepRun.id.in_(sweep_ids)))}


def bursts(session: Session, limit: int = 50) -> list[Burst]:
    """Decisions to set payments apart, newest first."""
    rows = session.scalars(select(SetApart).order_by(SetApart.id.desc()).limit(limit)).all()
    numbers = dict(
        session.execute(
            select(PaymentRow.set_apart_id, func.count())
            .where(PaymentRow.set_apart_id.in_([row.id for row in rows]))
            .group_by(PaymentRow.set_apart_id)
        ).all()
    )
    return [
        Burst(
            r.id,
            r.source_id,
            r.starts_at,
            r.ends_at,
            r.reason,
            r.decided_at,
            r.decided_by,
            r.undone_at,
            r.undone_by,
            numbers.get(r.id, 0),
        )
        for r in rows
    ]


def funnel(session: Session, campaign_id: int) -> Funnel:
    query = select(SignUp.state, func.count()).where(SignUp.campaign_id == campaign_id).group_by(SignUp.state)
    by_state = dict(session.execute(query).all())
    return Funnel(sum(by_state.values()), by_state.get("paid", 0), by_state.get("abandoned", 0))


def _sweep(r: SweepRun) -> Sweep:
    return Sweep(r.id, r.source_id, r.kind, r.began_at, r.finished_at, r.report, r.error)
