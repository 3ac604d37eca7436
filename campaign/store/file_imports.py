"""Lists brought in as files: how far each is, its rows until they are booked, what was refused, what looks the same."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from campaign.domain.errors import NotFound
from campaign.store.tables import FileImport, FilePart, FileRefusal, Source

REFUSALS_KEPT = 10_000


class State(StrEnum):
    """What became of a list so far."""

    READING = "reading"
    READ = "read"
    SHOWN = "shown"
    BOOKING = "booking"
    BOOKED = "booked"
    UNDOING = "undoing"
    UNDONE = "undone"
    DROPPED = "dropped"


WORKED_ON = (State.READ, State.BOOKING, State.UNDOING)
"""States in which the jobs process has something to do."""


@dataclass(frozen=True, slots=True)
class ImportSeen:
    """One list. `rows`: taken; `refused`: not; `done` of `buckets`: how far it is in its state."""

    id: int
    source_id: int
    source_name: str
    file_name: str
    digest: str
    stamp: int
    exported_at: datetime
    what: str
    is_complete: bool
    options: Mapping[str, Any]
    state: State
    buckets: int
    done: int
    rows: int
    refused: int
    preview: Mapping[str, Any] | None
    batch_id: int | None
    actor: str
    error: str | None
    begun_at: datetime
    beat_at: datetime
    booked_at: datetime | None
    undone_at: datetime | None
    undone_by: str | None

    @property
    def ends_others(self) -> bool:
        """Whether who is not in it has left: it says that it is complete, and every row of it could be read."""
        return self.is_complete and not self.refused

    @property
    def percent(self) -> int:
        """How far it is in its present state."""
        return self.done * 100 // self.buckets if self.buckets else 0


@dataclass(frozen=True, slots=True)
class RefusalSeen:
    line: int
    field: str
    reason: str


def begin(session: Session, now: datetime, **values: Any) -> int:
    """A list is being read; returns its id. `values`: source_id, file_name, digest, stamp, … as `ImportSeen` has."""
    row = FileImport(
        state=State.READING.value, done=0, rows=0, refused=0, begun_at=now, beat_at=now, options={}, **values
    )
    session.add(row)
    session.flush()
    return row.id


def change(session: Session, import_id: int, **values: Any) -> None:
    """Some of what is known about a list is otherwise now."""
    plain = {name: value.value if isinstance(value, State) else value for name, value in values.items()}
    session.execute(update(FileImport).where(FileImport.id == import_id).values(**plain))


def go_on(session: Session, import_id: int, state: State, before: int, done: int, now: datetime) -> bool:
    """The list is as far as `done`, unless somebody else has taken it there: then False, and nothing may be written."""
    changed = session.execute(
        update(FileImport)
        .where(FileImport.id == import_id, FileImport.state == state.value, FileImport.done == before)
        .values(done=done, beat_at=now)
        .execution_options(synchronize_session=False)
    )
    return cast(Any, changed).rowcount == 1


def load(session: Session, import_id: int) -> ImportSeen:
    """One list. Raises NotFound."""
    found = _seen_where(session, FileImport.id == import_id)
    if not found:
        raise NotFound("import", import_id)
    return found[0]


def listing(session: Session, limit: int, source_id: int | None = None) -> list[ImportSeen]:
    """The newest lists first."""
    where = [] if source_id is None else [FileImport.source_id == source_id]
    return _seen_where(session, *where, limit=limit)


def waiting(session: Session, silent_since: datetime) -> list[ImportSeen]:
    """Lists with something to do that nobody has touched since then, the oldest first."""
    states = [state.value for state in WORKED_ON]
    found = _seen_where(session, FileImport.state.in_(states), FileImport.beat_at <= silent_since)
    return sorted(found, key=lambda one: one.id)


def abandoned(session: Session, before: datetime) -> list[ImportSeen]:
    """Lists whose reading stopped half way, or that nobody confirmed."""
    states = [State.READING.value, State.SHOWN.value]
    return _seen_where(session, FileImport.state.in_(states), FileImport.beat_at < before)


def same_instant(session: Session, source_id: int, stamp: int) -> ImportSeen | None:
    """The list of this source and instant that was booked, or is being."""
    states = [State.BOOKING.value, State.BOOKED.value, State.UNDOING.value]
    found = _seen_where(
        session, FileImport.source_id == source_id, FileImport.stamp == stamp, FileImport.state.in_(states)
    )
    return found[0] if found else None


def last_options(session: Session, source_id: int) -> Mapping[str, Any] | None:
    """How the columns of the source's last list were read."""
    query = (
        select(FileImport.options)
        .where(FileImport.source_id == source_id, FileImport.state != State.READING.value)
        .order_by(FileImport.id.desc())
        .limit(1)
    )
    return session.scalar(query) or None


