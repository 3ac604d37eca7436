"""Entries of subjects that have none yet, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from campaign.domain.standing import StandingEntry
from campaign.store import bulk
from campaign.store.ledger import Cause
from campaign.store.tables import EntryRow

FirstEntry = tuple[int, int, StandingEntry, str | None]
"""Subject, the entry's number among theirs, what stands, and where in its import the row stood."""


_COLUMNS = (
    *("campaign_id", "subject_kind", "subject_id", "number", "kind", "amount", "occurred_at", "booked_at"),
    *("source_id", "cause_kind", "cause_id", "public", "author", "note"),
)


def append(
    session: Session, campaign_id: int, subject_kind: str, entries: Sequence[FirstEntry], cause: Cause, now: datetime
) -> None:
    """The entries of subjects that had none are booked; their totals are the caller's to add."""
    known = (cause.kind, cause.id, cause.public, cause.author)
    each = {id(e): e for _, _, e, _ in entries}
    cells = {i: (e.kind.value, e.amount, e.occurred_at, now, e.source_id, *known) for i, e in each.items()}
    rows = (
        (campaign_id, subject_kind, subject_id, number, *cells[id(e)], note or cause.note)
        for subject_id, number, e, note in entries
    )
    bulk.write(session, EntryRow, _COLUMNS, rows)
