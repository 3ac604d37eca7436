"""What payments book: money raised, and who gave (counting.md, What is raised)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from campaign.domain.campaign import Campaign
from campaign.domain.entry import EntryKind, StandingEntry
from campaign.domain.facts import FOREVER, Payment, PaymentState, Person, ReductionKind, SourceRule
from campaign.domain.money import share
from campaign.domain.scope import has_payment

SourceRules = Mapping[int, SourceRule]


@dataclass(frozen=True, slots=True)
class Worth:
    """What a payment is worth to a campaign, in its minor units; None where it is none of it, or `waits` says why."""

    amount: int | None = None
    waits: str | None = None


def worth(payment: Payment, campaign: Campaign, sources: SourceRules, *, needs_amount: bool = True) -> Worth:
    """The payment as the campaign counts it: received in the window, for this campaign, not below its minimum.

    Without `needs_amount` the currency only matters to a campaign with a minimum.
    """
    if payment.state is not PaymentState.SUCCEEDED or payment.set_apart or payment.amount_minor <= 0:
        return Worth()
    if not campaign.counts_source(payment.source_id) or not _is_in_window(payment, campaign):
        return Worth()
    if payment.invoice_key is not None and payment.price_keys is None:
        return Worth(waits="its invoice is not known yet")
    source_rule = sources.get(payment.source_id, SourceRule(payment.source_id))
    if not has_payment(payment, campaign, source_rule):
        return Worth()
    if not needs_amount and not campaign.rule.minimum_minor:
        return Worth(payment.amount_minor)
    return _in_currency(payment, campaign, source_rule)


def money_timeline(payment: Payment, amount: int) -> list[StandingEntry]:
    """The payment, then each change of min(payment, refunds + disputes open or lost), in order of time then id.

    A part taken is converted at the payment's own rate, cumulatively, so that the last takes the remainder.
    """
    entries = [StandingEntry(payment.occurred_at, EntryKind.PAYMENT, amount, payment.source_id)]
    taken_before = 0
    for at, taken_minor, kind in _taken(payment):
        taken = share(taken_minor, payment.amount_minor, amount)
        if taken != taken_before:
            entries.append(StandingEntry(at, kind, taken_before - taken, payment.source_id))
        taken_before = taken
    return entries


def given(person: Person, campaign: Campaign, sources: SourceRules) -> tuple[list[tuple[datetime, datetime, int]], str]:
    """The stretches (start, end, source) for which a payment of the person stands; beside it why one waits, or ""."""
    stretches: list[tuple[datetime, datetime, int]] = []
    waits = ""
    for payment in person.payments:
        found = worth(payment, campaign, sources, needs_amount=False)
        waits = waits or found.waits or ""
        if found.amount is not None:
            stretches += [(a, b, payment.source_id) for a, b in stands(payment)]
    return stretches, waits


def stands(payment: Payment) -> list[tuple[datetime, datetime]]:
    """The stretches [start, end) for which less than the whole of the payment was taken back."""
    found: list[tuple[datetime, datetime]] = []
    since: datetime | None = payment.occurred_at
    for at, taken, _ in _taken(payment):
        is_gone = taken >= payment.amount_minor
        if is_gone and since is not None:
            found += [(since, at)] if since < at else []
            since = None
        elif not is_gone and since is None:
            since = at
    return found if since is None else [*found, (since, FOREVER)]


def _taken(payment: Payment) -> list[tuple[datetime, int, EntryKind]]:
    """(when, how much of the payment is taken from then on, by what), in order of time then id."""
    changes: list[tuple[datetime, str, int, EntryKind]] = []
    for r in payment.reductions:
        kind = EntryKind.REFUND if r.kind is ReductionKind.REFUND else EntryKind.DISPUTE
        changes.append((max(r.taken_at, payment.occurred_at), r.key, r.amount_minor, kind))
        if r.given_back_at is not None:
            changes.append((max(r.given_back_at, payment.occurred_at), r.key, -r.amount_minor, EntryKind.DISPUTE_WON))
    found: list[tuple[datetime, int, EntryKind]] = []
    total = 0
    for at, _, minor, kind in sorted(changes, key=lambda c: (c[0], c[1], -c[2])):
        total += minor
        found.append((at, min(payment.amount_minor, total), kind))
    return found


def _is_in_window(payment: Payment, campaign: Campaign) -> bool:
    return campaign.starts_at <= payment.occurred_at < campaign.deadline


def _in_currency(payment: Payment, campaign: Campaign, source_rule: SourceRule) -> Worth:
    """At its own currency; else at the rate it settled at; else, where its source settles in another, by the table."""
    amount = _amount_in(campaign.currency, payment)
    if amount is None:
        if source_rule.tells_settlement and payment.settled_currency is None:
            return Worth(waits="its source has not said yet at which rate it settled")
        return Worth(waits=f"no rate from {payment.currency} to {campaign.currency} is known yet")
    return Worth(amount if amount >= campaign.rule.minimum_minor else None)


def _amount_in(currency: str | None, payment: Payment) -> int | None:
    if payment.currency == currency:
        return payment.amount_minor
    if payment.settled_currency == currency and payment.settled_minor is not None:
        return payment.settled_minor
    conversion = payment.conversion
    return conversion.amount_minor if conversion is not None and conversion.currency == currency else None
