"""The ledger page by page, and one entry with everything that led to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from campaign.dashboard import causes
from campaign.dashboard.causes import EntryLine
from campaign.domain.campaign import Campaign, first_instant
from campaign.domain.errors import NotFound
from campaign.domain.standing import EntryKind
from campaign.store import batches, campaigns, entries_shown, inbox, ledger, overview, publications, sources
from campaign.store.batches import BatchSeen
from campaign.store.engine import Database
from campaign.store.entries_shown import FactSeen
from campaign.store.inbox import EventSeen
from campaign.store.ledger import Entry
from campaign.store.publications import Snapshot
from campaign.store.sources import SourceSeen
from campaign.store.sweeps import SweepSeen

PAGE = 50


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """A page of entries by booking, newest first. `older_than`: where the next page begins, None at the end."""

    campaign: Campaign
    lines: tuple[EntryLine, ...]
    older_than: int | None


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One entry: its cause in full, the subject's other entries and facts, what it corrects and what corrects it."""

    campaign: Campaign
    line: EntryLine
    source: SourceSeen | None
    event: EventSeen | None
    sweep: SweepSeen | None
    batch: BatchSeen | None
    facts: tuple[FactSeen, ...]
    others: tuple[EntryLine, ...]
    corrects: Entry | None
    corrected_by: int | None

    @property
    def can_be_taken_back(self) -> bool:
        """Only an adjustment that stands is taken back by hand."""
        return self.line.entry.kind is EntryKind.ADJUSTMENT and self.corrected_by is None


@dataclass(frozen=True, slots=True)
class PublishedPage:
    """What was published; `asked`: what readers were shown at the instant asked for."""

    campaign: Campaign
    snapshots: tuple[Snapshot, ...]
    older_than: int | None
    asked: Snapshot | None


def ledger_page(
    db: Database, slug: str, *, before_id: int | None = None, kind: EntryKind | None = None, day: date | None = None
) -> LedgerPage:
    """One page of the ledger; of one kind, or of what occurred on one local day, where given. Raises NotFound."""
    with db.read() as session:
        campaign = campaigns.by_slug(session, slug)
        between = None
        if day is not None:
            between = (first_instant(day, campaign.zone), first_instant(day + timedelta(days=1), campaign.zone))
        found = entries_shown.page(session, campaign.id, PAGE + 1, before_id=before_id, kind=kind, between=between)
        shown = found[:PAGE]
        older_than = shown[-1].id if len(found) > PAGE else None
        return LedgerPage(campaign, causes.lines(session, shown), older_than)


def entry_page(db: Database, slug: str, entry_id: int) -> EntryPage:
    """Why this entry was booked. Raises NotFound, also for an entry of another campaign."""
    with db.read() as session:
        campaign = campaigns.by_slug(session, slug)
        entry = ledger.entry(session, entry_id)
        if entry.campaign_id != campaign.id:
            raise NotFound("entry", entry_id)
        others = ledger.subject_entries(session, campaign.id, entry.subject_kind, entry.subject_id)
        lines = causes.lines(session, [entry, *(e for e in others if e.id != entry.id)])
        by_id = {e.id: e for e in others}
        is_run = entry.cause_kind in ("sweep", "import")
        cause_id = entry.cause_id or 0
        return EntryPage(
            campaign=campaign,
            line=lines[0],
            source=next((s for s in sources.listing(session) if s.id == entry.source_id), None),
            event=inbox.load(session, cause_id) if entry.cause_kind == "inbox" else None,
            sweep=overview.sweeps(session, [cause_id]).get(cause_id) if is_run else None,
            batch=_batch(batches.recent(session, 200, campaign.id), cause_id) if entry.cause_kind == "rule" else None,
            facts=tuple(entries_shown.facts_of(session, entry.subject_kind, entry.subject_id)),
            others=lines[1:],
            corrects=by_id.get(entry.reverses_id) if entry.reverses_id is not None else None,
            corrected_by=ledger.reversal_of(session, entry.id),
        )


def published_page(
    db: Database, slug: str, *, before_id: int | None = None, local_time: datetime | None = None
) -> PublishedPage:
    """What the banner said, newest first; and at one wall-clock time of the campaign's zone. Raises NotFound."""
    with db.read() as session:
        campaign = campaigns.by_slug(session, slug)
        found = publications.snapshots(session, campaign.id, PAGE + 1, before_id)
        shown = found[:PAGE]
        asked = None
        if local_time is not None:
            instant = local_time.replace(tzinfo=ZoneInfo(campaign.zone)).astimezone(UTC)
            asked = publications.snapshot_at(session, campaign.id, instant)
        return PublishedPage(campaign, tuple(shown), shown[-1].id if len(found) > PAGE else None, asked)


def _batch(found: list[BatchSeen], batch_id: int) -> BatchSeen | None:
    return next((batch for batch in found if batch.id == batch_id), None)
