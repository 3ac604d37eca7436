"""What checks of campaigns found, kept for staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.store.tables import CheckRun


@dataclass(frozen=True, slots=True)
class CheckSeen:
    """One check: when, what it found, and over how much."""

    at: datetime
    found: tuple[str, ...]
    subjects: int
    entries: int


def keep(session: Session, campaign_id: int, at: datetime, found: Sequence[str], subjects: int, entries: int) -> None:
    """The check's result is on record."""
    session.add(
        CheckRun(
            campaign_id=campaign_id,
            at=at,
            differences={"found": list(found), "subjects": subjects, "entries": entries},
        )
    )


def last(session: Session, campaign_id: int) -> CheckSeen | None:
    """The newest check of a campaign, None before the first."""
    row = session.scalars(
        select(CheckRun).where(CheckRun.campaign_id == campaign_id).order_by(CheckRun.id.desc()).limit(1)
    ).one_or_none()
    if row is None:
        return None
    body = row.differences
    return CheckSeen(row.at, tuple(body["found"]), body["subjects"], body["entries"])
