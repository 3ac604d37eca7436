"""The deadline: being counted until every source was swept after it, then frozen (counting.md, Time)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from campaign.domain.campaign import Campaign, EditorState, Frozen
from campaign.domain.progress import fold
from campaign.store import audit, campaigns, day_totals, inbox, ledger, sweeps
from campaign.store.engine import Database, Session

LEAST = timedelta(hours=1)


def freeze_due(db: Database, now: datetime) -> list[str]:
    """Every campaign whose count is finished has its result; returns their slugs."""
    with db.read() as session:
        ended = [c for c in campaigns.all_campaigns(session) if _may_be_due(c, now)]
    frozen: list[str] = []
    for campaign in ended:
        with db.write() as session:
            if _freeze(session, campaigns.load(session, campaign.id), now):
                frozen.append(campaign.slug)
    return frozen


def _may_be_due(campaign: Campaign, now: datetime) -> bool:
    return campaign.frozen is None and campaign.state is not EditorState.DRAFT and now >= campaign.deadline + LEAST


def _freeze(session: Session, campaign: Campaign, now: datetime) -> bool:
    """Freeze when all enabled sources were swept after the deadline and what that found is booked, or time is up."""
    if not _may_be_due(campaign, now):
        return False
    silent = sweeps.not_swept_since(session, campaign.deadline)
    silent = {i: name for i, name in silent.items() if campaign.counts_source(i)}
    waits = inbox.waiting_since(session) is not None
    if (silent or waits) and now < campaign.deadline + timedelta(days=campaign.settle_days):
        return False
    day_totals.lock(session)
    progress = fold(day_totals.load(session, campaign.id), campaign)
    last_id = ledger.last_entry_id(session, campaign.id) or 0
    result = Frozen(progress.value, last_id, now, tuple(sorted(silent.values())))
    campaigns.save(session, replace(campaign, frozen=result), "clock", "the count is finished", now)
    details = {"result": progress.value, "silent": sorted(silent.values())}
    audit.write(session, "clock", "campaign.freeze", campaign.slug, now, details)
    return True
