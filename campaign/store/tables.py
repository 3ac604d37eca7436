"""The tables. Private to `store`: other rooms get frozen domain values from the module of each noun."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

Id = BigInteger().with_variant(Integer, "sqlite")
Json = JSON().with_variant(JSONB, "postgresql")


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite keeps it as naive text, PostgreSQL with its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime was given to the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    type_annotation_map = {
        datetime: Instant,
        date: Date,
        dict[str, Any]: Json,
        list[str]: Json,
        bytes: LargeBinary,
        bool: Boolean,
    }


# -- sources and their deliveries ---------------------------------------------------------------------------------------


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


# -- people and facts ---------------------------------------------------------------------------------------------------


class PersonRow(Base):
    """One human being as far as is known: all accounts of one address hash. Never an address."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    address_hash: Mapped[str | None] = mapped_column(String(80), unique=True)


class Account(Base):
    """Who a source says it is: a customer there, or a payment's own giver when it names no customer."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    key: Mapped[str] = mapped_column(String(255))
    address_hash: Mapped[str | None] = mapped_column(String(80))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    fetched_seq: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (UniqueConstraint("source_id", "key"),)


class MembershipRow(Base):
    __tablename__ = "membership"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    key: Mapped[str] = mapped_column(String(255))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    status: Mapped[str] = mapped_column(String(40))
    """The source's own word, for staff; the rule never reads it."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_at: Mapped[datetime | None]
    trial_starts_at: Mapped[datetime | None]
    trial_ends_at: Mapped[datetime | None]
    running_from: Mapped[datetime | None]
    running_until: Mapped[datetime | None]
    invoices_complete: Mapped[bool]
    price_keys: Mapped[list[str]]
    quantity: Mapped[int] = mapped_column(Integer)
    fetched_seq: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (UniqueConstraint("source_id", "key"),)


class InvoiceRow(Base):
    __tablename__ = "invoice"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    key: Mapped[str] = mapped_column(String(255))
    membership_key: Mapped[str | None] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(12))
    """open, paid, void, written_off; draft and deleted are kept so that a newer word of the source is not lost."""
    total_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    settled_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    link_keys: Mapped[list[str]]
    fetched_seq: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (
        UniqueConstraint("source_id", "key"),
        Index("ix_invoice_membership", "source_id", "membership_key"),
    )


class InvoiceLineRow(Base):
    __tablename__ = "invoice_line"
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    price_key: Mapped[str] = mapped_column(String(255))
    quantity: Mapped[int] = mapped_column(Integer)


class InvoiceLink(Base):
    """A payment that paid an invoice, by the key both ends know; either end may come first."""

    __tablename__ = "invoice_link"
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), primary_key=True)
    link_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    invoice_key: Mapped[str] = mapped_column(String(255), primary_key=True)


class PaymentRow(Base):
    __tablename__ = "payment"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    key: Mapped[str] = mapped_column(String(255))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    link_key: Mapped[str] = mapped_column(String(255))
    invoice_key: Mapped[str | None] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(12))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    settled_minor: Mapped[int | None] = mapped_column(BigInteger)
    settled_currency: Mapped[str | None] = mapped_column(String(3))
    fee_minor: Mapped[int | None] = mapped_column(BigInteger)
    occurred_at: Mapped[datetime]
    is_debit: Mapped[bool]
    campaign_slug: Mapped[str | None] = mapped_column(String(48))
    set_apart_id: Mapped[int | None] = mapped_column(ForeignKey("set_apart.id"), index=True)
    fetched_seq: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (
        UniqueConstraint("source_id", "key"),
        Index("ix_payment_link", "source_id", "link_key"),
        Index("ix_payment_invoice", "source_id", "invoice_key"),
        Index("ix_payment_time", "source_id", "occurred_at"),
    )


class ReductionRow(Base):
    __tablename__ = "reduction"
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    taken_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    given_back_at: Mapped[datetime | None]
    lost: Mapped[bool]


class SetApart(Base):
    """A recorded decision that a burst of tiny or failing payments is no giving; it can be undone."""

    __tablename__ = "set_apart"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(255))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(String(255))


class SignUp(Base):
    """A person's intent to join on a campaign's page: started, paid, or abandoned. The funnel only; never the number."""

    __tablename__ = "sign_up"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    key: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(12))
    variant: Mapped[str | None] = mapped_column(String(60))
    article: Mapped[str | None] = mapped_column(String(255))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("source_id", "key"),)


# -- campaigns and their ledger -----------------------------------------------------------------------------------------


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
    """Long work in steps (first import, rule edit, rebuild): while one runs, its campaigns' numbers are not published."""

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


# -- what is published ----------------------------------------------------------------------------------------------------


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


# -- staff, jobs, truth -----------------------------------------------------------------------------------------------------


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
