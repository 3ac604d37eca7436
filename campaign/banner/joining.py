"""Whether one can join a campaign now, and if not, what to say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from campaign.banner.notice_words import notice_words
from campaign.domain.campaign import Campaign, EditorState
from campaign.domain.errors import NotFound
from campaign.domain.offers import Offered
from campaign.store import campaigns, public_facts
from campaign.store.engine import Database, Session


@dataclass(frozen=True, slots=True)
class Offer:
    """A public campaign; `closed`: why one can't join it now, in words for readers, None when one can.

    `offered`: what can be paid for.
    """

    campaign: Campaign
    closed: str | None
    offered: tuple[Offered, ...] = ()


def offer(db: Database, slug: str, now: datetime) -> Offer:
    """What the campaign's page may offer now. Raises NotFound for a draft as for an unknown slug."""
    with db.read() as session:
        campaign = _public(session, slug)
        offered = public_facts.offers(session, campaign)
    return replace(_offer(campaign, bool(offered), now), offered=offered)


def sign_up_offer(db: Database, slug: str, now: datetime) -> Offer:
    """Whether the campaign's page takes sign-ups by mail now. Raises NotFound."""
    with db.read() as session:
        campaign = _public(session, slug)
        signs_up = public_facts.signs_up_here(session, campaign)
    return _offer(campaign, signs_up, now)


def public_campaign(db: Database, slug: str) -> Campaign:
    """The public campaign at a slug. Raises NotFound."""
    with db.read() as session:
        return _public(session, slug)


def _public(session: Session, slug: str) -> Campaign:
    if not slug.isprintable():  # a database would refuse it in its own words
        raise NotFound("campaign", slug)
    campaign = campaigns.by_slug(session, slug)
    if campaign.state is not EditorState.PUBLIC:
        raise NotFound("campaign", slug)
    return campaign


def _offer(campaign: Campaign, has_something: bool, now: datetime) -> Offer:
    words = notice_words(campaign.languages[0])
    if now < campaign.starts_at:
        return Offer(campaign, words.not_begun)
    if now >= campaign.deadline:
        return Offer(campaign, words.over)
    return Offer(campaign, None if has_something else words.nothing_on_sale)
