"""Will we make it: what staff are told, what they plan, and whether readers are told too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from campaign.domain.campaign import Campaign, EditorState
from campaign.domain.forecast import Forecast, Outcome, Push, Record, validate_push
from campaign.store import audit, campaigns, forecasts, job_runs
from campaign.store.engine import Database, Session

JOB = "forecast"


@dataclass(frozen=True, slots=True)
class Outlook:
    """A campaign's forecast as its overview shows it. `told` None: none was made yet."""

    told: Forecast | None
    pushes: tuple[Push, ...]
    record: Record
    is_public: bool
    can_be_planned: bool

    @property
    def tone(self) -> str:
        """The colour of the answer."""
        if self.told is None:
            return ""
        return {Outcome.ON_TRACK: "is-good", Outcome.REACHED: "is-good", Outcome.UNLIKE: "is-warn",
                Outcome.BEHIND: "is-warn"}.get(self.told.outcome, "")  # fmt: skip

    @property
    def in_ten(self) -> int | None:
        """The chance as so many of ten, never "10 of 10" or "0 of 10" while it is open."""
        if self.told is None or self.told.chance is None:
            return None
        return min(9, max(1, round(self.told.chance * 10)))


def outlook_in(session: Session, campaign: Campaign, now: datetime) -> Outlook:
    """The forecast part of a campaign's overview, in a session the caller has."""
    told = forecasts.last(session, campaign.id)
    return Outlook(
        told=told,
        pushes=tuple(forecasts.pushes(session, campaign.id)),
        record=forecasts.record(session),
        is_public=forecasts.is_shown_to_readers(session, campaign.id),
        can_be_planned=now < campaign.deadline and campaign.state is not EditorState.ARCHIVED,
    )


@dataclass(frozen=True, slots=True)
class ForecastPage:
    """A campaign's page of its forecast."""

    campaign: Campaign
    outlook: Outlook


def forecast_page(db: Database, slug: str, now: datetime) -> ForecastPage:
    """The page of a campaign's forecast. Raises NotFound."""
    with db.read() as session:
        campaign = campaigns.by_slug(session, slug)
        return ForecastPage(campaign, outlook_in(session, campaign, now))


def plan_push(db: Database, slug: str, day: date, size: int, note: str, *, actor: str, now: datetime) -> None:
    """A push is planned, and the forecast is made again soon. Raises Invalid, NotFound."""
    with db.write() as session:
        campaign = campaigns.by_slug(session, slug)
        validate_push(campaign, day, size, note, campaign.local_day(now))
        push = forecasts.plan_push(session, campaign.id, day, size, note, actor, now)
        _changed(session, actor, "push.plan", campaign, now, push)


def withdraw_push(db: Database, slug: str, push_id: int, *, actor: str, now: datetime) -> None:
    """A push is no longer planned, and the forecast is made again soon. Raises NotFound."""
    with db.write() as session:
        campaign = campaigns.by_slug(session, slug)
        push = forecasts.withdraw_push(session, campaign.id, push_id, now)
        _changed(session, actor, "push.withdraw", campaign, now, push)


def show_to_readers(db: Database, slug: str, *, is_public: bool, actor: str, now: datetime) -> None:
    """Readers are told the range on the campaign's page from now on, or no longer. Raises NotFound."""
    with db.write() as session:
        campaign = campaigns.by_slug(session, slug)
        forecasts.show_to_readers(session, campaign.id, now, is_public=is_public)
        audit.write(session, actor, "forecast.show" if is_public else "forecast.hide", campaign.slug, now)


def _changed(session: Session, actor: str, action: str, campaign: Campaign, now: datetime, push: Push) -> None:
    details = {"day": push.day.isoformat(), "size": push.size, "note": push.note}
    audit.write(session, actor, action, campaign.slug, now, details)
    job_runs.ensure(session, [JOB])
    job_runs.request(session, JOB, now)
