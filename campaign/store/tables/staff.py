"""Staff, jobs and checks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from campaign.store.tables.base import Base, Id


class StaffRow(Base):
    __tablename__ = "staff"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(10))
    session_key: Mapped[str] = mapped_column(String(40))
    """Changed to sign out everywhere."""
    disabled: Mapped[bool]
    created_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]


class Invite(Base):
    """A one-time link that lets somebody set a name and password; only its hash is kept."""

    __tablename__ = "invite"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str | None] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """Failed sign-ins, for throttling; `key` is a keyed hash of an address typed or a network address."""

    __tablename__ = "sign_in_attempt"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    __table_args__ = (Index("ix_sign_in_attempt", "key", "at"),)


class Audit(Base):
    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(255))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(255))
    details: Mapped[dict[str, Any]]


class JobRun(Base):
    """The last run of each job."""

    __tablename__ = "job_run"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    succeeded_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)
    error_at: Mapped[datetime | None]
    runs: Mapped[int] = mapped_column(Integer)
    failures_in_a_row: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str | None] = mapped_column(Text)
    """What the last good run did, in words."""
    requested_at: Mapped[datetime | None]
    """Staff ask for a run now."""


class SweepRun(Base):
    """One sweep or listing of a source: what it found missing or different before taking it in."""

    __tablename__ = "sweep_run"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    """import, sweep, listing."""
    began_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    report: Mapped[dict[str, Any]]
    error: Mapped[str | None] = mapped_column(Text)


class CheckRun(Base):
    """One check of a campaign: stored against fold, standing against computed."""

    __tablename__ = "check_run"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    at: Mapped[datetime]
    differences: Mapped[dict[str, Any]]
    """{"found": [text, …], "people": n, "payments": n, "entries": n}."""
