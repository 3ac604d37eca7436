"""Objects of sources that deliveries or sweeps touched: dirty until fetched under a stamp at least as new."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, case, func, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from campaign.store.stamps import next_stamp
from campaign.store.tables import InboxEvent, Source, SourceObject

DIRTY, CLEAN, FAILED, ABSENT = "dirty", "clean", "failed", "absent"

_CHUNK = 100


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """An object of a source: its kind in the source's own word, and the source's own id."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A dirty object one worker is to fetch. `stamp` was taken after everything that made it dirty until then."""

    source_id: int
    ref: Ref
    stamp: int
    dirty_seq: int
    attempts: int
    cause_kind: str
    cause_id: int | None


@dataclass(frozen=True, slots=True)
class ObjectSeen:
    """An object as staff see it. `state`: dirty, failed or absent (unknown at its source)."""

    source_id: int
    source_name: str
    kind: str
    key: str
    state: str
    attempts: int
    due_at: datetime
    dirty_since: datetime
    error: str | None


def mark_dirty(
    session: Session,
    source_id: int,
    refs: Collection[Ref],
    now: datetime,
    cause_kind: str,
    cause_id: int | None,
) -> int:
    """The objects are due now, under one new stamp, which is returned."""
    stamp = next_stamp(session)
    row = {
        "source_id": source_id,
        "dirty_seq": stamp,
        "fetched_seq": 0,
        "state": DIRTY,
        "attempts": 0,
        "due_at": now,
        "dirty_since": now,
        "cause_kind": cause_kind,
        "cause_id": cause_id,
    }
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    for part in _parts(sorted(refs)):
        statement = make(SourceObject).values([{**row, "kind": ref.kind, "key": ref.key} for ref in part])
        told = statement.excluded
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["source_id", "kind", "key"],
                set_={
                    "dirty_seq": case(
                        (SourceObject.dirty_seq > told.dirty_seq, SourceObject.dirty_seq), else_=told.dirty_seq
                    ),
                    "state": DIRTY,
                    "attempts": 0,
                    "due_at": told.due_at,
                    "dirty_since": case(
                        (SourceObject.state == DIRTY, SourceObject.dirty_since), else_=told.dirty_since
                    ),
                    "cause_kind": told.cause_kind,
                    "cause_id": told.cause_id,
                },
            )
        )
    return stamp


def any_due(session: Session, now: datetime) -> bool:
    """Whether a claim would find something."""
    return session.execute(select(SourceObject.key).where(*_is_due(now)).limit(1)).first() is not None


@dataclass(frozen=True, slots=True)
class Later:
    """Kinds that others mostly bring along: they wait for those, but not longer than since `before`."""

    kinds: Collection[str]
    before: datetime


