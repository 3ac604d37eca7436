"""Alarms: what is wrong now and was reported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.store.tables import AlarmRow


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is wrong, in words, and since when we know."""

    key: str
    text: str
    raised_at: datetime


def standing(session: Session) -> list[Alarm]:
    """What is wrong now, the newest first."""
    rows = session.scalars(select(AlarmRow).order_by(AlarmRow.raised_at.desc(), AlarmRow.key))
    return [Alarm(row.key, row.text, row.raised_at) for row in rows]


def stand(session: Session, key: str, text: str, now: datetime) -> None:
    """It is wrong; since when stays as it was."""
    row = session.get(AlarmRow, key)
    if row is None:
        session.add(AlarmRow(key=key, text=text, raised_at=now))
    else:
        row.text = text


def end(session: Session, key: str) -> None:
    """It is wrong no longer."""
    row = session.get(AlarmRow, key)
    if row is not None:
        session.delete(row)
