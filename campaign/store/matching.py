"""What a matching gift has doubled: sums of a money campaign's entries, the sponsor's own payments apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Text, cast, func, select
from sqlalchemy.orm import Session, aliased

from campaign.domain.standing import EntryKind
from campaign.store.ledger import PAYMENT
from campaign.store.tables import EntryRow, PaymentRow


@dataclass(frozen=True, slots=True)
class Given:
    """Minor units: of payments made in the match's time (gross; less what was taken back), and from the sponsor."""

    gross: int
    net: int
    received: int


def given(session: Session, campaign_id: int, starts_at: datetime, ends_at: datetime, tag: str) -> Given:
    """What stands in the ledger for payments made in [starts_at, ends_at), and for those with the sponsor's tag."""
    of_campaign = (EntryRow.campaign_id == campaign_id, EntryRow.subject_kind == PAYMENT)
    reversal = aliased(EntryRow)
    in_time = (
        EntryRow.kind == EntryKind.PAYMENT.value,
        EntryRow.occurred_at >= starts_at,
        EntryRow.occurred_at < ends_at,
        ~select(reversal.id).where(reversal.reverses_id == EntryRow.id).exists(),
    )
    # As text both databases write a list of strings alike.
    sponsors = select(PaymentRow.id).where(cast(PaymentRow.tags, Text).contains(f'"{tag}"', autoescape=True))
    others = EntryRow.subject_id.not_in(sponsors)
    made = select(EntryRow.subject_id).where(*of_campaign, *in_time, others)
    return Given(
        _sum(session, *of_campaign, *in_time, others),
        _sum(session, *of_campaign, EntryRow.subject_id.in_(made)),
        _sum(session, *of_campaign, EntryRow.subject_id.in_(sponsors)),
    )


def _sum(session: Session, *conditions: ColumnElement[bool]) -> int:
    return int(session.scalar(select(func.coalesce(func.sum(EntryRow.amount), 0)).where(*conditions)) or 0)
