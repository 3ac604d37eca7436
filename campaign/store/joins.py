"""Which accounts are one person: what joins them is read, and only those near a change are asked again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from campaign.domain.people import By, Join, Parts, components
from campaign.store.fact_rows import parts
from campaign.store.tables import Account, AccountLink, MembershipRow, PersonDecision, PersonRow, Source

MERGE, APART = "merge", "apart"
LINKED_KIND = "stripe"
"""The kind of source whose memberships others name."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An account as it stands."""

    source_id: int
    key: str
    address_hash: str | None
    person_id: int


@dataclass(slots=True)
class Neighbourhood:
    """Accounts, with everything that joins any of them to another, and all accounts of the people they belong to."""

    accounts: dict[int, Seen] = field(default_factory=dict[int, Seen])
    pairs: set[Join] = field(default_factory=set[Join])
    apart: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])

    def joins(self) -> list[Join]:
        """Everything that joins them: links and merges by two, addresses all at once."""
        by_hash: dict[str, list[int]] = defaultdict(list)
        for account, seen in self.accounts.items():
            if seen.address_hash is not None:
                by_hash[seen.address_hash].append(account)
        shared = [Join(By.ADDRESS, tuple(some), of) for of, some in by_hash.items() if len(some) > 1]
        return [*self.pairs, *shared]

    def parts(self) -> Parts:
        """Who among them is one person."""
        order = {account: (seen.source_id, seen.key) for account, seen in self.accounts.items()}
        return components(order, self.joins(), self.apart)


def reassign(session: Session, account_ids: Collection[int]) -> set[int]:
    """The accounts, and all near them, belong to the people the rule says; returns the people who lost or won any.

    A person keeps their id where the lowest of their accounts stays.
    """
    if not account_ids:
        return set()
    near = neighbourhood(session, account_ids)
    moved = _moved(session, near, near.parts().people)
    _move(session, moved)
    return {near.accounts[account].person_id for account in moved} | set(moved.values())


def neighbourhood(session: Session, account_ids: Collection[int]) -> Neighbourhood:
    """Everything the accounts hang together with, by whatever: closed, so that the rule needs nothing beyond it."""
    near = Neighbourhood()
    has_links = session.execute(select(AccountLink.account_id).limit(1)).first() is not None
    people: set[int] = set()
    hashes: set[str] = set()
    frontier = set(account_ids)
    while frontier:
        rows = _accounts(session, Account.id, frontier)
        near.accounts.update(rows)
        found = _merged(session, frontier, near)
        if has_links:
            found |= _linked(session, frontier, near)
        new_people = {seen.person_id for seen in rows.values()} - people
        new_hashes = {seen.address_hash for seen in rows.values() if seen.address_hash is not None} - hashes
        people |= new_people
        hashes |= new_hashes
        found |= set(_accounts(session, Account.person_id, new_people))
        found |= set(_accounts(session, Account.address_hash, new_hashes))
        frontier = found - set(near.accounts)
    near.pairs = {join for join in near.pairs if all(a in near.accounts for a in join.accounts)}
    return near


def link(session: Session, told: Mapping[int, Sequence[str]]) -> set[int]:
    """The accounts name these memberships and no others; returns the accounts for which that is new."""
    standing: dict[int, set[str]] = {account: set() for account in told}
    for some in parts(sorted(told)):
        rows = session.execute(
            select(AccountLink.account_id, AccountLink.link_key).where(AccountLink.account_id.in_(some))
        )
        for account, link_key in rows:
            standing[account].add(link_key)
    changed = {account for account, keys in told.items() if standing[account] != set(keys)}
    for some in parts(sorted(account for account in changed if standing[account])):
        session.execute(delete(AccountLink).where(AccountLink.account_id.in_(some)))
    rows = [
        {"account_id": account, "link_key": key} for account in sorted(changed) for key in sorted(set(told[account]))
    ]
    for some in parts(rows):
        session.execute(insert(AccountLink), some)
    return changed


def naming(session: Session, membership_keys: Collection[str]) -> set[int]:
    """The accounts that name any of these memberships."""
    found: set[int] = set()
    for some in parts(sorted(membership_keys)):
        found |= set(session.scalars(select(AccountLink.account_id).where(AccountLink.link_key.in_(some))))
    return found


def new_people(session: Session, number: int) -> list[int]:
    """So many people nobody belongs to yet."""
    made: list[int] = []
    for some in parts([{"address_hash": None}] * number):
        made += session.scalars(insert(PersonRow).returning(PersonRow.id), some)
    return made


# -- reading ----------------------------------------------------------------------------------------------------------


def _accounts(session: Session, column: InstrumentedAttribute[Any], values: Collection[Any]) -> dict[int, Seen]:
    found: dict[int, Seen] = {}
    for some in parts(sorted(values)):
        rows = session.execute(
            select(Account.id, Account.source_id, Account.key, Account.address_hash, Account.person_id).where(
                column.in_(some)
            )
        )
        found.update({i: Seen(source_id, key, hashed, person) for i, source_id, key, hashed, person in rows})
    return found


def _merged(session: Session, accounts: Collection[int], near: Neighbourhood) -> set[int]:
    """Staff's decisions that name any of these; whom they merge them with."""
    partners: set[int] = set()
    d = PersonDecision
    for some in parts(sorted(accounts)):
        rows = session.execute(
            select(d.kind, d.account_id, d.other_id).where(
                or_(d.account_id.in_(some), d.other_id.in_(some)), d.undone_at.is_(None)
            )
        )
        for kind, one, other in rows:
            if kind == MERGE:
                near.pairs.add(Join(By.MERGE, (one, other)))
                partners |= {one, other}
            else:
                near.apart.add((one, other))
    return partners


def _linked(session: Session, accounts: Collection[int], near: Neighbourhood) -> set[int]:
    """Who holds what these name, and who names what these hold."""
    partners: set[int] = set()
    for some in parts(sorted(accounts)):
        for near_end in (AccountLink.account_id, MembershipRow.account_id):
            rows = session.execute(
                select(AccountLink.account_id, MembershipRow.account_id, AccountLink.link_key)
                .join(MembershipRow, MembershipRow.key == AccountLink.link_key)
                .join(Source, Source.id == MembershipRow.source_id)
                .where(Source.kind == LINKED_KIND, near_end.in_(some))
            )
            for one, other, link_key in rows:
                if one != other:
                    near.pairs.add(Join(By.LINK, (min(one, other), max(one, other)), link_key))
                    partners |= {one, other}
    return partners


# -- writing ----------------------------------------------------------------------------------------------------------


def _moved(session: Session, near: Neighbourhood, people: Sequence[Sequence[int]]) -> dict[int, int]:
    """The accounts that change their person, with the new one."""
    keeps: dict[int, int] = {}
    for account in sorted(near.accounts):
        keeps.setdefault(near.accounts[account].person_id, account)
    owned: dict[int, int] = {}
    part_of = {account: at for at, accounts in enumerate(people) for account in accounts}
    for person_id in sorted(keeps):
        owned.setdefault(part_of[keeps[person_id]], person_id)
    homeless = [at for at in range(len(people)) if at not in owned]
    owned.update(zip(homeless, new_people(session, len(homeless)), strict=True))
    return {a: owned[at] for a, at in part_of.items() if near.accounts[a].person_id != owned[at]}


def _move(session: Session, moved: dict[int, int]) -> None:
    if moved:
        statement = update(Account).where(Account.id == bindparam("of")).values(person_id=bindparam("to"))
        rows = [{"of": account, "to": person_id} for account, person_id in sorted(moved.items())]
        session.connection().execute(statement, rows)
