"""Batches: long work in steps. While one runs, its campaigns' numbers are not published; once, when complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from campaign.domain.errors import NotFound
from campaign.store.tables import Batch

PREVIEW = "preview"
"""What an edit would do, being worked out: it changes nothing, so it holds nothing back."""
ABANDONED_AFTER = timedelta(minutes=2)
"""A batch whose process died stops beating; it holds back nothing any more."""


@dataclass(frozen=True, slots=True)
class BatchSeen:
    """A batch as staff see it."""

    id: int
    kind: str
    campaign_id: int | None
    source_id: int | None
    actor: str
    started_at: datetime
    beat_at: datetime
    finished_at: datetime | None
    state: Mapping[str, Any]


def begin(
    session: Session, kind: str, campaign_id: int | None, source_id: int | None, actor: str, now: datetime
) -> int:
    """A new running batch; returns its id."""
    row = Batch(
        kind=kind, campaign_id=campaign_id, source_id=source_id, actor=actor, started_at=now, beat_at=now, state={}
    )
    session.add(row)
    session.flush()
    return row.id


def beat(session: Session, batch_id: int, state: Mapping[str, Any], now: datetime) -> None:
    """The batch lives, and is as far as `state` says."""
    session.execute(update(Batch).where(Batch.id == batch_id).values(beat_at=now, state=dict(state)))


def finish(session: Session, batch_id: int, now: datetime) -> None:
    """The batch is complete: what it changed may be published."""
    session.execute(update(Batch).where(Batch.id == batch_id).values(beat_at=now, finished_at=now))


def held_campaigns(session: Session, now: datetime) -> tuple[frozenset[int], bool]:
    """Campaigns a running batch holds back; True beside it when one holds back all (it belongs to a source)."""
    running = session.execute(
        select(Batch.campaign_id).where(
            Batch.finished_at.is_(None), Batch.beat_at > now - ABANDONED_AFTER, Batch.kind != PREVIEW
        )
    ).scalars()
    ids = set(running)
    return frozenset(i for i in ids if i is not None), None in ids


def load(session: Session, batch_id: int) -> BatchSeen:
    """One batch. Raises NotFound."""
    row = session.get(Batch, batch_id)
    if row is None:
        raise NotFound("batch", batch_id)
    return _seen(row)


def unfinished(session: Session, kind: str) -> list[BatchSeen]:
    """Batches of a kind that were begun and not finished, the oldest first."""
    rows = session.scalars(select(Batch).where(Batch.kind == kind, Batch.finished_at.is_(None)).order_by(Batch.id))
    return [_seen(row) for row in rows]


def recent(session: Session, limit: int, campaign_id: int | None = None) -> list[BatchSeen]:
    """The newest batches, those of every campaign included."""
    query = select(Batch).order_by(Batch.id.desc()).limit(limit)
    if campaign_id is not None:
        query = query.where(or_(Batch.campaign_id == campaign_id, Batch.campaign_id.is_(None)))
    return [_seen(row) for row in session.scalars(query)]


def _seen(b: Batch) -> BatchSeen:
    return BatchSeen(b.id, b.kind, b.campaign_id, b.source_id, b.actor, b.started_at, b.beat_at, b.finished_at, b.state)
