"""Whether one can join a campaign now, and if not, what to say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaign.domain.campaign import Campaign, EditorState
from campaign.domain.errors import NotFound
from campaign.store import campaigns, public_facts
from campaign.store.engine import Database


@dataclass(frozen=True, slots=True)
class Offer:
    """A public campaign; `closed`: why one can't join it now, in words for readers, None when one can."""

    campaign: Campaign
    closed: str | None


def offer(db: Database, slug: str, now: datetime) -> Offer:
    """What the campaign's page may offer now. Raises NotFound for a draft as for an unknown slug."""
    with db.read() as session:
        campaign = campaigns.by_slug(session, slug)
        if campaign.state is not EditorState.PUBLIC:
            raise NotFound("campaign", slug)
        price = public_facts.join_price(session, campaign)
    if now < campaign.starts_at:
        return Offer(campaign, "This campaign has not begun yet.")
    if now >= campaign.deadline:
        return Offer(campaign, "This campaign has ended. Thank you to everyone who joined.")
    if price is None:
        return Offer(campaign, "Nothing is on sale here at the moment.")
    return Offer(campaign, None)
