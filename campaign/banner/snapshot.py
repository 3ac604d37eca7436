"""What a campaign's public files say: progress, stage and `as_of`, before it is put into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign.domain.campaign import Campaign, GoalKind, first_instant
from campaign.domain.offers import Offered
from campaign.domain.progress import DayTotal, Progress, fold
from campaign.domain.stage import RUNNING_STAGES, Stage, is_shown_at, next_change, stage_at
from campaign.domain.steps import MatchAt
from campaign.store.ledger import Entry
from campaign.store.public_facts import JoinPrice, SourceCheck


@dataclass(frozen=True, slots=True)
class Linked:
    """A campaign shown beside this one, as it was published last."""

    campaign: Campaign
    value: int | None
    percent: int | None
    stage: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that is published of a campaign at once. `value` None: no number was ever available."""

    campaign: Campaign
    value: int | None
    progress: Progress
    stage: Stage
    shown: bool
    as_of: datetime
    until: datetime | None
    held: bool = False
    checks: tuple[SourceCheck, ...] = ()
    corrections: tuple[Entry, ...] = ()
    price: JoinPrice | None = None
    offers: tuple[Offered, ...] = ()
    """What its page offers to pay for, the price first."""
    signs_up: bool = False
    """Whether its page takes sign-ups by mail."""
    forecast: tuple[int, int] | None = None
    """Between which numbers it ends 8 times in 10, where staff say that readers are told."""
    last_entry_id: int | None = None
    linked: tuple[Linked, ...] = ()
    match: MatchAt | None = None
    at: datetime | None = None
    """When it was taken; `as_of` may lie before."""

    @property
    def taken_at(self) -> datetime:
        """When it was taken."""
        return self.at or self.as_of

    @property
    def day_ends_at(self) -> datetime | None:
        """The end of the day (in the campaign's zone) it was taken on; None when the campaign is not running."""
        if self.stage not in RUNNING_STAGES:
            return None
        day = self.campaign.local_day(self.taken_at)
        return first_instant(day + timedelta(days=1), self.campaign.zone)

    @property
    def percent(self) -> int | None:
        """Floored; None without a number."""
        return None if self.value is None else max(0, self.value * 100 // self.campaign.target)

    @property
    def remaining(self) -> int | None:
        """What is missing to the target, never below 0; None without a number."""
        return None if self.value is None else max(0, self.campaign.target - self.value)


@dataclass(frozen=True, slots=True)
class Before:
    """What was published before: its number, stage and `as_of`."""

    value: int | None
    progress: Progress
    stage: Stage | None
    as_of: datetime


def take(
    campaign: Campaign, totals: list[DayTotal], before: Before | None, waiting_since: datetime | None, now: datetime
) -> Snapshot:
    """The snapshot of a campaign whose stored totals are these. While staff hold the number, the one before stays."""
    value, progress = _number(campaign, totals)
    held = campaign.hold is not None and now < campaign.hold.until
    if held:
        value, progress = (before.value, before.progress) if before else (None, _NOTHING)
        as_of = before.as_of if before else _second(now)
    else:
        changed = before is not None and before.value != value
        as_of = as_of_after(before.as_of if before else None, waiting_since, now, number_changed=changed)
    stage = stage_at(value, campaign, now, before.stage if before else None)
    return Snapshot(
        campaign=campaign,
        value=value,
        progress=progress,
        stage=stage,
        shown=is_shown_at(stage, campaign, now),
        as_of=as_of,
        until=next_change(stage, campaign, now),
        held=held,
        at=now,
    )


def as_of_after(
    before: datetime | None, waiting_since: datetime | None, now: datetime, *, number_changed: bool
) -> datetime:
    """The whole second up to which everything received is counted: when the oldest delivery still waiting came, or now.

    It never goes back. Where one delivery waits long while others move the number, it advances by a second with each
    new number: pages only take a number with a newer `as_of`.
    """
    as_of = _second(min(now, waiting_since or now))
    if before is None or as_of > before:
        return as_of
    return max(before, min(_second(now), before + timedelta(seconds=1))) if number_changed else before


def _number(campaign: Campaign, totals: list[DayTotal]) -> tuple[int | None, Progress]:
    progress = fold(totals, campaign)
    if campaign.frozen is not None:
        return campaign.frozen.result, progress
    # Nobody has told of any member yet: that is not the same as nobody being one.
    if not totals and campaign.kind is GoalKind.MEMBERS:
        return None, progress
    return progress.value, progress


def _second(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)


_NOTHING = Progress(value=0, opening=0, joined=0, left=0, returned=0, raised=0, refunded=0)
