"""Booking many new people at once makes the same facts, entries, totals and rechecks as booking them one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from campaign.counting import book, bulk, edit
from campaign.domain.campaign import GoalKind, Opening, OpeningSource, Rule
from campaign.domain.facts import How
from campaign.domain.people import AddressHash
from campaign.store import campaigns, day_totals, facts, new_people, people, sources
from campaign.store.engine import Database, open_database
from campaign.store.ledger import Cause
from campaign.store.new_people import AnyNew, NewMember, NewPerson
from campaign.store.tables import EntryRow, MembershipRow, PaymentRow, Recheck, SignUpRow
from campaign.store.told import Told, ToldAccount, ToldMembership, ToldPayment, ToldSignUp
from tests.databases import Databases
from tests.ingest.files.lists import NOW, a_campaign

STAMP = 10**15
OPENED = datetime(2026, 6, 1, tzinfo=UTC)
CAMPAIGNS = (
    a_campaign(),
    a_campaign(slug="free", rule=Rule(count_complimentary=True, count_trials=True, grace_days=0)),
    a_campaign(slug="opened", opening=Opening(10, OPENED, (OpeningSource("List", 1, includes_list=True),))),
    a_campaign(GoalKind.NEW_MEMBERS),
    a_campaign(GoalKind.AMOUNT),
    a_campaign(GoalKind.GIVERS),
    a_campaign(GoalKind.SIGNUPS),
)
days = st.integers(0, 900).map(lambda day: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=day))


@st.composite
def told_people(draw: st.DrawFn) -> list[NewPerson]:
    found: list[NewPerson] = []
    for number in range(draw(st.integers(1, 6))):
        account = ToldAccount(f"a{number}", draw(st.sampled_from([None, AddressHash(f"1:{number:064d}")])))
        person = NewPerson([account])
        for n in range(draw(st.integers(0, 2))):
            start = draw(days)
            until, ended = draw(st.none() | days), draw(st.none() | days)
            how = draw(st.sampled_from([How.PAID, How.TRIAL, How.GIFTED, How.COMPLIMENTARY]))
            person.memberships.append(
                ToldMembership(
                    key=f"m{number}.{n}", account_key=account.key, status="active", started_at=start, ended_at=ended,
                    running_from=start, running_until=until, invoices_complete=True, how=how,
                    price_keys=draw(st.sampled_from([(), ("friend",)])),
                )
            )  # fmt: skip
        for n in range(draw(st.integers(0, 2))):
            person.payments.append(_payment(f"p{number}.{n}", account.key, draw(st.integers(1, 9999)), draw(days)))
        if draw(st.booleans()):
            at = draw(days)
            confirmed = draw(st.none() | st.just(at))
            person.sign_ups.append(ToldSignUp(f"s{number}", account.key, None, at, confirmed))
        found.append(person)
    return found


def _payment(key: str, account_key: str, amount: int, at: datetime) -> ToldPayment:
    return ToldPayment(
        key=key, account_key=account_key, link_key=key, invoice_key=None, state="succeeded", amount_minor=amount,
        currency="EUR", settled_minor=None, settled_currency=None, fee_minor=None, occurred_at=at, is_debit=False,
        campaign_slug=None, reductions=(),
    )  # fmt: skip


def _open(url: str) -> Database:
    db = open_database(url)
    with db.write() as session:
        sources.add_pushed(session, sources.FILE, "list", "List", NOW)
    for campaign in CAMPAIGNS:
        edit.create(db, campaign, "ana", "new", NOW)
    return db


def _one_by_one(db: Database, told: list[NewPerson]) -> None:
    for person in told:
        facts_told = Told()
        facts_told.add(*person.accounts, *person.memberships, *person.payments, *person.sign_ups)
        with db.write() as session:
            book.recount(session, facts.save(session, 1, facts_told, STAMP).touched, Cause("file", 1), NOW)


def _shortened(told: list[NewPerson]) -> list[AnyNew]:
    """Whoever one account and one membership tell of, as lists tell of them; what is said the same is shared."""
    said: dict[ToldMembership, ToldMembership] = {}
    short: list[AnyNew] = []
    for person in told:
        if len(person.memberships) != 1 or person.payments or person.sign_ups:
            short.append(person)
            continue
        (account,), (membership,) = person.accounts, person.memberships
        bare = replace(membership, key="", account_key="")
        hashes = account.address_hash.all if isinstance(account.address_hash, AddressHash) else ()
        short.append(NewMember(account.key, hashes, membership.key, said.setdefault(bare, bare)))
    return short


def _at_once(db: Database, told: Sequence[AnyNew]) -> None:
    with db.read() as session:
        everywhere, rules = campaigns.all_campaigns(session), people.source_rules(session)
    remembered = bulk.Remembered()
    for some in (told[: len(told) // 2], told[len(told) // 2 :]):
        prepared = bulk.prepare(some, 1, everywhere, rules, NOW, remembered)
        with db.write() as session:
            assert all(new_people.unknown(session, 1, some))
            bulk.book_new(session, 1, prepared, everywhere, STAMP, Cause("file", 1), NOW, remembered)
            assert not any(new_people.unknown(session, 1, some))


def _all_of(db: Database) -> dict[str, Any]:
    """Everything that was written, with our ids replaced by the source's own."""
    with db.read() as session:
        everyone = people.load_people(session, people.all_person_ids(session, 0, 10_000))
        names = {("person", p.id): p.memberships[0].key.partition(".")[0] for p in everyone if p.memberships}
        names |= {("payment", pay.id): pay.key for p in everyone for pay in p.payments}
        mine = [(kind, i) for kind, i in names]
        assert mine is not None
        e, r = EntryRow, Recheck
        entries = session.execute(
            select(
                *(e.campaign_id, e.subject_kind, e.subject_id, e.number, e.kind, e.amount, e.occurred_at),
                *(e.booked_at, e.source_id, e.cause_kind, e.cause_id, e.public, e.author),
            )
        )
        rechecks = session.execute(select(r.campaign_id, r.subject_kind, r.subject_id, r.recheck_at, r.waits))
        tables: dict[str, Any] = {}
        for table in (MembershipRow, PaymentRow, SignUpRow):
            columns = [c for c in table.__table__.c if c.name not in ("id", "account_id", "campaign_id")]
            tables[table.__tablename__] = Counter(repr(tuple(row)) for row in session.execute(select(*columns)))

        def named(row: Any) -> tuple[Any, ...]:
            return (row[0], row[1], names.get((row[1], row[2]), row[1]), *row[3:])

        return {
            **tables,
            "entries": Counter(named(row) for row in entries),
            "rechecks": Counter(named(row) for row in rechecks),
            "totals": {c: sorted(map(repr, day_totals.load(session, c))) for c in range(1, len(CAMPAIGNS) + 1)},
        }


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_many_at_once_are_the_same_as_one_by_one(kind: str, request: pytest.FixtureRequest) -> None:
    databases: Databases = request.getfixturevalue(f"{kind}_databases")

    @settings(max_examples=25 if kind == "sqlite" else 8)
    @given(told_people())
    def holds(told: list[NewPerson]) -> None:
        with databases.fresh() as one_url, databases.fresh() as other_url:
            one, other = _open(one_url), _open(other_url)
            try:
                _one_by_one(one, told)
                _at_once(other, _shortened(told))
                assert _all_of(other) == _all_of(one)
            finally:
                one.dispose()
                other.dispose()

    holds()
