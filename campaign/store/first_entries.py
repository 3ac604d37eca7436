"""Entries of subjects that have none yet, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from campaign.domain.standing import EntryKind
from campaign.store import bulk
from campaign.store.ledger import Cause
from campaign.store.tables import EntryRow


class FirstEntry(NamedTuple):
    """An entry of a subject that has none yet. `note`: where in its import the row stood."""

    subject_id: int
    number: int
    kind: EntryKind
    amount: int
    occurred_at: datetime
    source_id: int | None
    note: str | None


_COLUMNS = (
    *("campaign_id", "subject_kind", "subject_id", "number", "kind", "amount", "occurred_at", "booked_at"),
    *("source_id", "cause_kind", "cause_id", "public", "author", "note"),
)


def append(
    session: Session, campaign_id: int, subject_kind: str, entries: Sequence[FirstEntry], cause: Cause, now: datetime
) -> None:
    """The entries of subjects that had none are booked; their totals are the caller's to add."""
    known = (cause.kind, cause.id, cause.public, cause.author)
    rows = (
        (
            *(campaign_id, subject_kind, e.subject_id, e.number, e.kind.value, e.amount, e.occurred_at, now),
            *(e.source_id, *known, e.note or cause.note),
        )
        for e in entries
    )
    bulk.write(session, EntryRow, _COLUMNS, rows)
