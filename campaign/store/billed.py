"""What a payment's invoice says of it: its key, the prices it bills, and its membership's campaign and tags."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from campaign.store.tables import InvoiceLineRow, InvoiceLink, InvoiceRow, MembershipRow, PaymentRow

_Keys = Sequence[tuple[int, str]]
"""(source, invoice key)"""


@dataclass(frozen=True, slots=True)
class Billed:
    """`price_keys` None: the invoice is not known yet, or there is none."""

    invoice_key: str | None = None
    price_keys: tuple[str, ...] | None = None
    campaign_slug: str | None = None
    tags: tuple[str, ...] = ()


def billed(session: Session, rows: Sequence[PaymentRow]) -> dict[int, Billed]:
    """By our id of the payment."""
    keys = _invoice_keys(session, rows)
    known = [(row.source_id, key) for row in rows if (key := keys[row.id]) is not None]
    prices, said = _price_keys(session, known), _said(session, known)
    found: dict[int, Billed] = {}
    for row in rows:
        key = keys[row.id]
        at = (row.source_id, key or "")
        slug, tags = said.get(at, (None, ()))
        found[row.id] = Billed(key, None if key is None else prices.get(at), slug, tags)
    return found


def _invoice_keys(session: Session, rows: Sequence[PaymentRow]) -> dict[int, str | None]:
    """The invoice of each payment: said by the payment, or by an invoice that names it (either end may come first)."""
    links: dict[tuple[int, str], str] = {}
    unknown = [(row.source_id, row.link_key) for row in rows if row.invoice_key is None]
    if unknown:
        found = session.execute(
            select(InvoiceLink.source_id, InvoiceLink.link_key, InvoiceLink.invoice_key).where(
                tuple_(InvoiceLink.source_id, InvoiceLink.link_key).in_(unknown)
            )
        )
        links = {(source_id, link_key): invoice_key for source_id, link_key, invoice_key in found}
    return {row.id: row.invoice_key or links.get((row.source_id, row.link_key)) for row in rows}


def _price_keys(session: Session, keys: _Keys) -> dict[tuple[int, str], tuple[str, ...]]:
    """The prices of each known invoice's positive lines."""
    if not keys:
        return {}
    rows = session.execute(
        select(InvoiceRow.source_id, InvoiceRow.key, InvoiceLineRow.price_key)
        .outerjoin(InvoiceLineRow, (InvoiceLineRow.invoice_id == InvoiceRow.id) & (InvoiceLineRow.amount_minor > 0))
        .where(tuple_(InvoiceRow.source_id, InvoiceRow.key).in_(keys))
    )
    found: dict[tuple[int, str], set[str]] = defaultdict(set)
    for source_id, key, price_key in rows:
        found[source_id, key].update([price_key] if price_key else [])
    return {key: tuple(sorted(prices)) for key, prices in found.items()}


def _said(session: Session, keys: _Keys) -> dict[tuple[int, str], tuple[str | None, tuple[str, ...]]]:
    """What was said where the memberships began that these invoices bill; those of which nothing was left out."""
    if not keys:
        return {}
    m = MembershipRow
    rows = session.execute(
        select(InvoiceRow.source_id, InvoiceRow.key, m.campaign_slug, m.tags)
        .join(m, (m.source_id == InvoiceRow.source_id) & (m.key == InvoiceRow.membership_key))
        .where(tuple_(InvoiceRow.source_id, InvoiceRow.key).in_(keys))
    )
    return {(source_id, key): (slug, tuple(tags)) for source_id, key, slug, tags in rows if slug or tags}
