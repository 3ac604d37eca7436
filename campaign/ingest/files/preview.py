"""What booking a list would do to the number of each campaign: seen before, and nothing is kept of it."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from campaign.counting import book, bulk
from campaign.domain.campaign import Campaign
from campaign.domain.standing import SourceRules
from campaign.ingest.files import telling
from campaign.store import campaigns, day_totals, facts_before, file_imports, new_people, people
from campaign.store.engine import Database, Session
from campaign.store.file_imports import ImportSeen, State
from campaign.store.first_seen import NOT_IN_LIST
from campaign.store.new_people import AnyNew
from campaign.store.people import Touched
from campaign.store.told import Told

KNOWN_A_STEP = 60
"""People known already that one transaction tells of."""


@dataclass(slots=True)
class _Change:
    before: int = 0
    after: int = 0
    added: Counter[str] = field(default_factory=Counter[str])
    taken: Counter[str] = field(default_factory=Counter[str])


@dataclass(slots=True)
class _Look:
    """What was found so far."""

    changes: dict[int, _Change]
    new: int = 0
    known: int = 0
    facts: int = 0
    same: int = 0
    ended: int = 0
    remembered: bulk.Remembered = field(default_factory=bulk.Remembered)
    keys: array[int] = field(default_factory=lambda: array("q"))


class _TakenBack(Exception):
    """Ends a transaction whose changes were only looked at."""


def show(db: Database, import_id: int, now: Callable[[], datetime]) -> None:
    """The list's preview is known, and it waits to be confirmed. Done twice, it is the same."""
    with db.read() as session:
        seen = file_imports.load(session, import_id)
        everywhere = campaigns.all_campaigns(session)
        rules = people.source_rules(session)
        numbers = {c.id: sum(t.amount for t in day_totals.load(session, c.id)) for c in everywhere}
    looked = _Look({c.id: _Change() for c in everywhere})
    at = now()
    for bucket in range(seen.buckets):
        with db.read() as session:
            step = telling.step_of(file_imports.bodies(session, seen.id, bucket), seen)
        looked.same += len(step.same)
        _look_at(db, seen, step.people, everywhere, rules, at, looked)
        if bucket % 20 == 0 and not _still(db, seen, bucket, now()):
            return
    if seen.ends_others:
        _look_at_ended(db, seen, everywhere, rules, at, looked)
    shown = _as_json(everywhere, numbers, looked)
    with db.write() as session:
        if file_imports.load(session, seen.id).state is State.READ:
            preview = {**(seen.preview or {}), **shown}
            file_imports.change(session, seen.id, state=State.SHOWN, preview=preview, done=0, beat_at=now())


def _still(db: Database, seen: ImportSeen, bucket: int, now: datetime) -> bool:
    with db.write() as session:
        if file_imports.load(session, seen.id).state is not State.READ:
            return False
        file_imports.change(session, seen.id, done=bucket, beat_at=now)
    return True


def _look_at(
    db: Database,
    seen: ImportSeen,
    told: Sequence[AnyNew],
    everywhere: Sequence[Campaign],
    rules: SourceRules,
    now: datetime,
    looked: _Look,
) -> None:
    with db.read() as session:
        is_new = new_people.unknown(session, seen.source_id, told)
    new = [p for p, yes in zip(told, is_new, strict=True) if yes and bulk.can_be_new(p, everywhere)]
    known = [p for p, yes in zip(told, is_new, strict=True) if not (yes and bulk.can_be_new(p, everywhere))]
    looked.new += sum(is_new)
    looked.known += len(told) - sum(is_new)
    whole = [p.whole() for p in told]
    looked.facts += sum(len(p.memberships) + len(p.payments) + len(p.sign_ups) for p in whole)
    if seen.ends_others:
        looked.keys.extend(hash(m.key.partition("#")[0]) for p in whole for m in p.memberships)
    prepared = bulk.prepare(new, seen.source_id, everywhere, rules, now, looked.remembered)
    for campaign_id, standings in bulk.sums_of(prepared, everywhere).items():
        for standing in standings:
            looked.changes[campaign_id].after += sum(e.amount for e in standing.entries)
            looked.changes[campaign_id].added.update(e.kind.value for e in standing.entries)
    for at in range(0, len(known), KNOWN_A_STEP):
        some = known[at : at + KNOWN_A_STEP]
        _try(db, everywhere, rules, now, looked, lambda session, some=some: telling.tell(session, seen, some))


def _try(
    db: Database,
    everywhere: Sequence[Campaign],
    rules: SourceRules,
    now: datetime,
    looked: _Look,
    tell: Callable[[Session], Touched],
) -> None:
    """What telling would change is added up, and the telling is taken back."""
    with suppress(_TakenBack), db.write() as session:
        touched = tell(session)
        for campaign in everywhere:
            is_of_people = book.counted_subject(campaign) == book.PERSON
            ids = touched.people if is_of_people else touched.payments
            for part in people.chunks(ids):
                _compare(session, campaign, part, rules, now, looked.changes[campaign.id])
        raise _TakenBack


def _compare(
    session: Session, campaign: Campaign, ids: Sequence[int], rules: SourceRules, now: datetime, change: _Change
) -> None:
    standings, ledgers = book.compare(session, campaign, ids, rules, now)
    for subject, standing in standings.items():
        has = Counter(e.value() for e in ledgers[subject].standing)
        should = Counter(standing.entries)
        change.before += sum(value.amount * n for value, n in has.items())
        change.after += sum(value.amount * n for value, n in should.items())
        change.added.update(value.kind.value for value in (should - has).elements())
        change.taken.update(value.kind.value for value in (has - should).elements())


def _look_at_ended(
    db: Database,
    seen: ImportSeen,
    everywhere: Sequence[Campaign],
    rules: SourceRules,
    now: datetime,
    looked: _Look,
) -> None:
    """Memberships of the source that run and are not in the list would end at the export."""
    keys = array("q", sorted(looked.keys))
    after = 0
    while True:
        with db.read() as session:
            running = facts_before.running(session, seen.source_id, seen.stamp, seen.exported_at, after, KNOWN_A_STEP)
        if not running:
            return
        after = max(running)
        gone = Told()
        for m in running.values():
            if not _is_in(keys, hash(m.key.partition("#")[0])):
                gone.add(replace(m, ended_at=seen.exported_at, status=NOT_IN_LIST))
        looked.ended += len(gone.memberships)
        if gone.memberships:
            _try(
                *(db, everywhere, rules, now, looked),
                lambda session, gone=gone: telling.keep_and_save(session, seen, gone, keeps=False),
            )


def _is_in(keys: array[int], key: int) -> bool:
    at = bisect_left(keys, key)
    return at < len(keys) and keys[at] == key


def _as_json(everywhere: Sequence[Campaign], numbers: dict[int, int], looked: _Look) -> dict[str, Any]:
    return {
        "new": looked.new,
        "known": looked.known,
        "facts": looked.facts,
        "same": looked.same,
        "ended": looked.ended,
        "campaigns": [
            {
                "id": c.id,
                "before": numbers[c.id],
                "after": numbers[c.id] + looked.changes[c.id].after - looked.changes[c.id].before,
                "added": dict(looked.changes[c.id].added),
                "taken": dict(looked.changes[c.id].taken),
            }
            for c in everywhere
        ],
    }
