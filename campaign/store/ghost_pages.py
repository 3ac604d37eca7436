"""The pages at Ghost sites that say a campaign's words: which are wanted, what stands there, what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from campaign.store.engine import insert_into
from campaign.store.tables import GhostPageRow

MOST_PROBLEM = 500


@dataclass(frozen=True, slots=True)
class GhostPage:
    """A campaign's page. `words_digest` None: nothing stands there; "": something may, and nobody knows what.

    `purged_at`: when Ghost last forgot its cache by us, or may have. `asked_at`: when Ghost was last asked or told
    anything about it; `problem`: what went wrong then, for staff, and since `failing_since`.
    """

    campaign_id: int
    source_id: int
    language: str
    is_on: bool
    page_key: str | None
    page_slug: str | None
    words_digest: str | None
    pushed_at: datetime | None
    purged_at: datetime | None
    asked_at: datetime | None
    problem: str
    failing_since: datetime | None


@dataclass(frozen=True, slots=True)
class PageWords:
    """What the page is to say: `html` word for word; `digest` of all in it that readers would notice."""

    slug: str
    title: str
    html: str
    home: str
    digest: str


def every(session: Session) -> list[GhostPage]:
    """Those that were ever switched on; the one whose site was asked about it longest ago first."""
    rows = session.scalars(select(GhostPageRow).order_by(GhostPageRow.campaign_id))
    return sorted((_seen(row) for row in rows), key=lambda page: page.asked_at.timestamp() if page.asked_at else 0.0)


def of_campaign(session: Session, campaign_id: int) -> GhostPage | None:
    """The campaign's page; None where nobody ever switched one on."""
    row = session.get(GhostPageRow, campaign_id)
    return None if row is None else _seen(row)


def want(session: Session, campaign_id: int, source_id: int, language: str, *, is_on: bool) -> None:
    """Staff want the page so; what is wanted is tried at once, whatever went wrong before."""
    before = of_campaign(session, campaign_id)
    wanted: dict[str, Any] = {
        "source_id": source_id,
        "language": language,
        "is_on": is_on,
        "asked_at": None,
        "problem": "",
        "failing_since": None,
    }
    if before is not None and before.problem and before.words_digest:
        wanted["words_digest"] = ""
    statement = insert_into(session, GhostPageRow).values(campaign_id=campaign_id, **wanted)
    session.execute(statement.on_conflict_do_update(index_elements=["campaign_id"], set_=wanted))


def forget(session: Session, campaign_id: int) -> None:
    """Nothing is known of a page any more, so that the next words are written whatever they are."""
    _set(session, campaign_id, page_key=None, words_digest=None)


def keep_sending(session: Session, campaign_id: int, slug: str | None, now: datetime) -> None:
    """Something is being sent: as long as no more is known, Ghost has emptied its cache, and says nobody knows what."""
    _set(session, campaign_id, page_slug=slug, words_digest="", purged_at=now)


def keep_as_before(session: Session, page: GhostPage) -> None:
    """What was sent was refused, so that all stands as it did."""
    _set(
        session,
        page.campaign_id,
        page_slug=page.page_slug,
        words_digest=page.words_digest,
        purged_at=page.purged_at,
    )


def keep_written(session: Session, campaign_id: int, page_key: str, digest: str, now: datetime) -> None:
    """These words stand at Ghost."""
    _set(
        session,
        campaign_id,
        page_key=page_key,
        words_digest=digest,
        pushed_at=now,
        asked_at=now,
        problem="",
        failing_since=None,
    )


def keep_taken_back(session: Session, campaign_id: int, now: datetime) -> None:
    """Nothing stands at Ghost any more."""
    _set(session, campaign_id, words_digest=None, asked_at=now, problem="", failing_since=None)


def keep_seen(session: Session, campaign_id: int, now: datetime) -> None:
    """What was written stands there still."""
    _set(session, campaign_id, asked_at=now, problem="", failing_since=None)


def keep_problem(session: Session, campaign_id: int, problem: str, now: datetime) -> None:
    """What went wrong is known to staff."""
    since = func.coalesce(GhostPageRow.failing_since, now)
    _set(session, campaign_id, asked_at=now, problem=problem[:MOST_PROBLEM], failing_since=since)


def _set(session: Session, campaign_id: int, **values: Any) -> None:
    session.execute(update(GhostPageRow).where(GhostPageRow.campaign_id == campaign_id).values(**values))


def _seen(row: GhostPageRow) -> GhostPage:
    return GhostPage(
        row.campaign_id,
        row.source_id,
        row.language,
        row.is_on,
        row.page_key,
        row.page_slug,
        row.words_digest,
        row.pushed_at,
        row.purged_at,
        row.asked_at,
        row.problem,
        row.failing_since,
    )
