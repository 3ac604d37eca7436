"""What the newsroom's own systems may read: campaigns, where they stand, and their entries. Nobody is named."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from campaign.domain.campaign import Campaign, GoalKind
from campaign.domain.progress import fold
from campaign.store import campaigns, day_totals, entries_shown, sources
from campaign.store.engine import Database, Session
from campaign.store.ledger import Entry

MOST_ENTRIES = 1000


def _utc(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


Utc = Annotated[datetime, PlainSerializer(_utc, return_type=str)]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class CampaignOut(_Shape):
    """A campaign and where it stands by its ledger now; what readers see may be held, or some seconds older."""

    slug: str
    name: str
    kind: str
    state: str = Field(description="draft, public or archived.")
    target: int
    value: int = Field(description="People, or minor units of the currency.")
    currency: str | None
    percent: int
    starts_on: date
    ends_on: date
    zone: str
    joined: int
    left: int
    returned: int
    raised_minor: int | None
    refunded_minor: int | None
    is_frozen: bool


class CampaignsOut(_Shape):
    campaigns: list[CampaignOut]


class EntryOut(_Shape):
    """One immutable signed line. A correction names the entry it reverses."""

    id: int
    kind: str
    amount: int
    occurred_at: Utc
    booked_at: Utc
    source: str | None
    reverses: int | None
    public: bool
    note: str | None


class EntriesOut(_Shape):
    """Entries in the order of booking. `next`: what to give as `after` for those that follow; null at the end."""

    entries: list[EntryOut]
    next: int | None


def every_campaign(db: Database) -> CampaignsOut:
    """All campaigns, drafts included."""
    with db.read() as session:
        return CampaignsOut(campaigns=[_campaign(session, c) for c in campaigns.all_campaigns(session)])


def one_campaign(db: Database, slug: str) -> CampaignOut:
    """Raises NotFound."""
    with db.read() as session:
        return _campaign(session, campaigns.by_slug(session, slug))


def entries(db: Database, slug: str, after: int, limit: int) -> EntriesOut:
    """The entries booked after one. Raises NotFound."""
    with db.read() as session:
        campaign = campaigns.by_slug(session, slug)
        found = entries_shown.booked_after(session, campaign.id, after, limit + 1)
        slugs = {source.id: source.slug for source in sources.listing(session)}
    shown = found[:limit]
    following = shown[-1].id if len(found) > limit else None
    return EntriesOut(entries=[_entry(e, slugs) for e in shown], next=following)


def _campaign(session: Session, campaign: Campaign) -> CampaignOut:
    progress = fold(day_totals.load(session, campaign.id), campaign)
    is_money = campaign.kind is GoalKind.AMOUNT
    return CampaignOut(
        slug=campaign.slug,
        name=campaign.name,
        kind=campaign.kind.value,
        state=campaign.state.value,
        target=campaign.target,
        value=progress.value,
        currency=campaign.currency,
        percent=progress.percent(campaign.target),
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
        zone=campaign.zone,
        joined=progress.joined,
        left=progress.left,
        returned=progress.returned,
        raised_minor=progress.raised if is_money else None,
        refunded_minor=progress.refunded if is_money else None,
        is_frozen=campaign.frozen is not None,
    )


def _entry(entry: Entry, slugs: dict[int, str]) -> EntryOut:
    return EntryOut(
        id=entry.id,
        kind=entry.kind.value,
        amount=entry.amount,
        occurred_at=entry.occurred_at,
        booked_at=entry.booked_at,
        source=slugs.get(entry.source_id) if entry.source_id is not None else None,
        reverses=entry.reverses_id,
        public=entry.public,
        note=entry.note,
    )