def claim_due(
    session: Session, limit: int, now: datetime, lease: timedelta, later: Later, *, idle: bool
) -> list[Claim]:
    """Up to `limit` due objects are leased to the caller; those that can wait only when it is idle without them."""
    o = SourceObject
    rows = session.execute(
        select(o.source_id, o.kind, o.key, o.dirty_seq, o.attempts, o.cause_kind, o.cause_id, o.dirty_since)
        .where(*_is_due(now))
        .order_by(case((o.kind.in_(later.kinds) & (o.dirty_since > later.before), 1), else_=0), o.due_at, o.dirty_seq)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    pressing = [r for r in rows if r.kind not in later.kinds or r.dirty_since <= later.before]
    rows = pressing or (rows if idle else [])
    if not rows:
        return []
    stamp = next_stamp(session)
    for part in _parts(rows):
        session.execute(
            update(o)
            .where(tuple_(o.source_id, o.kind, o.key).in_([(r.source_id, r.kind, r.key) for r in part]))
            .values(leased_until=now + lease)
            .execution_options(synchronize_session=False)
        )
    return [
        Claim(r.source_id, Ref(r.kind, r.key), stamp, r.dirty_seq, r.attempts, r.cause_kind, r.cause_id) for r in rows
    ]


def settle(session: Session, source_id: int, refs: Collection[Ref], stamp: int) -> None:
    """Objects fetched under the stamp are clean, unless something newer made them dirty; their deliveries are done."""
    o, e = SourceObject, InboxEvent
    for part in _parts(sorted(refs)):
        pairs = [(ref.kind, ref.key) for ref in part]
        session.execute(
            update(o)
            .where(o.source_id == source_id, tuple_(o.kind, o.key).in_(pairs), o.fetched_seq < stamp)
            .values(
                state=case((o.dirty_seq <= stamp, CLEAN), else_=o.state),
                error=case((o.dirty_seq <= stamp, None), else_=o.error),
                attempts=0,
                fetched_seq=stamp,
                leased_until=None,
            )
            .execution_options(synchronize_session=False)
        )
        session.execute(
            update(e)
            .where(e.source_id == source_id, tuple_(e.object_kind, e.object_key).in_(pairs))
            .where(e.state.in_(["waiting", "failed"]), e.stamp <= stamp)
            .values(state="done", note=None)
            .execution_options(synchronize_session=False)
        )


def postpone(session: Session, claim: Claim, error: str, due_at: datetime, state: str = DIRTY) -> None:
    """The object keeps its error and is due again at `due_at`; FAILED and ABSENT show at its deliveries too."""
    o, e = SourceObject, InboxEvent
    mine = (o.source_id == claim.source_id, o.kind == claim.ref.kind, o.key == claim.ref.key)
    is_still_mine = o.dirty_seq <= claim.stamp
    session.execute(
        update(o)
        .where(*mine, o.fetched_seq < claim.stamp)
        .values(
            state=case((is_still_mine, state), else_=o.state),
            due_at=case((is_still_mine, due_at), else_=o.due_at),
            error=error,
            attempts=o.attempts + 1,
            leased_until=None,
        )
        .execution_options(synchronize_session=False)
    )
    if state == DIRTY:
        return
    session.execute(
        update(e)
        .where(e.source_id == claim.source_id, e.object_kind == claim.ref.kind, e.object_key == claim.ref.key)
        .where(e.state == "waiting", e.stamp <= claim.stamp)
        .values(state="failed", note=error)
        .execution_options(synchronize_session=False)
    )


def any_unsettled(session: Session, source_id: int) -> bool:
    """Whether some object of the source is dirty, failed or absent."""
    o = SourceObject
    query = select(o.key).where(o.state.in_([DIRTY, FAILED, ABSENT]), o.source_id == source_id).limit(1)
    return session.execute(query).first() is not None


def retry(session: Session, source_id: int, ref: Ref, now: datetime) -> bool:
    """By hand: the object is due now, whatever its state; its failed deliveries wait again. False: there is none."""
    o, e = SourceObject, InboxEvent
    changed = session.execute(
        update(o)
        .where(o.source_id == source_id, o.kind == ref.kind, o.key == ref.key)
        .values(state=DIRTY, due_at=now, dirty_since=now, attempts=0, leased_until=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(e)
        .where(e.source_id == source_id, e.object_kind == ref.kind, e.object_key == ref.key, e.state == "failed")
        .values(state="waiting", note=None)
        .execution_options(synchronize_session=False)
    )
    return cast(Any, changed).rowcount == 1


def release_leases(session: Session) -> None:
    """Nobody fetches anything any more: for the start of the one process that works off the inbox."""
    session.execute(
        update(SourceObject)
        .where(SourceObject.leased_until.is_not(None))
        .values(leased_until=None)
        .execution_options(synchronize_session=False)
    )


def waiting_since(session: Session) -> datetime | None:
    """Since when the oldest object of a source in use waits to be counted; None: everything received was counted."""
    return session.scalar(select(func.min(SourceObject.dirty_since)).where(SourceObject.state == DIRTY, _in_use()))


def count_waiting(session: Session) -> int:
    """How many objects of sources in use wait to be counted."""
    query = select(func.count()).select_from(SourceObject).where(SourceObject.state == DIRTY, _in_use())
    return session.scalar(query) or 0


def troubled(session: Session, limit: int) -> list[ObjectSeen]:
    """Objects with an error: failed, absent, or waiting to be tried again; the newest trouble first."""
    o = SourceObject
    rows = session.execute(
        select(o, Source.name)
        .join(Source, Source.id == o.source_id)
        .where(or_(o.state.in_([FAILED, ABSENT]), (o.state == DIRTY) & (o.attempts > 0)))
        .order_by(o.dirty_since.desc(), o.kind, o.key)
        .limit(limit)
    ).all()
    return [
        ObjectSeen(r.source_id, name, r.kind, r.key, r.state, r.attempts, r.due_at, r.dirty_since, r.error)
        for r, name in rows
    ]


def _is_due(now: datetime) -> tuple[Any, ...]:
    o = SourceObject
    return (
        o.state.in_([DIRTY, FAILED]),
        o.due_at <= now,
        or_(o.leased_until.is_(None), o.leased_until < now),
        _in_use(),
    )


def _in_use() -> ColumnElement[bool]:
    """Nothing is asked of a source out of use."""
    return SourceObject.source_id.not_in(select(Source.id).where(~Source.enabled))


def _parts(rows: Iterable[Any]) -> Iterable[list[Any]]:
    everything = list(rows)
    return (everything[at : at + _CHUNK] for at in range(0, len(everything), _CHUNK))
