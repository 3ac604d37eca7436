"""Whether one can join a campaign now, and if not, what to say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaign.banner.notice_words import notice_words
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
    words = notice_words(campaign.languages[0])
    if now < campaign.starts_at:
        return Offer(campaign, words.not_begun)
    if now >= campaign.deadline:
        return Offer(campaign, words.over)
    if price is None:
        return Offer(campaign, words.nothing_on_sale)
    return Offer(campaign, None)
