"""A snapshot for each stage: a number and a moment made up to fit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from campaign.banner.snapshot import Snapshot
from campaign.domain.campaign import Campaign, Frozen
from campaign.domain.progress import Progress
from campaign.domain.stage import Stage, last_days_at, next_change
from campaign.store.public_facts import JoinPrice


def example(campaign: Campaign, stage: Stage) -> Snapshot:
    """A snapshot that has the stage: a number and a moment made up to fit."""
    look = campaign.look
    percent = {
        Stage.EARLY: look.quiet_percent * 0.5,
        Stage.RUNNING: (look.quiet_percent + look.near_percent) / 2,
        Stage.NEAR: (look.near_percent + 100) / 2,
        Stage.LAST_DAYS: (look.near_percent + 100) / 2,
        Stage.ENDED_MISSED: (look.near_percent + 100) / 2,
    }.get(stage, 101)
    value = int(campaign.target * percent / 100)
    now = _moment(campaign, stage)
    ended = stage in (Stage.ENDED_REACHED, Stage.ENDED_MISSED)
    campaign = replace(campaign, frozen=Frozen(value, 0, now) if ended else None)
    progress = Progress(value=value, opening=0, joined=value, left=0, returned=0, raised=value, refunded=0)
    until = next_change(stage, campaign, now)
    price = JoinPrice(None, "", None) if campaign.join.price_key else None
    return Snapshot(campaign, value, progress, stage, stage is not Stage.SCHEDULED, now, until, price=price)


def _moment(campaign: Campaign, stage: Stage) -> datetime:
    if stage is Stage.SCHEDULED:
        return campaign.starts_at - timedelta(days=1)
    if stage is Stage.LAST_DAYS:
        return max(campaign.starts_at, last_days_at(campaign))
    if stage in (Stage.ENDED_COUNTING, Stage.ENDED_REACHED, Stage.ENDED_MISSED):
        return campaign.deadline
    return campaign.starts_at
