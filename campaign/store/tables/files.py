"""Lists brought in as files, and what is entered by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaign.store.tables.base import Base


class FileImport(Base):
    """One file of one source: read, looked at, booked, perhaps undone. Its bytes are kept nowhere."""

    __tablename__ = "file_import"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    """Keyed, of the file's bytes: tells that the very same file came again."""
    stamp: Mapped[int] = mapped_column(BigInteger)
    """The export's instant in microseconds since 1970: under it stand the facts."""
    exported_at: Mapped[datetime]
    what: Mapped[str] = mapped_column(String(12))
    is_complete: Mapped[bool]
    options: Mapped[dict[str, Any]]
    """How its columns are read; remembered for the next file of the source."""
    state: Mapped[str] = mapped_column(String(12))
    buckets: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer)
    """Buckets done in the present state."""
    rows: Mapped[int] = mapped_column(Integer)
    refused: Mapped[int] = mapped_column(Integer)
    preview: Mapped[dict[str, Any] | None]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"))
    actor: Mapped[str] = mapped_column(String(255))
    error: Mapped[str | None] = mapped_column(Text)
    begun_at: Mapped[datetime]
    beat_at: Mapped[datetime]
    booked_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(String(255))


class FilePart(Base):
    """Rows of a file whose accounts' hashes lie together, hashed and packed; so a step meets neighbours only."""

    __tablename__ = "file_part"
    import_id: Mapped[int] = mapped_column(ForeignKey("file_import.id"), primary_key=True)
    bucket: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    body: Mapped[bytes]


class FileRefusal(Base):
    """A row that was not taken, with the reason; never with its words, which may name a person."""

    __tablename__ = "file_refusal"
    import_id: Mapped[int] = mapped_column(ForeignKey("file_import.id"), primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True)
    field: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(300))


class FileDuplicate(Base):
    """A row that looks like another one of its file; counted with it, as one, until staff decide."""

    __tablename__ = "file_duplicate"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    import_id: Mapped[int] = mapped_column(ForeignKey("file_import.id"), index=True)
    line: Mapped[int] = mapped_column(Integer)
    key: Mapped[str] = mapped_column(String(255))
    """The fact's own key, were it one: that of the first row and a number."""
    body: Mapped[dict[str, Any]]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(255))
    counts: Mapped[bool | None]
    __table_args__ = (UniqueConstraint("source_id", "key"),)


class FactBefore(Base):
    """What stood before a file told a fact again; without it, undoing could only take away."""

    __tablename__ = "fact_before"
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), primary_key=True)
    stamp: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    before_stamp: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[dict[str, Any]]
    __table_args__ = (Index("ix_fact_before_key", "source_id", "kind", "key"),)


class ByHand(Base):
    """An offline gift or membership: promised, then perhaps received, then perhaps reversed. Only received counts."""

    __tablename__ = "by_hand"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    what: Mapped[str] = mapped_column(String(12))
    address_hash: Mapped[str | None] = mapped_column(String(80))
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(String(3))
    campaign_slug: Mapped[str | None] = mapped_column(String(48))
    how: Mapped[str] = mapped_column(String(16))
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(255))
    received_at: Mapped[datetime | None]
    received_by: Mapped[str | None] = mapped_column(String(255))
    reversed_at: Mapped[datetime | None]
    reversed_by: Mapped[str | None] = mapped_column(String(255))
    reversed_why: Mapped[str | None] = mapped_column(Text)
