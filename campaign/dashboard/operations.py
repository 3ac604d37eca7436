"""Keeping the machine going: what is stuck, trying again, asking for a job, sources and their prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from campaign.counting import edit
from campaign.domain.errors import NotFound
from campaign.store import audit, changes, entries_shown, inbox, job_runs, objects, overview, sources, sweeps
from campaign.store.engine import Database
from campaign.store.entries_shown import PriceSeen
from campaign.store.inbox import EventSeen
from campaign.store.objects import ObjectSeen, Ref
from campaign.store.overview import InboxState
from campaign.store.sources import SourceSeen
from campaign.store.sweeps import SweepSeen

SHOWN = 100
SWEEPS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class InboxPage:
    """The inbox: its state, what is stuck with its error, and what was kept and not worked on."""

    state: InboxState
    stuck: tuple[ObjectSeen, ...]
    ignored: tuple[EventSeen, ...]
    recent: tuple[EventSeen, ...]


@dataclass(frozen=True, slots=True)
class SourcePage:
    """A source with its prices and its newest sweeps. `webhook_path`: where its deliveries go."""

    source: SourceSeen
    webhook_path: str
    last_event_at: datetime | None
    prices: tuple[PriceSeen, ...]
    sweeps: tuple[SweepSeen, ...]

    def counts(self, price: PriceSeen) -> bool:
        """Whether what is paid at this price counts."""
        ticked = self.source.counted_prices
        return price.recurring is not None if ticked is None else price.key in ticked


def inbox_page(db: Database) -> InboxPage:
    """The inbox as it is now."""
    with db.read() as session:
        return InboxPage(
            state=overview.inbox_state(session),
            stuck=tuple(objects.troubled(session, SHOWN)),
            ignored=tuple(inbox.recent(session, SHOWN, inbox.IGNORED)),
            recent=tuple(inbox.recent(session, 20)),
        )


def retry(db: Database, source_id: int, kind: str, key: str, *, actor: str, now: datetime) -> None:
    """The object is fetched again at once. Raises NotFound."""
    with db.write() as session:
        if not objects.retry(session, source_id, Ref(kind, key), now):
            raise NotFound(kind, key)
        audit.write(session, actor, "inbox.retry", f"{kind} {key}", now)
        changes.announce(session, changes.INBOX)


def retry_all(db: Database, *, actor: str, now: datetime) -> int:
    """Everything that is stuck is fetched again at once; how many there were."""
    with db.write() as session:
        stuck = objects.troubled(session, 10_000)
        for found in stuck:
            objects.retry(session, found.source_id, Ref(found.kind, found.key), now)
        if stuck:
            audit.write(session, actor, "inbox.retry_all", "inbox", now, {"objects": len(stuck)})
            changes.announce(session, changes.INBOX)
    return len(stuck)


def run_job(db: Database, name: str, *, actor: str, now: datetime) -> None:
    """The job runs within about a second, when a jobs process is there. Raises NotFound."""
    with db.write() as session:
        if job_runs.find(session, name) is None:
            raise NotFound("job", name)
        job_runs.request(session, name, now)
        audit.write(session, actor, "job.run", name, now)


def source_page(db: Database, source_id: int) -> SourcePage:
    """Raises NotFound."""
    with db.read() as session:
        source = sources.load(session, source_id)
        is_first = source.slug == sources.FIRST_SLUG
        path = f"/webhooks/{source.kind}" if is_first else f"/webhooks/{source.kind}/{source.slug}"
        return SourcePage(
            source,
            path,
            inbox.last_received_at(session, source_id),
            tuple(entries_shown.prices(session, source_id)),
            tuple(sweeps.recent(session, SWEEPS_SHOWN, source_id)),
        )


def tick_prices(db: Database, source_id: int, price_keys: Sequence[str], *, actor: str, now: datetime) -> bool:
    """Exactly these prices count, every campaign is soon recounted; False when that is how it was. Raises NotFound."""
    page = source_page(db, source_id)
    ticked = sorted(set(price_keys) & {price.key for price in page.prices})
    if ticked == sorted(price.key for price in page.prices if page.counts(price)):
        return False
    with db.write() as session:
        sources.count_prices(session, source_id, ticked)
        audit.write(session, actor, "source.prices", page.source.slug, now, {"counted": ticked})
    edit.recount_source(db, actor, f"prices of {page.source.name} that count", now, at_once=False)
    return True
