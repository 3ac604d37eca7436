"""Sums of what readers' browsers tell: lossy by nature, never part of a number about people or money."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaign.store import campaigns
from campaign.store.engine import insert_into
from campaign.store.sign_ups import CONFIRMED, PAID
from campaign.store.tables import ShowingTotal, SignUpRow

SHOWN = "shown"


@dataclass(frozen=True, slots=True, order=True)
class Told:
    """What one browser told: `what` is "shown", "close0" to "close2" (later, joined, never), or a reason."""

    slug: str
    what: str
    variant: str
    article: str


@dataclass(frozen=True, slots=True)
class VariantSeen:
    """A variant's showings, sign-ups that began under it, and those of them that were completed."""

    variant: str
    shown: int
    began: int
    joined: int


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


def by_variant(session: Session, campaign_id: int) -> list[VariantSeen]:
    """Each variant with its showings and sign-ups, since the campaign began; "" stands for the campaign's own words."""
    shown_query = (
        select(ShowingTotal.variant, func.sum(ShowingTotal.number))
        .where(ShowingTotal.campaign_id == campaign_id, ShowingTotal.what == SHOWN)
        .group_by(ShowingTotal.variant)
    )
    shown = {variant: int(number) for variant, number in session.execute(shown_query)}
    began_query = select(SignUpRow.variant, SignUpRow.state, func.count()).where(SignUpRow.campaign_id == campaign_id)
    all_began: Counter[str] = Counter()
    joined: Counter[str] = Counter()
    for variant, state, number in session.execute(began_query.group_by(SignUpRow.variant, SignUpRow.state)):
        all_began[variant or ""] += number
        joined[variant or ""] += number if state in (PAID, CONFIRMED) else 0
    keys = sorted({*shown, *all_began})
    return [VariantSeen(key, shown.get(key, 0), all_began[key], joined[key]) for key in keys]


def by_article(session: Session, campaign_id: int, limit: int = 20) -> list[tuple[str, int]]:
    """The articles under which it was shown most."""
    query = (
        select(ShowingTotal.article, func.sum(ShowingTotal.number))
        .where(ShowingTotal.campaign_id == campaign_id, ShowingTotal.what == SHOWN, ShowingTotal.article != "")
        .group_by(ShowingTotal.article)
        .order_by(func.sum(ShowingTotal.number).desc())
        .limit(limit)
    )
    return [(article, int(number)) for article, number in session.execute(query)]
