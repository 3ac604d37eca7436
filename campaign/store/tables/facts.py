"""People, and the facts their sources tell."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from campaign.store.tables.base import Base, Id


def led_index(name: str) -> Index:
    """By campaign, of the facts that a banner led to and of no others: most facts know of none."""
    only = text("variant IS NOT NULL")
    return Index(name, "campaign_slug", sqlite_where=only, postgresql_where=only)


class PersonRow(Base):
    """One human being as far as is known: the accounts that are joined (`store.joins`)."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    address_hash: Mapped[str | None] = mapped_column(String(80), unique=True)
    """Of the first release, and empty: it is the accounts that have addresses."""


class Account(Base):
    """Who a source says it is: a customer there, or a payment's own giver when it names no customer."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    key: Mapped[str] = mapped_column(String(255))
    address_hash: Mapped[str | None] = mapped_column(String(80))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    fetched_seq: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (
        UniqueConstraint("source_id", "key"),
        Index("ix_account_address", "address_hash", "person_id"),
    )


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
    how: Mapped[str] = mapped_column(String(16), server_default="paid")
    """By what its running period entitles: paid, trial, gifted, complimentary, assumed."""
    same_as: Mapped[str | None] = mapped_column(String(255))
    """The key under which a source that knows more may hold this very arrangement."""
    campaign_slug: Mapped[str | None] = mapped_column(String(48))
    tags: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    variant: Mapped[str | None] = mapped_column(String(12))
    """The banner's words that led to it, "" for the campaign's own; None: no banner is known to have."""
    article: Mapped[str | None] = mapped_column(String(200))
    fetched_seq: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (
        UniqueConstraint("source_id", "key"),
        led_index("ix_membership_led"),
    )


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
    tags: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    variant: Mapped[str | None] = mapped_column(String(12))
    article: Mapped[str | None] = mapped_column(String(200))
    set_apart_id: Mapped[int | None] = mapped_column(ForeignKey("set_apart.id"), index=True)
    fetched_seq: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (
        UniqueConstraint("source_id", "key"),
        Index("ix_payment_link", "source_id", "link_key"),
        Index("ix_payment_invoice", "source_id", "invoice_key"),
        Index("ix_payment_time", "source_id", "occurred_at"),
        led_index("ix_payment_led"),
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


class SignUpRow(Base):
    """A person's intent to join: started, then paid, confirmed or abandoned.

    One that goes to a payment page has no account: what is paid there counts. One that a source tells has.
    """

    __tablename__ = "sign_up"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    campaign_slug: Mapped[str | None] = mapped_column(String(48))
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    key: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(12))
    variant: Mapped[str | None] = mapped_column(String(60))
    article: Mapped[str | None] = mapped_column(String(255))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    fetched_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    """Under which stamp a source told it; 0: none did."""
    __table_args__ = (UniqueConstraint("source_id", "key"),)
