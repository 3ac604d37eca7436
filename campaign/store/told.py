"""What one reading of a source told, before it is kept: facts by the source's own ids. Never an address."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from campaign.domain.facts import InvoiceLine, Reduction

DRAFT = "draft"
"""The state of an invoice that is no evidence yet."""


@dataclass(frozen=True, slots=True)
class ToldAccount:
    """Who the source says it is. `address_hash` None: it tells no address."""

    key: str
    address_hash: str | None


@dataclass(frozen=True, slots=True)
class ToldMembership:
    """One recurring arrangement. `invoices_complete`: its invoices were read to the end, and are told beside it."""

    key: str
    account_key: str
    status: str
    started_at: datetime
    ended_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_at: datetime | None = None
    trial_starts_at: datetime | None = None
    trial_ends_at: datetime | None = None
    running_from: datetime | None = None
    running_until: datetime | None = None
    invoices_complete: bool = False
    price_keys: tuple[str, ...] = ()
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class ToldInvoice:
    """One invoice with its lines; `state` is an InvoiceState's value or DRAFT."""

    key: str
    membership_key: str | None
    state: str
    total_minor: int
    currency: str
    settled_at: datetime | None
    voided_at: datetime | None
    lines: tuple[InvoiceLine, ...]
    link_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToldPayment:
    """One payment with what was taken back of it. `invoice_key` None: not told (an invoice may name the payment)."""

    key: str
    account_key: str
    link_key: str
    invoice_key: str | None
    state: str
    amount_minor: int
    currency: str
    settled_minor: int | None
    settled_currency: str | None
    fee_minor: int | None
    occurred_at: datetime
    is_debit: bool
    campaign_slug: str | None
    reductions: tuple[Reduction, ...]


@dataclass(slots=True)
class Told:
    """The facts of one reading, by key; all were asked for under one stamp."""

    accounts: dict[str, ToldAccount] = field(default_factory=dict[str, ToldAccount])
    memberships: dict[str, ToldMembership] = field(default_factory=dict[str, ToldMembership])
    invoices: dict[str, ToldInvoice] = field(default_factory=dict[str, ToldInvoice])
    payments: dict[str, ToldPayment] = field(default_factory=dict[str, ToldPayment])

    def add(self, *facts: ToldAccount | ToldMembership | ToldInvoice | ToldPayment | None) -> None:
        """The facts are part of this; None is nothing."""
        for fact in facts:
            match fact:
                case ToldAccount():
                    self.accounts[fact.key] = fact
                case ToldMembership():
                    self.memberships[fact.key] = fact
                case ToldInvoice():
                    self.invoices[fact.key] = fact
                case ToldPayment():
                    self.payments[fact.key] = fact
                case None:
                    pass

    def update(self, other: Told) -> None:
        """The other's facts are part of this, over those of the same key."""
        self.accounts.update(other.accounts)
        self.memberships.update(other.memberships)
        self.invoices.update(other.invoices)
        self.payments.update(other.payments)
