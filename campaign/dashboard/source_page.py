"""A source's page: its figures, how it was compared, its import, and what counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaign.dashboard import operations
from campaign.dashboard.operations import SourcePage
from campaign.dashboard.source_kinds import KINDS, KindTold
from campaign.store import batches, bursts, campaigns, imports, overview, source_figures, sources
from campaign.store.bursts import SetApartSeen
from campaign.store.engine import Database
from campaign.store.imports import ImportState
from campaign.store.source_figures import SourceFigures
from campaign.store.sources import SourceSeen
from campaign.store.sweeps import IMPORT, SweepSeen

BURSTS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class ImportShown:
    """The import that is wanted. `is_running`: a process is at it; else `stopped` says why it waits, where known."""

    state: ImportState
    is_running: bool
    stopped: str


@dataclass(frozen=True, slots=True)
class SourceDetails:
    """All that a source's page shows of what we keep. `begins_earlier`: campaigns that look back further than it."""

    page: SourcePage
    told: KindTold | None
    figures: SourceFigures
    importing: ImportShown | None
    was_imported: bool
    known_since: datetime | None
    begins_earlier: tuple[str, ...]
    is_empty: bool
    key_check: Mapping[str, Any] | None

    @property
    def last_comparison(self) -> SweepSeen | None:
        """The newest sweep or import that finished."""
        return next((run for run in self.page.sweeps if run.kind != "listing" and not run.error), None)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Paths that deliveries go to."""
        path = self.page.webhook_path
        if self.told is None or not self.told.topics:
            return (path,)
        return tuple(f"/webhooks/{self.page.source.kind}/{self.page.source.slug}/{topic}" for topic in self.told.topics)


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source among the others. `sweeps`: its newest import, sweep and listing, by kind."""

    source: SourceSeen
    figures: SourceFigures
    sweeps: Mapping[str, SweepSeen]


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """All sources, and the payments of any that are set apart."""

    lines: tuple[SourceLine, ...]
    bursts: tuple[SetApartSeen, ...]


def sources_page(db: Database, now: datetime) -> SourcesPage:
    """The sources as they are known now."""
    with db.read() as session:
        newest = overview.last_sweeps(session)
        return SourcesPage(
            lines=tuple(
                SourceLine(
                    source,
                    source_figures.figures(session, source.id, now),
                    {run.kind: run for run in newest if run.source_id == source.id},
                )
                for source in sources.listing(session)
            ),
            bursts=tuple(b for b in bursts.listing(session, BURSTS_SHOWN) if b.undone_at is None),
        )


def source_details(db: Database, source_id: int, now: datetime) -> SourceDetails:
    """Raises NotFound."""
    page = operations.source_page(db, source_id)
    with db.read() as session:
        since = imports.known_since(session, source_id)
        earlier = [c.name for c in campaigns.all_campaigns(session) if since is not None and c.starts_at < since]
        state = imports.state(session, source_id)
        importing = None
        if state is not None:
            is_running = imports.is_worked_on(session, source_id, now - batches.ABANDONED_AFTER)
            last = next((run for run in page.sweeps if run.kind == IMPORT), None)
            importing = ImportShown(state, is_running, "" if last is None or is_running else last.error or "")
        return SourceDetails(
            page=page,
            told=KINDS.get(page.source.kind),
            figures=source_figures.figures(session, source_id, now),
            importing=importing,
            was_imported=any(run.kind == IMPORT and run.finished_at and not run.error for run in page.sweeps)
            or since is not None,
            known_since=since,
            begins_earlier=tuple(earlier),
            is_empty=source_figures.is_empty(session, source_id),
            key_check=page.source.key_check,
        )
