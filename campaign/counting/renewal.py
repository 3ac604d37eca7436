"""The key that hashes addresses is renewed: whoever's address is in hand moves to the newest (docs/people.md, Keys)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from campaign.counting import book
from campaign.domain.people import AddressHash
from campaign.store import address_keys, joins
from campaign.store.engine import Database
from campaign.store.fact_rows import lock_facts
from campaign.store.ledger import Cause
from campaign.store.people import Touched


def renew(db: Database, hashes: Iterable[str | None], now: datetime) -> int:
    """Whoever is known under an older hash of these addresses is known under the newest; returns how many accounts.

    Nothing is written, and no delivery waits, where nobody is left.
    """
    moving = [h for h in hashes if isinstance(h, AddressHash) and h.older]
    if not moving:
        return 0
    with db.read() as session:
        if not address_keys.any_under(session, {old for h in moving for old in h.older}):
            return 0
    with db.write() as session:
        lock_facts(session)
        renewed = address_keys.renew(session, moving)
        touched = joins.reassign(session, renewed.to_place)
        session.expire_all()
        book.recount(session, Touched(people=touched), Cause("sweep"), now)
    return renewed.accounts
