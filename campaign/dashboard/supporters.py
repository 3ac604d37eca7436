"""Supporters: what is known of one person, what waits for staff, and how far the renewal of a key has come."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timedelta

from campaign.dashboard import causes
from campaign.dashboard.causes import EntryLine
from campaign.domain.campaign import Campaign
from campaign.domain.errors import NotFound
from campaign.domain.facts import Person
from campaign.domain.money import Money
from campaign.domain.people import By, Undecided
from campaign.domain.suggestions import Evidence, suggest
from campaign.store import (
    accounts_shown,
    address_keys,
    campaigns,
    decisions,
    erasures,
    joins,
    led,
    ledger,
    lookup,
    people,
    sources,
)
from campaign.store import marks as store_marks
from campaign.store.accounts_shown import AccountShown
from campaign.store.address_keys import Left
from campaign.store.decisions import APART, Decision
from campaign.store.engine import Database, Session
from campaign.store.led import Came
from campaign.store.ledger import PAYMENT, PERSON

BY = {
    By.ADDRESS: "the same address",
    By.LINK: "a membership that one names and the other holds",
    By.MERGE: "a merge by staff",
}

MOST_SUGGESTED = 100


@dataclass(frozen=True, slots=True)
class Entries:
    """What a person booked in one campaign."""

    campaign: Campaign
    lines: tuple[EntryLine, ...]


@dataclass(frozen=True, slots=True)
class DecisionShown:
    """A decision with both accounts, the person's own first."""

    decision: Decision
    own: AccountShown
    other: AccountShown

    @property
    def is_merge(self) -> bool:
        """Else they are kept apart."""
        return self.decision.kind != APART


@dataclass(frozen=True, slots=True)
class Waiting:
    """Two accounts that something joins and that hang between two kept apart: staff say where the first belongs."""

    account: AccountShown
    other: AccountShown
    why: str


