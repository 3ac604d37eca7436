"""What readers' browsers told of showings: sums only, nothing of a reader."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from campaign.store.tables.base import Base


class ShowingTotal(Base):
    """How often something was told on a day: a showing, a way of closing, or a reason for not showing."""

    __tablename__ = "showing_total"
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(String(20), primary_key=True)
    variant: Mapped[str] = mapped_column(String(12), primary_key=True)
    article: Mapped[str] = mapped_column(String(200), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
