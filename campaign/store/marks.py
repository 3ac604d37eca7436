"""What accounts have that those of another source may have too: ids that were copied, payments that look the same."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from campaign.domain.suggestions import ONE_DAY, Evidence, Mark
from campaign.store.address_keys import ERASED
from campaign.store.tables import Account, MembershipRow, PaymentRow, Source

MOST = 500
"""Of each kind: a list longer than that is no list of suggestions."""


def shared(session: Session, since: datetime) -> list[Mark]:
    """Every mark that accounts of two sources share; payments since an instant."""
    return [*_ids(session), *_amounts(session, since)]


def people_of(session: Session, account_ids: set[int]) -> dict[int, int]:
    """Whose account each is."""
    rows = session.execute(select(Account.id, Account.person_id).where(Account.id.in_(account_ids)))
    return dict(rows.all())


def _ids(session: Session) -> list[Mark]:
    """The same id at two sources. Each source's ids are looked up at each other one, by its index."""
    found: set[Mark] = set()
    tables: tuple[tuple[Evidence, Any, Any], ...] = (
        (Evidence.MEMBERSHIP, MembershipRow, "account_id"),
        (Evidence.PAYMENT, PaymentRow, "account_id"),
        (Evidence.ACCOUNT, Account, "id"),
    )
    for evidence, table, owner in tables:
        other = aliased(table)
        rows = session.execute(
            select(table.key, getattr(table, owner), table.source_id, getattr(other, owner), other.source_id)
            .join(Source, Source.id > table.source_id)
            .join(other, (other.source_id == Source.id) & (other.key == table.key))
            .where(table.key.not_like(f"{ERASED}:%"))
            .limit(MOST)
        )
        for key, one, source_id, two, other_source in rows:
            found |= {Mark(one, source_id, evidence, key), Mark(two, other_source, evidence, key)}
    return sorted(found, key=lambda m: (m.evidence, m.of, m.account))


def _amounts(session: Session, since: datetime) -> list[Mark]:
    """Payments of accounts without address, and all of the same amount within a day of one of them."""
    p, found = PaymentRow, set[Mark]()
    bare = session.execute(
        select(p.amount_minor, p.currency, p.occurred_at)
        .join(Account, Account.id == p.account_id)
        .where(Account.address_hash.is_(None), p.occurred_at >= since)
        .order_by(p.occurred_at.desc())
        .limit(MOST)
    ).all()
    sources = list(session.scalars(select(Source.id)))
    for amount, currency, at in bare:
        rows = session.execute(
            select(p.account_id, p.source_id, p.occurred_at, Account.address_hash)
            .join(Account, Account.id == p.account_id)
            .where(p.source_id.in_(sources), p.occurred_at.between(at - ONE_DAY, at + ONE_DAY))
            .where(p.amount_minor == amount, p.currency == currency)
            .limit(MOST)
        )
        of = f"{amount} {currency}"
        found |= {Mark(a, s, Evidence.AMOUNT, of, hashed is not None, when) for a, s, when, hashed in rows}
    return sorted(found, key=lambda m: (m.of, m.account))
