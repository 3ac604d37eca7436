"""The ledger: immutable entries, and the totals kept from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from campaign.domain.errors import NotFound
from campaign.domain.standing import EntryKind, StandingEntry
from campaign.store import day_totals
from campaign.store.people import chunks
from campaign.store.tables import CampaignRow, EntryRow

PERSON = "person"
PAYMENT = "payment"
CAMPAIGN = "campaign"


@dataclass(frozen=True, slots=True)
class Entry:
    """One immutable signed line, as it was booked. A correction names the entry it reverses."""

    id: int
    campaign_id: int
    subject_kind: str
    subject_id: int
    number: int
    kind: EntryKind
    amount: int
    occurred_at: datetime
    booked_at: datetime
    source_id: int | None
    reverses_id: int | None
    cause_kind: str
    cause_id: int | None
    public: bool
    author: str | None
    note: str | None

    def value(self) -> StandingEntry:
        """What of it stands: when, what, how much, from where."""
        return StandingEntry(self.occurred_at, self.kind, self.amount, self.source_id)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to append. `total_kind`: the kind whose totals it changes (a correction: that of what it reverses)."""

    subject_kind: str
    subject_id: int
    number: int
    kind: EntryKind
    total_kind: EntryKind
    amount: int
    occurred_at: datetime
    source_id: int | None
    reverses_id: int | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """Why entries are booked: inbox, sweep, import, staff, rule or time; with the id of that event, run or batch."""

    kind: str
    id: int | None = None
    author: str | None = None
    note: str | None = None
    public: bool = False


@dataclass(slots=True)
class SubjectLedger:
    """The entries of one subject in one campaign: those that stand, the last number used, and when it was booked."""

    standing: list[Entry] = field(default_factory=list[Entry])
    last_number: int = 0
    last_booked_at: datetime | None = None


def subject_ledgers(
    session: Session, campaign_id: int, subject_kind: str, subject_ids: Collection[int]
) -> dict[int, SubjectLedger]:
    """What stands for each of the subjects; one without entries has an empty ledger."""
    found: dict[int, SubjectLedger] = defaultdict(SubjectLedger)
    for ids in chunks(subject_ids):
        rows = session.execute(
            select(*_ENTRY)
            .where(
                EntryRow.campaign_id == campaign_id,
                EntryRow.subject_kind == subject_kind,
                EntryRow.subject_id.in_(ids),
            )
            .order_by(EntryRow.subject_id, EntryRow.number)
        ).all()
        reversed_ids = {row.reverses_id for row in rows if row.reverses_id is not None}
        for row in rows:
            ledger = found[row.subject_id]
            ledger.last_number = row.number
            ledger.last_booked_at = row.booked_at
            if row.kind != EntryKind.CORRECTION and row.id not in reversed_ids:
                ledger.standing.append(_entry(row))
    return found


def append(
    session: Session,
    campaign_id: int,
    entries: Sequence[NewEntry],
    cause: Cause,
    now: datetime,
    days: Mapping[datetime, date],
) -> None:
    """The entries are booked and in the totals. `days`: the campaign's local day of each `occurred_at`.

    Raises IntegrityError when another transaction used a number first; its work is then done again.
    """
    if not entries:
        return
    session.execute(
        insert(EntryRow),
        [
            {
                "campaign_id": campaign_id,
                "subject_kind": e.subject_kind,
                "subject_id": e.subject_id,
                "number": e.number,
                "kind": e.kind.value,
                "amount": e.amount,
                "occurred_at": e.occurred_at,
                "booked_at": now,
                "source_id": e.source_id,
                "reverses_id": e.reverses_id,
                "cause_kind": cause.kind,
                "cause_id": cause.id,
                "public": cause.public,
                "author": cause.author,
                "note": cause.note,
            }
            for e in entries
        ],
    )
    sums: dict[tuple[date, str, int], list[int]] = defaultdict(lambda: [0, 0])
    for e in entries:
        total = sums[days[e.occurred_at], e.total_kind.value, e.source_id or 0]
        total[0] += e.amount
        total[1] += -1 if e.kind is EntryKind.CORRECTION else 1
    day_totals.add(session, campaign_id, sums)


