"""Totals by day, recomputed from the ledger (counting.md, The ledger 6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from campaign.domain.campaign import Campaign
from campaign.domain.progress import DayTotal
from campaign.domain.standing import EntryKind
from campaign.store import audit, campaigns, day_totals
from campaign.store.day_totals import Folded
from campaign.store.engine import Database, Session

TotalKey = tuple[date, EntryKind, int | None]


class Fold:
    """Entries folded into totals by day, kind and source."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._sums: dict[TotalKey, list[int]] = defaultdict(lambda: [0, 0])
        self.last_id = 0
        self.entries = 0

    def add(self, entries: Iterable[Folded]) -> None:
        """Take the entries in."""
        for e in entries:
            total = self._sums[self._campaign.local_day(e.occurred_at), e.kind, e.source_id]
            total[0] += e.amount
            total[1] += e.number
            self.last_id = e.id
            self.entries += 1

    def totals(self) -> dict[TotalKey, tuple[int, int]]:
        """(amount, number) by day, kind and source; what cancelled out entirely is left out."""
        return {key: (amount, number) for key, (amount, number) in self._sums.items() if amount or number}


def stored_totals(session: Session, campaign_id: int) -> dict[TotalKey, tuple[int, int]]:
    """The totals as they are stored, in the shape of `Fold.totals`."""
    return {
        (t.day, t.kind, t.source_id): (t.amount, t.number)
        for t in day_totals.load(session, campaign_id)
        if t.amount or t.number
    }


def rebuild(db: Database, campaign_id: int, actor: str, now: datetime) -> int:
    """The campaign's totals are the fold of its entries; returns how many entries there are.

    SQLite: the fold is made beside the writers and only the rest of it under the lock, so that no delivery waits.
    PostgreSQL: entries become visible out of the order of their ids, so all of it is made under the lock on totals,
    which receiving a delivery does not need.
    """
    with db.read() as session:
        fold = Fold(campaigns.load(session, campaign_id))
        if db.is_sqlite:
            fold.add(day_totals.walk(session, campaign_id))
    with db.write() as session:
        day_totals.lock(session)
        fold.add(day_totals.walk(session, campaign_id, after_id=fold.last_id))
        new = [DayTotal(day, kind, source, *sums) for (day, kind, source), sums in fold.totals().items()]
        day_totals.replace(session, campaign_id, new)
        slug = campaigns.load(session, campaign_id).slug
        audit.write(session, actor, "campaign.rebuild", slug, now, {"entries": fold.entries})
    return fold.entries
