"""Sign-ups: intents to join on a campaign's page, for staff's funnel; never the number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from campaign.store.tables import SignUp

STARTED, PAID, ABANDONED = "started", "paid", "abandoned"


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many began, paid and left, of one campaign."""

    started: int
    paid: int
    abandoned: int


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
    known = session.scalar(select(SignUp.id).where(SignUp.source_id == source_id, SignUp.key == key))
    if known is None:
        session.add(
            SignUp(
                campaign_id=campaign_id,
                source_id=source_id,
                key=key,
                state=STARTED,
                variant=variant,
                article=article,
                started_at=now,
            )
        )
        session.flush()


def end(session: Session, source_id: int, key: str, state: str, now: datetime) -> bool:
    """The sign-up is paid or abandoned; once paid it stays. False: there is none, or it had ended so before."""
    changed = session.execute(
        update(SignUp)
        .where(SignUp.source_id == source_id, SignUp.key == key, SignUp.state != PAID, SignUp.state != state)
        .values(state=state, ended_at=now)
        .execution_options(synchronize_session=False)
    )
    return cast(Any, changed).rowcount == 1


def funnel(session: Session, campaign_id: int) -> Funnel:
    """The campaign's sign-ups, by how they stand; `started` counts all of them."""
    rows = session.execute(
        select(SignUp.state, func.count()).where(SignUp.campaign_id == campaign_id).group_by(SignUp.state)
    )
    by_state = dict(rows.all())
    return Funnel(sum(by_state.values()), by_state.get(PAID, 0), by_state.get(ABANDONED, 0))
