"""What staff decided about two accounts: that they are one person, or that they are not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from campaign.domain.errors import Conflict, NotFound
from campaign.store.fact_rows import parts
from campaign.store.joins import APART, MERGE
from campaign.store.tables import PersonDecision

__all__ = ["APART", "MERGE", "Decision", "add", "all_apart", "load", "of_accounts", "standing", "undo"]


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision, with who made it and why; `account_id` is the lower of the two."""

    id: int
    kind: str
    account_id: int
    other_id: int
    reason: str
    decided_at: datetime
    decided_by: str


def add(session: Session, kind: str, account_id: int, other_id: int, reason: str, by: str, now: datetime) -> Decision:
    """The decision holds. Raises Conflict where one about these two holds already."""
    held = standing(session, account_id, other_id)
    if held is not None:
        words = "merged" if held.kind == MERGE else "kept apart"
        raise Conflict(f"these two are {words} by {held.decided_by}: take that back first")
    row = PersonDecision(
        kind=kind,
        account_id=min(account_id, other_id),
        other_id=max(account_id, other_id),
        reason=reason,
        decided_at=now,
        decided_by=by,
    )
    session.add(row)
    session.flush()
    return _decision(row)


def standing(session: Session, account_id: int, other_id: int) -> Decision | None:
    """What holds for these two."""
    d = PersonDecision
    row = session.scalars(
        select(d).where(
            d.account_id == min(account_id, other_id), d.other_id == max(account_id, other_id), d.undone_at.is_(None)
        )
    ).one_or_none()
    return None if row is None else _decision(row)


def load(session: Session, decision_id: int) -> Decision:
    """A decision that holds. Raises NotFound."""
    row = session.get(PersonDecision, decision_id)
    if row is None or row.undone_at is not None:
        raise NotFound("decision that holds", decision_id)
    return _decision(row)


def undo(session: Session, decision_id: int, by: str, now: datetime) -> None:
    """The decision no longer holds, and stays on record. Raises NotFound."""
    row = session.get(PersonDecision, decision_id)
    if row is None or row.undone_at is not None:
        raise NotFound("decision that holds", decision_id)
    row.undone_at, row.undone_by = now, by
    session.flush()


def of_accounts(session: Session, account_ids: Collection[int]) -> list[Decision]:
    """Every decision that holds and names any of the accounts."""
    d = PersonDecision
    found: dict[int, Decision] = {}
    for some in parts(sorted(account_ids)):
        rows = session.scalars(
            select(d).where(or_(d.account_id.in_(some), d.other_id.in_(some)), d.undone_at.is_(None))
        )
        found.update({row.id: _decision(row) for row in rows})
    return [found[i] for i in sorted(found)]


def all_apart(session: Session) -> list[Decision]:
    """Everybody whom staff keep apart."""
    d = PersonDecision
    rows = session.scalars(select(d).where(d.kind == APART, d.undone_at.is_(None)).order_by(d.id))
    return [_decision(row) for row in rows]


def _decision(row: PersonDecision) -> Decision:
    return Decision(row.id, row.kind, row.account_id, row.other_id, row.reason, row.decided_at, row.decided_by)
