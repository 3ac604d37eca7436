"""Finds a person by the hash of an address; the address itself is kept nowhere."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.store.tables import PersonRow


def person_of_address(session: Session, address_hash: str) -> int | None:
    """Our id of the person with this address; None when no source told it."""
    return session.scalar(select(PersonRow.id).where(PersonRow.address_hash == address_hash))
