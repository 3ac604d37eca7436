"""Booking on real databases: the ledger ends in what the facts say, whatever the way there."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from campaign.counting import adjust, passage, recounts
from campaign.counting.book import Cause, recount
from campaign.counting.check import check
from campaign.counting.edit import create, edit, preview
from campaign.counting.freeze import freeze_due
from campaign.counting.totals import rebuild
from campaign.domain.campaign import Campaign, EditorState, GoalKind, Opening, OpeningSource, Rule
from campaign.domain.errors import Conflict, Invalid
from campaign.domain.facts import Person
from campaign.domain.progress import fold
from campaign.store import campaigns, day_totals, ledger
from campaign.store.engine import Database, open_database
from campaign.store.people import Touched
from tests.domain.test_standing_properties import people
from tests.ledgers import add_source, write_person
from tests.stories import campaign, day, membership, paid, payment, person, refund

NOW = day(200)


def start(db: Database, **changes: object) -> Campaign:
    with db.write() as session:
        add_source(session, NOW)
    return create(db, campaign(**changes), "editor", "launch", NOW)  # type: ignore[arg-type]


def tell(db: Database, who: Person, now=NOW) -> int:
    """The facts of a person arrive and are booked."""
    with db.write() as session:
        person_id = write_person(session, who, now)
        payments = {
            i for (i,) in session.execute(
                text("SELECT p.id FROM payment p JOIN account a ON a.id = p.account_id WHERE a.person_id = :id"),
                {"id": person_id},
            )
        }  # fmt: skip
        recount(session, Touched({person_id}, payments), Cause("inbox", 1), now)
    return person_id


def value(db: Database, of: Campaign) -> int:
    with db.read() as session:
        return fold(day_totals.load(session, of.id), of).value


def standing(db: Database, of: Campaign, person_id: int) -> list[tuple[str, int]]:
    with db.read() as session:
        has = ledger.subject_ledgers(session, of.id, "person", [person_id])[person_id].standing
    return sorted((e.kind.value, e.amount) for e in has)


def test_a_payment_moves_the_number_and_a_refund_moves_it_back_with_a_cause(db: Database) -> None:
    of = start(db)
    who = person(membership(paid(190, 220, key="a")), payments=(payment("a", at=190),))
    tell(db, who)
    assert value(db, of) == 1
    tell(db, replace(who, payments=(replace(who.payments[0], reductions=(refund(195),)),)))
    assert value(db, of) == 0
    with db.read() as session:
        entries = ledger.last_entries(session, of.id, 10)
    assert [(e.kind.value, e.amount, e.cause_kind, e.cause_id) for e in entries] == [
        ("left", -1, "inbox", 1),
        ("joined", 1, "inbox", 1),
    ]


def test_the_same_facts_twice_book_nothing(db: Database) -> None:
    of = start(db)
    who = person(membership(paid(190, 220)))
    tell(db, who)
    tell(db, who)
    with db.read() as session:
        assert len(ledger.last_entries(session, of.id, 10)) == 1


def test_better_evidence_corrects_and_takes_the_instant_of_what_it_reverses(db: Database) -> None:
    of = start(db)
    who = person(membership(started=0, running_from=day(190), running_until=day(220)))
    person_id = tell(db, who)
    tell(db, replace(who, memberships=(replace(who.memberships[0], invoices=(paid(190, 220, at=191),)),)))
    with db.read() as session:
        entries = ledger.subject_entries(session, of.id, "person", person_id)
    assert [(e.kind.value, e.occurred_at, e.reverses_id is not None) for e in entries] == [
        ("joined", day(190), False),
        ("correction", day(190), True),
        ("joined", day(191), False),
    ]
    assert value(db, of) == 1


def test_grace_runs_out_by_the_clock_and_is_booked_at_its_own_instant(db: Database) -> None:
    of = start(db)
    person_id = tell(db, person(membership(paid(180, 210))), now=day(200))
    assert passage.recheck_due(db, day(223)) == 0
    assert passage.recheck_due(db, day(230)) == 1
    with db.read() as session:
        last = ledger.subject_entries(session, of.id, "person", person_id)[-1]
    assert (last.kind.value, last.occurred_at, last.booked_at, last.cause_kind) == ("left", day(224), day(230), "time")
    assert passage.recheck_due(db, day(230)) == 0


@pytest.mark.parametrize("verb", ["UPDATE entry SET amount = 5", "DELETE FROM entry"])
def test_the_database_refuses_to_change_an_entry(db: Database, verb: str) -> None:
    start(db)
    tell(db, person(membership(paid(190, 220))))
    with pytest.raises(DBAPIError, match="the ledger only grows"), db.write() as session:
        session.execute(text(verb))


def test_a_stated_opening_is_an_entry_and_counts_its_people_once(db: Database) -> None:
    opening = Opening(22_000, day(195), (OpeningSource("stripe", 1, includes_list=True),))
    of = start(db, opening=opening)
    assert value(db, of) == 22_000
    tell(db, person(membership(paid(190, 220))))
    assert value(db, of) == 22_000
    tell(db, person(membership(paid(196, 226))))
    assert value(db, of) == 22_001


def test_an_edit_of_the_rule_is_seen_before_and_booked_after(db: Database) -> None:
    of = start(db)
    tell(db, person(membership(paid(0, 30))))
    tell(db, person(membership(paid(180, 190))))
    assert value(db, of) == 1
    shorter = replace(of, rule=Rule(grace_days=0))
    seen = preview(db, shorter, NOW)
    assert (seen.before, seen.after) == (1, 0)
    edited = edit(db, shorter, "editor", "no grace", NOW)
    assert (edited.version, value(db, edited)) == (2, 0)
    assert check(db, of.id, NOW).found == []


def test_two_editors_at_once_are_a_conflict(db: Database) -> None:
    of = start(db)
    edit(db, replace(of, target=26_000), "one", "more", NOW)
    with pytest.raises(Conflict):
        edit(db, replace(of, target=27_000), "other", "more still", NOW)


def test_what_is_locked_when_live_stays(db: Database) -> None:
    of = start(db)
    with pytest.raises(Invalid) as refused:
        edit(db, replace(of, zone="Europe/Kyiv"), "editor", "move", NOW)
    assert refused.value.field == "zone"


def test_adjustments_are_signed_and_reversed_by_another_entry_only(db: Database) -> None:
    of = start(db)
    adjust.adjust(db, of.id, 12, "found on paper", "editor", NOW, public=True)
    assert value(db, of) == 12
    with db.read() as session:
        entry = ledger.last_entries(session, of.id, 1)[0]
    assert (entry.author, entry.note, entry.public) == ("editor", "found on paper", True)
    adjust.reverse_adjustment(db, entry.id, "they were there already", "editor", NOW)
    assert value(db, of) == 0
    with pytest.raises(Conflict):
        adjust.reverse_adjustment(db, entry.id, "again", "editor", NOW)
    assert check(db, of.id, NOW).found == []


def test_the_result_is_frozen_when_every_source_was_swept_after_the_deadline(db: Database) -> None:
    of = start(db)
    tell(db, person(membership(paid(350, 380))), now=day(360))
    assert freeze_due(db, day(365.02)) == []
    assert freeze_due(db, day(366)) == [], "its source was not swept yet"
    assert freeze_due(db, day(368.1)) == ["25k"], "after three days it is frozen all the same"
    with db.read() as session:
        frozen = campaigns.load(session, of.id).frozen
    assert frozen is not None
    assert (frozen.result, frozen.silent_sources) == (1, ("stripe",))


# -- check


@pytest.fixture
def checked(db: Database) -> tuple[Database, Campaign]:
    """Three members and a clean check."""
    of = start(db)
    for _ in range(3):
        tell(db, person(membership(paid(190, 220))))
    assert check(db, of.id, NOW).found == []
    return db, of


def tamper(db: Database, statement: str) -> None:
    """Plant something by hand, as somebody with the database's own rights could."""
    with db.write() as session:
        if db.is_sqlite:
            triggers = list(session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")))
            for name, _ in triggers:
                session.execute(text(f"DROP TRIGGER {name}"))
            session.execute(text(statement))
            for _, sql in triggers:
                session.execute(text(sql))
        else:
            session.execute(text("ALTER TABLE entry DISABLE TRIGGER entry_no_change"))
            session.execute(text(statement))
            session.execute(text("ALTER TABLE entry ENABLE TRIGGER entry_no_change"))


def test_check_names_a_wrong_total_and_rebuild_puts_it_right(checked: tuple[Database, Campaign]) -> None:
    db, of = checked
    tamper(db, "UPDATE total SET amount = amount + 7")
    found = check(db, of.id, NOW).found
    assert len(found) == 1
    assert found[0].startswith("wrong total: 2026-07-10 joined of source 1 is stored as +10 in 3 entries")
    assert value(db, of) == 10
    rebuild(db, of.id, "operator", NOW)
    assert value(db, of) == 3
    assert check(db, of.id, NOW).found == []


def test_check_names_a_lost_entry(checked: tuple[Database, Campaign]) -> None:
    db, of = checked
    tamper(db, "DELETE FROM entry WHERE id = (SELECT max(id) FROM entry)")
    found = check(db, of.id, NOW).found
    assert any(f.startswith("lost entry: person 3 should have joined +1 at 2026-07-10") for f in found)
    assert any(f.startswith("wrong total") for f in found)


def test_check_names_a_doubled_entry(checked: tuple[Database, Campaign]) -> None:
    db, of = checked
    columns = (
        "campaign_id, subject_kind, subject_id, kind, amount, occurred_at, booked_at, source_id, cause_kind, public"
    )
    tamper(
        db,
        f"INSERT INTO entry ({columns}, number) SELECT {columns}, number + 1 FROM entry "
        "WHERE id = (SELECT max(id) FROM entry)",
    )
    found = check(db, of.id, NOW).found
    assert any(f.startswith("doubled entry: person 3 has joined +1 at 2026-07-10") for f in found)


def test_check_mends_only_when_told_to(checked: tuple[Database, Campaign]) -> None:
    db, of = checked
    tamper(db, "DELETE FROM entry WHERE id = (SELECT max(id) FROM entry)")
    assert check(db, of.id, NOW).found != []
    assert check(db, of.id, NOW, mend=True, actor="operator").found != []
    assert check(db, of.id, NOW).found == []
    assert value(db, of) == 3


# -- at once, and in any order


def test_eight_threads_booking_at_once_lose_nothing(db: Database) -> None:
    of = start(db)
    everyone = [person(membership(paid(190, 220))) for _ in range(80)]
    failures: list[BaseException] = []

    def work(part: list[Person]) -> None:
        try:
            for who in part:
                tell(db, who)
        except BaseException as error:  # noqa: BLE001 - handed to the test
            failures.append(error)

    threads = [threading.Thread(target=work, args=(everyone[i::8],)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert value(db, of) == 80
    assert check(db, of.id, NOW).found == []


def test_eight_threads_booking_the_same_person_book_once(db: Database) -> None:
    of = start(db)
    person_id = tell(db, person(membership(paid(190, 220, key="k")), payments=(payment("k", at=190),)))
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(10):
                with db.write() as session:
                    recount(session, Touched({person_id}), Cause("inbox", 2), NOW)
        except BaseException as error:  # noqa: BLE001 - handed to the test
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert standing(db, of, person_id) == [("joined", 1)]


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(told=st.lists(people(), min_size=1, max_size=3), way=st.data())
def test_the_way_there_does_not_matter(databases, told: list[Person], way: st.DataObject) -> None:
    """Any facts before, in any order, then the final ones: what stands and the number are those of the final."""
    with databases.fresh() as url:
        db = open_database(url)
        try:
            of = start(db, kind=way.draw(st.sampled_from([GoalKind.MEMBERS, GoalKind.NEW_MEMBERS])))
            now = day(500)
            for step in way.draw(st.lists(st.tuples(st.sampled_from(told), people()), max_size=4)):
                who, before = step
                tell(db, replace(before, id=who.id), now=day(way.draw(st.integers(0, 499))))
            for who in way.draw(st.permutations(told)):
                tell(db, who, now)
            passage.recheck_due(db, now)
            report = check(db, of.id, now)
            assert report.found == []
            before = value(db, of)
            rebuild(db, of.id, "test", now)
            assert value(db, of) == before
        finally:
            db.dispose()


def test_an_archived_or_draft_campaign_is_counted_all_the_same(db: Database) -> None:
    of = start(db, state=EditorState.DRAFT)
    tell(db, person(membership(paid(190, 220))))
    assert value(db, of) == 1


def test_what_another_process_booked_a_moment_later_is_no_entry_of_the_future(db: Database) -> None:
    of = start(db)
    person_id = tell(db, person(membership(paid(190, 220))), now=day(190.001))
    with db.write() as session:
        recount(session, Touched({person_id}), Cause("inbox", 2), day(189.999))
    with db.read() as session:
        assert [e.kind.value for e in ledger.last_entries(session, of.id, 10)] == ["joined"]
    assert check(db, of.id, day(189.999)).found == []


def test_a_recount_that_was_stopped_goes_on_where_it_was(db: Database) -> None:
    of = start(db)
    for _ in range(3):
        tell(db, person(membership(paid(0, 190))))
    edit(db, replace(of, rule=Rule(grace_days=0)), "editor", "no grace", NOW, at_once=False)
    assert value(db, of) == 3
    assert recounts.run_due(db, NOW) == 1
    assert value(db, of) == 0
    assert recounts.run_due(db, NOW) == 0
