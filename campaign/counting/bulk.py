"""Booking people nobody has told of before, many at once: the same entries as `book.recount` makes, by a shorter way.

What should stand is computed by the same pure rule, before the transaction; nothing stands yet, so all of it is new.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from campaign.counting.book import counted_subject
from campaign.domain.campaign import Campaign, local_day
from campaign.domain.facts import Membership, Payment, PaymentState, Person, SignUp
from campaign.domain.standing import SourceRules, Standing, StandingEntry, payment_standing, person_standing
from campaign.store import day_totals, first_entries, new_people, rechecks
from campaign.store.engine import Session
from campaign.store.first_entries import FirstEntry
from campaign.store.ledger import PERSON, Cause
from campaign.store.new_people import AnyNew, Ends, Ids, NewMember, NewPerson
from campaign.store.told import ToldMembership, ToldPayment, ToldSignUp

Standings = tuple[tuple[Standing, ...], ...]
"""Of one person: for each campaign theirs, or one for each of their payments."""


class Prepared(NamedTuple):
    """A new person with what should stand."""

    person: AnyNew
    standings: Standings


def can_be_new(person: AnyNew, campaigns: Sequence[Campaign]) -> bool:
    """Whether the rule needs nothing but what was told: money of another currency needs a rate, which is looked up."""
    if isinstance(person, NewMember) or not person.payments:
        return True
    currencies = {payment.currency for payment in person.payments}
    return all(campaign.currency is None or currencies <= {campaign.currency} for campaign in campaigns)


class Remembered:
    """What the rule said of people of whom the same membership is said, and how their rows end; for one cause only.

    The rule knows no keys, and its answer holds until the instant at which it asks to be asked again.
    """

    MOST = 10_000

    def __init__(self) -> None:
        self._by_said: dict[int, tuple[ToldMembership, datetime | None, Standings]] = {}
        self._of: object = None
        self.ends = Ends()
        self.entry_ends: defaultdict[int, Ends] = defaultdict(Ends)

    def standings(
        self, people: Sequence[AnyNew], source_id: int, campaigns: Sequence[Campaign], rules: SourceRules, now: datetime
    ) -> Iterator[Standings]:
        """What should stand for each, in each campaign."""
        if self._of != (source_id, campaigns, rules):
            self._by_said.clear()
            self._of = (source_id, campaigns, rules)
        by_said = self._by_said
        for person in people:
            if not isinstance(person, NewMember):
                yield _standings(domain_person(person, source_id), campaigns, rules, now)
                continue
            said = person.said
            found = by_said.get(id(said))
            if found is None or (found[1] is not None and found[1] <= now):
                if len(by_said) >= self.MOST:
                    by_said.clear()
                known = _standings(domain_person(person.whole(), source_id), campaigns, rules, now)
                found = by_said[id(said)] = said, _holds_until(known), known
            yield found[2]


def _holds_until(standings: Standings) -> datetime | None:
    """The first instant at which one of them asks to be asked again."""
    return min((s.recheck_at for some in standings for s in some if s.recheck_at is not None), default=None)


def prepare(
    people: Sequence[AnyNew],
    source_id: int,
    campaigns: Sequence[Campaign],
    rules: SourceRules,
    now: datetime,
    remembered: Remembered | None = None,
) -> list[Prepared]:
    """What should stand for each, were they booked at `now`; nothing is read or written."""
    said = remembered or Remembered()
    return list(map(Prepared, people, said.standings(people, source_id, campaigns, rules, now)))


def book_new(
    session: Session,
    source_id: int,
    prepared: Sequence[Prepared],
    campaigns: Sequence[Campaign],
    stamp: int,
    cause: Cause,
    now: datetime,
    remembered: Remembered | None = None,
) -> int:
    """The people, their facts, entries, totals and rechecks are stored; returns the entries made.

    None of them is known before (`new_people.unknown`, in the same transaction).
    """
    said = remembered or Remembered()
    ids = new_people.insert(session, source_id, [one.person for one in prepared], stamp, said.ends)
    made = 0
    for at, campaign in enumerate(campaigns):
        made += _book_campaign(session, campaign, at, prepared, ids, cause, now, said.entry_ends[campaign.id])
    return made


def domain_person(person: NewPerson, source_id: int) -> Person:
    """The person as the rule takes one. Our ids are not given yet; the rule asks for none."""
    memberships = tuple(_membership(m, source_id) for m in person.memberships)
    payments = tuple(_payment(p, source_id) for p in person.payments)
    return Person(0, memberships, payments, tuple(_sign_up(s, source_id) for s in person.sign_ups))


def _standings(
    person: Person, campaigns: Sequence[Campaign], rules: SourceRules, now: datetime
) -> tuple[tuple[Standing, ...], ...]:
    return tuple(
        (person_standing(person, campaign, rules, now),)
        if counted_subject(campaign) == PERSON
        else tuple(payment_standing(payment, campaign, rules, now) for payment in person.payments)
        for campaign in campaigns
    )


def _book_campaign(
    session: Session,
    campaign: Campaign,
    at: int,
    prepared: Sequence[Prepared],
    ids: Ids,
    cause: Cause,
    now: datetime,
    ends: Ends,
) -> int:
    kind = counted_subject(campaign)
    subjects = ids.people if kind == PERSON else ids.payments
    rows: list[FirstEntry] = []
    asks: list[tuple[int, datetime | None, str | None]] = []
    for subject, (standing, note) in zip(subjects, _all_of(prepared, at), strict=True):
        for number, entry in enumerate(standing.entries, 1):
            rows.append((subject, number, note, entry))
        if standing.recheck_at is not None or standing.waits is not None:
            asks.append((subject, standing.recheck_at, standing.waits))
    first_entries.append(session, campaign.id, kind, rows, cause, now, ends)
    day_totals.add(session, campaign.id, _sums(campaign, [e for _, _, _, e in rows]))
    rechecks.keep_new(session, campaign.id, kind, asks)
    return len(rows)


def _sums(campaign: Campaign, entries: Sequence[StandingEntry]) -> Mapping[tuple[date, str, int], Sequence[int]]:
    """What the entries add to the totals: amount and number by day, kind and source. Many are one and the same."""
    sums: dict[tuple[date, str, int], list[int]] = defaultdict(lambda: [0, 0])
    each = {id(e): e for e in entries}
    for of, times in Counter(map(id, entries)).items():
        e = each[of]
        total = sums[_local_day(e.occurred_at, campaign.zone), e.kind.value, e.source_id or 0]
        total[0] += e.amount * times
        total[1] += times
    return sums


@lru_cache(maxsize=20_000)
def _local_day(instant: datetime, zone: str) -> date:
    return local_day(instant, zone)


def _all_of(prepared: Sequence[Prepared], at: int) -> Iterator[tuple[Standing, str | None]]:
    return ((standing, one.person.note) for one in prepared for standing in one.standings[at])


def sums_of(prepared: Sequence[Prepared], campaigns: Sequence[Campaign]) -> Mapping[int, list[Standing]]:
    """What should stand in each campaign, by its id; for what a list would do before it is booked."""
    return {
        campaign.id: [standing for one in prepared for standing in one.standings[at]]
        for at, campaign in enumerate(campaigns)
    }


def _membership(m: ToldMembership, source_id: int) -> Membership:
    return Membership(
        id=0,
        source_id=source_id,
        key=m.key,
        started_at=m.started_at,
        ended_at=m.ended_at,
        cancelled_at=m.cancelled_at,
        cancel_at=m.cancel_at,
        trial_starts_at=m.trial_starts_at,
        trial_ends_at=m.trial_ends_at,
        running_from=m.running_from,
        running_until=m.running_until,
        assumed=not m.invoices_complete,
        price_keys=m.price_keys,
        quantity=m.quantity,
        how=m.how,
        same_as=m.same_as,
        campaign_slug=m.campaign_slug,
        tags=tuple(sorted(set(m.tags))),
    )


def _payment(p: ToldPayment, source_id: int) -> Payment:
    return Payment(
        id=0,
        source_id=source_id,
        key=p.key,
        link_key=p.link_key,
        amount_minor=p.amount_minor,
        currency=p.currency,
        occurred_at=p.occurred_at,
        state=PaymentState(p.state),
        is_debit=p.is_debit,
        settled_minor=p.settled_minor,
        settled_currency=p.settled_currency,
        campaign_slug=p.campaign_slug,
        invoice_key=p.invoice_key,
        reductions=p.reductions,
        tags=tuple(sorted(set(p.tags))),
    )


def _sign_up(s: ToldSignUp, source_id: int) -> SignUp:
    return SignUp(0, source_id, s.key, s.campaign_slug, s.confirmed_at, s.withdrawn_at)
