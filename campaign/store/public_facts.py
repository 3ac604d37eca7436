"""What a public page says beside the number: which source was last checked when, and the price one joins for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaign.domain.campaign import Campaign, GoalKind
from campaign.domain.offers import Offered, gifts
from campaign.store.sources import ASKED, FORM_SLUG
from campaign.store.tables import Price, Source, SweepRun


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """A source and when the newest finished comparison with it began; None: never compared."""

    source: str
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class JoinPrice:
    """What joining costs: minor units each interval ("month"); `amount_minor` None where the payer chooses."""

    amount_minor: int | None
    currency: str
    interval: str | None


def checks_of(session: Session, campaign: Campaign) -> tuple[SourceCheck, ...]:
    """For each enabled source that counts for the campaign, by name, when it was last compared with its own lists."""
    newest = (
        select(SweepRun.source_id, func.max(SweepRun.began_at).label("began_at"))
        .where(SweepRun.finished_at.is_not(None), SweepRun.error.is_(None), SweepRun.kind.in_(("import", "sweep")))
        .group_by(SweepRun.source_id)
        .subquery()
    )
    rows = session.execute(
        select(Source.id, Source.name, newest.c.began_at)
        .outerjoin(newest, newest.c.source_id == Source.id)
        .where(Source.enabled, Source.kind.in_(ASKED))
        .order_by(Source.name, Source.id)
    )
    return tuple(SourceCheck(name, began_at) for source_id, name, began_at in rows if campaign.counts_source(source_id))


def signs_up_here(session: Session, campaign: Campaign) -> bool:
    """Whether the campaign's page takes sign-ups: it counts them, and the form is in use (it is where mail is)."""
    if campaign.kind is not GoalKind.SIGNUPS:
        return False
    return session.scalar(select(Source.enabled).where(Source.slug == FORM_SLUG)) is True


def join_price(session: Session, campaign: Campaign) -> JoinPrice | None:
    """The first price the campaign's page offers, without an amount where one only gives; None: it offers nothing."""
    first = next(iter(offers(session, campaign)), None)
    if first is not None and first.price_key:
        return JoinPrice(first.amount_minor, first.currency, first.interval)
    return None if first is None else JoinPrice(None, "", None)


def offers(session: Session, campaign: Campaign) -> tuple[Offered, ...]:
    """What the campaign's page offers: prices its source sells now, then amounts to give once, then one's own."""
    join = campaign.join
    if join.source_id is None or session.scalar(select(Source.enabled).where(Source.id == join.source_id)) is not True:
        return ()
    sold = {price.key: price for price in _sold(session, join.source_id, join.price_keys)}
    members = [
        Offered(key, sold[key].amount_minor, sold[key].currency, sold[key].recurring, key)
        for key in join.price_keys
        if key in sold
    ]
    return (*members, *(gifts(join) if join.takes_gifts else ()))


def _sold(session: Session, source_id: int, keys: Sequence[str]) -> Sequence[Price]:
    query = select(Price).where(Price.source_id == source_id, Price.key.in_(keys), Price.active)
    return session.scalars(query).all()
