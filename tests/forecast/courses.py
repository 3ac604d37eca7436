"""Campaigns with a course by day, for tests: what came and what went each day stands in the totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from campaign.domain.campaign import Campaign, EditorState, GoalKind
from campaign.domain.progress import DayTotal
from campaign.domain.standing import EntryKind
from campaign.store import campaigns, day_totals
from campaign.store.engine import Database

START = date(2026, 10, 5)
IN_A_U = (60, 45, 30, 22, 18, 12, 10, 14, 12, 11, 10, 9, 6, 5, 11, 10, 9, 9, 8, 5, 5, 10, 11, 12, 11, 14, 9, 10, 18, 24)
"""Thirty days, as most campaigns go: a start, a lull, a last week."""


def a_drive(**values: object) -> Campaign:
    """400 new members in the thirty days from 5 October 2026."""
    drive = Campaign(
        id=1, slug="drive", name="400 for autumn", kind=GoalKind.NEW_MEMBERS, target=400, currency=None,
        starts_on=START, ends_on=START + timedelta(days=29), zone="UTC", state=EditorState.PUBLIC,
    )  # fmt: skip
    return replace(drive, **values)  # type: ignore[arg-type]


def totals_of(
    drive: Campaign, came: Sequence[int], went: Sequence[int] = (), opening: int = 0, gift: int = 1
) -> list[DayTotal]:
    """The totals by day. With a `gift`, that many minor units for each one that came."""
    kind = EntryKind.PAYMENT if drive.kind is GoalKind.AMOUNT else EntryKind.JOINED
    rows: list[DayTotal] = []
    if opening:
        rows.append(DayTotal(drive.starts_on - timedelta(days=1), EntryKind.OPENING, None, opening, 1))
    for n, number in enumerate(came):
        rows.append(DayTotal(drive.starts_on + timedelta(days=n), kind, None, number * gift, number))
    for n, number in enumerate(went):
        rows.append(DayTotal(drive.starts_on + timedelta(days=n), EntryKind.LEFT, None, -number, number))
    return [row for row in rows if row.amount]


def at(drive: Campaign, days: float) -> datetime:
    """So many days after its start."""
    return datetime.combine(drive.starts_on, datetime.min.time(), UTC) + timedelta(days=days)


def stand(db: Database, drive: Campaign, rows: Sequence[DayTotal]) -> Campaign:
    """The campaign is in the database, with these totals."""
    with db.write() as session:
        made = campaigns.create(session, drive, "editor", "new", at(drive, 0))
        day_totals.replace(session, made.id, rows)
    return made
