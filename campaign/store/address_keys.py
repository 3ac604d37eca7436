"""Renewal of the keys that hash addresses: what is told anew moves what was known under an older key with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import func, select, update
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


def renew(session: Session, hashes: Iterable[str | None]) -> set[int]:
    """Whatever is known under an older hash of these addresses is known under the newest; returns those accounts."""
    newest = {old: str(h) for h in hashes if isinstance(h, AddressHash) for old in h.older}
    renewed: set[int] = set()
    for some in parts(sorted(newest)):
        rows = session.execute(
            select(Account.id, Account.source_id, Account.key, Account.address_hash).where(
                Account.address_hash.in_(some)
            )
        ).all()
        for account_id, source_id, key, old in rows:
            to = newest[old or ""]
            renewed_key = _renewed_key(session, source_id, key, to)
            values = {"address_hash": to, "key": renewed_key}
            session.execute(update(Account).where(Account.id == account_id).values(values))
            renewed.add(account_id)
        erased = session.scalars(select(ErasedAddress).where(ErasedAddress.address_hash.in_(some))).all()
        for row in erased:
            if session.get(ErasedAddress, newest[row.address_hash]) is None:
                session.add(ErasedAddress(address_hash=newest[row.address_hash], erased_at=row.erased_at))
            session.delete(row)
        session.flush()
    return renewed


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
