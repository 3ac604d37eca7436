"""Forecasts, each kept; planned pushes; how earlier forecasts did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaign.domain.errors import NotFound
from campaign.domain.forecast import Forecast, Outcome, Push, Record, Spread
from campaign.store.engine import insert_into
from campaign.store.tables import ForecastRow, ForecastShown, PushRow

JUDGED_AT = (0.25, 0.5, 0.75)
"""Of each campaign the record judges the forecasts first made after these shares of its time."""


def keep(session: Session, forecast: Forecast) -> bool:
    """The forecast is on record; False when the last one said the same."""
    before = last(session, forecast.campaign_id)
    if before is not None and replace(forecast, made_at=before.made_at, elapsed=before.elapsed) == before:
        return False
    session.add(
        ForecastRow(
            campaign_id=forecast.campaign_id,
            made_at=forecast.made_at,
            outcome=forecast.outcome.value,
            elapsed=forecast.elapsed,
            body=_body(forecast),
        )
    )
    session.flush()
    return True


def last(session: Session, campaign_id: int) -> Forecast | None:
    """What was told last of a campaign; None before the first."""
    row = session.scalars(
        select(ForecastRow).where(ForecastRow.campaign_id == campaign_id).order_by(ForecastRow.id.desc()).limit(1)
    ).one_or_none()
    return None if row is None else _forecast(row)


def of_campaign(session: Session, campaign_id: int) -> list[Forecast]:
    """Everything that was told of a campaign, the first first."""
    rows = session.scalars(select(ForecastRow).where(ForecastRow.campaign_id == campaign_id).order_by(ForecastRow.id))
    return [_forecast(row) for row in rows]


def settle(session: Session, campaign_id: int, result: int) -> None:
    """The campaign's forecasts can be held against its result."""
    session.execute(
        update(ForecastRow)
        .where(ForecastRow.campaign_id == campaign_id, ForecastRow.result.is_distinct_from(result))
        .values(result=result)
    )


def record(session: Session) -> Record:
    """How often the 80 % range held: of each ended campaign, the forecasts a quarter, half and three quarters in."""
    rows = session.scalars(
        select(ForecastRow)
        .where(ForecastRow.result.is_not(None), ForecastRow.elapsed < 1)
        .order_by(ForecastRow.campaign_id, ForecastRow.id)
    )
    judged: dict[tuple[int, float], bool] = {}
    for row in rows:
        final = _forecast(row).final
        passed = [share for share in JUDGED_AT if row.elapsed >= share]
        if final is None or not passed or row.result is None:
            continue
        judged.setdefault((row.campaign_id, passed[-1]), final.low80 <= row.result <= final.high80)
    return Record(sum(judged.values()), len(judged))


def plan_push(session: Session, campaign_id: int, day: date, size: int, note: str, author: str, now: datetime) -> Push:
    """The push is planned."""
    row = PushRow(campaign_id=campaign_id, day=day, size=size, note=note.strip(), author=author, created_at=now)
    session.add(row)
    session.flush()
    return _push(row)


def withdraw_push(session: Session, campaign_id: int, push_id: int, now: datetime) -> Push:
    """The push is no longer planned. Raises NotFound."""
    row = session.get(PushRow, push_id)
    if row is None or row.campaign_id != campaign_id or row.withdrawn_at is not None:
        raise NotFound("push", push_id)
    row.withdrawn_at = now
    session.flush()
    return _push(row)


def pushes(session: Session, campaign_id: int) -> list[Push]:
    """What is planned for a campaign, by day; pushes of days gone by included."""
    rows = session.scalars(
        select(PushRow)
        .where(PushRow.campaign_id == campaign_id, PushRow.withdrawn_at.is_(None))
        .order_by(PushRow.day, PushRow.id)
    )
    return [_push(row) for row in rows]


def show_to_readers(session: Session, campaign_id: int, now: datetime, *, is_public: bool) -> None:
    """Readers are told the range from now on, or no longer."""
    statement = insert_into(session, ForecastShown).values(campaign_id=campaign_id, is_public=is_public, changed_at=now)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["campaign_id"], set_={"is_public": is_public, "changed_at": now}
        )
    )


def is_shown_to_readers(session: Session, campaign_id: int) -> bool:
    """Whether staff said that readers are told the range."""
    row = session.get(ForecastShown, campaign_id)
    return row is not None and row.is_public


def range_for_readers(session: Session, campaign_id: int) -> tuple[int, int] | None:
    """Between which numbers it ends 8 times in 10, where staff said that readers are told, and it can be told."""
    if not is_shown_to_readers(session, campaign_id):
        return None
    told = last(session, campaign_id)
    if told is None or told.final is None or told.outcome not in _TOLD:
        return None
    return told.final.low80, told.final.high80


_TOLD = (Outcome.ON_TRACK, Outcome.BEHIND)
_PLAIN = ("value", "target", "chance", "needed_per_day", "needed_today", "leaving", "pushes",
          "usual")  # fmt: skip


def _body(told: Forecast) -> dict[str, Any]:
    return {
        **{name: getattr(told, name) for name in _PLAIN},
        "final": told.final and told.final.as_list,
        "fan": [[day.isoformat(), *spread.as_list] for day, spread in told.fan],
        "usual_line": [[day.isoformat(), value] for day, value in told.usual_line],
    }


def _forecast(row: ForecastRow) -> Forecast:
    body = row.body
    return Forecast(
        campaign_id=row.campaign_id,
        made_at=row.made_at,
        outcome=Outcome(row.outcome),
        elapsed=row.elapsed,
        final=Spread(*body["final"]) if body["final"] else None,
        fan=tuple((date.fromisoformat(day), Spread(*spread)) for day, *spread in _lists(body["fan"])),
        usual_line=tuple((date.fromisoformat(day), value) for day, value in _lists(body["usual_line"])),
        **{name: body[name] for name in _PLAIN},
    )


def _lists(rows: Any) -> Iterable[Any]:
    return rows


def _push(row: PushRow) -> Push:
    return Push(row.id, row.campaign_id, row.day, row.size, row.note, row.author)
