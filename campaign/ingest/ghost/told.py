"""A member of Ghost's as facts. `paid` there includes trials and unpaid ones, so its subscriptions decide.

What is listed: Stripe's subscriptions by their own ids, and complimentary and gifted ones with the id "", which is no
key. Ghost tells neither when something ended nor when a late payment came: then the time it was seen stands for it.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from campaign.domain.about import tag_of, tags_of
from campaign.domain.facts import How, InvoiceLine, InvoiceState
from campaign.ingest.addresses import AddressHasher
from campaign.ingest.bodies import Json
from campaign.ingest.fields import Fields
from campaign.ingest.members import MEMBER, gone
from campaign.ingest.reading import Reading
from campaign.store.remembered import Remembered
from campaign.store.told import ToldAccount, ToldInvoice, ToldMembership, ToldSignUp

ACTIVE, TRIALING, PAST_DUE, UNPAID, CANCELED, PAUSED = "active", "trialing", "past_due", "unpaid", "canceled", "paused"
_NOT_YET = frozenset({"incomplete", "incomplete_expired"})
_COMPLIMENTARY = "complimentary"
_UNSTATED = timedelta(hours=1)
"""A complimentary start this near is the time of asking, which Ghost says when it does not know."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Turns Ghost's members into readings; pure. Raises MalformedFact."""

    hash_address: AddressHasher

    def member(self, body: Json, before: Remembered, seen_at: datetime) -> Reading:
        """The member's account, sign-up and memberships; what was told before and is listed no more has ended."""
        member = Fields.of(body, MEMBER)
        reading = Reading()
        listed = [_subscription(member, row, before, seen_at) for row in member.parts("subscriptions")]
        for membership, invoices in listed:
            reading.told.add(membership, *invoices)
        left = Remembered({k: m for k, m in before.memberships.items() if k not in reading.told.memberships})
        reading.update(gone(left, seen_at))
        reading.told.add(_account(member, self.hash_address), _sign_up(member))
        return reading


def _account(member: Fields, hash_address: AddressHasher) -> ToldAccount:
    """Its subscriptions at Stripe are this person's too, whatever address it has there."""
    at_stripe = {key for row in member.parts("subscriptions") if (key := row.id_text("id")) is not None}
    return ToldAccount(member.key, hash_address(member.optional_text("email")), tuple(sorted(at_stripe)))


def _sign_up(member: Fields) -> ToldSignUp:
    """Everybody there has registered, and proved the address by a link."""
    registered_at = member.instant("created_at")
    return ToldSignUp(member.key, member.key, None, registered_at, registered_at)


def _subscription(
    member: Fields, row: Fields, before: Remembered, seen_at: datetime
) -> tuple[ToldMembership, list[ToldInvoice]]:
    key = row.id_text("id")
    if key is None:
        return _given(member, row, before, seen_at), []
    known = before.memberships.get(key)
    status = row.text("status")[:40]
    started_at = row.instant("start_date")
    until = row.optional_instant("current_period_end")
    paid_from = row.optional_instant("trial_end_at") or started_at
    told = ToldMembership(
        key=key,
        account_key=member.key,
        status=status,
        started_at=started_at,
        cancelled_at=((known and known.cancelled_at) or seen_at) if row.yes("cancel_at_period_end") else None,
        cancel_at=until if row.yes("cancel_at_period_end") else None,
        trial_starts_at=row.optional_instant("trial_start_at"),
        trial_ends_at=row.optional_instant("trial_end_at"),
        invoices_complete=True,
        price_keys=_tier_keys(row),
        tags=_tags(member, row),
        how=How.COMPLIMENTARY if _is_free(row) else How.PAID,
        same_as=key,
    )
    if status == ACTIVE:
        if until is None:
            raise row.wrong("an active subscription does not say until when")
        return replace(told, running_from=paid_from, running_until=max(until, paid_from)), _settled_late(
            told, before, until, seen_at
        )
    if status in (PAST_DUE, UNPAID):
        return _unpaid(told, row, before, paid_from, until)
    if status == CANCELED:
        return _canceled(told, known, paid_from, until, seen_at), []
    if status == PAUSED and known is not None:
        return replace(told, running_from=known.running_from, running_until=known.running_until), []
    if status not in (TRIALING, PAUSED) and status not in _NOT_YET:
        raise row.wrong(f"a subscription's status {status[:20]!r} is none we know")
    return told, []


def _given(member: Fields, row: Fields, before: Remembered, seen_at: datetime) -> ToldMembership:
    """A complimentary or gifted one: it has no id, so its member, kind, tier and start are its key."""
    is_gift = "gift" in _nickname(row)
    tiers = _tier_keys(row)
    lead = f"{member.key}:{'gift' if is_gift else 'comp'}:{tiers[0] if tiers else ''}:"
    stated = row.optional_instant("start_date")
    stated = None if stated is None or stated > seen_at - _UNSTATED else stated
    running = sorted((m.started_at, k) for k, m in before.memberships.items() if k.startswith(lead) and not m.ended_at)
    started_at = stated or (running[0][0] if running else seen_at)
    ends_at = _expiry(member, row, tiers)
    if is_gift and ends_at is None:
        ends_at = row.optional_instant("current_period_end")
    return ToldMembership(
        key=running[0][1] if running else f"{lead}{started_at:%Y%m%dT%H%M%S}",
        account_key=member.key,
        status="gift" if is_gift else "comped",
        started_at=started_at,
        cancel_at=ends_at,
        invoices_complete=True,
        running_from=started_at,
        running_until=ends_at,
        price_keys=tiers,
        tags=_tags(member, row),
        how=How.GIFTED if is_gift else How.COMPLIMENTARY,
    )


