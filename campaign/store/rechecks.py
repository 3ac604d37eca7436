"""When each subject of a campaign is to be asked again, and why a payment waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from campaign.store import bulk
from campaign.store.engine import insert_into
from campaign.store.people import chunks
from campaign.store.tables import Recheck


@dataclass(frozen=True, slots=True)
class Ask:
    """When a subject is to be asked again, and why a payment waits."""

    subject_kind: str
    subject_id: int
    recheck_at: datetime | None
    waits: str | None = None


def keep(session: Session, campaign_id: int, asks: Sequence[Ask]) -> None:
    """Each subject is asked again at its instant; one with nothing to wait for is asked no more."""
    for kind in sorted({a.subject_kind for a in asks}):
        silent = [a.subject_id for a in asks if a.subject_kind == kind and a.recheck_at is None and a.waits is None]
        for ids in chunks(silent):
            session.execute(
                delete(Recheck).where(
                    Recheck.campaign_id == campaign_id, Recheck.subject_kind == kind, Recheck.subject_id.in_(ids)
                )
            )
    rows = [
        {
            "campaign_id": campaign_id,
            "subject_kind": a.subject_kind,
            "subject_id": a.subject_id,
            "recheck_at": a.recheck_at,
            "waits": a.waits,
        }
        for a in sorted(asks, key=lambda a: (a.subject_kind, a.subject_id))
        if a.recheck_at is not None or a.waits is not None
    ]
    if rows:
        statement = insert_into(session, Recheck)
        statement = statement.on_conflict_do_update(
            index_elements=["campaign_id", "subject_kind", "subject_id"],
            set_={"recheck_at": statement.excluded.recheck_at, "waits": statement.excluded.waits},
        )
        session.execute(statement, rows)


def keep_new(
    session: Session, campaign_id: int, subject_kind: str, asks: Sequence[tuple[int, datetime | None, str | None]]
) -> None:
    """Subjects that were never asked for are asked at their instants. `asks`: subject, instant, why a payment waits."""
    rows = ((campaign_id, subject_kind, *ask) for ask in asks)
    bulk.write(session, Recheck, ("campaign_id", "subject_kind", "subject_id", "recheck_at", "waits"), rows)


def due(session: Session, now: datetime, limit: int) -> list[tuple[str, int]]:
    """(subject kind, subject id) of what time alone has changed by now, the longest overdue first."""
    rows = session.execute(
        select(Recheck.subject_kind, Recheck.subject_id)
        .where(Recheck.recheck_at <= now)
        .order_by(Recheck.recheck_at)
        .limit(limit)
    )
    return list(dict.fromkeys(rows))


def waits(session: Session, campaign_id: int, limit: int = 100) -> list[Ask]:
    """Payments that wait (for a rate, for their invoice), with the reason."""
    rows = session.execute(
        select(Recheck.subject_kind, Recheck.subject_id, Recheck.recheck_at, Recheck.waits)
        .where(Recheck.campaign_id == campaign_id, Recheck.waits.is_not(None))
        .limit(limit)
    )
    return [Ask(kind, subject, at, why) for kind, subject, at, why in rows]
