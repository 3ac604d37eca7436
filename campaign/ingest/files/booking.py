"""Lists are booked, in steps short enough that no delivery waits, and undone the same way; a stop in between is none.

Each step's facts, entries and how far the list is are one transaction, so that whoever goes on begins where it ended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from campaign.counting import book, bulk
from campaign.domain.errors import Conflict, Invalid
from campaign.ingest.files import openings, preview, rows, telling, undoing
from campaign.ingest.files.pace import Pace, seldom_collected
from campaign.ingest.files.telling import Step
from campaign.store import (
    audit,
    batches,
    campaigns,
    facts,
    facts_before,
    file_duplicates,
    file_imports,
    new_people,
    people,
)
from campaign.store.engine import Database, Session
from campaign.store.file_imports import ImportSeen, State
from campaign.store.first_seen import NOT_IN_LIST
from campaign.store.ledger import Cause
from campaign.store.new_people import AnyNew
from campaign.store.told import Told

KNOWN_A_STEP = 60
SILENT = timedelta(seconds=20)
"""Whoever works on a list says so more often; after this somebody else goes on."""
ABANDONED = timedelta(days=2)
KIND = "file"
"""The kind of cause, and of batch, that lists have."""
NOBODY = datetime.fromisoformat("1970-01-02T00:00:00+00:00")

Clock = Callable[[], datetime]
Progress = Callable[[int], None]


def run_due(db: Database, now: Clock) -> int:
    """Every list with something to do that nobody works on is looked at, booked or undone; returns how many."""
    with db.read() as session:
        waiting = file_imports.waiting(session, now() - SILENT)
        old = file_imports.abandoned(session, now() - ABANDONED)
    for seen in old:
        drop(db, seen.id, "clock", now())
    for seen in waiting:
        go_on(db, seen.id, now)
    return len(waiting)


def go_on(db: Database, import_id: int, now: Clock, progress: Progress | None = None) -> None:
    """What the list waits for is done."""
    with db.read() as session:
        seen = file_imports.load(session, import_id)
    with seldom_collected():
        match seen.state:
            case State.READ:
                preview.show(db, import_id, now)
            case State.BOOKING:
                _book(db, import_id, now, progress or _silent)
            case State.UNDOING:
                undoing.go_on(db, import_id, now, progress or _silent)
            case _:
                pass


def confirm(db: Database, import_id: int, actor: str, now: datetime, *, mine: bool = False) -> None:
    """The list is to be booked; the jobs process does it, or the caller (`mine`) with `go_on`.

    Raises Conflict where it is not waiting for that, or an opening's question is open (counting.md, Opening).
    """
    with db.write() as session:
        seen = file_imports.load(session, import_id)
        if seen.state not in (State.SHOWN, State.READ):
            raise Conflict("this list is not waiting to be booked")
        if openings.unanswered(session, seen.source_id):
            raise Conflict("say first whether the list includes the people of the stated opening")
        if file_imports.same_instant(session, seen.source_id, seen.stamp) is not None:
            raise Conflict("another list exported at the same moment was counted meanwhile")
        batch_id = batches.begin(session, KIND, None, seen.source_id, actor, now)
        beat = now if mine else NOBODY
        file_imports.change(
            session, import_id, state=State.BOOKING, done=0, batch_id=batch_id, beat_at=beat, actor=actor
        )
        details = {"list": import_id, "rows": seen.rows, "refused": seen.refused}
        audit.write(session, actor, "import.book", seen.source_name, now, details)


def look_again(db: Database, import_id: int) -> None:
    """What the list would do is found out once more: something it depends on was changed."""
    with db.write() as session:
        if file_imports.load(session, import_id).state is State.SHOWN:
            file_imports.change(session, import_id, state=State.READ, done=0, beat_at=NOBODY)


def drop(db: Database, import_id: int, actor: str, now: datetime) -> None:
    """The list is forgotten, unbooked. Raises Conflict where it is booked already."""
    with db.write() as session:
        seen = file_imports.load(session, import_id)
        if seen.state not in (State.READING, State.READ, State.SHOWN):
            raise Conflict("this list is counted already: undo it instead")
        file_imports.change(session, import_id, state=State.DROPPED, beat_at=now)
        audit.write(session, actor, "import.drop", seen.source_name, now, {"list": import_id})
    _forget_rows(db, seen)


def undo(db: Database, import_id: int, actor: str, reason: str, now: datetime, *, mine: bool = False) -> None:
    """The list is to be undone: what it told is as it was before, by entries that reverse. Raises Invalid, Conflict."""
    if not reason.strip():
        raise Invalid("reason", "Say why the list is taken back.")
    with db.write() as session:
        seen = file_imports.load(session, import_id)
        if seen.state is not State.BOOKED:
            raise Conflict("only a list that is counted can be undone")
        batch_id = batches.begin(session, KIND, None, seen.source_id, actor, now)
        beat = now if mine else NOBODY
        options = {**seen.options, "undone_because": reason.strip()}
        file_imports.change(
            *(session, import_id),
            state=State.UNDOING,
            done=0,
            batch_id=batch_id,
            beat_at=beat,
            undone_by=actor,
            options=options,
        )
        audit.write(session, actor, "import.undo", seen.source_name, now, {"list": import_id, "reason": reason})


def decide(db: Database, duplicate_id: int, actor: str, now: datetime, *, counts: bool) -> None:
    """Staff say whether a row that looks like another is a payment of its own. Raises NotFound, Conflict."""
    with db.write() as session:
        found = file_duplicates.load(session, duplicate_id)
        seen = file_imports.load(session, found.import_id)
        if seen.state is not State.BOOKED:
            raise Conflict("its list is not counted")
        if not file_duplicates.decide(session, duplicate_id, counts=counts, actor=actor, now=now):
            raise Conflict("somebody has decided already")
        if counts:
            row = rows.PaymentRow(*found.body["row"])
            told = Told()
            told.add(rows.told_account(row, rows.account_key(row)), rows.told_payment(row, found.key))
            touched = facts.save(session, seen.source_id, told, seen.stamp).touched
            note = f"line {found.line} is a payment of its own"
            book.recount(session, touched, Cause(KIND, seen.id, actor, note), now)
        details = {"list": seen.id, "line": found.line, "counts": counts}
        audit.write(session, actor, "import.decide", seen.source_name, now, details)


# -- booking


def _book(db: Database, import_id: int, now: Clock, progress: Progress) -> None:
    with db.read() as session:
        seen = file_imports.load(session, import_id)
    cause = Cause(KIND, seen.id, seen.actor)
    pace = Pace(is_alone=db.is_sqlite)
    for bucket in range(seen.done, seen.buckets):
        if not _book_bucket(db, seen, bucket, cause, now, pace):
            return
        progress(bucket + 1)
    if seen.ends_others:
        _end_others(db, seen, cause, now)
    with db.write() as session:
        if file_imports.load(session, seen.id).state is State.BOOKING:
            file_imports.change(session, seen.id, state=State.BOOKED, booked_at=now(), beat_at=now())
            batches.finish(session, seen.batch_id or 0, now())


def _book_bucket(db: Database, seen: ImportSeen, bucket: int, cause: Cause, now: Clock, pace: Pace) -> bool:
    """The people of one bucket are booked; False where somebody else has taken the list on."""
    with db.read() as session:
        step = telling.step_of(file_imports.bodies(session, seen.id, bucket), seen)
        rules = people.source_rules(session)
        everywhere = campaigns.all_campaigns(session)
        versions = campaigns.versions(session)
    known: list[AnyNew] = []
    first = 0
    while first < len(step.people):
        some = step.people[first : first + pace.people]
        first += len(some)
        at = now()
        new = new_people.distinct([p for p in some if bulk.can_be_new(p, everywhere)])
        prepared = bulk.prepare(new, seen.source_id, everywhere, rules, at, pace.remembered)
        with db.write() as session, pace.timed():
            is_new = new_people.unknown(session, seen.source_id, new)
            if campaigns.versions(session) != versions or people.source_rules(session) != rules:
                is_new = [False] * len(new)  # a rule was edited meanwhile: booked one by one, by the new one
            fresh = [one for one, yes in zip(prepared, is_new, strict=True) if yes]
            bulk.book_new(session, seen.source_id, fresh, everywhere, seen.stamp, cause, at, pace.remembered)
        done = {id(one.person) for one in fresh}
        known += [p for p in some if id(p) not in done]
    for first in range(0, len(known), KNOWN_A_STEP):
        some = known[first : first + KNOWN_A_STEP]
        with db.write() as session:
            book.recount(session, telling.tell(session, seen, some), cause, now())
    with db.write() as session:
        return _finish_bucket(session, seen, bucket, step, now())


def _finish_bucket(session: Session, seen: ImportSeen, bucket: int, step: Step, now: datetime) -> bool:
    """The list is one bucket further, whose rows are needed no more. False: somebody else has taken it there."""
    if not file_imports.go_on(session, seen.id, State.BOOKING, bucket, bucket + 1, now):
        return False
    telling.keep_same(session, seen, step.same)
    file_imports.forget_parts(session, seen.id, bucket, bucket + 1)
    batches.beat(session, seen.batch_id or 0, {"list": seen.id, "done": bucket + 1, "of": seen.buckets}, now)
    return True


def _end_others(db: Database, seen: ImportSeen, cause: Cause, now: Clock) -> None:
    """The list says that it is complete: what runs and is not in it has ended, as far as is known at the export."""
    after = 0
    ending = replace(cause, note="not in a list that is complete")
    while True:
        with db.write() as session:
            running = facts_before.running(session, seen.source_id, seen.stamp, seen.exported_at, after, KNOWN_A_STEP)
            if not running:
                return
            after = max(running)
            told = Told()
            told.add(*(replace(m, ended_at=seen.exported_at, status=NOT_IN_LIST) for m in running.values()))
            book.recount(session, telling.keep_and_save(session, seen, told), ending, now())
            file_imports.change(session, seen.id, beat_at=now())


def _forget_rows(db: Database, seen: ImportSeen) -> None:
    for first in range(0, seen.buckets, 50):
        with db.write() as session:
            file_imports.forget_parts(session, seen.id, first, first + 50)


def _silent(_done: int) -> None:
    """Nobody watches."""
