"""People nobody has told of before, with their facts, many at once: the same rows as `facts.save` would write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.domain.people import AddressHash
from campaign.store import bulk, erasures, fact_values, sign_ups
from campaign.store.fact_rows import lock_facts
from campaign.store.tables import Account, Base, ErasedAddress, MembershipRow, PaymentRow, PersonRow, SignUpRow
from campaign.store.told import ToldAccount, ToldMembership, ToldPayment, ToldSignUp


@dataclass(slots=True)
class NewPerson:
    """One person as a source tells of them; the accounts share their address. `note`: where it was told."""

    accounts: list[ToldAccount]
    memberships: list[ToldMembership] = field(default_factory=list[ToldMembership])
    payments: list[ToldPayment] = field(default_factory=list[ToldPayment])
    sign_ups: list[ToldSignUp] = field(default_factory=list[ToldSignUp])
    note: str | None = None

    def hashes(self) -> set[str]:
        """Every hash the person's address may be known under."""
        found: set[str] = set()
        for account in self.accounts:
            told = account.address_hash
            if told is not None:
                found.add(told)
                found.update(getattr(told, "older", ()))
        return found

    def whole(self) -> NewPerson:
        return self


class NewMember(NamedTuple):
    """Somebody told of by one account with one membership, and by nothing else: what most rows of a list are.

    `hashes`: of their address, the newest first. `said`: the membership but for its keys, shared by all of whom the
    same is said.
    """

    account_key: str
    hashes: tuple[str, ...]
    key: str
    said: ToldMembership
    note: str | None = None

    def whole(self) -> NewPerson:
        """The same person, with everything told of them."""
        address = AddressHash(self.hashes[0], self.hashes[1:]) if self.hashes else None
        membership = replace(self.said, key=self.key, account_key=self.account_key)
        return NewPerson([ToldAccount(self.account_key, address)], [membership], note=self.note)


AnyNew = NewPerson | NewMember


class Ends:
    """How the rows of those of whom the same is said end, kept while `said` is."""

    MOST = 10_000

    def __init__(self) -> None:
        self._ends: dict[int, tuple[object, bulk.End]] = {}

    def of(self, of: object, make: Callable[[], bulk.End]) -> bulk.End:
        """The end kept for a thing, by its identity; made where there is none."""
        found = self._ends.get(id(of))
        if found is None:
            if len(self._ends) >= self.MOST:
                self._ends.clear()
            found = self._ends[id(of)] = of, make()
        return found[1]


@dataclass(frozen=True, slots=True)
class Ids:
    """Our ids of the people written, in the order they were given, and of the payments of all of them."""

    people: Sequence[int]
    payments: Sequence[int]


def unknown(session: Session, source_id: int, people: Sequence[AnyNew]) -> list[bool]:
    """For each, whether no account, address or fact of theirs is known yet. Facts stay locked until the end."""
    lock_facts(session)
    short, whole = _parted(people)
    told_keys = [*(m.account_key for m in short), *(a.key for p in whole for a in p.accounts)]
    told_memberships = [*(m.key for m in short), *(m.key for p in whole for m in p.memberships)]
    keys = _known(session, Account, source_id, told_keys)
    memberships = _known(session, MembershipRow, source_id, told_memberships)
    payments = _known(session, PaymentRow, source_id, (m.key for p in whole for m in p.payments))
    signed = _known(session, SignUpRow, source_id, (m.key for p in whole for m in p.sign_ups))
    told_hashes = {one for m in short for one in m.hashes}
    told_hashes.update(one for p in whole for one in p.hashes())
    hashes = _known_hashes(session, told_hashes)
    if _any_erased(session):
        stands = {erasures.stand_in(source_id, key): key for key in told_keys}
        keys |= {stands[key] for key in _known(session, Account, source_id, stands)}
        hashes |= erasures.hashes_among(session, told_hashes)
    if not (keys or memberships or payments or signed or hashes):
        return [True] * len(people)
    return [
        not (p.account_key in keys or p.key in memberships or not hashes.isdisjoint(p.hashes))
        if isinstance(p, NewMember)
        else not (
            any(a.key in keys for a in p.accounts)
            or any(m.key in memberships for m in p.memberships)
            or any(m.key in payments for m in p.payments)
            or any(m.key in signed for m in p.sign_ups)
            or not hashes.isdisjoint(p.hashes())
        )
        for p in people
    ]


def distinct(people: Sequence[AnyNew]) -> list[AnyNew]:
    """Those who share no key with one before them: a list may give one number with two addresses."""
    seen: set[tuple[str, str]] = set()
    found: list[AnyNew] = []
    for p in people:
        if isinstance(p, NewMember):
            keys = {("account", p.account_key), ("membership", p.key)}
        else:
            keys = {("account", a.key) for a in p.accounts} | {("membership", m.key) for m in p.memberships}
            keys |= {("payment", m.key) for m in p.payments} | {("sign_up", m.key) for m in p.sign_ups}
        if seen.isdisjoint(keys):
            found.append(p)
        seen |= keys
    return found