def _unpaid(
    told: ToldMembership, row: Fields, before: Remembered, paid_from: datetime, until: datetime | None
) -> tuple[ToldMembership, list[ToldInvoice]]:
    """Its period advances while nothing is paid: paid is what came before the first period that was seen unpaid."""
    if until is None:
        return told, []
    began = max(paid_from, _one_period_earlier(until, paid_from, _interval(row)))
    unpaid = [
        i for i in before.invoices.values() if i.membership_key == told.key and i.state == InvoiceState.OPEN.value
    ]
    paid_until = min([began, *(line.starts_at for i in unpaid for line in i.lines)])
    invoices = [_invoice(told, row, began, until)]
    if paid_until <= paid_from:
        return told, invoices
    return replace(told, running_from=paid_from, running_until=paid_until, cancel_at=None), invoices


def _settled_late(told: ToldMembership, before: Remembered, until: datetime, seen_at: datetime) -> list[ToldInvoice]:
    """A period that was seen unpaid, and is not any more, was paid when that was first seen.

    One before it stays unpaid where this one was seen unpaid too; else it was paid before this one began.
    """
    current = _invoice_key(told, until)
    told_again: list[ToldInvoice] = []
    for late in before.invoices.values():
        if late.membership_key != told.key or late.state != InvoiceState.OPEN.value:
            continue
        if late.key != current and current in before.invoices:
            told_again.append(replace(late, state=InvoiceState.WRITTEN_OFF.value))
        else:
            settled_at = min([seen_at, *(line.ends_at for line in late.lines if late.key != current)])
            told_again.append(replace(late, state=InvoiceState.PAID.value, settled_at=settled_at))
    return told_again


def _canceled(
    told: ToldMembership, known: ToldMembership | None, paid_from: datetime, until: datetime | None, seen_at: datetime
) -> ToldMembership:
    """Ended where that was announced; else when it was first seen, or where its time ran out before."""
    if known is None:
        ended_at = min(until or seen_at, seen_at)
        return replace(told, running_from=paid_from, running_until=max(ended_at, paid_from), ended_at=ended_at)
    announced = known.cancel_at if known.cancel_at is not None and known.cancel_at <= seen_at else None
    return replace(
        told,
        cancelled_at=known.cancelled_at,
        cancel_at=known.cancel_at,
        running_from=known.running_from,
        running_until=known.running_until,
        ended_at=known.ended_at or announced or seen_at,
    )


def _invoice(told: ToldMembership, row: Fields, starts_at: datetime, ends_at: datetime) -> ToldInvoice:
    amount, price = _amount(row), told.price_keys[0] if told.price_keys else ""
    return ToldInvoice(
        key=_invoice_key(told, ends_at),
        membership_key=told.key,
        state=InvoiceState.OPEN.value,
        total_minor=max(1, amount),
        currency=_currency(row),
        settled_at=None,
        voided_at=None,
        lines=(InvoiceLine(starts_at, ends_at, max(1, amount), price),),
        link_keys=(),
    )


def _invoice_key(told: ToldMembership, until: datetime) -> str:
    return f"{told.key}:{until:%Y%m%dT%H%M%S}"


def _one_period_earlier(at: datetime, anchor: datetime, interval: str) -> datetime:
    """One month or year before, on the day of the month it began with where that month has it (as Stripe bills)."""
    if interval in ("day", "week"):
        return at - timedelta(days=1 if interval == "day" else 7)
    months = at.year * 12 + at.month - 1 - (12 if interval == "year" else 1)
    year, month = divmod(months, 12)
    return at.replace(year=year, month=month + 1, day=min(anchor.day, calendar.monthrange(year, month + 1)[1]))


def _tier_keys(row: Fields) -> tuple[str, ...]:
    tier, price = row.part("tier"), row.part("price")
    key = None if tier is None else tier.id_text("id")
    inner = None if price is None else price.part("tier")
    key = key or (None if inner is None else inner.id_text("tier_id"))
    return () if key is None else (key,)


def _tags(member: Fields, row: Fields) -> tuple[str, ...]:
    """The member's labels and the tier by name; where a name can't be a tag, Ghost's own slug of it."""
    tier = row.part("tier")
    named = [*member.parts("labels"), *([] if tier is None else [tier])]
    return tags_of(tag_of(one.optional_text("name") or "") or one.optional_text("slug") or "" for one in named)


def _expiry(member: Fields, row: Fields, tiers: tuple[str, ...]) -> datetime | None:
    """Where what was given ends; Ghost says it at the tier."""
    tier = row.part("tier")
    at = None if tier is None else tier.optional_instant("expiry_at")
    for other in member.parts("tiers"):
        if at is None and other.optional_text("id") in tiers:
            at = other.optional_instant("expiry_at")
    return at


def _nickname(row: Fields) -> str:
    for name in ("price", "plan"):
        part = row.part(name)
        nickname = None if part is None else part.optional_text("nickname")
        if nickname:
            return nickname.casefold()
    return ""


def _amount(row: Fields) -> int:
    price = row.part("price") or row.part("plan")
    return 0 if price is None else price.minor("amount")


def _currency(row: Fields) -> str:
    price = row.part("price") or row.part("plan")
    if price is None:
        raise row.wrong("a subscription has no price")
    return price.currency("currency")


def _interval(row: Fields) -> str:
    price = row.part("price") or row.part("plan")
    return "month" if price is None else price.optional_text("interval") or "month"


def _is_free(row: Fields) -> bool:
    """A complimentary one of old is a subscription at Stripe for nothing."""
    return _amount(row) == 0 and (row.part("price") is not None or row.part("plan") is not None)
