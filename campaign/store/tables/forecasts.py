"""What was foretold, what staff plan, and whether readers are told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from campaign.store.tables.base import Base, Id


class ForecastRow(Base):
    """Every forecast that said something new; `result` once its campaign has one."""

    __tablename__ = "forecast"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    made_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(12))
    elapsed: Mapped[float] = mapped_column(Float)
    body: Mapped[dict[str, Any]]
    result: Mapped[int | None] = mapped_column(BigInteger)
    __table_args__ = (Index("ix_forecast_campaign", "campaign_id", "made_at"),)


class PushRow(Base):
    """A push that staff plan; one taken back stays, with the instant."""

    __tablename__ = "planned_push"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    day: Mapped[date]
    size: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(String(200))
    author: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class ForecastShown(Base):
    """Campaigns whose readers are told a range; a campaign without a row tells them none."""

    __tablename__ = "forecast_shown"
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    is_public: Mapped[bool]
    changed_at: Mapped[datetime]
