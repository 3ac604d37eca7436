"""Campaigns and their ledger."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaign.store.tables.base import Base, Id


class CampaignRow(Base):
    __tablename__ = "campaign"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    slug: Mapped[str] = mapped_column(String(48), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    target: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(String(3))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    zone: Mapped[str] = mapped_column(String(60))
    settings: Mapped[dict[str, Any]]
    """rule, opening, words, languages, look, join, hold: written and read only by store.campaigns."""
    state: Mapped[str] = mapped_column(String(12))
    frozen: Mapped[dict[str, Any] | None]
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]


class CampaignVersion(Base):
    """Every version of a campaign, with author and reason."""

    __tablename__ = "campaign_version"
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    body: Mapped[dict[str, Any]]
    author: Mapped[str] = mapped_column(String(255))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class EntryRow(Base):
    """One immutable signed line; a trigger refuses update and delete."""

    __tablename__ = "entry"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    subject_kind: Mapped[str] = mapped_column(String(10))
    """person, payment, campaign."""
    subject_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(12))
    amount: Mapped[int] = mapped_column(BigInteger)
    occurred_at: Mapped[datetime]
    booked_at: Mapped[datetime]
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id"))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"), unique=True)
    cause_kind: Mapped[str] = mapped_column(String(20))
    """inbox, sweep, import, staff, rule, time."""
    cause_id: Mapped[int | None] = mapped_column(BigInteger)
    public: Mapped[bool]
    author: Mapped[str | None] = mapped_column(String(255))
    note: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        UniqueConstraint("campaign_id", "subject_kind", "subject_id", "number"),
        Index("ix_entry_campaign_id", "campaign_id", "id"),
        Index("ix_entry_occurred", "campaign_id", "occurred_at"),
    )


class TotalRow(Base):
    """Standing entries by day (campaign's zone), kind and source; source 0 stands for none."""

    __tablename__ = "total"
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    source_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)


class Recheck(Base):
    """The next instant at which time alone changes what a subject books."""

    __tablename__ = "recheck"
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    subject_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    recheck_at: Mapped[datetime | None] = mapped_column(index=True)
    waits: Mapped[str | None] = mapped_column(String(200))


class Batch(Base):
    """Long work in steps (first import, rule edit, rebuild): while one runs, its campaigns are not published."""

    __tablename__ = "batch"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id"))
    actor: Mapped[str] = mapped_column(String(255))
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    state: Mapped[dict[str, Any]]
    """How far it is, for staff and for going on after a stop."""
