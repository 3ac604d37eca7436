"""Accounts: whom a source names, each belonging to the person of its address (counting.md, Who is a member)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from campaign.store.fact_rows import Row, Values, keep_newer, parts, rows_by_key
from campaign.store.tables import Account, PersonRow
from campaign.store.told import ToldAccount


def save(session: Session, source_id: int, told: Mapping[str, ToldAccount], stamp: int) -> set[int]:
    """Each account is kept with the person of its address; returns the people of those that moved, before and after."""
    people: set[int] = set()
    standing = rows_by_key(session, Account, source_id, told)
    moved = [
        a
        for a in told.values()
        if (row := standing.get(a.key)) is None
        or (row["fetched_seq"] < stamp and row["address_hash"] != a.address_hash)
    ]
    person_ids = _person_ids(session, moved)
    values: dict[str, Values] = {}
    for account in told.values():
        row = standing.get(account.key)
        person_id = person_ids.get(account.key, None if row is None else row["person_id"])
        values[account.key] = {"address_hash": account.address_hash, "person_id": person_id}
    for key, kept in keep_newer(session, Account, source_id, values, stamp).items():
        if kept.before is not None and kept.changed:
            people |= {kept.before["person_id"], values[key]["person_id"]}
    return people


def named(session: Session, source_id: int, keys: Collection[str]) -> dict[str, Row]:
    """The account rows that facts name; one that was never told stands empty, under stamp 0, until it is."""
    found = rows_by_key(session, Account, source_id, keys)
    missing = sorted(set(keys) - set(found))
    if missing:
        people = _new_people(session, len(missing))
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


def _person_ids(session: Session, accounts: Sequence[ToldAccount]) -> dict[str, int]:
    """The person of each account: the one of its address, or one of its own where the source tells no address."""
    hashes = sorted({a.address_hash for a in accounts if a.address_hash is not None})
    by_hash: dict[str, int] = {}
    for some in parts(hashes):
        rows = session.execute(select(PersonRow.address_hash, PersonRow.id).where(PersonRow.address_hash.in_(some)))
        by_hash.update({address_hash: i for address_hash, i in rows if address_hash is not None})
    missing = [address_hash for address_hash in hashes if address_hash not in by_hash]
    for some in parts({"address_hash": address_hash} for address_hash in missing):
        made = session.execute(insert(PersonRow).returning(PersonRow.address_hash, PersonRow.id), some)
        by_hash.update({address_hash: i for address_hash, i in made if address_hash is not None})
    found = {a.key: by_hash[a.address_hash] for a in accounts if a.address_hash is not None}
    alone = [a.key for a in accounts if a.address_hash is None]
    return found | dict(zip(alone, _new_people(session, len(alone)), strict=True))


def _new_people(session: Session, number: int) -> list[int]:
    rows = [PersonRow() for _ in range(number)]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]