def numbering(session: Session, campaign_id: int) -> list[tuple[str, int, int, int]]:
    """(subject kind, subject id, entries, last number) of subjects whose numbers are not 1..n: an entry was lost."""
    rows = session.execute(
        select(EntryRow.subject_kind, EntryRow.subject_id, func.count(EntryRow.id), func.max(EntryRow.number))
        .where(EntryRow.campaign_id == campaign_id)
        .group_by(EntryRow.subject_kind, EntryRow.subject_id)
        .having(func.count(EntryRow.id) != func.max(EntryRow.number))
    )
    return [(kind, subject, number, last) for kind, subject, number, last in rows]


def entry(session: Session, entry_id: int) -> Entry:
    """One entry. Raises NotFound."""
    row = session.execute(select(*_ENTRY).where(EntryRow.id == entry_id)).one_or_none()
    if row is None:
        raise NotFound("entry", entry_id)
    return _entry(row)


def have_entries(session: Session, subject_kind: str, subject_ids: Collection[int]) -> set[int]:
    """Which of these subjects any campaign has ever booked anything for."""
    e = EntryRow
    found: set[int] = set()
    for ids in chunks(subject_ids):
        of_any = e.campaign_id.in_(select(CampaignRow.id))
        found |= set(
            session.scalars(
                select(e.subject_id).where(of_any, e.subject_kind == subject_kind, e.subject_id.in_(ids)).distinct()
            )
        )
    return found


def reversal_of(session: Session, entry_id: int) -> int | None:
    """The id of the entry that reverses this one, None while it stands."""
    return session.scalars(select(EntryRow.id).where(EntryRow.reverses_id == entry_id)).one_or_none()


def last_entries(
    session: Session, campaign_id: int, limit: int, before_id: int | None = None, kind: EntryKind | None = None
) -> list[Entry]:
    """The newest entries by booking, newest first; `before_id` to page on."""
    query = select(*_ENTRY).where(EntryRow.campaign_id == campaign_id)
    if before_id is not None:
        query = query.where(EntryRow.id < before_id)
    if kind is not None:
        query = query.where(EntryRow.kind == kind.value)
    return [_entry(row) for row in session.execute(query.order_by(EntryRow.id.desc()).limit(limit))]


def subject_entries(session: Session, campaign_id: int, subject_kind: str, subject_id: int) -> list[Entry]:
    """Every entry of one subject, first first."""
    rows = session.execute(
        select(*_ENTRY)
        .where(
            EntryRow.campaign_id == campaign_id,
            EntryRow.subject_kind == subject_kind,
            EntryRow.subject_id == subject_id,
        )
        .order_by(EntryRow.number)
    )
    return [_entry(row) for row in rows]


def last_entry_id(session: Session, campaign_id: int) -> int | None:
    """The id of the newest entry, None without any."""
    return session.scalar(select(func.max(EntryRow.id)).where(EntryRow.campaign_id == campaign_id))


def value_as_it_was(session: Session, campaign_id: int, at: datetime) -> int:
    """The fold of all that was booked by an instant: the number as we knew it then."""
    return (
        session.scalar(
            select(func.coalesce(func.sum(EntryRow.amount), 0)).where(
                EntryRow.campaign_id == campaign_id, EntryRow.booked_at <= at
            )
        )
        or 0
    )


def public_corrections(session: Session, campaign_id: int, limit: int = 50) -> list[Entry]:
    """Adjustments and corrections their author made public, newest first."""
    rows = session.execute(
        select(*_ENTRY)
        .where(EntryRow.campaign_id == campaign_id, EntryRow.public)
        .order_by(EntryRow.id.desc())
        .limit(limit)
    )
    return [_entry(row) for row in rows]


_ENTRY = (
    EntryRow.id,
    EntryRow.campaign_id,
    EntryRow.subject_kind,
    EntryRow.subject_id,
    EntryRow.number,
    EntryRow.kind,
    EntryRow.amount,
    EntryRow.occurred_at,
    EntryRow.booked_at,
    EntryRow.source_id,
    EntryRow.reverses_id,
    EntryRow.cause_kind,
    EntryRow.cause_id,
    EntryRow.public,
    EntryRow.author,
    EntryRow.note,
)


def _entry(row: Any) -> Entry:
    return Entry(
        id=row.id,
        campaign_id=row.campaign_id,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        number=row.number,
        kind=EntryKind(row.kind),
        amount=row.amount,
        occurred_at=row.occurred_at,
        booked_at=row.booked_at,
        source_id=row.source_id,
        reverses_id=row.reverses_id,
        cause_kind=row.cause_kind,
        cause_id=row.cause_id,
        public=row.public,
        author=row.author,
        note=row.note,
    )
