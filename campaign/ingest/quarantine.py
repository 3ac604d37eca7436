"""Bursts of tiny or failing payments are set apart, by a decision that is recorded and can be undone."""

from __future__ import annotations

from datetime import datetime, timedelta

from campaign.counting import book
from campaign.domain.quarantine import find_bursts
from campaign.store import audit, bursts, sources
from campaign.store.engine import Database
from campaign.store.fact_rows import lock_facts
from campaign.store.ledger import Cause

LOOK_BACK = timedelta(days=2)
ACTOR = "burst rule"


def set_apart_bursts(db: Database, now: datetime) -> int:
    """What the last two days hold of bursts no longer counts; returns how many payments that set apart."""
    with db.read() as session:
        source_ids = [source.id for source in sources.listing(session)]
    return sum(_set_apart(db, source_id, now) for source_id in source_ids)


def undo_set_apart(db: Database, set_apart_id: int, actor: str, now: datetime) -> None:
    """The payments of the decision count again, and the rule leaves them alone. Raises NotFound."""
    with db.write() as session:
        lock_facts(session)
        touched = bursts.undo(session, set_apart_id, actor, now)
        audit.write(session, actor, "burst.undo", f"burst {set_apart_id}", now, {"payments": len(touched.payments)})
        book.recount(session, touched, Cause("staff", set_apart_id, author=actor, note="A burst was given back."), now)


def _set_apart(db: Database, source_id: int, now: datetime) -> int:
    with db.read() as session:
        found = [b for b in find_bursts(bursts.attempts(session, source_id, now - LOOK_BACK)) if b.payment_ids]
        found = [b for b in found if bursts.covers(session, source_id, b)]
    number = 0
    for burst in found:
        with db.write() as session:
            lock_facts(session)
            fresh = bursts.covers(session, source_id, burst)
            if not fresh:
                continue
            touched = bursts.set_apart(session, source_id, burst, fresh, ACTOR, now)
            subject = f"source {source_id}"
            details = {"payments": len(fresh), "why": burst.reason}
            audit.write(session, ACTOR, "burst.set_apart", subject, now, details)
            book.recount(session, touched, Cause("staff", None, author=ACTOR, note=burst.reason), now)
            number += len(fresh)
    return number
