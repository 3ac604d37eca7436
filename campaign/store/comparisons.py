"""Comparisons with the newsroom's own list: numbers and reasons are kept, no address and no row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaign.store.fact_rows import parts
from campaign.store.ledger import PERSON
from campaign.store.people import chunks
from campaign.store.tables import Account, ComparisonRow, EntryRow


@dataclass(frozen=True, slots=True)
class Kept:
    """A comparison as it was made."""

    id: int
    made_at: datetime
    made_by: str
    list_name: str
    result: Mapping[str, Any]


def keep(
    session: Session, campaign_id: int, list_name: str, result: Mapping[str, Any], actor: str, now: datetime
) -> None:
    """The result is kept."""
    session.add(
        ComparisonRow(
            campaign_id=campaign_id, made_at=now, made_by=actor, list_name=list_name[:255], result=dict(result)
        )
    )
    session.flush()


def listing(session: Session, campaign_id: int, limit: int = 20) -> list[Kept]:
    """The newest comparisons of a campaign."""
    rows = session.scalars(
        select(ComparisonRow)
        .where(ComparisonRow.campaign_id == campaign_id)
        .order_by(ComparisonRow.id.desc())
        .limit(limit)
    )
    return [Kept(row.id, row.made_at, row.made_by, row.list_name, row.result) for row in rows]


def counted_people(session: Session, campaign_id: int) -> set[int]:
    """Everybody the campaign counts now, by its ledger."""
    rows = session.execute(
        select(EntryRow.subject_id)
        .where(EntryRow.campaign_id == campaign_id, EntryRow.subject_kind == PERSON)
        .group_by(EntryRow.subject_id)
        .having(func.sum(EntryRow.amount) > 0)
    )
    return {person_id for (person_id,) in rows}


def people_by_hash(session: Session, hashes: Collection[str]) -> dict[str, set[int]]:
    """The people of each known address hash."""
    found: dict[str, set[int]] = {}
    for some in parts(sorted(hashes)):
        rows = session.execute(select(Account.address_hash, Account.person_id).where(Account.address_hash.in_(some)))
        for address_hash, person_id in rows:
            found.setdefault(address_hash or "", set()).add(person_id)
    return found


def without_address(session: Session, person_ids: Collection[int]) -> set[int]:
    """Those of the people of whom no source tells an address."""
    told: set[int] = set()
    for ids in chunks(person_ids):
        query = select(Account.person_id).where(Account.person_id.in_(ids), Account.address_hash.is_not(None))
        told |= set(session.scalars(query))
    return set(person_ids) - told
