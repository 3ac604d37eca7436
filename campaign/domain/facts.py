"""What sources say about memberships and payments, with their dates (counting.md, Words: fact).

A fact is keyed by its source's own object id. Values here are complete enough for the rule (`standing`) to be pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The end of what runs until its source says otherwise: no instant that comes, so nothing is booked or asked then."""


class How(StrEnum):
    """By what a stretch of a membership entitles (counting.md, Who is a member)."""

    PAID = "paid"
    TRIAL = "trial"
    GIFTED = "gifted"
    COMPLIMENTARY = "complimentary"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line of an invoice: the period [starts_at, ends_at) it bills, or credits when `amount_minor` is negative."""

    starts_at: datetime
    ends_at: datetime
    amount_minor: int
    price_key: str
    quantity: int = 1


class InvoiceState(StrEnum):
    OPEN = "open"
    PAID = "paid"
    VOID = "void"
    WRITTEN_OFF = "written_off"


@dataclass(frozen=True, slots=True)
class Invoice:
    """Evidence for spans. `settled_at` is set when PAID (by money, credit or outside), `voided_at` when VOID.

    `link_keys` name the payments that paid it; a link whose other end is not known yet simply waits.
    A draft is no evidence and has no fact.
    """

    source_id: int
    key: str
    membership_key: str | None
    state: InvoiceState
    total_minor: int
    currency: str
    settled_at: datetime | None
    voided_at: datetime | None
    lines: tuple[InvoiceLine, ...]
    link_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Membership:
    """One recurring arrangement at one source.

    `running_from`/`running_until`: the period a plain active membership is in (none when paused or in any other state);
    without `running_until` it runs until its source says otherwise. `how`: by what that period entitles.
    `assumed`: the list of invoices was never read to its end, so what no known invoice covers is assumed.
    `same_as`: the key under which another source, which knows more, may hold this very arrangement.
    `campaign_slug`, `tags`: what was said where it was begun.
    """

    id: int
    source_id: int
    key: str
    started_at: datetime
    ended_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_at: datetime | None = None
    trial_starts_at: datetime | None = None
    trial_ends_at: datetime | None = None
    running_from: datetime | None = None
    running_until: datetime | None = None
    assumed: bool = False
    price_keys: tuple[str, ...] = ()
    quantity: int = 1
    invoices: tuple[Invoice, ...] = ()
    how: How = How.PAID
    same_as: str | None = None
    campaign_slug: str | None = None
    tags: tuple[str, ...] = ()


class ReductionKind(StrEnum):
    REFUND = "refund"
    DISPUTE = "dispute"


@dataclass(frozen=True, slots=True)
class Reduction:
    """A refund, or a dispute open, lost or won, of one payment. Failed refunds and inquiries are none.

    `taken_at`: when the money went (a dispute: its balance transaction's time). `opened_at`: a dispute's own creation.
    """

    key: str
    kind: ReductionKind
    amount_minor: int
    taken_at: datetime
    opened_at: datetime
    given_back_at: datetime | None = None
    lost: bool = False


class PaymentState(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Conversion:
    """A payment in another currency, converted once: the amount, the day of the rates, both rates for one euro."""

    currency: str
    amount_minor: int
    rate_on: date
    from_per_euro: str
    to_per_euro: str
    origin: str


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received once. `occurred_at`: captured, or for a bank debit made. `settled_*`: as on the balance.

    `price_keys`: of its invoice's lines, None while that invoice is not known (or there is none, `invoice_key` None).
    `campaign_slug` and `tags`: its own, or those of the membership its invoice bills. `conversion`: into the currency
    asked for, where a rate of the table is needed and known.
    """

    id: int
    source_id: int
    key: str
    link_key: str
    amount_minor: int
    currency: str
    occurred_at: datetime
    state: PaymentState
    is_debit: bool = False
    settled_minor: int | None = None
    settled_currency: str | None = None
    campaign_slug: str | None = None
    invoice_key: str | None = None
    price_keys: tuple[str, ...] | None = None
    set_apart: bool = False
    reductions: tuple[Reduction, ...] = ()
    tags: tuple[str, ...] = ()
    conversion: Conversion | None = None


@dataclass(frozen=True, slots=True)
class SignUp:
    """A person's intent to join without paying; it counts from `confirmed_at` until `withdrawn_at`.

    `campaign_slug` None: for no campaign in particular (a free registration).
    """

    id: int
    source_id: int
    key: str
    campaign_slug: str | None
    confirmed_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """The memberships and payments connected by address hashes and staff's merges: one human as far as is known."""

    id: int
    memberships: tuple[Membership, ...]
    payments: tuple[Payment, ...]
    sign_ups: tuple[SignUp, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceRule:
    """Which prices, tiers or products of a source count; None: every recurring one.

    `products`: the product of each known price. `tells_settlement`: it says at which rate a payment settled.
    """

    source_id: int
    counted_prices: frozenset[str] | None = None
    products: Mapping[str, str] = field(default_factory=dict[str, str])
    tells_settlement: bool = False

    def counts(self, price_key: str) -> bool:
        return self.counted_prices is None or price_key in self.counted_prices

    def counts_any(self, price_keys: tuple[str, ...]) -> bool:
        """Whether one of them counts; what has no price counts where everything does."""
        return self.counted_prices is None or not self.counted_prices.isdisjoint(price_keys)
