"""The newsroom's own systems: tokens and requests; sign-ups that wait for a confirmation; words to the outside."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaign.store.tables.base import Base, Id


class ApiToken(Base):
    """A token of one source; only its hash is kept, and its first letters, so that people can tell tokens apart."""

    __tablename__ = "api_token"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    hint: Mapped[str] = mapped_column(String(12))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(255))
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(255))


class ApiRequest(Base):
    """A request that was taken, with its answer: the same key and body get the same answer again."""

    __tablename__ = "api_request"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    key: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("source_id", "key"), Index("ix_api_request_at", "at"))


class PendingSignUp(Base):
    """The address of a sign-up until it is confirmed, sealed; gone then, or when it is too old."""

    __tablename__ = "pending_sign_up"
    sign_up_id: Mapped[int] = mapped_column(ForeignKey("sign_up.id", ondelete="CASCADE"), primary_key=True)
    address_hash: Mapped[str] = mapped_column(String(80), index=True)
    sealed_address: Mapped[bytes]
    language: Mapped[str] = mapped_column(String(12))
    mails: Mapped[int] = mapped_column(Integer)
    mailed_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class OutboxRow(Base):
    """Something to say to somebody outside. `sealed`: to whom, with which values; None once it is said."""

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    channel: Mapped[str] = mapped_column(String(12))
    """mail, or webhook."""
    kind: Mapped[str] = mapped_column(String(40))
    sealed: Mapped[bytes | None]
    state: Mapped[str] = mapped_column(String(12))
    """waiting, sending, sent, failed, unsure (whether it arrived), dropped."""
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (Index("ix_outbox_due", "state", "due_at"),)


class AlarmRow(Base):
    """Something that is wrong now and was reported; gone, and reported as over, when it is no longer."""

    __tablename__ = "alarm"
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime]
