"""What one reading of a source told, before it is kept: facts by the source's own ids. Never an address."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from campaign.domain.facts import How, InvoiceLine, Reduction

DRAFT = "draft"
"""The state of an invoice that is no evidence yet."""


@dataclass(frozen=True, slots=True)
class ToldAccount:
    """Who the source says it is. `address_hash` None: it tells no address.

    `link_keys`: memberships at another source that are this same person's (what Ghost says of Stripe's).
    """

    key: str
    address_hash: str | None
    link_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ToldMembership:
    """One recurring arrangement. `invoices_complete`: its invoices were read to the end, and are told beside it.

    A source that tells only states sets it, tells no invoices, and says what runs: `running_from` the stated start or
    when it was first seen, `running_until` until when it is paid, None: until told otherwise. `how`: by what it runs.
    `same_as`: the key under which a source that knows more may hold this very arrangement.
    `campaign_slug`, `tags`: what was said where it was begun, for campaigns that are about some facts only.
    `variant`, `article`: the banner's words and the article that led there; both None where no banner did, as far as
    is told, and "" for the campaign's own words and for no article in particular.
    """

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
    how: How = How.PAID
    same_as: str | None = None
    campaign_slug: str | None = None
    tags: tuple[str, ...] = ()
    variant: str | None = None
    article: str | None = None


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
    tags: tuple[str, ...] = ()
    variant: str | None = None
    article: str | None = None


@dataclass(frozen=True, slots=True)
class ToldSignUp:
    """One intent to join. `confirmed_at` None: not yet; `campaign_slug` None: for no campaign in particular."""

    key: str
    account_key: str
    campaign_slug: str | None
    started_at: datetime
    confirmed_at: datetime | None = None
    withdrawn_at: datetime | None = None


@dataclass(slots=True)
class Told:
    """The facts of one reading, by key; all were asked for under one stamp."""

    accounts: dict[str, ToldAccount] = field(default_factory=dict[str, ToldAccount])
    memberships: dict[str, ToldMembership] = field(default_factory=dict[str, ToldMembership])
    invoices: dict[str, ToldInvoice] = field(default_factory=dict[str, ToldInvoice])
    payments: dict[str, ToldPayment] = field(default_factory=dict[str, ToldPayment])
    sign_ups: dict[str, ToldSignUp] = field(default_factory=dict[str, ToldSignUp])

    def add(self, *facts: ToldAccount | ToldMembership | ToldInvoice | ToldPayment | ToldSignUp | None) -> None:
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
                case ToldSignUp():
                    self.sign_ups[fact.key] = fact
                case None:
                    pass

    def update(self, other: Told) -> None:
        """The other's facts are part of this, over those of the same key."""
        self.accounts.update(other.accounts)
        self.memberships.update(other.memberships)
        self.invoices.update(other.invoices)
        self.payments.update(other.payments)
        self.sign_ups.update(other.sign_ups)
