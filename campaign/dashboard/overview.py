"""Where a campaign stands, on one page that is understood in ten seconds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from campaign.dashboard import causes
from campaign.dashboard.causes import EntryLine
from campaign.dashboard.chart import Chart, chart
from campaign.dashboard.forecasts import Outlook, outlook_in
from campaign.dashboard.pace import Movement, Pace, movements, pace
from campaign.domain.campaign import Campaign, EditorState, GoalKind
from campaign.domain.progress import Progress, fold
from campaign.store import (
    batches,
    bursts,
    campaigns,
    checks,
    day_totals,
    entries_shown,
    inbox,
    job_runs,
    ledger,
    overview,
    public_facts,
    publications,
    rechecks,
    sign_ups,
    sources,
)
from campaign.store.batches import BatchSeen
from campaign.store.bursts import SetApartSeen
from campaign.store.checks import CheckSeen
from campaign.store.engine import Database, Session
from campaign.store.entries_shown import FactSeen, Fees
from campaign.store.job_runs import Run
from campaign.store.overview import InboxState
from campaign.store.sign_ups import Funnel
from campaign.store.sources import SourceSeen
from campaign.store.sweeps import SweepSeen

LAST_ENTRIES = 8
BURSTS_SHOWN = 50
SILENT_AFTER = timedelta(minutes=2)
STALE_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A source, when it last delivered something, and its newest import, sweep and listing, by kind."""

    source: SourceSeen
    last_event_at: datetime | None
    sweeps: Mapping[str, SweepSeen]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A payment that is not booked yet, and why."""

    payment: FactSeen | None
    payment_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Health:
    """What staff of every campaign share: inbox, sources, jobs, payments set apart, long work that runs."""

    inbox: InboxState
    sources: tuple[SourceHealth, ...]
    jobs: tuple[Run, ...]
    bursts: tuple[SetApartSeen, ...]
    running: tuple[BatchSeen, ...]
    jobs_silent_since: datetime | None
    """Set when nothing has run for minutes although something runs every few seconds: the jobs process has stopped."""

    @property
    def failing_jobs(self) -> int:
        return sum(job.failures_in_a_row > 0 for job in self.jobs)


@dataclass(frozen=True, slots=True)
class Overview:
    """All of a campaign's overview page. `published`: what `/g/<slug>.json` says now, None when it is not served."""

    campaign: Campaign
    progress: Progress
    percent: int
    pace: Pace
    movements: tuple[Movement, ...]
    chart: Chart | None
    entries: tuple[EntryLine, ...]
    waits: tuple[Waiting, ...]
    check: CheckSeen | None
    published: Mapping[str, Any] | None
    published_as_of: datetime | None
    is_held: bool
    is_stale: bool
    """What readers see says that it is older than it should ever be."""
    funnel: Funnel
    fees: Fees | None
    health: Health
    outlook: Outlook
    has_no_form: bool
    """It counts sign-ups, and its page can't take any."""

    @property
    def is_money(self) -> bool:
        return self.campaign.kind is GoalKind.AMOUNT

    @property
    def is_public(self) -> bool:
        return self.campaign.state is EditorState.PUBLIC


def overview_of(db: Database, slug: str, now: datetime) -> Overview:
    """The overview of a campaign, all of one reading. Raises NotFound."""
    with db.read() as session:
        campaign = campaigns.by_slug(session, slug)
        totals = day_totals.load(session, campaign.id)
        progress = fold(totals, campaign)
        its_pace = pace(campaign, progress, now)
        outlook = outlook_in(session, campaign, now)
        is_held = campaign.hold is not None and campaign.hold.until > now
        published = _published(session, slug)
        as_of = None if published is None else datetime.fromisoformat(str(published["as_of"]))
        return Overview(
            campaign=campaign,
            progress=progress,
            percent=progress.percent(campaign.target),
            pace=its_pace,
            movements=movements(campaign, totals, its_pace.today),
            chart=chart(campaign, totals, progress, now, outlook.told),
            entries=causes.lines(session, ledger.last_entries(session, campaign.id, LAST_ENTRIES)),
            waits=_waits(session, campaign),
            check=checks.last(session, campaign.id),
            published=published,
            published_as_of=as_of,
            is_held=is_held,
            is_stale=not is_held and as_of is not None and now - as_of > STALE_AFTER,
            funnel=sign_ups.funnel(session, campaign.id),
            fees=entries_shown.fees(session, campaign.id) if campaign.kind is GoalKind.AMOUNT else None,
            health=health_in(session, campaign.id, now),
            outlook=outlook,
            has_no_form=campaign.kind is GoalKind.SIGNUPS and not public_facts.signs_up_here(session, campaign),
        )


def health_of(db: Database, now: datetime) -> Health:
    """The same for all campaigns."""
    with db.read() as session:
        return health_in(session, None, now)


def health_in(session: Session, campaign_id: int | None, now: datetime) -> Health:
    """The shared part, in a session the caller has."""
    newest = overview.last_sweeps(session)
    jobs = tuple(job_runs.list_runs(session))
    last_begun = max((job.started_at for job in jobs if job.started_at is not None), default=None)
    return Health(
        inbox=overview.inbox_state(session),
        sources=tuple(
            SourceHealth(
                s, inbox.last_received_at(session, s.id), {run.kind: run for run in newest if run.source_id == s.id}
            )
            for s in sources.listing(session)
        ),
        jobs=jobs,
        bursts=tuple(b for b in bursts.listing(session, BURSTS_SHOWN) if b.undone_at is None),
        running=tuple(b for b in batches.recent(session, 20, campaign_id) if b.finished_at is None),
        jobs_silent_since=last_begun if last_begun is not None and now - last_begun > SILENT_AFTER else None,
    )


def _published(session: Session, slug: str) -> Mapping[str, Any] | None:
    body = publications.body_at(session, f"/g/{slug}.json")
    return None if body is None else json.loads(body)


def _waits(session: Session, campaign: Campaign) -> tuple[Waiting, ...]:
    asks = rechecks.waits(session, campaign.id)
    payments = entries_shown.payment_keys(session, [ask.subject_id for ask in asks])
    return tuple(Waiting(payments.get(a.subject_id), a.subject_id, a.waits or "") for a in asks)
