"""The stages of a campaign (counting.md, Stages): a pure function of progress, campaign, time and the stage before."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from campaign.domain.campaign import Campaign, first_instant


class Stage(StrEnum):
    SCHEDULED = "scheduled"
    ENDED_COUNTING = "ended_counting"
    ENDED_REACHED = "ended_reached"
    ENDED_MISSED = "ended_missed"
    REACHED = "reached"
    LAST_DAYS = "last_days"
    NEAR = "near"
    EARLY = "early"
    RUNNING = "running"


RUNNING_STAGES = (Stage.EARLY, Stage.RUNNING, Stage.NEAR, Stage.LAST_DAYS, Stage.REACHED)
"""Between start and deadline."""

_BAR = (Stage.RUNNING, Stage.NEAR, Stage.LAST_DAYS, Stage.REACHED, Stage.ENDED_REACHED, Stage.ENDED_MISSED)


def stage_at(value: int | None, campaign: Campaign, now: datetime, published_before: Stage | None) -> Stage:
    """The stage in which a campaign with a progress of `value` is. None: no number is available, only time decides."""
    if now < campaign.starts_at:
        return Stage.SCHEDULED
    if now >= campaign.deadline:
        if campaign.frozen is None:
            return Stage.ENDED_COUNTING
        return Stage.ENDED_REACHED if campaign.frozen.result >= campaign.target else Stage.ENDED_MISSED
    if value is not None and _is_reached(value, campaign.target, published_before):
        return Stage.REACHED
    if now >= last_days_at(campaign):
        return Stage.LAST_DAYS
    if value is None or value * 100 < campaign.target * campaign.look.quiet_percent:
        return Stage.EARLY
    return Stage.NEAR if value * 100 >= campaign.target * campaign.look.near_percent else Stage.RUNNING


def is_shown_at(stage: Stage, campaign: Campaign, now: datetime) -> bool:
    """Whether readers are shown anything: nothing before the start, nor after the showing window of the result."""
    if stage is Stage.SCHEDULED or campaign.display.off:
        return False
    begins_at, ends_at = showing_dates(campaign)
    if (begins_at is not None and now < begins_at) or (ends_at is not None and now >= ends_at):
        return False
    gone_at = _gone_at(campaign)
    return gone_at is None or now < gone_at


def showing_dates(campaign: Campaign) -> tuple[datetime | None, datetime | None]:
    """From when and until when an editor wants it shown, apart from what is counted; None: no such date."""
    display = campaign.display
    begins_at = first_instant(display.shows_on, campaign.zone) if display.shows_on else None
    after = display.hides_after + timedelta(days=1) if display.hides_after else None
    return begins_at, first_instant(after, campaign.zone) if after else None


def next_change(stage: Stage, campaign: Campaign, now: datetime) -> datetime | None:
    """The next instant at which time alone changes the stage or ends or begins its showing; None when none is known.

    How long the counting after the deadline takes is not known, so that it has none.
    """
    times = (_next_stage(stage, campaign, now), *showing_dates(campaign))
    return min((instant for instant in times if instant is not None and instant > now), default=None)


def _next_stage(stage: Stage, campaign: Campaign, now: datetime) -> datetime | None:
    if stage is Stage.SCHEDULED:
        return campaign.starts_at
    if stage is Stage.ENDED_COUNTING:
        return None
    if stage in (Stage.ENDED_REACHED, Stage.ENDED_MISSED):
        gone_at = _gone_at(campaign)
        return gone_at if gone_at is not None and now < gone_at else None
    if stage not in (Stage.REACHED, Stage.LAST_DAYS) and now < last_days_at(campaign) < campaign.deadline:
        return last_days_at(campaign)
    return campaign.deadline


def shows_bar(stage: Stage) -> bool:
    """Whether the stage shows a bar: never a near-empty one, and none while the count is being finished."""
    return stage in _BAR


def days_left(campaign: Campaign, now: datetime) -> int:
    """Days of the campaign left at `now`, the running one included: 1 on its last day, 0 after it."""
    return max(0, (campaign.ends_on - campaign.local_day(now)).days + 1)


def last_days_at(campaign: Campaign) -> datetime:
    """The first instant of the last days; the deadline itself where the campaign wants none."""
    return first_instant(campaign.ends_on - timedelta(days=campaign.look.last_days - 1), campaign.zone)


def _is_reached(value: int, target: int, published_before: Stage | None) -> bool:
    """At the target; once there, until 0.5 % below, so that one leaving member does not take the thanks back."""
    if value >= target:
        return True
    return published_before is Stage.REACHED and value * 1000 >= target * 995


def _gone_at(campaign: Campaign) -> datetime | None:
    if campaign.frozen is None:
        return None
    return campaign.frozen.at + timedelta(days=campaign.look.showing_days)
