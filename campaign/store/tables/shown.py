"""What readers' browsers told of showings: sums only, nothing of a reader."""

from __future__ import annotations

from datetime import date, datetime

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


class GhostPageRow(Base):
    """The page at a Ghost site that says a campaign's words, as staff want it and as it was written last."""

    __tablename__ = "ghost_page"
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    language: Mapped[str] = mapped_column(String(12))
    is_on: Mapped[bool]
    page_key: Mapped[str | None] = mapped_column(String(40))
    """The page's id at Ghost."""
    page_slug: Mapped[str | None] = mapped_column(String(80))
    words_digest: Mapped[str | None] = mapped_column(String(64))
    """Of the words that stand there; None: nothing does; "": something may, and nobody knows what."""
    pushed_at: Mapped[datetime | None]
    purged_at: Mapped[datetime | None]
    """When something was written, or may have been, at which Ghost forgets its whole cache."""
    asked_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(500))
    failing_since: Mapped[datetime | None]
