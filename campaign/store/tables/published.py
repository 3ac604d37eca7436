"""What is published."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from campaign.store.tables.base import Base, Id


class PublicFile(Base):
    """A public file as it is served: bytes in each coding, with its entity tag."""

    __tablename__ = "public_file"
    path: Mapped[str] = mapped_column(String(255), primary_key=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    version: Mapped[int] = mapped_column(BigInteger, index=True)
    content_type: Mapped[str] = mapped_column(String(80))
    status: Mapped[int] = mapped_column(Integer)
    """200, or 410/404 where a file was taken back."""
    body: Mapped[bytes]
    gzip: Mapped[bytes | None]
    brotli: Mapped[bytes | None]
    etag: Mapped[str] = mapped_column(String(64))
    last_modified: Mapped[datetime]


class SnapshotRow(Base):
    """Every published snapshot that said something new: what did the banner say at 14:00 on 3 November."""

    __tablename__ = "snapshot"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    published_at: Mapped[datetime]
    as_of: Mapped[datetime]
    body: Mapped[dict[str, Any]]
    last_entry_id: Mapped[int | None] = mapped_column(BigInteger)
    __table_args__ = (Index("ix_snapshot_campaign", "campaign_id", "published_at"),)