def insert(session: Session, source_id: int, people: Sequence[AnyNew], stamp: int, ends: Ends | None = None) -> Ids:
    """The people and all their facts stand under the stamp. None of them is known before."""
    person_ids = bulk.take_ids(session, PersonRow, len(people))
    bulk.write(session, PersonRow, ("id",), zip(person_ids))
    short, whole = _parted(people)
    short_ids, whole_ids = person_ids, person_ids
    if short and whole:
        short_ids = [i for i, p in zip(person_ids, people, strict=True) if isinstance(p, NewMember)]
        whole_ids = [i for i, p in zip(person_ids, people, strict=True) if not isinstance(p, NewMember)]
    if short:
        _insert_short(session, source_id, short, short_ids, stamp, ends or Ends())
    if not whole:
        return Ids(person_ids, ())
    account_ids = _insert_accounts(session, source_id, whole, whole_ids, stamp)
    _insert_memberships(session, source_id, whole, account_ids, stamp)
    payment_ids = _insert_payments(session, source_id, whole, account_ids, stamp)
    _insert_sign_ups(session, source_id, whole, account_ids, stamp)
    return Ids(person_ids, payment_ids)


def _parted(people: Sequence[AnyNew]) -> tuple[list[NewMember], list[NewPerson]]:
    return [p for p in people if isinstance(p, NewMember)], [p for p in people if not isinstance(p, NewMember)]


_ACCOUNT = ("id", "source_id", "key", "address_hash", "person_id", "fetched_seq")
_FACT = ("id", "source_id", "key", "fetched_seq")


def _insert_short(
    session: Session, source_id: int, members: Sequence[NewMember], person_ids: Sequence[int], stamp: int, ends: Ends
) -> None:
    """The accounts and memberships of those told of by one of each."""
    account_keys, hashes, keys, said, _ = zip(*members, strict=True)
    newest = [own[0] if own else None for own in hashes]
    of, by = [source_id] * len(members), [stamp] * len(members)
    account_ids = bulk.take_ids(session, Account, len(members))
    bulk.write(session, Account, _ACCOUNT, zip(account_ids, of, account_keys, newest, person_ids, by, strict=True))
    ids = bulk.take_ids(session, MembershipRow, len(members))
    names = tuple(fact_values.membership_values(said[0], 0))[1:]

    def end_of(told: ToldMembership) -> bulk.End:
        cells = tuple(fact_values.membership_values(told, 0).values())[1:]
        return bulk.end_of(session, MembershipRow, names, cells)

    last = [ends.of(one, lambda one=one: end_of(one)) for one in said]
    bulk.write(
        session, MembershipRow, (*_FACT, "account_id"), zip(ids, of, keys, by, account_ids, strict=True), (names, last)
    )


def _known(session: Session, table: type[Base], source_id: int, keys: Iterable[str]) -> set[str]:
    return bulk.among(session, table.__table__.c.key, keys, source_id)


def _known_hashes(session: Session, hashes: set[str]) -> set[str]:
    return bulk.among(session, Account.__table__.c.address_hash, hashes)


def _any_erased(session: Session) -> bool:
    return session.execute(select(ErasedAddress.address_hash).limit(1)).first() is not None


def _insert_accounts(
    session: Session, source_id: int, people: Sequence[NewPerson], person_ids: Sequence[int], stamp: int
) -> dict[str, int]:
    accounts = [(account, i) for person, i in zip(people, person_ids, strict=True) for account in person.accounts]
    ids = bulk.take_ids(session, Account, len(accounts))
    rows = (
        (i, source_id, account.key, None if account.address_hash is None else str(account.address_hash), person, stamp)
        for i, (account, person) in zip(ids, accounts, strict=True)
    )
    bulk.write(session, Account, _ACCOUNT, rows)
    return {account.key: i for i, (account, _) in zip(ids, accounts, strict=True)}


def _insert_memberships(
    session: Session, source_id: int, people: Sequence[NewPerson], account_ids: Mapping[str, int], stamp: int
) -> None:
    told = [m for p in people for m in p.memberships]
    ids = bulk.take_ids(session, MembershipRow, len(told))
    values = [(m.key, fact_values.membership_values(m, account_ids[m.account_key])) for m in told]
    _write(session, MembershipRow, source_id, ids, values, stamp)


def _insert_payments(
    session: Session, source_id: int, people: Sequence[NewPerson], account_ids: Mapping[str, int], stamp: int
) -> Sequence[int]:
    told = [m for p in people for m in p.payments]
    if not told:
        return ()
    ids = bulk.take_ids(session, PaymentRow, len(told))
    values = [(m.key, fact_values.payment_values(m, account_ids[m.account_key])) for m in told]
    _write(session, PaymentRow, source_id, ids, values, stamp)
    return ids


def _insert_sign_ups(
    session: Session, source_id: int, people: Sequence[NewPerson], account_ids: Mapping[str, int], stamp: int
) -> None:
    told = [m for p in people for m in p.sign_ups]
    if not told:
        return
    campaigns = sign_ups.campaign_ids(session, told)
    ids = bulk.take_ids(session, SignUpRow, len(told))
    values = [(m.key, sign_ups.values(m, account_ids[m.account_key], campaigns)) for m in told]
    _write(session, SignUpRow, source_id, ids, values, stamp)


def _write(
    session: Session,
    table: type[Base],
    source_id: int,
    ids: Sequence[int],
    values: Sequence[tuple[str, dict[str, Any]]],
    stamp: int,
) -> None:
    if not values:
        return
    names = tuple(values[0][1])
    rows = ((i, source_id, key, stamp, *told.values()) for i, (key, told) in zip(ids, values, strict=True))
    bulk.write(session, table, (*_FACT, *names), rows)
