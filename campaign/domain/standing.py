"""Which entries should stand for one person or one payment in one campaign (counting.md, The ledger 3).

Pure: the same facts, rule and time give the same entries. Time only cuts: entries of a later instant are the reason
for `recheck_at`, the next instant at which time alone changes the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from campaign.domain.campaign import Campaign, GoalKind
from campaign.domain.facts import FOREVER, Membership, Payment, PaymentState, Person, ReductionKind, SourceRule
from campaign.domain.money import share
from campaign.domain.spans import Span, membership_spans


class EntryKind(StrEnum):
    OPENING = "opening"
    JOINED = "joined"
    LEFT = "left"
    RETURNED = "returned"
    SEATS = "seats"
    PAYMENT = "payment"
    REFUND = "refund"
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"
    ADJUSTMENT = "adjustment"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True, order=True)
class StandingEntry:
    """One signed line that should stand: +1 for a person, or minor units of the campaign's currency for money.

    `source_id` is the source of the fact that caused it; None for what names no source.
    """

    occurred_at: datetime
    kind: EntryKind
    amount: int
    source_id: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The entries that should stand now, the next instant to ask again, and why a payment waits (None: it does not)."""

    entries: tuple[StandingEntry, ...]
    recheck_at: datetime | None = None
    waits: str | None = None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A span with the source it comes from."""

    span: Span
    source_id: int


SourceRules = Mapping[int, SourceRule]


def person_standing(person: Person, campaign: Campaign, sources: SourceRules, now: datetime) -> Standing:
    """The entries that should stand for a person in a campaign that counts people."""
    if campaign.kind is GoalKind.AMOUNT:
        return Standing(())
    by_membership = _pieces(person, campaign, sources)
    if campaign.kind is GoalKind.NEW_MEMBERS:
        timeline = _new_member_timeline(by_membership, campaign)
    else:
        timeline = _member_timeline(by_membership, campaign)
    return _cut(timeline, now)


def payment_standing(payment: Payment, campaign: Campaign, sources: SourceRules, now: datetime) -> Standing:
    """The entries that should stand for a payment in a campaign that counts money."""
    if campaign.kind is not GoalKind.AMOUNT or payment.state is not PaymentState.SUCCEEDED:
        return Standing(())
    if payment.set_apart or not campaign.counts_source(payment.source_id):
        return Standing(())
    if not campaign.starts_at <= payment.occurred_at < campaign.deadline:
        return Standing(())
    if payment.invoice_key is not None and payment.price_keys is None:
        return Standing((), waits="its invoice is not known yet")
    if not _is_for_campaign(payment, campaign, sources):
        return Standing(())
    amount = _in_currency_of(campaign, payment)
    if amount is None:
        return Standing((), waits=f"no rate from {payment.currency} to {campaign.currency} is known yet")
    if amount < campaign.rule.minimum_minor:
        return Standing(())
    return _cut(_money_timeline(payment, amount), now)


def campaign_standing(campaign: Campaign, now: datetime) -> Standing:
    """The entries that should stand for the campaign itself: its stated opening."""
    if campaign.opening is None or campaign.kind is not GoalKind.MEMBERS:
        return Standing(())
    return _cut([StandingEntry(campaign.opening.at, EntryKind.OPENING, campaign.opening.members)], now)


def _cut(timeline: Sequence[StandingEntry], now: datetime) -> Standing:
    later = [e.occurred_at for e in timeline if e.occurred_at > now]
    due = sorted((e for e in timeline if e.occurred_at <= now), key=lambda e: e.occurred_at)
    return Standing(tuple(due), min(later) if later else None)


# -- people -----------------------------------------------------------------------------------------------------------


def _pieces(person: Person, campaign: Campaign, sources: SourceRules) -> list[list[_Piece]]:
    """The spans of each membership of a counted source."""
    minimum = (campaign.rule.minimum_minor, campaign.currency)
    found: list[list[_Piece]] = []
    counted = [m for m in person.memberships if campaign.counts_source(m.source_id)]
    for m in counted:
        if not _is_told_better(m, counted):
            source_rule = sources.get(m.source_id, SourceRule(m.source_id))
            spans = membership_spans(m, person.payments, campaign.rule, source_rule, minimum)
            found.append([_Piece(span, m.source_id) for span in spans])
    return found


def _is_told_better(membership: Membership, counted: Sequence[Membership]) -> bool:
    """Whether another counted source holds the very same arrangement, with its payments: then that one alone speaks."""
    key = membership.same_as
    return key is not None and any(m.key == key and m.source_id != membership.source_id for m in counted)


@dataclass(frozen=True, slots=True)
class _Stay:
    """A maximal stretch for which at least one membership entitles."""

    starts_at: datetime
    ends_at: datetime
    first_source_id: int
    last_source_id: int


def _stays(pieces: Sequence[_Piece]) -> list[_Stay]:
    """Touching and overlapping spans as one."""
    stays: list[_Stay] = []
    for piece in sorted(pieces, key=lambda p: (p.span.starts_at, p.span.ends_at, p.source_id)):
        last = stays[-1] if stays else None
        if last is None or piece.span.starts_at > last.ends_at:
            stays.append(_Stay(piece.span.starts_at, piece.span.ends_at, piece.source_id, piece.source_id))
        elif piece.span.ends_at > last.ends_at:
            stays[-1] = _Stay(last.starts_at, piece.span.ends_at, last.first_source_id, piece.source_id)
    return stays


def _covers(span: Span, at: datetime) -> bool:
    return span.starts_at <= at < span.ends_at


def _member_timeline(by_membership: Sequence[Sequence[_Piece]], campaign: Campaign) -> list[StandingEntry]:
    """Everything a person books in a `members` campaign, the future included."""
    pieces = [p for spans in by_membership for p in spans]
    opening = campaign.opening
    covered = opening.covered_source_ids() if opening is not None else frozenset[int]()
    if opening is None or not covered:
        return _toggles(_stays(pieces), known_before=False) + _seats(by_membership, campaign, None)
    at = opening.at
    stated = sum(any(p.source_id in covered and _covers(p.span, at) for p in spans) for spans in by_membership)
    if stated:
        entries = [StandingEntry(at, EntryKind.OPENING, 1 - stated)] if stated > 1 else []
        later = [p for p in pieces if p.span.ends_at > at]
        entries += _toggles(_stays(later), known_before=True, counted_at=at)
        return entries + _seats(by_membership, campaign, at)
    booked = [p for p in pieces if p.source_id not in covered or p.span.ends_at > at]
    known_before = any(p.source_id in covered and p.span.ends_at <= at for p in pieces)
    return _toggles(_stays(booked), known_before=known_before) + _seats(by_membership, campaign, None)


def _toggles(stays: Sequence[_Stay], *, known_before: bool, counted_at: datetime | None = None) -> list[StandingEntry]:
    """Joined, left and returned for the stays; the one that holds at `counted_at` is counted already."""
    entries: list[StandingEntry] = []
    known = known_before
    for stay in stays:
        is_counted = counted_at is not None and stay.starts_at <= counted_at < stay.ends_at
        if not is_counted:
            kind = EntryKind.RETURNED if known else EntryKind.JOINED
            entries.append(StandingEntry(stay.starts_at, kind, 1, stay.first_source_id))
        known = True
        if stay.ends_at < FOREVER:
            entries.append(StandingEntry(stay.ends_at, EntryKind.LEFT, -1, stay.last_source_id))
    return entries


def _seats(
    by_membership: Sequence[Sequence[_Piece]], campaign: Campaign, since: datetime | None
) -> list[StandingEntry]:
    """Changes of the seats beyond the first of each membership, at and after `since`."""
    if not campaign.rule.count_seats:
        return []
    pieces = [p for spans in by_membership for p in spans if since is None or p.span.ends_at > since]
    instants = sorted(
        {
            i if since is None else max(i, since)
            for p in pieces
            for i in (p.span.starts_at, p.span.ends_at)
            if i < FOREVER
        }
    )
    entries: list[StandingEntry] = []
    before = 0
    for at in instants:
        extra = sum(
            max((p.span.quantity - 1 for p in spans if _covers(p.span, at)), default=0) for spans in by_membership
        )
        if extra != before:
            entries.append(StandingEntry(at, EntryKind.SEATS, extra - before))
        before = extra
    return entries


def _new_member_timeline(by_membership: Sequence[Sequence[_Piece]], campaign: Campaign) -> list[StandingEntry]:
    """Joined inside the window, not a member before; a returner stands beside with 0, or counts if the rule says so."""
    stays = _stays([p for spans in by_membership for p in spans])
    start, deadline = campaign.starts_at, campaign.deadline
    if not stays or any(s.starts_at < start <= s.ends_at for s in stays):
        return []
    was_member = stays[0].starts_at < start
    amount = 1 if not was_member or campaign.rule.count_returned else 0
    inside = [s for s in stays if start <= s.starts_at < deadline]
    entries = _toggles(inside, known_before=was_member)
    return [
        StandingEntry(e.occurred_at, e.kind, e.amount * amount, e.source_id)
        for e in entries
        if e.occurred_at < deadline
    ]


# -- money ------------------------------------------------------------------------------------------------------------


def _is_for_campaign(payment: Payment, campaign: Campaign, sources: SourceRules) -> bool:
    """Whether what was paid counts: a counted price, or a one-off payment the campaign takes."""
    if payment.price_keys is None:
        return campaign.rule.count_one_off or payment.campaign_slug == campaign.slug
    source_rule = sources.get(payment.source_id, SourceRule(payment.source_id))
    return any(source_rule.counts(key) for key in payment.price_keys)


def _in_currency_of(campaign: Campaign, payment: Payment) -> int | None:
    """The payment in the campaign's minor units, at the rate it settled at; None while no rate is known."""
    if payment.currency == campaign.currency:
        return payment.amount_minor
    if payment.settled_currency == campaign.currency and payment.settled_minor is not None:
        return payment.settled_minor
    return None


