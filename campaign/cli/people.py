"""`people`: supporters, found by the address they typed."""

from __future__ import annotations

from dataclasses import dataclass

import click

from campaign.cli.output import as_json, instant, open_runtime, print_value, table
from campaign.domain.facts import Person
from campaign.ingest.addresses import hasher_of
from campaign.store import campaigns, ledger, lookup, sources
from campaign.store import people as facts
from campaign.store.engine import Session
from campaign.store.ledger import PAYMENT, PERSON, Entry


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of one person: facts, and the entries they led to, by campaign."""

    person: Person
    sources: dict[int, str]
    entries: dict[str, list[Entry]]


@click.group()
def people() -> None:
    """Supporters. No address is kept: a person is found by typing it."""


@people.command()
@click.option("--address", prompt="E-mail address", help="Asked for when left out, so that no shell remembers it.")
@as_json
def find(address: str, as_json: bool) -> None:
    """What is known of one person: memberships, payments, and the entries they led to. Exit status 1: nobody."""
    runtime = open_runtime()
    hashed = hasher_of(runtime.settings)(address)
    with runtime.db.read() as session:
        person_id = next(iter(lookup.people_of_address(session, hashed.all)), None) if hashed else None
        found = _found(session, person_id) if person_id is not None else None
    if found is None:
        raise click.ClickException("nobody with this address is known")
    print_value(found, as_json, lambda: _described(found))


def _found(session: Session, person_id: int) -> Found:
    person = facts.load_people(session, [person_id])[0]
    entries: dict[str, list[Entry]] = {}
    for campaign in campaigns.all_campaigns(session):
        of_one = ledger.subject_entries(session, campaign.id, PERSON, person_id)
        for payment in person.payments:
            of_one += ledger.subject_entries(session, campaign.id, PAYMENT, payment.id)
        if of_one:
            entries[campaign.slug] = sorted(of_one, key=lambda e: (e.occurred_at, e.id))
    return Found(person, {s.id: s.name for s in sources.listing(session)}, entries)


def _described(found: Found) -> str:
    person = found.person
    memberships = [
        (
            found.sources.get(m.source_id, m.source_id),
            m.key,
            instant(m.started_at),
            instant(m.ended_at) if m.ended_at else "runs",
        )
        for m in person.memberships
    ]
    booked = [
        (slug, instant(e.occurred_at), e.kind, f"{e.amount:+,}", e.cause_kind)
        for slug, entries in found.entries.items()
        for e in entries
    ]
    return "\n".join(
        [
            f"Person {person.id}, {len(person.payments)} payments.",
            table(("source", "membership", "since", "until"), memberships),
            table(("campaign", "occurred", "entry", "amount", "cause"), booked),
        ]
    )
