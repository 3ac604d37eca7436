"""What staff enter by hand: offline gifts and memberships, promised, received, reversed; adjustments beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from campaign.domain.errors import NotFound
from campaign.domain.standing import EntryKind
from campaign.store.sources import HAND, add_pushed
from campaign.store.tables import ByHand, CampaignRow, EntryRow, Source

SLUG = "by-hand"
PAYMENT, MEMBERSHIP = "payment", "membership"


@dataclass(frozen=True, slots=True)
class HandSeen:
    """One gift or membership. Promised until `received_at`; `address_hash` None: nobody knows whose it is."""

    id: int
    source_id: int
    what: str
    address_hash: str | None
    amount_minor: int | None
    currency: str | None
    campaign_slug: str | None
    how: str
    starts_at: datetime | None
    ends_at: datetime | None
    note: str
    entered_at: datetime
    entered_by: str
    received_at: datetime | None
    received_by: str | None
    reversed_at: datetime | None
    reversed_by: str | None
    reversed_why: str | None

    @property
    def key(self) -> str:
        """The fact's key at the source."""
        return f"hand:{self.id}"


@dataclass(frozen=True, slots=True)
class AdjustmentSeen:
    """An adjustment of one campaign. `reversed_by`: the correction that took it back."""

    entry_id: int
    campaign_slug: str
    amount: int
    occurred_at: datetime
    author: str | None
    note: str | None
    public: bool
    reversed_by: int | None


def source(session: Session, now: datetime) -> int:
    """Our id of the one source that is entered by hand."""
    found = session.scalar(select(Source.id).where(Source.kind == HAND).order_by(Source.id).limit(1))
    return found if found is not None else add_pushed(session, HAND, SLUG, "By hand", now).id


def add(session: Session, **values: Any) -> HandSeen:
    """One more is kept, promised."""
    row = ByHand(**values)
    session.add(row)
    session.flush()
    return _seen(row)


def load(session: Session, hand_id: int) -> HandSeen:
    """One of them. Raises NotFound."""
    row = session.get(ByHand, hand_id, populate_existing=True)
    if row is None:
        raise NotFound("entry by hand", hand_id)
    return _seen(row)


def receive(session: Session, hand_id: int, received_at: datetime, actor: str) -> bool:
    """It is received; False: it was already, or is reversed."""
    return _change(session, hand_id, ByHand.received_at.is_(None), received_at=received_at, received_by=actor)


def reverse(session: Session, hand_id: int, actor: str, reason: str, now: datetime) -> bool:
    """It is reversed; False: it was already."""
    return _change(session, hand_id, reversed_at=now, reversed_by=actor, reversed_why=reason)


def listing(session: Session, limit: int) -> list[HandSeen]:
    """The newest first."""
    return [_seen(row) for row in session.scalars(select(ByHand).order_by(ByHand.id.desc()).limit(limit))]


def adjustments(session: Session, limit: int) -> list[AdjustmentSeen]:
    """Adjustments of all campaigns, the newest first."""
    reversal = aliased(EntryRow)
    rows = session.execute(
        select(EntryRow, CampaignRow.slug, reversal.id)
        .join(CampaignRow, CampaignRow.id == EntryRow.campaign_id)
        .outerjoin(reversal, reversal.reverses_id == EntryRow.id)
        .where(EntryRow.kind == EntryKind.ADJUSTMENT.value)
        .order_by(EntryRow.id.desc())
        .limit(limit)
    )
    return [
        AdjustmentSeen(e.id, slug, e.amount, e.occurred_at, e.author, e.note, e.public, reversed_by)
        for e, slug, reversed_by in rows
    ]


def _change(session: Session, hand_id: int, *where: Any, **values: Any) -> bool:
    changed = session.execute(
        update(ByHand)
        .where(ByHand.id == hand_id, ByHand.reversed_at.is_(None), *where)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return cast(Any, changed).rowcount == 1


def _seen(row: ByHand) -> HandSeen:
    return HandSeen(
        id=row.id,
        source_id=row.source_id,
        what=row.what,
        address_hash=row.address_hash,
        amount_minor=row.amount_minor,
        currency=row.currency,
        campaign_slug=row.campaign_slug,
        how=row.how,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        note=row.note,
        entered_at=row.entered_at,
        entered_by=row.entered_by,
        received_at=row.received_at,
        received_by=row.received_by,
        reversed_at=row.reversed_at,
        reversed_by=row.reversed_by,
        reversed_why=row.reversed_why,
    )
