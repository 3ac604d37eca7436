"""What goals of several kinds need beside the ledger: rates, conversions, comparisons."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from campaign.store.tables.base import Base, Id


class RateRow(Base):
    """Units of a currency for one euro on a day, as the table that was imported says; once known, it stays."""

    __tablename__ = "rate"
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    per_euro: Mapped[str] = mapped_column(String(40))
    """A decimal number in digits, exactly as it was told."""
    origin: Mapped[str] = mapped_column(String(120))


class ConversionRow(Base):
    """A payment converted once into another currency, with the rates of one day and where they come from."""

    __tablename__ = "conversion"
    payment_id: Mapped[int] = mapped_column(Id, ForeignKey("payment.id", ondelete="CASCADE"), primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    paid_on: Mapped[date]
    rate_on: Mapped[date]
    from_per_euro: Mapped[str] = mapped_column(String(40))
    to_per_euro: Mapped[str] = mapped_column(String(40))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    origin: Mapped[str] = mapped_column(String(120))


class ComparisonRow(Base):
    """What a comparison with the newsroom's own list found: numbers and reasons, no address and no row."""

    __tablename__ = "comparison"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(255))
    list_name: Mapped[str] = mapped_column(String(255))
    result: Mapped[dict[str, Any]]
