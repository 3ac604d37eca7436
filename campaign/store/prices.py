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
    product_key: str | None = None


def save(session: Session, source_id: int, told: Collection[ToldPrice], stamp: int) -> set[str]:
    """Each price is kept where the stamp is newer; returns the products that have other prices than before."""
    products: set[str | None] = set()
    for price in told:
        row = session.get(Price, (source_id, price.key))
        if row is None:
            row = Price(source_id=source_id, key=price.key, fetched_seq=-1)
            session.add(row)
        if row.fetched_seq >= stamp:
            continue
        if row.product_key != price.product_key:
            products |= {row.product_key, price.product_key}
            row.product_key = price.product_key
        row.name = price.name
        row.amount_minor = price.amount_minor
        row.currency = price.currency
        row.recurring = price.recurring
        row.active = price.active
        row.fetched_seq = stamp
    session.flush()
    return {key for key in products if key is not None}


def listing(session: Session, source_id: int) -> list[ToldPrice]:
    """The prices of a source, active and recurring ones first."""
    rows = session.scalars(select(Price).where(Price.source_id == source_id))
    prices = [ToldPrice(r.key, r.name, r.amount_minor, r.currency, r.recurring, r.active, r.product_key) for r in rows]
    return sorted(prices, key=lambda p: (not p.active, p.recurring is None, p.name, p.key))
