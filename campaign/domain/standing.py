"""Which entries should stand for one person or one payment in one campaign (counting.md, The ledger 3).

Pure: the same facts, rule and time give the same entries. Time only cuts: entries of a later instant are the reason
for `recheck_at`, the next instant at which time alone changes the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from campaign.domain.campaign import Campaign, GoalKind
from campaign.domain.entry import EntryKind, Standing, StandingEntry, Stay, cut, stays
from campaign.domain.facts import FOREVER, Membership, Payment, Person, SourceRule
from campaign.domain.raised import given, money_timeline, worth
from campaign.domain.scope import has_sign_up, membership_rule
from campaign.domain.spans import Span, membership_spans

__all__ = (
    "EntryKind",
    "SourceRules",
    "Standing",
    "StandingEntry",
    "campaign_standing",
    "payment_standing",
    "person_standing",
    "spans_of",
    "spans_of_one",
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A span with the source it comes from."""

    span: Span
    source_id: int


SourceRules = Mapping[int, SourceRule]


def person_standing(person: Person, campaign: Campaign, sources: SourceRules, now: datetime) -> Standing:
    """The entries that should stand for a person in a campaign that counts people."""
    match campaign.kind:
        case GoalKind.AMOUNT:
            return Standing(())
        case GoalKind.GIVERS:
            stretches, waits = given(person, campaign, sources)
            return cut(_toggles(stays(stretches), known_before=False), now, waits or None)
        case GoalKind.SIGNUPS:
            return cut(_sign_up_timeline(person, campaign), now)
        case GoalKind.NEW_MEMBERS:
            return cut(_new_member_timeline(_pieces(person, campaign, sources), campaign), now)
        case GoalKind.MEMBERS:
            return cut(_member_timeline(_pieces(person, campaign, sources), campaign), now)


def payment_standing(payment: Payment, campaign: Campaign, sources: SourceRules, now: datetime) -> Standing:
    """The entries that should stand for a payment in a campaign that counts money."""
    if campaign.kind is not GoalKind.AMOUNT:
        return Standing(())
    found = worth(payment, campaign, sources)
    if found.amount is None:
        return Standing((), waits=found.waits)
    return cut(money_timeline(payment, found.amount), now)


def campaign_standing(campaign: Campaign, now: datetime) -> Standing:
    """The entries that should stand for the campaign itself: its stated opening."""
    if campaign.opening is None or campaign.kind is not GoalKind.MEMBERS:
        return Standing(())
    return cut([StandingEntry(campaign.opening.at, EntryKind.OPENING, campaign.opening.members)], now)


def spans_of(person: Person, campaign: Campaign, sources: SourceRules) -> tuple[Span, ...]:
    """Every stretch for which a membership of the person entitles in the campaign."""
    return tuple(piece.span for spans in _pieces(person, campaign, sources) for piece in spans)


def spans_of_one(
    membership: Membership, payments: Sequence[Payment], campaign: Campaign, sources: SourceRules
) -> tuple[Span, ...]:
    """Every stretch for which one membership entitles in the campaign; `payments`: of whoever has it."""
    source_rule = sources.get(membership.source_id, SourceRule(membership.source_id))
    minimum = (campaign.rule.minimum_minor, campaign.currency)
    counted = membership_rule(membership, campaign, source_rule)
    return membership_spans(membership, payments, campaign.rule, counted, minimum)


# -- people -----------------------------------------------------------------------------------------------------------


def _pieces(person: Person, campaign: Campaign, sources: SourceRules) -> list[list[_Piece]]:
    """The spans of each membership of a counted source."""
    found: list[list[_Piece]] = []
    counted = [m for m in person.memberships if campaign.counts_source(m.source_id)]
    for m in counted:
        if not _is_told_better(m, counted):
            spans = spans_of_one(m, person.payments, campaign, sources)
            found.append([_Piece(span, m.source_id) for span in spans])
    return found


def _is_told_better(membership: Membership, counted: Sequence[Membership]) -> bool:
    """Whether another counted source holds the very same arrangement, with its payments: then that one alone speaks."""
    key = membership.same_as
    return key is not None and any(m.key == key and m.source_id != membership.source_id for m in counted)


def _stays(pieces: Sequence[_Piece]) -> list[Stay]:
    return stays([(p.span.starts_at, p.span.ends_at, p.source_id) for p in pieces])


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


def _toggles(
    stretches: Sequence[Stay], *, known_before: bool, counted_at: datetime | None = None
) -> list[StandingEntry]:
    """Joined, left and returned for the stays; the one that holds at `counted_at` is counted already."""
    entries: list[StandingEntry] = []
    known = known_before
    for stay in stretches:
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
    all_stays = _stays([p for spans in by_membership for p in spans])
    start, deadline = campaign.starts_at, campaign.deadline
    if not all_stays or any(s.starts_at < start <= s.ends_at for s in all_stays):
        return []
    was_member = all_stays[0].starts_at < start
    amount = 1 if not was_member or campaign.rule.count_returned else 0
    inside = [s for s in all_stays if start <= s.starts_at < deadline]
    entries = _toggles(inside, known_before=was_member)
    return [
        StandingEntry(e.occurred_at, e.kind, e.amount * amount, e.source_id)
        for e in entries
        if e.occurred_at < deadline
    ]


def _sign_up_timeline(person: Person, campaign: Campaign) -> list[StandingEntry]:
    """Signed up when the first sign-up for the campaign is confirmed inside the window, until none stands any more."""
    stretches: list[tuple[datetime, datetime, int]] = []
    for sign_up in person.sign_ups:
        at, until = sign_up.confirmed_at, sign_up.withdrawn_at or FOREVER
        if at is None or not campaign.starts_at <= at < campaign.deadline or until <= at:
            continue
        if campaign.counts_source(sign_up.source_id) and has_sign_up(sign_up, campaign):
            stretches.append((at, until, sign_up.source_id))
    entries: list[StandingEntry] = []
    for stay in stays(stretches):
        entries.append(StandingEntry(stay.starts_at, EntryKind.SIGNED_UP, 1, stay.first_source_id))
        if stay.ends_at < FOREVER:
            entries.append(StandingEntry(stay.ends_at, EntryKind.WITHDRAWN, -1, stay.last_source_id))
    return entries
