"""Rows of a list become what is told of people, and for those known already, what stands of them is kept before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from campaign.ingest.files import rows as row_rules
from campaign.ingest.files.columns import What
from campaign.ingest.files.rows import MembershipRow, PaymentRow, Row, Same, SignUpRow
from campaign.store import facts, facts_before, file_duplicates, first_seen
from campaign.store.engine import Session
from campaign.store.file_imports import ImportSeen
from campaign.store.new_people import AnyNew, NewMember, NewPerson
from campaign.store.people import Touched
from campaign.store.told import Told, ToldAccount, ToldMembership

Of = tuple[str, Row]
"""A row with whose it is."""

MOST_STRETCHES = 50
"""Of one person in one source; more is no list of members."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a bucket tells: people, and rows that look like others."""

    people: tuple[AnyNew, ...]
    same: tuple[Same, ...]


def step_of(bodies: Sequence[bytes], seen: ImportSeen) -> Step:
    """The people a bucket's rows tell of; rows of one address are one person."""
    what = What(seen.what)
    people: list[AnyNew] = []
    same: list[Same] = []
    for told in _by_person(row_rules.unpack(bodies, what)):
        if what is What.MEMBERSHIP and len(told) == 1:
            people.append(_member(*cast(tuple[str, MembershipRow], told[0]), seen.exported_at))
            continue
        person = NewPerson(_accounts(told), note=_lines(told))
        people.append(person)
        if what is What.MEMBERSHIP:
            person.memberships = _memberships(cast(list[tuple[str, MembershipRow]], told), seen.exported_at)
        elif what is What.PAYMENT:
            first, others = row_rules.without_repeats([r for _, r in told if isinstance(r, PaymentRow)])
            person.payments += [row_rules.told_payment(row, key) for key, row in first.items()]
            same += others
        else:
            signed = [row_rules.told_sign_up(r) for _, r in told if isinstance(r, SignUpRow)]
            person.sign_ups += {one.key: one for one in reversed(signed)}.values()
    return Step(tuple(people), tuple(same))


def _member(whose: str, row: MembershipRow, exported_at: datetime) -> NewMember:
    """The person of whom one row tells."""
    hashes = () if row.address is None else tuple(row.address.split(" "))
    said = row_rules.said_membership(row[4:], exported_at)
    return NewMember(whose, hashes, row_rules.membership_key(row, whose), said, f"line {row.line}")


def _by_person(by_account: Mapping[str, list[Row]]) -> Iterable[list[Of]]:
    """Rows with whose they are, by person: those of one address, and without any those of one account."""
    people: dict[str, list[Of]] = {}
    for whose, rows in by_account.items():
        for row in rows:
            people.setdefault(row.address or whose, []).append((whose, row))
    return people.values()


def _accounts(told: Sequence[Of]) -> list[ToldAccount]:
    if len(told) == 1:
        whose, row = told[0]
        return [row_rules.told_account(row, whose)]
    first = dict(reversed(told))
    return [row_rules.told_account(first[whose], whose) for whose in dict.fromkeys(whose for whose, _ in told)]


def _lines(told: Sequence[Of]) -> str:
    if len(told) == 1:
        return f"line {told[0][1].line}"
    lines = sorted(row.line for _, row in told)
    shown = ", ".join(str(line) for line in lines[:5])
    return f"lines {shown}{' …' if len(lines) > 5 else ''}"


def _memberships(rows: Sequence[tuple[str, MembershipRow]], exported_at: datetime) -> list[ToldMembership]:
    """One for each stretch a list tells of an account, numbered by their starts; a repeated row is one."""
    if len(rows) == 1:
        whose, row = rows[0]
        return [row_rules.told_membership(row, whose, row_rules.membership_key(row, whose), exported_at)]
    distinct = {row[1:]: (whose, row) for whose, row in reversed(rows)}.values()
    told: list[ToldMembership] = []
    number: dict[str, int] = {}
    for whose, row in sorted(distinct, key=lambda of: (of[1].starts or 0, of[1].until or 0, of[1].line)):
        base = row_rules.membership_key(row, whose)
        number[base] = number.get(base, 0) + 1
        if number[base] <= MOST_STRETCHES:
            told.append(row_rules.told_membership(row, whose, row_rules.numbered(base, number[base]), exported_at))
    return told


def tell(session: Session, seen: ImportSeen, people: Sequence[AnyNew], *, keeps: bool = True) -> Touched:
    """What the list tells of people, known or not, are facts; returns whose entries may have changed.

    What stood before is kept for undoing, where `keeps`.
    """
    told = Told()
    whole = [person.whole() for person in people]
    for person in whole:
        told.add(*person.accounts, *person.payments, *person.sign_ups)
    told.add(*_placed(session, seen, [m for person in whole for m in person.memberships]))
    return keep_and_save(session, seen, told, keeps=keeps)


def keep_and_save(session: Session, seen: ImportSeen, told: Told, *, keeps: bool = True) -> Touched:
    """The facts stand under the list's stamp, after what stood before was kept."""
    if not keeps:
        return facts.save(session, seen.source_id, told, seen.stamp).touched
    facts_before.keep(session, seen.source_id, told, seen.stamp)
    touched = facts.save(session, seen.source_id, told, seen.stamp).touched
    touched.update(first_seen.settle(session, seen.source_id, told.memberships))
    return touched


def keep_same(session: Session, seen: ImportSeen, same: Sequence[Same]) -> None:
    """Rows that look like others wait for staff."""
    told = {one.key: (one.row.line, {"row": list(one.row)}) for one in same}
    if told:
        file_duplicates.keep(session, seen.source_id, seen.id, told)


def _placed(session: Session, seen: ImportSeen, told: Sequence[ToldMembership]) -> list[ToldMembership]:
    """Each membership under the key of the stretch it goes on with, or under the next one where it is a return."""
    placed: list[ToldMembership] = []
    taken: set[str] = set()
    open_ = [(m.key.partition("#")[0], m) for m in told]
    for number in range(1, MOST_STRETCHES + 1):
        if not open_:
            break
        keys = {row_rules.numbered(base, number) for base, _ in open_}
        standing = facts_before.memberships(session, seen.source_id, keys)
        later: list[tuple[str, ToldMembership]] = []
        for base, m in open_:
            key = row_rules.numbered(base, number)
            stands = standing.get(key)
            if key in taken or (stands is not None and first_seen.is_over(stands[1], m)):
                later.append((base, m))
                continue
            taken.add(key)
            placed.append(replace(m, key=key))
        open_ = later
    return placed
