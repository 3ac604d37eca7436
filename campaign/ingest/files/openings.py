"""Whether a list has the people of a campaign's stated opening in it (counting.md, Opening): asked once a source."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from campaign.counting import edit
from campaign.domain.campaign import Campaign, OpeningSource
from campaign.store import campaigns, sources
from campaign.store.engine import Database, Session


def unanswered(session: Session, source_id: int) -> list[Campaign]:
    """Campaigns with a stated opening that may hold this source's people, which nobody has said yet."""
    return [
        campaign
        for campaign in campaigns.all_campaigns(session)
        if campaign.opening is not None and campaign.counts_source(source_id)
        if all(s.source_id != source_id or s.includes_list is None for s in campaign.opening.sources)
    ]


def answer(
    db: Database, campaign_id: int, source_id: int, actor: str, now: datetime, *, includes: bool, at_once: bool = False
) -> None:
    """The opening says of the source whether its list has the same people. Raises NotFound, Conflict.

    What that changes is booked by a job, or before this returns (`at_once`).
    """
    with db.read() as session:
        campaign = campaigns.load(session, campaign_id)
        source = sources.load(session, source_id)
    if campaign.opening is None:
        return
    others = [s for s in campaign.opening.sources if s.source_id != source_id and not _is_named(s, source.name)]
    said = OpeningSource(source.name, source_id, includes_list=includes)
    opening = replace(campaign.opening, sources=(*others, said))
    words = "includes" if includes else "does not include"
    reason = f"the list of {source.name} {words} the people of the opening"
    edit.edit(db, replace(campaign, opening=opening), actor, reason, now, at_once=at_once)


def _is_named(source: OpeningSource, name: str) -> bool:
    return source.source_id is None and source.name.casefold().strip() == name.casefold().strip()
