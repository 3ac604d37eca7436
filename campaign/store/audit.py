"""The audit log: who changed what, written in the transaction of the change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.store.tables import Audit


@dataclass(frozen=True, slots=True)
class AuditLine:
    """Who did what to what, and when. `details` never hold a supporter's address, a password or a key."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, Any]


def write(
    session: Session, actor: str, action: str, subject: str, now: datetime, details: Mapping[str, Any] | None = None
) -> None:
    """The change is in the log. `action`: noun.verb ("campaign.edit"); `subject`: the public name of the thing."""
    session.add(Audit(at=now, actor=actor, action=action, subject=subject, details=dict(details or {})))


def lines(
    session: Session, limit: int, *, before_id: int | None = None, actor: str = "", subject: str = ""
) -> list[AuditLine]:
    """The newest lines first; of one actor or one subject where given, older than `before_id` where given."""
    query = select(Audit).order_by(Audit.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(Audit.id < before_id)
    if actor:
        query = query.where(Audit.actor == actor)
    if subject:
        query = query.where(Audit.subject == subject)
    return [AuditLine(r.id, r.at, r.actor, r.action, r.subject, r.details) for r in session.scalars(query)]
