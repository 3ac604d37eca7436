"""The newsroom's own list of members, held against the number: who is only there, only here, in both, and why.

Addresses are hashed in memory, row by row; of the list nothing is kept but how many there were of each.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaign.domain.campaign import Campaign, GoalKind
from campaign.domain.comparing import Reason, Why, why_member, why_no_member
from campaign.domain.errors import Invalid
from campaign.ingest.addresses import AddressHasher
from campaign.ingest.files import decoding
from campaign.ingest.files.decoding import Unreadable
from campaign.store import audit, comparisons, people
from campaign.store.engine import Database, Session

MOST_BYTES = 32 << 20
MOST_REASONS = 5_000
"""People of each side whose reason is looked up; the rest is counted."""
ONLY_THERE, ONLY_HERE = "only there", "only here"


@dataclass(frozen=True, slots=True)
class Difference:
    """Somebody on one side only. `line`: of the list, for those only there; `person`: ours, where known.

    `reason` names a day where one is known; `kind` is the same for everybody with that reason.
    """

    side: str
    line: int | None
    person: int | None
    reason: str
    kind: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found. `only_there`, `only_here`: how many, by reason."""

    rows: int
    people: int
    repeated: int
    unreadable: int
    both: int
    only_there: dict[str, int]
    only_here: dict[str, int]
    differences: tuple[Difference, ...]

    def numbers(self) -> dict[str, Any]:
        """What is kept: no row and no person."""
        names = ("rows", "people", "repeated", "unreadable", "both", "only_there", "only_here")
        return {name: getattr(self, name) for name in names}


@dataclass(slots=True)
class _Listed:
    """The list as hashes: the first line of each address, and what could not be read."""

    lines: dict[str, int]
    older: dict[str, tuple[str, ...]]
    rows: int = 0
    unreadable: int = 0


def compare(
    db: Database, campaign: Campaign, content: bytes, name: str, hashed: AddressHasher, actor: str, now: datetime
) -> Comparison:
    """The comparison with whom the campaign counts now; its numbers are kept. Raises Invalid for the list."""
    if campaign.kind not in (GoalKind.MEMBERS, GoalKind.NEW_MEMBERS):
        raise Invalid("campaign", "A list of members is held against a campaign that counts members.")
    listed = _read(content, hashed)
    with db.read() as session:
        found = _compare(session, campaign, listed, now)
    with db.write() as session:
        comparisons.keep(session, campaign.id, name, found.numbers(), actor, now)
        details = {"rows": found.rows, "both": found.both}
        audit.write(session, actor, "campaign.compare", campaign.slug, now, details)
    return found


def _compare(session: Session, campaign: Campaign, listed: _Listed, now: datetime) -> Comparison:
    counted = comparisons.counted_people(session, campaign.id)
    known = comparisons.people_by_hash(session, {h for hashes in listed.older.values() for h in hashes})
    there: dict[str, set[int]] = {
        one: {person for h in hashes for person in known.get(h, ())} for one, hashes in listed.older.items()
    }
    both = {one for one, persons in there.items() if persons & counted}
    here = counted - {person for persons in there.values() for person in persons}
    only_there = sorted((line, one) for one, line in listed.lines.items() if one not in both)
    differences = _only_there(session, campaign, only_there, there, now)
    differences += _only_here(session, campaign, sorted(here), now)
    reasons = {side: Counter(d.kind for d in differences if d.side == side) for side in (ONLY_THERE, ONLY_HERE)}
    return Comparison(
        rows=listed.rows,
        people=len(listed.lines),
        repeated=listed.rows - listed.unreadable - len(listed.lines),
        unreadable=listed.unreadable,
        both=len(both),
        only_there=dict(reasons[ONLY_THERE].most_common()),
        only_here=dict(reasons[ONLY_HERE].most_common()),
        differences=tuple(differences),
    )


def _only_there(
    session: Session, campaign: Campaign, lines: list[tuple[int, str]], there: dict[str, set[int]], now: datetime
) -> list[Difference]:
    rules = people.source_rules(session)
    wanted = [person for _, one in lines if (person := min(there[one], default=None)) is not None][:MOST_REASONS]
    loaded = {person.id: person for person in people.load_people(session, wanted)}
    found: list[Difference] = []
    for line, one in lines:
        person_id = min(there[one], default=None)
        if person_id is None:
            reason = Reason(Why.UNKNOWN)
        elif person_id in loaded:
            reason = why_no_member(loaded[person_id], campaign, rules, now)
        else:
            reason = Reason(Why.NOT_LOOKED_UP)
        found.append(Difference(ONLY_THERE, line, person_id, reason.in_words(), reason.kind_in_words()))
    return found


def _only_here(session: Session, campaign: Campaign, person_ids: list[int], now: datetime) -> list[Difference]:
    rules = people.source_rules(session)
    nameless = comparisons.without_address(session, person_ids)
    wanted = [i for i in person_ids if i not in nameless][:MOST_REASONS]
    loaded = {person.id: person for person in people.load_people(session, wanted)}
    found: list[Difference] = []
    for person_id in person_ids:
        if person_id in nameless:
            reason = Reason(Why.NO_ADDRESS)
        elif person_id in loaded:
            reason = why_member(loaded[person_id], campaign, rules, now)
        else:
            reason = Reason(Why.NOT_LOOKED_UP)
        found.append(Difference(ONLY_HERE, None, person_id, reason.in_words(), reason.kind_in_words()))
    return found


def _read(content: bytes, hashed: AddressHasher) -> _Listed:
    """The addresses of a list, hashed. Its column is the one that holds most of them."""
    if len(content) > MOST_BYTES:
        raise Invalid("file", f"The list is larger than {MOST_BYTES >> 20} MiB.")
    rows = list(_rows(content))
    columns = Counter(at for _, row in rows for at, cell in enumerate(row) if _is_address(cell))
    if not columns:
        raise Invalid("file", "There is no column of e-mail addresses in this list.")
    column = columns.most_common(1)[0][0]
    listed = _Listed({}, {})
    for line, row in rows:
        cell = row[column] if column < len(row) else ""
        key = hashed(cell) if _is_address(cell) else None
        listed.rows += 1
        if key is None:
            listed.unreadable += 1
        elif key not in listed.lines:
            listed.lines[key], listed.older[key] = line, key.all
    return listed


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Each row with its line; the first one too where it is an address and no head."""
    file = io.BytesIO(content)
    table = decoding.look_at(file, "own list")
    if any(_is_address(head) for head in table.heads):
        yield table.heads_line, list(table.heads)
    for line, row in decoding.rows(file, table):
        yield line, [] if isinstance(row, Unreadable) else row


def _is_address(cell: str) -> bool:
    name, at, host = cell.strip().rpartition("@")
    return bool(name and at) and "." in host and " " not in cell.strip()
