"""Where lists state no start, a membership runs from the first of them that told of it, in whatever order they came.

What each list told is kept (`facts_before`). Here one reading follows from the one before it, so that an older list
that comes late, and one that is undone, change what the newer ones say of the start.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.store import facts, facts_before
from campaign.store.fact_rows import parts
from campaign.store.facts_before import MEMBERSHIP
from campaign.store.people import Touched
from campaign.store.stamps import pushed_at
from campaign.store.tables import FactBefore
from campaign.store.told import Told, ToldMembership

NOT_IN_LIST = "not in the list"
"""The status of what ended because a complete list did not name it."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one list told of a membership; `row` keeps it, None: it is what stands."""

    stamp: int
    fact: ToldMembership
    row: FactBefore | None


def is_over(stands: ToldMembership, told: ToldMembership) -> bool:
    """Whether what stands had ended before what is told began."""
    ends = [at for at in (stands.ended_at, stands.running_until) if at is not None]
    start = told.running_from or told.started_at
    return bool(ends) and min(ends) < start and stands.started_at < start


def following(told: ToldMembership, before: ToldMembership | None, stamp: int) -> ToldMembership:
    """What a list of this stamp tells, where `before` is what the list before it told."""
    if told.status == NOT_IN_LIST:
        if before is None:
            return replace(told, running_from=None, running_until=None)
        return replace(before, status=told.status, ended_at=told.ended_at)
    if told.running_from is None or told.started_at != pushed_at(stamp):
        return told
    alone = replace(told, running_from=told.started_at)
    if before is None or before.running_from is None or is_over(before, alone):
        return alone
    return replace(told, running_from=min(before.running_from, told.started_at))


def settle(session: Session, source_id: int, keys: Collection[str], without: int | None = None) -> Touched:
    """What stands of these memberships, and what is kept of them, follows from each other; returns whose changed.

    `without`: the stamp of a list that is being undone, which none of them follows from any more.
    """
    touched = Touched()
    standing = facts_before.memberships(session, source_id, keys)
    ids = facts_before.ids_of(session, MEMBERSHIP, source_id, keys)
    for key, readings in _readings(session, source_id, keys, standing).items():
        before: ToldMembership | None = None
        for reading in readings:
            if reading.stamp == without:
                continue
            right = following(reading.fact, before, reading.stamp)
            before = right
            if right == reading.fact:
                continue
            if reading.row is not None:
                reading.row.body = facts_before.told_body(right)
                continue
            told = Told()
            told.add(right)
            facts_before.lower(session, MEMBERSHIP, [ids[key]], reading.stamp - 1)
            touched.update(facts.save(session, source_id, told, reading.stamp).touched)
    session.flush()
    return touched


def _readings(
    session: Session, source_id: int, keys: Collection[str], standing: Mapping[str, tuple[int, ToldMembership]]
) -> dict[str, list[_Reading]]:
    """By key, in order of stamps."""
    b = FactBefore
    found: dict[str, list[_Reading]] = defaultdict(list)
    for some in parts(sorted(keys)):
        rows = session.scalars(select(b).where(b.source_id == source_id, b.kind == MEMBERSHIP, b.key.in_(some)))
        for row in rows:
            found[row.key].append(_Reading(row.before_stamp, facts_before.membership_of(row.body), row))
    for key, (stamp, fact) in standing.items():
        found[key].append(_Reading(stamp, fact, None))
    return {key: sorted(readings, key=lambda one: one.stamp) for key, readings in found.items()}
