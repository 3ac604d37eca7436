"""Sums of what readers' browsers tell: lossy by nature, never part of a number about people or money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaign.store import campaigns
from campaign.store.engine import insert_into
from campaign.store.tables import ShowingTotal

SHOWN, CLICKED = "shown", "clicked"
Place = tuple[str, str]
"""Words and article: a variant's key, "" for the campaign's own words; "" for no article in particular."""


@dataclass(frozen=True, slots=True, order=True)
class Told:
    """What was told: `what` is shown, thanked, clicked, close0 to close2 (later, joined, never), or a reason."""

    slug: str
    what: str
    variant: str
    article: str


def add(session: Session, told: Mapping[Told, int], now: datetime) -> int:
    """The sums have grown by these; returns how many rows were touched. Unknown campaigns are passed over."""
    known = {campaign.slug: campaign for campaign in campaigns.all_campaigns(session)}
    rows = [
        {
            "campaign_id": known[one.slug].id,
            "day": known[one.slug].local_day(now),
            "what": one.what,
            "variant": one.variant,
            "article": one.article,
            "number": number,
        }
        # In one order, so that two processes that write at once wait for each other and do not lock each other out.
        for one, number in sorted(told.items())
        if one.slug in known
    ]
    if rows:
        statement = insert_into(session, ShowingTotal)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["campaign_id", "day", "what", "variant", "article"],
                set_={"number": ShowingTotal.number + statement.excluded.number},
            ),
            rows,
        )
    return len(rows)


def by_reason(session: Session, campaign_id: int, since: date) -> dict[str, int]:
    """What was told since a day, by what it was, most first."""
    query = (
        select(ShowingTotal.what, func.sum(ShowingTotal.number))
        .where(ShowingTotal.campaign_id == campaign_id, ShowingTotal.day >= since)
        .group_by(ShowingTotal.what)
        .order_by(func.sum(ShowingTotal.number).desc())
    )
    return {what: int(number) for what, number in session.execute(query)}


def by_place(session: Session, campaign_id: int) -> dict[Place, dict[str, int]]:
    """Showings and clicks since the campaign began, by words and article."""
    kept = ShowingTotal
    query = (
        select(kept.variant, kept.article, kept.what, func.sum(kept.number))
        .where(kept.campaign_id == campaign_id, kept.what.in_((SHOWN, CLICKED)))
        .group_by(kept.variant, kept.article, kept.what)
    )
    found: dict[Place, dict[str, int]] = defaultdict(dict)
    for variant, article, what, number in session.execute(query):
        found[variant, article][what] = int(number)
    return found
