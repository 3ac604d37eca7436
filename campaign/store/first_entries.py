"""Entries of subjects that have none yet, many at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from campaign.domain.standing import StandingEntry
from campaign.store import bulk
from campaign.store.ledger import Cause
from campaign.store.new_people import Ends
from campaign.store.tables import EntryRow

FirstEntry = tuple[int, int, str | None, StandingEntry]
"""Subject, the entry's number among theirs, where in its import the row stood, and what stands."""

_EACH = ("subject_id", "number", "note", "booked_at")
_SHARED = (
    *("campaign_id", "subject_kind", "kind", "amount", "occurred_at", "source_id"),
    *("cause_kind", "cause_id", "public", "author"),
)


def append(
    session: Session,
    campaign_id: int,
    subject_kind: str,
    entries: Sequence[FirstEntry],
    cause: Cause,
    now: datetime,
    ends: Ends,
) -> None:
    """The entries of subjects that had none are booked; their totals are the caller's to add.

    `ends`: kept for entries of this campaign, subject kind and cause.
    """

    def end_of(e: StandingEntry) -> bulk.End:
        cells = (campaign_id, subject_kind, e.kind.value, e.amount, e.occurred_at, e.source_id)
        return bulk.end_of(session, EntryRow, _SHARED, (*cells, cause.kind, cause.id, cause.public, cause.author))

    rows = ((subject_id, number, note or cause.note, now) for subject_id, number, note, _ in entries)
    last: Iterable[bulk.End] = [ends.of(e, lambda e=e: end_of(e)) for _, _, _, e in entries]
    bulk.write(session, EntryRow, _EACH, rows, (_SHARED, last))
