"""Sweeps and listings of sources: when each began and ended, and what it found."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.store.tables import Source, SweepRun


def not_swept_since(session: Session, at: datetime) -> dict[int, str]:
    """Enabled sources (id to name) that have not finished a sweep or import begun at or after an instant."""
    swept = select(SweepRun.source_id).where(
        SweepRun.began_at >= at,
        SweepRun.finished_at.is_not(None),
        SweepRun.error.is_(None),
        SweepRun.kind.in_(["sweep", "import"]),
    )
    rows = session.execute(select(Source.id, Source.name).where(Source.enabled, Source.id.not_in(swept)))
    return dict(rows.all())
