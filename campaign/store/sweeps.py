"""Sweeps and listings of sources: when each began and ended, what it found, and how far listings have got."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from campaign.domain.errors import NotFound
from campaign.store.sources import ASKED
from campaign.store.tables import Source, SourceCursor, SweepRun

IMPORT, SWEEP, LISTING = "import", "sweep", "listing"


@dataclass(frozen=True, slots=True)
class SweepSeen:
    """One run as staff see it. `report`: what it found before taking it in; `error`: why it did not finish."""

    id: int
    source_id: int
    kind: str
    began_at: datetime
    finished_at: datetime | None
    report: Mapping[str, Any]
    error: str | None


def begin(session: Session, source_id: int, kind: str, now: datetime) -> int:
    """A new run; returns its id."""
    row = SweepRun(source_id=source_id, kind=kind, began_at=now, report={})
    session.add(row)
    session.flush()
    return row.id


def report(session: Session, run_id: int, found: Mapping[str, Any]) -> None:
    """What the run found so far. Raises NotFound."""
    _row(session, run_id).report = dict(found)


def finish(session: Session, run_id: int, now: datetime, error: str | None = None) -> None:
    """The run is over. Raises NotFound."""
    row = _row(session, run_id)
    row.finished_at = now
    row.error = error


def last_finished(session: Session, source_id: int, *kinds: str) -> SweepSeen | None:
    """The newest run of these kinds that finished without error."""
    row = session.scalars(
        select(SweepRun)
        .where(SweepRun.source_id == source_id, SweepRun.kind.in_(kinds))
        .where(SweepRun.finished_at.is_not(None), SweepRun.error.is_(None))
        .order_by(SweepRun.began_at.desc(), SweepRun.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _seen(row)


def recent(session: Session, limit: int, source_id: int | None = None) -> list[SweepSeen]:
    """The newest runs, of one source if asked."""
    query = select(SweepRun).order_by(SweepRun.id.desc()).limit(limit)
    if source_id is not None:
        query = query.where(SweepRun.source_id == source_id)
    return [_seen(row) for row in session.scalars(query)]


def forget_listings(session: Session, before: datetime) -> None:
    """Listings are many and say little: those that began before are not kept."""
    session.execute(delete(SweepRun).where(SweepRun.kind == LISTING, SweepRun.began_at < before))


def cursor(session: Session, source_id: int, name: str) -> str | None:
    """How far a listing has got."""
    row = session.get(SourceCursor, (source_id, name))
    return None if row is None else row.value


def set_cursor(session: Session, source_id: int, name: str, value: str, now: datetime) -> None:
    """The listing has got so far."""
    row = session.get(SourceCursor, (source_id, name))
    if row is None:
        session.add(SourceCursor(source_id=source_id, name=name, value=value, updated_at=now))
    else:
        row.value = value
        row.updated_at = now
    session.flush()


def not_swept_since(session: Session, at: datetime) -> dict[int, str]:
    """Enabled sources that we ask (id to name) without a finished sweep or import begun at or after an instant."""
    swept = select(SweepRun.source_id).where(
        SweepRun.began_at >= at,
        SweepRun.finished_at.is_not(None),
        SweepRun.error.is_(None),
        SweepRun.kind.in_([SWEEP, IMPORT]),
    )
    asked = (Source.enabled, Source.kind.in_(ASKED))
    rows = session.execute(select(Source.id, Source.name).where(*asked, Source.id.not_in(swept)))
    return dict(rows.all())


def _row(session: Session, run_id: int) -> SweepRun:
    row = session.get(SweepRun, run_id)
    if row is None:
        raise NotFound("sweep", run_id)
    return row


def _seen(row: SweepRun) -> SweepSeen:
    return SweepSeen(row.id, row.source_id, row.kind, row.began_at, row.finished_at, row.report, row.error)
