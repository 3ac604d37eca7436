"""Lists are undone: what they told is as it was before, by entries that reverse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from campaign.counting import book
from campaign.store import batches, facts, facts_before, file_duplicates, file_imports, first_seen
from campaign.store.engine import Database, Session
from campaign.store.file_imports import ImportSeen, State
from campaign.store.ledger import Cause
from campaign.store.people import Touched
from campaign.store.told import Told

KIND = "file"
UNDONE_A_STEP = 60


def go_on(db: Database, import_id: int, now: Callable[[], datetime], progress: Callable[[int], None]) -> None:
    """What the list told is as it was before, in short steps; done twice, it is the same."""
    with db.read() as session:
        seen = file_imports.load(session, import_id)
    cause = Cause(KIND, seen.id, seen.undone_by, f"undone: {seen.options.get('undone_because', '')}")
    undone = 0
    for kind in (facts_before.PAYMENT, facts_before.SIGN_UP, facts_before.MEMBERSHIP, facts_before.ACCOUNT):
        after = 0
        while True:
            with db.write() as session:
                told = facts_before.told_under(session, kind, seen.source_id, seen.stamp, after, UNDONE_A_STEP)
                if not told:
                    break
                after = max(told)
                book.recount(session, _take_back(session, seen, kind, told), cause, now())
                file_imports.change(session, seen.id, beat_at=now())
                batches.beat(session, seen.batch_id or 0, {"list": seen.id, "undone": undone}, now())
            undone += len(told)
            progress(undone)
    _settle_later(db, seen, cause, now)
    with db.write() as session:
        if file_imports.load(session, seen.id).state is State.UNDOING:
            facts_before.restore_later(session, seen.source_id, seen.stamp)
            facts_before.forget(session, seen.source_id, seen.stamp)
            file_duplicates.forget(session, seen.id)
            file_imports.change(session, seen.id, state=State.UNDONE, undone_at=now(), beat_at=now())
            batches.finish(session, seen.batch_id or 0, now())


def _settle_later(db: Database, seen: ImportSeen, cause: Cause, now: Callable[[], datetime]) -> None:
    """What newer lists said of members without a start no longer follows from this one."""
    after = ""
    while True:
        with db.write() as session:
            keys = facts_before.later_keys(
                session, seen.source_id, facts_before.MEMBERSHIP, seen.stamp, after, UNDONE_A_STEP
            )
            if not keys:
                return
            after = keys[-1]
            touched = first_seen.settle(session, seen.source_id, keys, without=seen.stamp)
            book.recount(session, touched, cause, now())
            file_imports.change(session, seen.id, beat_at=now())


def _take_back(session: Session, seen: ImportSeen, kind: str, told: dict[int, str]) -> Touched:
    """Each fact is as it stood before the list; one that was new is withdrawn."""
    ids = {key: i for i, key in told.items()}
    before = facts_before.load(session, seen.source_id, kind, ids, seen.stamp)
    touched = Touched()
    by_stamp: dict[int, Told] = {}
    for key, stood in before.items():
        by_stamp.setdefault(stood.stamp, Told()).add(stood.fact)
        facts_before.lower(session, kind, [ids[key]], stood.stamp - 1)
    for stamp, restored in sorted(by_stamp.items()):
        touched.update(facts.save(session, seen.source_id, restored, stamp).touched)
    new = sorted(set(ids) - set(before))
    if kind == facts_before.ACCOUNT:
        facts_before.lower(session, kind, [ids[key] for key in new], facts_before.NOBODY)
        return touched
    nothing = facts_before.as_told(session, kind, seen.source_id, new)
    for key in new:
        facts_before.withdrawn(kind, key, nothing)
    facts_before.lower(session, kind, [ids[key] for key in new], facts_before.NOBODY - 1)
    touched.update(facts.save(session, seen.source_id, nothing, facts_before.NOBODY).touched)
    return touched
