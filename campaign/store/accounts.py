"""Accounts: whom a source names, each belonging to a person (counting.md, Who is a member)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.store import address_keys, joins
from campaign.store.fact_rows import Kept, Row, Values, keep_newer, parts, rows_by_key
from campaign.store.tables import Account
from campaign.store.told import ToldAccount


def save(session: Session, source_id: int, told: Mapping[str, ToldAccount], stamp: int) -> set[int]:
    """Each account is kept with the person the rule gives it; returns the people who lost or won any, or differ."""
    renewed = address_keys.renew(session, (a.address_hash for a in told.values()))
    standing = rows_by_key(session, Account, source_id, told)
    people, torn = _places(session, [a for a in told.values() if a.key not in standing])
    values: dict[str, Values] = {}
    for account in told.values():
        row = standing.get(account.key)
        person_id = people[account.key] if row is None else row["person_id"]
        hashed = None if account.address_hash is None else str(account.address_hash)
        values[account.key] = {"address_hash": hashed, "person_id": person_id}
    kept = keep_newer(session, Account, source_id, values, stamp)
    moved = {row.id for row in kept.values() if row.before is not None and row.changed}
    moved |= {kept[key].id for key in torn} | renewed.to_place | _link(session, told, kept)
    return joins.reassign(session, moved)


def named(session: Session, source_id: int, keys: Collection[str]) -> dict[str, Row]:
    """The account rows that facts name; one that was never told stands empty, under stamp 0, until it is."""
    found = rows_by_key(session, Account, source_id, keys)
    missing = sorted(set(keys) - set(found))
    if missing:
        people = joins.new_people(session, len(missing))
        empty: dict[str, Values] = {
            key: {"address_hash": None, "person_id": person_id} for key, person_id in zip(missing, people, strict=True)
        }
        keep_newer(session, Account, source_id, empty, 0)
        found = rows_by_key(session, Account, source_id, keys)
    return found


def people_of(session: Session, account_ids: Iterable[int]) -> set[int]:
    """The people the accounts belong to."""
    people: set[int] = set()
    for ids in parts(sorted(set(account_ids))):
        people |= set(session.scalars(select(Account.person_id).where(Account.id.in_(ids))))
    return people


def _places(session: Session, accounts: Sequence[ToldAccount]) -> tuple[dict[str, int], set[str]]:
    """The person of each new account: the one of its address, or one of its own; and those for the rule to place.

    A newcomer of whom staff have said nothing joins the one person of its address whatever else holds that together;
    only where the address is already divided between two does the rule need to look further.
    """
    known: dict[str, list[int]] = defaultdict(list)
    for some in parts(sorted({str(a.address_hash) for a in accounts if a.address_hash is not None})):
        rows = session.execute(
            select(Account.address_hash, Account.person_id).where(Account.address_hash.in_(some)).distinct()
        )
        for address_hash, person_id in rows:
            known[address_hash or ""].append(person_id)
    marks = {a.key: str(a.address_hash or a.key) for a in accounts}
    fresh = sorted(set(marks.values()) - set(known))
    made = dict(zip(fresh, joins.new_people(session, len(fresh)), strict=True))
    people = {key: made[mark] if mark in made else min(known[mark]) for key, mark in marks.items()}
    torn = {a.key for a in accounts if len(known.get(marks[a.key], ())) > 1}
    return people, torn


def _link(session: Session, told: Mapping[str, ToldAccount], kept: Mapping[str, Kept]) -> set[int]:
    """The links of what was kept are those told; returns the accounts concerned."""
    asked = {row.id: told[key].link_keys for key, row in kept.items() if told[key].link_keys or row.before is not None}
    return joins.link(session, asked)