# -- rows


def keep_parts(session: Session, import_id: int, number: int, bodies: Mapping[int, bytes]) -> None:
    """Packed rows, by bucket, wait to be booked. `number`: which flush of the reading it is."""
    rows = [
        {"import_id": import_id, "bucket": bucket, "number": number, "body": body}
        for bucket, body in sorted(bodies.items())
    ]
    if rows:
        session.execute(insert(FilePart), rows)


def bodies(session: Session, import_id: int, bucket: int) -> list[bytes]:
    """The packed rows of one bucket."""
    query = select(FilePart.body).where(FilePart.import_id == import_id, FilePart.bucket == bucket)
    return list(session.scalars(query.order_by(FilePart.number)))


def forget_parts(session: Session, import_id: int, first: int = 0, end: int | None = None) -> None:
    """The rows of buckets from `first` up to before `end` are gone."""
    statement = delete(FilePart).where(FilePart.import_id == import_id, FilePart.bucket >= first)
    session.execute(statement if end is None else statement.where(FilePart.bucket < end))


def forget_marks(session: Session, import_id: int) -> None:
    """What was refused is forgotten."""
    session.execute(delete(FileRefusal).where(FileRefusal.import_id == import_id))


def keep_refusals(session: Session, import_id: int, found: Sequence[RefusalSeen]) -> None:
    """The reasons are kept, as long as they are not too many."""
    rows = [{"import_id": import_id, "line": r.line, "field": r.field[:60], "reason": r.reason[:300]} for r in found]
    if rows:
        session.execute(insert(FileRefusal), rows)


def refusals(session: Session, import_id: int, limit: int = REFUSALS_KEPT) -> list[RefusalSeen]:
    """Refused rows by line."""
    rows = session.execute(
        select(FileRefusal.line, FileRefusal.field, FileRefusal.reason)
        .where(FileRefusal.import_id == import_id)
        .order_by(FileRefusal.line)
        .limit(limit)
    )
    return [RefusalSeen(*row) for row in rows]


def reasons(session: Session, import_id: int) -> list[tuple[str, str, int]]:
    """(field, reason, how many), the most frequent first."""
    count = func.count()
    rows = session.execute(
        select(FileRefusal.field, FileRefusal.reason, count)
        .where(FileRefusal.import_id == import_id)
        .group_by(FileRefusal.field, FileRefusal.reason)
        .order_by(count.desc(), FileRefusal.field)
    )
    return [(field, reason, number) for field, reason, number in rows]


def names(session: Session, import_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """File name and source of some lists, for the causes of entries."""
    if not import_ids:
        return {}
    rows = session.execute(
        select(FileImport.id, FileImport.file_name, Source.name)
        .join(Source, Source.id == FileImport.source_id)
        .where(FileImport.id.in_(list(import_ids)))
    )
    return {i: (file_name, source) for i, file_name, source in rows}


def _seen_where(session: Session, *where: Any, limit: int = 1_000) -> list[ImportSeen]:
    rows = session.execute(
        select(FileImport, Source.name)
        .join(Source, Source.id == FileImport.source_id)
        .where(*where)
        .order_by(FileImport.id.desc())
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return [
        ImportSeen(
            id=row.id,
            source_id=row.source_id,
            source_name=name,
            file_name=row.file_name,
            digest=row.digest,
            stamp=row.stamp,
            exported_at=row.exported_at,
            what=row.what,
            is_complete=row.is_complete,
            options=row.options,
            state=State(row.state),
            buckets=row.buckets,
            done=row.done,
            rows=row.rows,
            refused=row.refused,
            preview=row.preview,
            batch_id=row.batch_id,
            actor=row.actor,
            error=row.error,
            begun_at=row.begun_at,
            beat_at=row.beat_at,
            booked_at=row.booked_at,
            undone_at=row.undone_at,
            undone_by=row.undone_by,
        )
        for row, name in rows
    ]
