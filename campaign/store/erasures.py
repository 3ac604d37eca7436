"""Erased people: what their sources tell again stays nobody's (docs/people.md, Erasure).

An erased account keeps its facts under a stand-in for the id its source gave it. The stand-in can be computed from that
id and never the other way round; so a source that tells of the account again meets it, and nobody learns who it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.domain.people import ADDRESS_KEY, AddressHash
from campaign.store.address_keys import ERASED
from campaign.store.fact_rows import parts
from campaign.store.tables import Account, ErasedAddress
from campaign.store.told import Told, ToldAccount


def stand_in(source_id: int, key: str) -> str:
    """What stands for an account's key once it is erased."""
    return f"{ERASED}:{hashlib.sha256(f'{source_id} {key}'.encode()).hexdigest()}"


def disguise(session: Session, source_id: int, told: Told) -> Told:
    """The same facts, with nothing in them that leads back to somebody erased."""
    if not _any(session):
        return told
    facts = (told.memberships, told.payments, told.sign_ups)
    named = {fact.account_key for some in facts for fact in some.values()} | set(told.accounts)
    hidden = _hidden(session, source_id, named, told.accounts.values())
    keys = {key: stand_in(source_id, key) for key in hidden}
    other = Told(invoices=told.invoices)
    other.accounts = disguise_accounts(session, source_id, told.accounts)
    other.memberships = {k: replace(m, account_key=keys.get(m.account_key, m.account_key)) for k, m in facts[0].items()}
    other.payments = {k: replace(p, account_key=keys.get(p.account_key, p.account_key)) for k, p in facts[1].items()}
    other.sign_ups = {k: replace(s, account_key=keys.get(s.account_key, s.account_key)) for k, s in facts[2].items()}
    return other


def disguise_accounts(session: Session, source_id: int, told: Mapping[str, ToldAccount]) -> dict[str, ToldAccount]:
    """The same accounts: those erased under their stand-ins, those with an erased address without it."""
    if not _any(session):
        return dict(told)
    hidden = _hidden(session, source_id, set(told), told.values())
    erased = hashes_among(session, (h for a in told.values() for h in hashes_of(a.address_hash)))
    found: dict[str, ToldAccount] = {}
    for account in told.values():
        if account.key in hidden:
            key = stand_in(source_id, account.key)
            found[key] = ToldAccount(key, hidden[account.key], account.link_keys)
        elif not erased.isdisjoint(hashes_of(account.address_hash)):
            found[account.key] = replace(account, address_hash=None)
        else:
            found[account.key] = account
    return found


def aliases(session: Session, source_id: int, keys: Collection[str]) -> dict[str, str]:
    """The stand-ins that are kept for any of these keys, with the key each stands for."""
    if not _any(session):
        return {}
    stand_ins = {stand_in(source_id, key): key for key in keys}
    found: dict[str, str] = {}
    for some in parts(sorted(stand_ins)):
        rows = session.scalars(select(Account.key).where(Account.source_id == source_id, Account.key.in_(some)))
        found.update({key: stand_ins[key] for key in rows})
    return found


def hashes_of(address_hash: str | None) -> tuple[str | None, ...]:
    """The hash under every key it was made with; None for no address."""
    return address_hash.all if isinstance(address_hash, AddressHash) else (address_hash,)


def hashes_among(session: Session, hashes: Iterable[str | None]) -> set[str]:
    """Those of the hashes whose address was erased."""
    found: set[str] = set()
    for some in parts(sorted({h for h in hashes if h is not None})):
        found |= set(session.scalars(select(ErasedAddress.address_hash).where(ErasedAddress.address_hash.in_(some))))
    return found


def remember(session: Session, hashes: Collection[str], now: datetime) -> None:
    """The addresses of these hashes are erased; whoever tells them again tells of nobody."""
    known = hashes_among(session, hashes)
    session.add_all(ErasedAddress(address_hash=h, erased_at=now) for h in sorted(set(hashes) - known))
    session.flush()


def let_back(session: Session, hashes: Collection[str]) -> bool:
    """The address may be known again, for what is told from now on; False: it was not erased."""
    rows = session.scalars(select(ErasedAddress).where(ErasedAddress.address_hash.in_(list(hashes)))).all()
    for row in rows:
        session.delete(row)
    session.flush()
    return bool(rows)


def _any(session: Session) -> bool:
    return session.execute(select(ErasedAddress.address_hash).limit(1)).first() is not None


def _hidden(
    session: Session, source_id: int, keys: Collection[str], told: Iterable[ToldAccount]
) -> dict[str, str | None]:
    """The keys that stand-ins stand for, with the address their accounts share with others of the same person."""
    stand_ins = {stand_in(source_id, key): key for key in keys}
    hidden: dict[str, str | None] = {}
    for some in parts(sorted(stand_ins)):
        rows = session.execute(
            select(Account.key, Account.address_hash).where(Account.source_id == source_id, Account.key.in_(some))
        )
        hidden.update({stand_ins[key]: address_hash for key, address_hash in rows})
    by_address = {a.key: hashes_of(a.address_hash) for a in told if a.key.startswith(ADDRESS_KEY)}
    erased = hashes_among(session, (h for hashes in by_address.values() for h in hashes))
    new = {key for key, hashes in by_address.items() if not erased.isdisjoint(hashes)}
    return {**dict.fromkeys(new), **hidden}
