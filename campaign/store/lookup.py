"""Finds people by the hashes of an address; the address itself is kept nowhere."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.store.tables import Account


def people_of_address(session: Session, hashes: Collection[str]) -> list[int]:
    """Our ids of the people with this address, under any key; several where staff keep some of them apart."""
    query = select(Account.person_id).where(Account.address_hash.in_(list(hashes))).distinct()
    return sorted(session.scalars(query))
