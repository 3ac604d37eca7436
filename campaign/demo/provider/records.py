"""What the provider keeps of each object: only what differs from one to the next.

The full shape that callers see is made from these by `shapes` when it is asked for, so that 25,000 subscriptions
with their invoices and charges fit in memory. A record with `due_at` wants to be looked at again at that instant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
NOTHING: Json = {}


def no_metadata() -> dict[str, str]:
    return {}


def no_rows() -> list[Json]:
    return []


def no_ids() -> list[str]:
    return []


@dataclass(slots=True)
class Record:
    id: str
    created: int


@dataclass(slots=True)
class Customer(Record):
    email: str | None = None
    name: str | None = None
    description: str | None = None
    metadata: dict[str, str] = field(default_factory=no_metadata)
    balance: int = 0
    currency: str | None = None
    delinquent: bool = False
    deleted: bool = False
    pays_by: str = "card"
    fail_next: int = 0
    number_of_invoices: int = 0


@dataclass(slots=True)
class Product(Record):
    name: str = ""
    active: bool = True
    description: str | None = None
    metadata: dict[str, str] = field(default_factory=no_metadata)
    updated: int = 0


@dataclass(slots=True)
class Price(Record):
    product: str = ""
    currency: str = "usd"
    unit_amount: int = 0
    interval: str | None = None
    interval_count: int = 1
    active: bool = True
    nickname: str | None = None
    lookup_key: str | None = None
    metadata: dict[str, str] = field(default_factory=no_metadata)


@dataclass(slots=True)
class Subscription(Record):
    customer: str = ""
    currency: str = "usd"
    items: list[Json] = field(default_factory=no_rows)
    status: str = "incomplete"
    period_start: int = 0
    period_end: int = 0
    anchor: int = 0
    cycles: int = 0
    trial_start: int | None = None
    trial_end: int | None = None
    trial_end_told: bool = False
    cancel_at: int | None = None
    cancel_at_period_end: bool = False
    canceled_at: int | None = None
    cancel_reason: str | None = None
    ended_at: int | None = None
    pause_behavior: str | None = None
    pause_resumes_at: int | None = None
    latest_invoice: str | None = None
    coupon_percent: int = 0
    discount: str | None = None
    pending_lines: list[Json] = field(default_factory=no_rows)
    metadata: dict[str, str] = field(default_factory=no_metadata)
    description: str | None = None
    due_at: int | None = None


@dataclass(slots=True)
class Invoice(Record):
    customer: str = ""
    customer_email: str | None = None
    customer_name: str | None = None
    subscription: str | None = None
    currency: str = "usd"
    number: str | None = None
    lines: list[Json] = field(default_factory=no_rows)
    status: str = "draft"
    billing_reason: str = "subscription_cycle"
    period_start: int = 0
    period_end: int = 0
    subtotal: int = 0
    total: int = 0
    starting_balance: int = 0
    ending_balance: int | None = None
    amount_due: int = 0
    amount_paid: int = 0
    discount: str | None = None
    finalized_at: int | None = None
    paid_at: int | None = None
    voided_at: int | None = None
    uncollectible_at: int | None = None
    attempt_count: int = 0
    attempted: bool = False
    next_payment_attempt: int | None = None
    auto_advance: bool = True
    out_of_band: bool = False
    payment_intent: str | None = None
    metadata: dict[str, str] = field(default_factory=no_metadata)
    subscription_metadata: dict[str, str] = field(default_factory=no_metadata)
    due_at: int | None = None


@dataclass(slots=True)
class InvoicePayment(Record):
    invoice: str = ""
    currency: str = "usd"
    payment_type: str = "payment_intent"
    payment: str = ""
    amount_requested: int = 0
    amount_paid: int | None = None
    status: str = "open"
    paid_at: int | None = None
    canceled_at: int | None = None


@dataclass(slots=True)
class PaymentIntent(Record):
    customer: str | None = None
    amount: int = 0
    amount_received: int = 0
    currency: str = "usd"
    status: str = "requires_payment_method"
    latest_charge: str | None = None
    invoice: str | None = None
    session: str | None = None
    description: str | None = None
    email: str | None = None
    metadata: dict[str, str] = field(default_factory=no_metadata)
    method: str = "card"
    will_fail: bool = False
    canceled_at: int | None = None
    failure_code: str | None = None
    due_at: int | None = None


@dataclass(slots=True)
class Charge(Record):
    customer: str | None = None
    payment_intent: str | None = None
    amount: int = 0
    currency: str = "usd"
    status: str = "succeeded"
    amount_refunded: int = 0
    disputed: bool = False
    balance_transaction: str | None = None
    failure_balance_transaction: str | None = None
    failure_code: str | None = None
    method: str = "card"
    email: str | None = None
    name: str | None = None
    description: str | None = None
    metadata: dict[str, str] = field(default_factory=no_metadata)
    due_at: int | None = None


@dataclass(slots=True)
class Refund(Record):
    charge: str = ""
    payment_intent: str | None = None
    customer: str | None = None
    amount: int = 0
    currency: str = "usd"
    status: str = "succeeded"
    reason: str | None = None
    balance_transaction: str | None = None
    failure_balance_transaction: str | None = None
    failure_reason: str | None = None
    metadata: dict[str, str] = field(default_factory=no_metadata)


@dataclass(slots=True)
class Dispute(Record):
    charge: str = ""
    payment_intent: str | None = None
    amount: int = 0
    currency: str = "usd"
    status: str = "needs_response"
    reason: str = "fraudulent"
    balance_transactions: list[str] = field(default_factory=no_ids)
    metadata: dict[str, str] = field(default_factory=no_metadata)


@dataclass(slots=True)
class BalanceTransaction(Record):
    source: str = ""
    type: str = "charge"
    reporting_category: str = "charge"
    amount: int = 0
    fee: int = 0
    currency: str = "usd"
    exchange_rate: float | None = None
    description: str | None = None
    status: str = "pending"
    available_on: int = 0


@dataclass(slots=True)
class Session(Record):
    mode: str = "subscription"
    status: str = "open"
    payment_status: str = "unpaid"
    items: list[Json] = field(default_factory=no_rows)
    currency: str = "usd"
    amount: int = 0
    customer: str | None = None
    customer_email: str | None = None
    details_email: str | None = None
    details_name: str | None = None
    client_reference_id: str | None = None
    success_url: str | None = None
    cancel_url: str | None = None
    locale: str | None = None
    submit_type: str | None = None
    metadata: dict[str, str] = field(default_factory=no_metadata)
    subscription_metadata: dict[str, str] = field(default_factory=no_metadata)
    payment_metadata: dict[str, str] = field(default_factory=no_metadata)
    trial_days: int = 0
    subscription: str | None = None
    invoice: str | None = None
    payment_intent: str | None = None
    expires_at: int = 0
    due_at: int | None = None


@dataclass(slots=True)
class Endpoint(Record):
    url: str = ""
    secret: str = ""
    enabled_events: list[str] = field(default_factory=no_ids)
    api_version: str | None = None
    description: str | None = None
    status: str = "enabled"
    metadata: dict[str, str] = field(default_factory=no_metadata)


@dataclass(slots=True)
class Event(Record):
    type: str = ""
    object_id: str = ""
    request_id: str | None = None
    idempotency_key: str | None = None
    undelivered: int = 0


@dataclass(slots=True)
class Delivery(Record):
    """One event on its way to one endpoint; `status` is pending, delivered, dropped or given_up."""

    event: str = ""
    endpoint: str = ""
    status: str = "pending"
    attempts: int = 0
    answer: int | None = None


@dataclass(slots=True)
class Planned(Record):
    """Something a supporter will do later, asked for ahead of time by a control call."""

    action: str = ""
    arguments: Json = field(default_factory=Json)
    due_at: int | None = None
