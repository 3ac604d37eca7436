"""People nobody has told of before, with their facts, many at once: the same rows as `facts.save` would write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

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


@dataclass(frozen=True, slots=True)
class Ids:
    """Our ids of the people written, and of the payments of all of them, in the order they were given."""

    people: Sequence[int]
    payments: Sequence[int]


def unknown(session: Session, source_id: int, people: Sequence[NewPerson]) -> list[bool]:
    """For each, whether no account, address or fact of theirs is known yet. Facts stay locked until the end."""
    lock_facts(session)
    keys = _known(session, Account, source_id, (a.key for p in people for a in p.accounts))
    memberships = _known(session, MembershipRow, source_id, (m.key for p in people for m in p.memberships))
    payments = _known(session, PaymentRow, source_id, (m.key for p in people for m in p.payments))
    signed = _known(session, SignUpRow, source_id, (m.key for p in people for m in p.sign_ups))
    told_hashes = {one for p in people for one in p.hashes()}
    hashes = _known_hashes(session, told_hashes)
    if _any_erased(session):
        stands = {erasures.stand_in(source_id, a.key): a.key for p in people for a in p.accounts}
        keys |= {stands[key] for key in _known(session, Account, source_id, stands)}
        hashes |= erasures.hashes_among(session, told_hashes)
    if not (keys or memberships or payments or signed or hashes):
        return [True] * len(people)
    return [
        not (
            any(a.key in keys for a in p.accounts)
            or any(m.key in memberships for m in p.memberships)
            or any(m.key in payments for m in p.payments)
            or any(m.key in signed for m in p.sign_ups)
            or not hashes.isdisjoint(p.hashes())
        )
        for p in people
    ]


def insert(session: Session, source_id: int, people: Sequence[NewPerson], stamp: int) -> Ids:
    """The people and all their facts stand under the stamp. None of them is known before."""
    person_ids = bulk.take_ids(session, PersonRow, len(people))
    bulk.write(session, PersonRow, ("id",), ((i,) for i in person_ids))
    account_ids = _insert_accounts(session, source_id, people, person_ids, stamp)
    _insert_memberships(session, source_id, people, account_ids, stamp)
    payment_ids = _insert_payments(session, source_id, people, account_ids, stamp)
    _insert_sign_ups(session, source_id, people, account_ids, stamp)
    return Ids(person_ids, payment_ids)


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
    bulk.write(session, Account, ("id", "source_id", "key", "address_hash", "person_id", "fetched_seq"), rows)
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
    bulk.write(session, table, ("id", "source_id", "key", "fetched_seq", *names), rows)
