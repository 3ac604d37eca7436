"""Sign-ups: intents to join, for staff's funnel; one that a source tells is a fact of its person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from campaign.store import accounts
from campaign.store.fact_rows import Row, Values, keep_newer
from campaign.store.tables import CampaignRow, SignUpRow
from campaign.store.told import ToldSignUp

STARTED, PAID, CONFIRMED, ABANDONED = "started", "paid", "confirmed", "abandoned"
WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many began, paid, confirmed, left and took it back, of one campaign."""

    started: int
    paid: int
    abandoned: int
    confirmed: int = 0
    withdrawn: int = 0


def save(
    session: Session, source_id: int, told: Mapping[str, ToldSignUp], account_rows: Mapping[str, Row], stamp: int
) -> set[int]:
    """Each sign-up is kept where the stamp is newer; returns the people concerned, before and after."""
    if not told:
        return set()
    ids = campaign_ids(session, told.values())
    told_values = {s.key: values(s, account_rows[s.account_key]["id"], ids) for s in told.values()}
    kept = keep_newer(session, SignUpRow, source_id, told_values, stamp)
    changed = {key: row for key, row in kept.items() if row.changed}
    account_ids = {told_values[key]["account_id"] for key in changed}
    account_ids |= {row.before["account_id"] for row in changed.values() if row.before is not None} - {None}
    return accounts.people_of(session, account_ids)


def start(
    session: Session,
    campaign_id: int,
    source_id: int,
    key: str,
    variant: str | None,
    article: str | None,
    now: datetime,
) -> None:
    """The sign-up has begun; a repeat of the same key changes nothing."""
    known = session.scalar(select(SignUpRow.id).where(SignUpRow.source_id == source_id, SignUpRow.key == key))
    if known is None:
        session.add(
            SignUpRow(
                campaign_id=campaign_id,
                campaign_slug=session.scalar(select(CampaignRow.slug).where(CampaignRow.id == campaign_id)),
                source_id=source_id,
                key=key,
                state=STARTED,
                variant=variant,
                article=article,
                started_at=now,
                fetched_seq=0,
            )
        )
        session.flush()


def end(session: Session, source_id: int, key: str, state: str, now: datetime) -> bool:
    """The sign-up is paid or abandoned; once paid it stays. False: there is none, or it had ended so before."""
    changed = session.execute(
        update(SignUpRow)
        .where(SignUpRow.source_id == source_id, SignUpRow.key == key)
        .where(SignUpRow.state.not_in([PAID, CONFIRMED, WITHDRAWN, state]))
        .values(state=state, ended_at=now)
        .execution_options(synchronize_session=False)
    )
    return cast(Any, changed).rowcount == 1


def funnel(session: Session, campaign_id: int) -> Funnel:
    """The campaign's sign-ups, by how they stand; `started` counts all of them."""
    slug = session.scalar(select(CampaignRow.slug).where(CampaignRow.id == campaign_id))
    rows = session.execute(
        select(SignUpRow.state, func.count())
        .where(or_(SignUpRow.campaign_id == campaign_id, SignUpRow.campaign_slug == slug))
        .group_by(SignUpRow.state)
    )
    by_state = dict(rows.all())
    return Funnel(
        sum(by_state.values()),
        by_state.get(PAID, 0),
        by_state.get(ABANDONED, 0),
        by_state.get(CONFIRMED, 0),
        by_state.get(WITHDRAWN, 0),
    )


def campaign_ids(session: Session, told: Iterable[ToldSignUp]) -> dict[str, int]:
    """Our ids of the campaigns the sign-ups name; of a name nobody knows there is none."""
    slugs = {s.campaign_slug for s in told if s.campaign_slug is not None}
    return dict(session.execute(select(CampaignRow.slug, CampaignRow.id).where(CampaignRow.slug.in_(slugs))).all())


def values(s: ToldSignUp, account_id: int, campaigns: Mapping[str, int]) -> Values:
    """A sign-up's columns."""
    ended = s.withdrawn_at or s.confirmed_at
    state = WITHDRAWN if s.withdrawn_at else CONFIRMED if s.confirmed_at else STARTED
    return {
        "account_id": account_id,
        "campaign_id": campaigns.get(s.campaign_slug or ""),
        "campaign_slug": s.campaign_slug,
        "state": state,
        "started_at": s.started_at,
        "ended_at": ended,
        "confirmed_at": s.confirmed_at,
        "withdrawn_at": s.withdrawn_at,
    }
