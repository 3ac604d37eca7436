"""Prices sources sell; staff tick the ones that count."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.store.tables import Price


@dataclass(frozen=True, slots=True)
class ToldPrice:
    """A price as its source tells it. `recurring`: the interval, None for one paid once."""

    key: str
    name: str
    amount_minor: int | None
    currency: str
    recurring: str | None
    active: bool


def save(session: Session, source_id: int, told: Collection[ToldPrice], stamp: int) -> None:
    """Each price is kept where the stamp is newer."""
    for price in told:
        row = session.get(Price, (source_id, price.key))
        if row is None:
            row = Price(source_id=source_id, key=price.key, fetched_seq=-1)
            session.add(row)
        if row.fetched_seq >= stamp:
            continue
        row.name = price.name
        row.amount_minor = price.amount_minor
        row.currency = price.currency
        row.recurring = price.recurring
        row.active = price.active
        row.fetched_seq = stamp
    session.flush()


def listing(session: Session, source_id: int) -> list[ToldPrice]:
    """The prices of a source, active and recurring ones first."""
    rows = session.scalars(select(Price).where(Price.source_id == source_id))
    prices = [ToldPrice(r.key, r.name, r.amount_minor, r.currency, r.recurring, r.active) for r in rows]
    return sorted(prices, key=lambda p: (not p.active, p.recurring is None, p.name, p.key))