def _money_timeline(payment: Payment, amount: int) -> list[StandingEntry]:
    """The payment, then each change of min(payment, refunds + disputes open or lost), in order of time then id.

    A part taken is converted at the payment's own rate, cumulatively, so that the last takes the remainder.
    """
    changes: list[tuple[datetime, str, int, EntryKind]] = []
    for r in payment.reductions:
        kind = EntryKind.REFUND if r.kind is ReductionKind.REFUND else EntryKind.DISPUTE
        changes.append((max(r.taken_at, payment.occurred_at), r.key, r.amount_minor, kind))
        if r.given_back_at is not None:
            changes.append((max(r.given_back_at, payment.occurred_at), r.key, -r.amount_minor, EntryKind.DISPUTE_WON))
    entries = [StandingEntry(payment.occurred_at, EntryKind.PAYMENT, amount, payment.source_id)]
    taken_before = taken_sum = 0
    for at, _, minor, kind in sorted(changes, key=lambda c: (c[0], c[1], -c[2])):
        taken_sum += minor
        taken = share(min(payment.amount_minor, taken_sum), payment.amount_minor, amount) if payment.amount_minor else 0
        if taken != taken_before:
            entries.append(StandingEntry(at, kind, taken_before - taken, payment.source_id))
        taken_before = taken
    return entries
