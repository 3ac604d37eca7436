"""Sources and their deliveries."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaign.store.tables.base import Base, Id


class Source(Base):
    __tablename__ = "source"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    account: Mapped[str | None] = mapped_column(String(120))
    livemode: Mapped[bool]
    enabled: Mapped[bool] = mapped_column(default=True)
    secrets: Mapped[bytes | None]
    """Encrypted JSON (api key, webhook secrets); None: from the environment."""
    service_url: Mapped[str | None] = mapped_column(String(255))
    """Where the source's service is reached, for kinds that every newsroom hosts by itself."""
    key_check: Mapped[dict[str, Any] | None]
    """What the key was found to open when it was last tried."""
    endpoint: Mapped[dict[str, Any] | None]
    """The webhook endpoint at the source as it was last seen there."""
    counted_prices: Mapped[list[str] | None]
    created_at: Mapped[datetime]
    last_event_at: Mapped[datetime | None]


class SourceCursor(Base):
    """Where a listing of a source has got to."""

    __tablename__ = "source_cursor"
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(255))
    updated_at: Mapped[datetime]


class SourceReads(Base):
    """How often a source was asked on one day (UTC): some give an allowance."""

    __tablename__ = "source_reads"
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    reads: Mapped[int] = mapped_column(BigInteger)


class Price(Base):
    """A price a source sells; staff tick the ones that count."""

    __tablename__ = "price"
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    recurring: Mapped[str | None] = mapped_column(String(20))
    active: Mapped[bool]
    product_key: Mapped[str | None] = mapped_column(String(255))
    fetched_seq: Mapped[int] = mapped_column(BigInteger)


class Stamp(Base):
    """The sequence that guards facts (one row; PostgreSQL uses the sequence `stamp_seq` instead)."""

    __tablename__ = "stamp"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class InboxEvent(Base):
    """A verified delivery: an allow-list of its fields, never an address. `stamp`: its place in our sequence."""

    __tablename__ = "inbox_event"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    external_id: Mapped[str] = mapped_column(String(255))
    type: Mapped[str] = mapped_column(String(120))
    object_kind: Mapped[str | None] = mapped_column(String(60))
    object_key: Mapped[str | None] = mapped_column(String(255))
    livemode: Mapped[bool | None]
    account: Mapped[str | None] = mapped_column(String(255))
    api_version: Mapped[str | None] = mapped_column(String(60))
    created_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))
    origin: Mapped[str] = mapped_column(String(12))
    """delivered, or listed (never delivered, found by listing)."""
    stamp: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(12))
    """waiting, done, ignored, failed."""
    note: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        UniqueConstraint("source_id", "external_id"),
        Index("ix_inbox_event_object", "source_id", "object_kind", "object_key"),
        Index("ix_inbox_event_state", "state", "received_at"),
    )


class SourceObject(Base):
    """An object of a source that deliveries or sweeps touched: dirty until fetched under a stamp at least as new."""

    __tablename__ = "source_object"
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    dirty_seq: Mapped[int] = mapped_column(BigInteger)
    fetched_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[str] = mapped_column(String(12))
    """dirty, clean, failed (set aside after many tries), absent (unknown at its source)."""
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    due_at: Mapped[datetime]
    dirty_since: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)
    cause_kind: Mapped[str] = mapped_column(String(20))
    cause_id: Mapped[int | None] = mapped_column(BigInteger)
    __table_args__ = (Index("ix_source_object_due", "state", "due_at"),)
