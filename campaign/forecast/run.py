"""Forecasts are made and kept: a job's work, never a request's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from campaign.domain.campaign import Campaign, EditorState
from campaign.domain.progress import DayTotal
from campaign.forecast.course import course_of, own_series
from campaign.forecast.own import width_after, with_own
from campaign.forecast.series import Series
from campaign.forecast.table import Table, reference
from campaign.forecast.tell import tell
from campaign.store import batches, campaigns, day_totals, forecasts
from campaign.store.engine import Database, Session

AFTER = timedelta(days=30)
"""So long after its deadline a campaign's result is still told."""


def forecast_all(db: Database, now: datetime) -> list[str]:
    """Every campaign that runs has a forecast as of `now`, ended ones their result. Returns the slugs with news."""
    with db.read() as session:
        known = campaigns.all_campaigns(session)
        running = [c for c in known if _is_told(c, now)]
        if not running:
            return []
        width = width_after(forecasts.record(session))
        ended = [_series(c, day_totals.load(session, c.id)) for c in known if c.frozen is not None]
    table = with_own(reference(), [one for one in ended if one is not None])
    return [campaign.slug for campaign in running if _forecast(db, campaign.id, table, width, now)]


def _forecast(db: Database, campaign_id: int, table: Table, width: float, now: datetime) -> bool:
    """What is told of one campaign is kept, where it is new. While an edit or import is being counted nothing is."""
    with db.read() as session:
        campaign = campaigns.load(session, campaign_id)
        if any(b.finished_at is None for b in batches.recent(session, 20, campaign_id)):
            return False
        course = course_of(campaign, day_totals.load(session, campaign_id), now)
        planned = forecasts.pushes(session, campaign_id)
    told = tell(course, table, planned, now, width)
    with db.write() as session:
        _settle(session, campaign)
        return forecasts.keep(session, told)


def _settle(session: Session, campaign: Campaign) -> None:
    if campaign.frozen is not None:
        forecasts.settle(session, campaign.id, campaign.frozen.result)


def _is_told(campaign: Campaign, now: datetime) -> bool:
    return campaign.state is not EditorState.DRAFT and campaign.starts_at <= now < campaign.deadline + AFTER


def _series(campaign: Campaign, totals: Sequence[DayTotal]) -> Series | None:
    """An ended campaign as one to compare with; None when it was too small or too short to teach."""
    course = course_of(campaign, totals, campaign.deadline)
    return own_series(course) if course.duration >= 5 and float(course.came.sum()) > 0 else None
