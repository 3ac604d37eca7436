"""Accounts as staff see them: whose, at which source, and whether an address is known, never which."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from campaign.domain.errors import NotFound
from campaign.domain.people import ADDRESS_KEY
from campaign.store.address_keys import ERASED
from campaign.store.fact_rows import parts
from campaign.store.tables import Account, AccountLink, MembershipRow, PaymentRow, SignUpRow, Source


@dataclass(frozen=True, slots=True)
class AccountShown:
    """One account with what hangs on it. `key_version`: of the key its address is hashed under, None: no address."""

    id: int
    person_id: int
    source_id: int
    source: str
    key: str
    key_version: str | None
    link_keys: tuple[str, ...] = ()
    memberships: tuple[str, ...] = ()
    payments: tuple[str, ...] = ()
    sign_ups: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The id its source gave it, where that says something."""
        return "known by address alone" if self.key.startswith(ADDRESS_KEY) else self.key

    @property
    def is_erased(self) -> bool:
        """Its owner asked to be forgotten."""
        return self.key.startswith(f"{ERASED}:")


def of_people(session: Session, person_ids: Collection[int]) -> list[AccountShown]:
    """The accounts of these people, in order."""
    ids: list[int] = []
    for some in parts(sorted(person_ids)):
        ids += session.scalars(select(Account.id).where(Account.person_id.in_(some)))
    return load(session, ids)


def load(session: Session, account_ids: Collection[int]) -> list[AccountShown]:
    """The accounts with these ids, in order; one that is not known is left out."""
    found: list[AccountShown] = []
    for some in parts(sorted(account_ids)):
        links = _keys(session, AccountLink.account_id, AccountLink.link_key, some)
        memberships = _keys(session, MembershipRow.account_id, MembershipRow.key, some)
        payments = _keys(session, PaymentRow.account_id, PaymentRow.key, some)
        sign_ups = _keys(session, SignUpRow.account_id, SignUpRow.key, some)
        rows = session.execute(
            select(Account, Source.name).join(Source, Source.id == Account.source_id).where(Account.id.in_(some))
        )
        for a, source in rows:
            version = None if a.address_hash is None else a.address_hash.partition(":")[0]
            shown = (links.get(a.id, ()), memberships.get(a.id, ()), payments.get(a.id, ()), sign_ups.get(a.id, ()))
            found.append(AccountShown(a.id, a.person_id, a.source_id, source, a.key, version, *shown))
    return sorted(found, key=lambda a: a.id)


def hashes(session: Session, person_ids: Collection[int]) -> set[str]:
    """Every address hash the people's accounts have."""
    found: set[str] = set()
    for some in parts(sorted(person_ids)):
        query = select(Account.address_hash).where(Account.person_id.in_(some), Account.address_hash.is_not(None))
        found |= {h for h in session.scalars(query) if h is not None}
    return found


def require(session: Session, account_ids: Collection[int]) -> None:
    """Return when all these accounts are known. Raises NotFound."""
    known = {a.id for a in load(session, account_ids)}
    for account_id in account_ids:
        if account_id not in known:
            raise NotFound("account", account_id)


def _keys(
    session: Session, owner: InstrumentedAttribute[Any], key: InstrumentedAttribute[str], account_ids: Collection[int]
) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    for account_id, fact_key in session.execute(select(owner, key).where(owner.in_(account_ids))):
        found.setdefault(account_id, []).append(fact_key)
    return {account_id: tuple(sorted(keys)) for account_id, keys in found.items()}
