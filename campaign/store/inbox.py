"""The inbox: every verified delivery, kept once by its source's own event id, before anything is done with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from campaign.store import objects
from campaign.store.changes import INBOX
from campaign.store.stamps import next_stamp
from campaign.store.tables import InboxEvent

WAITING, DONE, IGNORED, FAILED = "waiting", "done", "ignored", "failed"
DELIVERED, LISTED = "delivered", "listed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """The allow-list of a delivery's fields. `ignored`: why nothing is to be done. None: its object is fetched.

    `asks_again`: the source gives no ids, so what looks like a repeat may be news, and its object is fetched again.
    """

    external_id: str
    type: str
    object_kind: str | None
    object_key: str | None
    livemode: bool | None
    account: str | None
    api_version: str | None
    created_at: datetime | None
    digest: str
    ignored: str | None = None
    asks_again: bool = False


@dataclass(frozen=True, slots=True)
class EventSeen:
    """A kept delivery as staff see it."""

    id: int
    source_id: int
    external_id: str
    type: str
    object_kind: str | None
    object_key: str | None
    created_at: datetime | None
    received_at: datetime
    origin: str
    state: str
    note: str | None


def keep(connection: Connection, source_id: int, delivery: Delivery, origin: str, now: datetime) -> bool:
    """The delivery is kept once and its object is dirty under a new stamp; False for a repeat.

    A repeat of one that failed marks its object dirty again. In the databases' own words: every delivery passes here.
    """
    if connection.dialect.name == "sqlite":
        return _keep_sqlite(connection, source_id, delivery, origin, now)
    return _keep_postgresql(connection, source_id, delivery, origin, now)


def record(session: Session, source_id: int, external_id: str, event_type: str, digest: str, now: datetime) -> int:
    """What was pushed is kept once, as done, for entries to name as their cause; returns our id, also for a repeat."""
    e = InboxEvent
    known = session.scalar(select(e.id).where(e.source_id == source_id, e.external_id == external_id))
    if known is not None:
        return known
    row = InboxEvent(
        source_id=source_id,
        external_id=external_id,
        type=event_type,
        received_at=now,
        digest=digest,
        origin=DELIVERED,
        stamp=next_stamp(session),
        state=DONE,
    )
    session.add(row)
    session.flush()
    return row.id


def waiting_since(session: Session) -> datetime | None:
    """Since when the oldest object waits to be counted; None when everything received was counted."""
    return objects.waiting_since(session)


def recent(session: Session, limit: int, state: str | None = None) -> list[EventSeen]:
    """The newest deliveries, of one state if asked."""
    e = InboxEvent
    query = select(e).order_by(e.id.desc()).limit(limit)
    if state is not None:
        query = query.where(e.state == state)
    return [_seen(row) for row in session.scalars(query)]


def load(session: Session, event_id: int) -> EventSeen | None:
    """One delivery by our id: the cause an entry names."""
    row = session.get(InboxEvent, event_id)
    return None if row is None else _seen(row)


def load_many(session: Session, event_ids: Collection[int]) -> dict[int, EventSeen]:
    """Deliveries by our ids."""
    return {row.id: _seen(row) for row in session.scalars(select(InboxEvent).where(InboxEvent.id.in_(event_ids)))}


def unknown_of(session: Session, source_id: int, external_ids: Collection[str]) -> set[str]:
    """Those of up to a hundred event ids that were never received."""
    e = InboxEvent
    known = session.scalars(select(e.external_id).where(e.source_id == source_id, e.external_id.in_(external_ids)))
    return set(external_ids) - set(known)


def last_received_at(session: Session, source_id: int) -> datetime | None:
    """When the source last delivered something."""
    e = InboxEvent
    return session.scalar(
        select(e.received_at).where(e.source_id == source_id, e.origin == DELIVERED).order_by(e.id.desc()).limit(1)
    )


def _seen(row: InboxEvent) -> EventSeen:
    return EventSeen(
        row.id,
        row.source_id,
        row.external_id,
        row.type,
        row.object_kind,
        row.object_key,
        row.created_at,
        row.received_at,
        row.origin,
        row.state,
        row.note,
    )


_EVENT_COLUMNS = (
    "source_id, external_id, type, object_kind, object_key, livemode, account, api_version, created_at, received_at, "
    "digest, origin, state, note, stamp"
)
_ON_REPEAT = "ON CONFLICT (source_id, external_id) DO NOTHING RETURNING id"
_OBJECT_COLUMNS = (
    "source_id, kind, key, dirty_seq, fetched_seq, state, attempts, due_at, dirty_since, cause_kind, cause_id"
)
_ON_DIRTY = (
    "ON CONFLICT (source_id, kind, key) DO UPDATE SET dirty_seq = "
    "CASE WHEN source_object.dirty_seq > excluded.dirty_seq THEN source_object.dirty_seq ELSE excluded.dirty_seq END, "
    "state = 'dirty', attempts = 0, "
    "due_at = excluded.due_at, cause_kind = 'inbox', cause_id = excluded.cause_id, dirty_since = "
    "CASE WHEN source_object.state = 'dirty' THEN source_object.dirty_since ELSE excluded.dirty_since END"
)

_SQLITE_STAMP = "UPDATE stamp SET value = value + 1 WHERE id = 1 RETURNING value"
_SQLITE_EVENT = f"INSERT INTO inbox_event ({_EVENT_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) {_ON_REPEAT}"  # noqa: S608 - constants only
_SQLITE_OBJECT = (
    f"INSERT INTO source_object ({_OBJECT_COLUMNS}) "  # noqa: S608 - constants only
    f"VALUES (?,?,?,?,0,'dirty',0,?,?,'inbox',?) {_ON_DIRTY}"
)
_SQLITE_REPEAT = "SELECT id, state FROM inbox_event WHERE source_id = ? AND external_id = ?"
_SQLITE_AGAIN = "UPDATE inbox_event SET state = 'waiting', note = NULL WHERE id = ?"

_NOTIFY = f"pg_notify('{INBOX}', '')"
_POSTGRESQL_EVENT = (
    f"INSERT INTO inbox_event ({_EVENT_COLUMNS}) "  # noqa: S608 - constants only
    f"VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,nextval('stamp_seq')) {_ON_REPEAT}, stamp"
)
_POSTGRESQL_EVENT_AND_OBJECT = (
    f"WITH kept AS ({_POSTGRESQL_EVENT}) INSERT INTO source_object ({_OBJECT_COLUMNS}) "  # noqa: S608 - constants only
    f"SELECT %s,%s,%s,kept.stamp,0,'dirty',0,%s,%s,'inbox',kept.id FROM kept {_ON_DIRTY} RETURNING cause_id, {_NOTIFY}"
)
_POSTGRESQL_OBJECT = (
    f"INSERT INTO source_object ({_OBJECT_COLUMNS}) "  # noqa: S608 - constants only
    f"VALUES (%s,%s,%s,nextval('stamp_seq'),0,'dirty',0,%s,%s,'inbox',%s) {_ON_DIRTY} RETURNING {_NOTIFY}"
)


def _keep_sqlite(connection: Connection, source_id: int, d: Delivery, origin: str, now: datetime) -> bool:
    # The driver's own cursor: a third of the processor time of the same statements by SQLAlchemy's.
    run = cast(sqlite3.Cursor, connection.connection.cursor()).execute
    at = _sqlite_instant(now)
    created_at = None if d.created_at is None else _sqlite_instant(d.created_at)
    ((stamp,),) = run(_SQLITE_STAMP).fetchall()
    kept = run(_SQLITE_EVENT, (*_values(source_id, d, created_at, at, origin), stamp)).fetchall()
    if kept:
        if d.ignored is None:
            run(_SQLITE_OBJECT, (source_id, d.object_kind, d.object_key, stamp, at, at, kept[0][0]))
        return True
    ((event_id, state),) = run(_SQLITE_REPEAT, (source_id, d.external_id)).fetchall()
    if (state == FAILED or d.asks_again) and d.ignored is None:
        run(_SQLITE_AGAIN, (event_id,))
        run(_SQLITE_OBJECT, (source_id, d.object_kind, d.object_key, stamp, at, at, event_id))
    return False


def _keep_postgresql(connection: Connection, source_id: int, d: Delivery, origin: str, now: datetime) -> bool:
    run = connection.exec_driver_sql
    values = _values(source_id, d, d.created_at, now, origin)
    if d.ignored is not None:
        return run(_POSTGRESQL_EVENT, values).first() is not None
    named = (source_id, d.object_kind, d.object_key, now, now)
    if run(_POSTGRESQL_EVENT_AND_OBJECT, (*values, *named)).first() is not None:
        return True
    event_id, state = run(_SQLITE_REPEAT.replace("?", "%s"), (source_id, d.external_id)).one()
    if state == FAILED or d.asks_again:
        run(_SQLITE_AGAIN.replace("?", "%s"), (event_id,))
        run(_POSTGRESQL_OBJECT, (*named, event_id))
    return False


def _values(source_id: int, d: Delivery, created_at: object, received_at: object, origin: str) -> tuple[object, ...]:
    state = WAITING if d.ignored is None else IGNORED
    return (
        source_id,
        d.external_id,
        d.type,
        d.object_kind,
        d.object_key,
        d.livemode,
        d.account,
        d.api_version,
        created_at,
        received_at,
        d.digest,
        origin,
        state,
        d.ignored,
    )


def _sqlite_instant(at: datetime) -> str:
    """The text the typed columns write, so that both ways compare."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