@dataclass(frozen=True, slots=True)
class Suggested:
    """Two accounts that might be one person, with the reasons in words."""

    account: AccountShown
    other: AccountShown
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Supporter:
    """All that is known of one person; no name and no address."""

    person: Person
    accounts: tuple[AccountShown, ...]
    decisions: tuple[DecisionShown, ...]
    waiting: tuple[Waiting, ...]
    entries: tuple[Entries, ...]
    sources: dict[int, str]
    came: tuple[Came, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What an address led to. `is_erased`: its owner asked to be forgotten."""

    people: tuple[int, ...]
    is_erased: bool


def find(db: Database, hashes: Collection[str]) -> Found:
    """Who has this address, under any key: nobody, one, or several whom staff keep apart."""
    with db.read() as session:
        erased = erasures.hashes_among(session, hashes)
        return Found(tuple(lookup.people_of_address(session, hashes)), bool(erased))


def supporter(db: Database, person_id: int) -> Supporter:
    """One person. Raises NotFound where no account belongs to them."""
    with db.read() as session:
        accounts = accounts_shown.of_people(session, [person_id])
        if not accounts:
            raise NotFound("supporter", person_id)
        (person,) = people.load_people(session, [person_id])
        ids = [a.id for a in accounts]
        near = joins.neighbourhood(session, ids)
        mine = [u for u in near.parts().undecided if u.account in ids or u.other in ids]
        return Supporter(
            person=person,
            accounts=tuple(accounts),
            decisions=_decisions(session, ids),
            waiting=_waiting(session, mine),
            entries=_entries(session, person),
            sources={source.id: source.name for source in sources.listing(session)},
            came=tuple(led.of_accounts(session, ids)),
        )


def held_on(known: Supporter) -> dict[str, object]:
    """All that is held on one person, to be given to them when they ask."""
    return {
        "person": known.person.id,
        "name": "not kept",
        "address": "not kept; a keyed hash of it" if any(a.key_version for a in known.accounts) else "not kept",
        "accounts": [{"id": a.id, "source": a.source, "id_at_source": a.name} for a in known.accounts],
        "memberships": known.person.memberships,
        "payments": known.person.payments,
        "sign_ups": known.person.sign_ups,
        "came_by": known.came,
        "decisions_of_staff": [d.decision for d in known.decisions],
        "counted": {
            e.campaign.slug: [
                {
                    "kind": line.kind,
                    "occurred_at": line.entry.occurred_at,
                    "booked_at": line.entry.booked_at,
                    "amount": line.entry.amount,
                    "cause": line.cause,
                }
                for line in e.lines
            ]
            for e in known.entries
        },
    }


def held_json(known: Supporter) -> str:
    """The same as a file that the person can read."""
    return json.dumps(held_on(known), ensure_ascii=False, indent=2, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds").replace("+00:00", "Z")
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    return str(value)


def person_of(db: Database, account_id: int) -> int:
    """Whose account it is. Raises NotFound."""
    with db.read() as session:
        return _account(session, account_id).person_id


def first_account(db: Database, person_id: int) -> AccountShown:
    """The oldest of a person's accounts, which stands for them in a decision. Raises NotFound."""
    with db.read() as session:
        accounts = accounts_shown.of_people(session, [person_id])
    if not accounts:
        raise NotFound("supporter", person_id)
    return accounts[0]


def pair(db: Database, account_id: int, other_id: int) -> tuple[AccountShown, AccountShown]:
    """Two accounts that a decision is about. Raises NotFound."""
    with db.read() as session:
        return _account(session, account_id), _account(session, other_id)


def waiting(db: Database) -> tuple[Waiting, ...]:
    """Everything that hangs between two kept apart."""
    with db.read() as session:
        apart = {i for d in decisions.all_apart(session) for i in (d.account_id, d.other_id)}
        return _waiting(session, joins.neighbourhood(session, apart).parts().undecided) if apart else ()


def suggestions(db: Database, now: datetime) -> tuple[Suggested, ...]:
    """Who might be one person, and why; nothing that is decided already. Payments of the last year only."""
    with db.read() as session:
        marks = store_marks.shared(session, now - timedelta(days=366))
        accounts = {m.account for m in marks}
        decided = {frozenset((d.account_id, d.other_id)) for d in decisions.of_accounts(session, accounts)}
        shown = {a.id: a for a in accounts_shown.load(session, accounts)}
        found = [
            Suggested(shown[s.account], shown[s.other], tuple(_why(evidence, of) for evidence, of in s.reasons))
            for s in suggest(marks, decided)
            if shown[s.account].person_id != shown[s.other].person_id
        ]
        return tuple(found[:MOST_SUGGESTED])


def _why(evidence: Evidence, of: str) -> str:
    match evidence:
        case Evidence.MEMBERSHIP:
            return f"both sources tell of a membership {of}"
        case Evidence.PAYMENT:
            return f"both sources tell of a payment {of}: is it counted twice?"
        case Evidence.ACCOUNT:
            return f"both sources know them as {of}"
        case Evidence.AMOUNT:
            minor, _, currency = of.partition(" ")
            amount = Money(int(minor), currency).major()
            return f"{amount} {currency} within a day, once at either source, and one of them tells no address"


def keys_left(db: Database) -> list[Left]:
    """How many accounts have their address under which version of the key, by source."""
    with db.read() as session:
        return address_keys.left(session)


def _account(session: Session, account_id: int) -> AccountShown:
    found = accounts_shown.load(session, [account_id])
    if not found:
        raise NotFound("account", account_id)
    return found[0]


def _decisions(session: Session, account_ids: Sequence[int]) -> tuple[DecisionShown, ...]:
    found = decisions.of_accounts(session, account_ids)
    by_id = {a.id: a for a in accounts_shown.load(session, {i for d in found for i in (d.account_id, d.other_id)})}
    return tuple(
        DecisionShown(d, by_id[d.account_id], by_id[d.other_id])
        if d.account_id in account_ids
        else DecisionShown(d, by_id[d.other_id], by_id[d.account_id])
        for d in found
    )


def _waiting(session: Session, undecided: Sequence[Undecided]) -> tuple[Waiting, ...]:
    shown = {a.id: a for a in accounts_shown.load(session, {i for u in undecided for i in (u.account, u.other)})}
    return tuple(Waiting(shown[u.account], shown[u.other], BY[u.by]) for u in undecided)


def _entries(session: Session, person: Person) -> tuple[Entries, ...]:
    found: list[Entries] = []
    for campaign in campaigns.all_campaigns(session):
        booked = ledger.subject_entries(session, campaign.id, PERSON, person.id)
        for payment in person.payments:
            booked += ledger.subject_entries(session, campaign.id, PAYMENT, payment.id)
        if booked:
            lines = causes.lines(session, sorted(booked, key=lambda e: (e.occurred_at, e.id)))
            found.append(Entries(campaign, lines))
    return tuple(found)
