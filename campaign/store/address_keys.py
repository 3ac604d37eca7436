"""Renewal of the keys that hash addresses: what is told anew moves what was known under an older key with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from campaign.domain.people import ADDRESS_KEY, AddressHash
from campaign.store.fact_rows import parts
from campaign.store.tables import Account, ErasedAddress, Source

ERASED = "erased"
"""Stands in the place of a key's version where an address was erased."""


@dataclass(frozen=True, slots=True)
class Left:
    """How many accounts of a source have an address under one version of the key."""

    source: str
    source_kind: str
    version: str
    accounts: int


@dataclass(slots=True)
class Renewed:
    """How many accounts moved to the newest key, and which of them the rule has to place again."""

    accounts: int = 0
    to_place: set[int] = field(default_factory=set[int])


def renew(session: Session, hashes: Iterable[str | None]) -> Renewed:
    """Whatever is known under an older hash of these addresses is known under the newest.

    All accounts of an address move together: nobody's person changes unless somebody had the newest hash before.
    """
    newest = {old: str(h) for h in hashes if isinstance(h, AddressHash) for old in h.older}
    renewed = Renewed()
    for some in parts(sorted(newest)):
        rows = session.execute(
            select(Account.id, Account.source_id, Account.key, Account.address_hash).where(
                Account.address_hash.in_(some)
            )
        ).all()
        moving = {row.id: newest[row.address_hash or ""] for row in rows}
        before = _known(session, set(moving.values()))
        keys = {row.id: _renewed_key(session, row.source_id, row.key, moving[row.id]) for row in rows}
        renewed.accounts += len(rows)
        renewed.to_place |= {row.id for row in rows if moving[row.id] in before or keys[row.id] != row.key}
        _rewrite(session, moving, keys)
        _renew_erased(session, some, newest)
    return renewed


def _known(session: Session, hashes: Collection[str]) -> set[str | None]:
    return set(session.scalars(select(Account.address_hash).where(Account.address_hash.in_(hashes)).distinct()))


def _rewrite(session: Session, moving: Mapping[int, str], keys: Mapping[int, str]) -> None:
    if moving:
        change = update(Account).where(Account.id == bindparam("of"))
        change = change.values(address_hash=bindparam("to"), key=bindparam("named"))
        rows = [{"of": i, "to": to, "named": keys[i]} for i, to in sorted(moving.items())]
        session.connection().execute(change, rows)


def _renew_erased(session: Session, hashes: Collection[str], newest: Mapping[str, str]) -> None:
    for row in session.scalars(select(ErasedAddress).where(ErasedAddress.address_hash.in_(hashes))).all():
        if session.get(ErasedAddress, newest[row.address_hash]) is None:
            session.add(ErasedAddress(address_hash=newest[row.address_hash], erased_at=row.erased_at))
        session.delete(row)
    session.flush()


def any_under(session: Session, hashes: Collection[str]) -> bool:
    """Whether any account is known under one of these."""
    return any(
        session.execute(select(Account.id).where(Account.address_hash.in_(some)).limit(1)).first() is not None
        for some in parts(sorted(hashes))
    )


def left(session: Session) -> list[Left]:
    """For each source and version of the key, how many accounts have their address under it."""
    lead = func.substr(Account.address_hash, 1, 4)
    rows = session.execute(
        select(Source.name, Source.kind, lead, func.count())
        .join(Source, Source.id == Account.source_id)
        .where(Account.address_hash.is_not(None))
        .group_by(Source.name, Source.kind, lead)
    )
    found: Counter[tuple[str, str, str]] = Counter()
    for source, kind, begins, number in rows:
        if not ERASED.startswith(begins):
            found[source, kind, begins.partition(":")[0]] += number
    return [Left(*key, number) for key, number in sorted(found.items())]


def _renewed_key(session: Session, source_id: int, key: str, to: str) -> str:
    """The key of an account, where it is its address; the one it has where the new one is taken."""
    if not key.startswith(ADDRESS_KEY):
        return key
    taken = session.scalar(
        select(Account.id).where(Account.source_id == source_id, Account.key == f"{ADDRESS_KEY}{to}")
    )
    return key if taken is not None else f"{ADDRESS_KEY}{to}"
