"""The one way in: what should stand, less what stands, is appended (counting.md, The ledger 3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from campaign.domain.campaign import Campaign, GoalKind
from campaign.domain.facts import Payment, Person
from campaign.domain.standing import (
    EntryKind,
    SourceRules,
    Standing,
    StandingEntry,
    campaign_standing,
    payment_standing,
    person_standing,
)
from campaign.store import campaigns, ledger, people, rates, rechecks
from campaign.store.engine import Session
from campaign.store.ledger import CAMPAIGN, PAYMENT, PERSON, Cause, Entry, NewEntry, SubjectLedger
from campaign.store.people import Touched
from campaign.store.rechecks import Ask

Subject = TypeVar("Subject", Person, Payment)

CLOCKS_DIFFER = timedelta(hours=1)
"""By how much two of our processes may disagree about the time; beyond it a clock jumped, and the present one holds."""


def recount(session: Session, touched: Touched, cause: Cause, now: datetime) -> int:
    """For all that was touched, in every campaign, what stands is what the facts say; returns the entries made.

    Locks them until the end of the caller's transaction, which must have written their facts before.
    """
    people.lock(session, touched.people, touched.payments)
    everywhere = campaigns.all_campaigns(session)
    rules = people.source_rules(session)
    made = 0
    for kind, ids in ((PERSON, touched.people), (PAYMENT, touched.payments)):
        concerned = [c for c in everywhere if counted_subject(c) == kind]
        for part in people.chunks(ids) if concerned else ():
            facts = _read(session, kind, part)
            for campaign in concerned:
                made += _recount(session, campaign, facts, rules, cause, now)
    return made


def counted_subject(campaign: Campaign) -> str:
    """What a campaign counts: people, or payments."""
    return PAYMENT if campaign.kind is GoalKind.AMOUNT else PERSON


def recount_chunk(
    session: Session, campaign: Campaign, ids: Collection[int], rules: SourceRules, cause: Cause, now: datetime
) -> int:
    """The same for up to a few hundred subjects of one campaign, people or payments as it counts."""
    facts = _read(session, counted_subject(campaign), ids)
    return _recount(session, campaign, facts, rules, cause, now)


@dataclass(frozen=True, slots=True)
class _Facts:
    """Subjects with their facts, read once for every campaign: people, or payments."""

    people: Sequence[Person] = ()
    payments: Sequence[Payment] = ()

    def ids(self) -> list[int]:
        return [subject.id for subject in (*self.people, *self.payments)]


def _read(session: Session, kind: str, ids: Collection[int]) -> _Facts:
    if kind == PAYMENT:
        return _Facts(payments=people.load_payments(session, ids))
    return _Facts(people=people.load_people(session, ids))


def _recount(
    session: Session, campaign: Campaign, facts: _Facts, rules: SourceRules, cause: Cause, now: datetime
) -> int:
    standings, ledgers, read = _compare(session, campaign, facts, rules, now)
    rates.keep(session, read)
    return _book(session, campaign, counted_subject(campaign), standings, ledgers, cause, now)


def compare(
    session: Session, campaign: Campaign, ids: Collection[int], rules: SourceRules, now: datetime
) -> tuple[dict[int, Standing], dict[int, SubjectLedger]]:
    """What should stand for each subject by its facts, and what does; nothing is written.

    Time does not go back: what another process booked a moment after `now` was taken is no entry of the future.
    """
    return _compare(session, campaign, _read(session, counted_subject(campaign), ids), rules, now)[:2]


def _compare(
    session: Session, campaign: Campaign, facts: _Facts, rules: SourceRules, now: datetime
) -> tuple[dict[int, Standing], dict[int, SubjectLedger], list[Payment]]:
    """The same, and beside it the payments of a money campaign as they were read, with their conversions."""
    ledgers = ledger.subject_ledgers(session, campaign.id, counted_subject(campaign), facts.ids())
    booked = [at for has in ledgers.values() if (at := has.last_booked_at) is not None and at < now + CLOCKS_DIFFER]
    at = max([now, *booked])
    if counted_subject(campaign) == PAYMENT:
        read = rates.converted(session, facts.payments, campaign.currency, rules)
        standings = _answers(read, payment_standing, campaign, rules, at)
    else:
        read, found = [], facts.people
        if campaign.kind is GoalKind.GIVERS and campaign.rule.minimum_minor:
            found = rates.converted_people(session, found, campaign.currency, rules)
            read = [payment for person in found for payment in person.payments]
        standings = _answers(found, person_standing, campaign, rules, at)
    return standings, {i: ledgers.get(i, SubjectLedger()) for i in standings}, read


def _answers(
    subjects: Sequence[Subject],
    rule: Callable[[Subject, Campaign, SourceRules, datetime], Standing],
    campaign: Campaign,
    rules: SourceRules,
    now: datetime,
) -> dict[int, Standing]:
    return {subject.id: rule(subject, campaign, rules, now) for subject in subjects}


def recount_campaign_itself(session: Session, campaign: Campaign, cause: Cause, now: datetime) -> int:
    """What stands for the campaign as a subject is its stated opening; adjustments stay as they are."""
    ledgers = {campaign.id: SubjectLedger(), **ledger.subject_ledgers(session, campaign.id, CAMPAIGN, [campaign.id])}
    return _book(session, campaign, CAMPAIGN, {campaign.id: campaign_standing(campaign, now)}, ledgers, cause, now)


def _book(
    session: Session,
    campaign: Campaign,
    kind: str,
    standings: Mapping[int, Standing],
    ledgers: Mapping[int, SubjectLedger],
    cause: Cause,
    now: datetime,
) -> int:
    new: list[NewEntry] = []
    for subject_id, standing in standings.items():
        new += differences(kind, subject_id, ledgers[subject_id], standing.entries)
    days = {e.occurred_at: campaign.local_day(e.occurred_at) for e in new}
    ledger.append(session, campaign.id, new, cause, now, days)
    asks = [Ask(kind, i, standing.recheck_at, standing.waits) for i, standing in standings.items()]
    rechecks.keep(session, campaign.id, asks)
    return len(new)


def differences(kind: str, subject_id: int, has: SubjectLedger, should: Sequence[StandingEntry]) -> list[NewEntry]:
    """The corrections and entries that make what stands equal what should, in the order they are to be numbered."""
    missing = Counter(should)
    new: list[NewEntry] = []
    number = has.last_number
    for standing in has.standing:
        value = standing.value()
        if missing[value] > 0:
            missing[value] -= 1
        elif standing.kind is not EntryKind.ADJUSTMENT:
            number += 1
            new.append(correction(standing, number))
    for value in should:
        if missing[value] > 0:
            missing[value] -= 1
            number += 1
            new.append(_new_entry(kind, subject_id, number, value))
    return new


def correction(reversed_entry: Entry, number: int) -> NewEntry:
    """The entry that reverses another; it takes its `occurred_at`."""
    e = reversed_entry
    return NewEntry(
        e.subject_kind,
        e.subject_id,
        number,
        EntryKind.CORRECTION,
        e.kind,
        -e.amount,
        e.occurred_at,
        e.source_id,
        reverses_id=e.id,
    )


def _new_entry(subject_kind: str, subject_id: int, number: int, value: StandingEntry) -> NewEntry:
    return NewEntry(
        subject_kind,
        subject_id,
        number,
        value.kind,
        value.kind,
        value.amount,
        value.occurred_at,
        value.source_id,
    )
