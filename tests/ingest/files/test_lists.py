"""Lists of members and payments: read, looked at, booked, undone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from campaign.counting import passage
from campaign.domain.campaign import GoalKind, Opening, OpeningSource
from campaign.domain.errors import Conflict, Invalid
from campaign.ingest.files import booking, openings
from campaign.ingest.files.taking import Ask
from campaign.store import file_duplicates, file_imports
from campaign.store.engine import Database
from campaign.store.file_imports import State
from tests.ingest.files.lists import EXPORT, NOW, Newsroom, a_campaign

MEMBERS = """Email,Member since,Paid until
ana@example.org,2026-02-01,2026-12-31
Bo@Example.org,2026-03-01,2026-12-31
 bo@example.org ,2026-05-01,2026-12-31
late@example.org,2026-03-01,2026-10-01
"""
PAYMENTS = """email;date;amount;currency
ana@example.org;2026-03-01;25,00;EUR
ana@example.org;2026-03-01;25,00;EUR
bo@example.org;2026-03-02;7,50;EUR
"""


@pytest.fixture
def newsroom(db: Database) -> Newsroom:
    return Newsroom(db)


def test_a_list_is_seen_before_it_is_booked_and_counts_each_person_once(newsroom: Newsroom) -> None:
    newsroom.open()
    seen = newsroom.look(MEMBERS)
    assert seen.state is State.SHOWN
    assert seen.preview is not None
    assert (seen.preview["campaigns"][0]["before"], seen.preview["campaigns"][0]["after"]) == (0, 2)
    assert newsroom.number() == 0
    assert newsroom.bring_in(MEMBERS).state is State.BOOKED
    assert newsroom.number() == 2
    assert newsroom.differences() == []


def test_the_same_file_again_changes_nothing(newsroom: Newsroom) -> None:
    newsroom.open()
    newsroom.bring_in(MEMBERS)
    before = newsroom.standing()
    again = newsroom.take(MEMBERS)
    assert not again.is_new
    later = newsroom.bring_in(MEMBERS, at=EXPORT + timedelta(days=1))
    assert later.preview is not None
    assert later.preview["campaigns"][0]["added"] == {}
    assert newsroom.standing() == before
    assert newsroom.differences() == []


def test_an_older_list_changes_nothing_that_is_known_already(newsroom: Newsroom) -> None:
    newsroom.open()
    newsroom.bring_in("email,since,ended\nana@example.org,2026-02-01,2026-08-01\n")
    newsroom.bring_in("email,since\nana@example.org,2026-02-01\nnew@example.org,2026-02-01\n", at=EXPORT - timedelta(9))
    assert newsroom.number() == 1
    assert newsroom.differences() == []


def test_another_list_of_the_same_instant_is_refused(newsroom: Newsroom) -> None:
    newsroom.open()
    newsroom.bring_in(MEMBERS)
    with pytest.raises(Conflict, match="same moment"):
        newsroom.take(MEMBERS + "new@example.org,2026-02-01,\n")


def test_a_complete_list_ends_who_is_not_in_it_any_more(newsroom: Newsroom) -> None:
    newsroom.open()
    newsroom.bring_in("email,since\nana@example.org,2026-02-01\nbo@example.org,2026-02-01\n")
    assert newsroom.number() == 2
    later = EXPORT + timedelta(days=1)
    shown = newsroom.look("email,since\nana@example.org,2026-02-01\n", at=later, is_complete=True)
    assert shown.preview is not None
    assert (shown.preview["ended"], shown.preview["campaigns"][0]["after"]) == (1, 1)
    booking.confirm(newsroom.db, shown.id, "ana", NOW)
    booking.run_due(newsroom.db, lambda: NOW)
    assert newsroom.number() == 1
    assert ("left", -1, later) in newsroom.standing()
    newsroom.undo(newsroom.seen(shown.id))
    assert newsroom.number() == 2
    assert newsroom.differences() == []


def test_a_complete_list_with_rows_that_can_not_be_read_ends_nobody(newsroom: Newsroom) -> None:
    newsroom.open()
    newsroom.bring_in("email,since\nana@example.org,2026-02-01\nbo@example.org,2026-02-01\n")
    rows = "email,since\nana@example.org,2026-02-01\nbo@example.org,some day in spring\n"
    seen = newsroom.bring_in(rows, at=EXPORT + timedelta(days=1), is_complete=True)
    assert seen.preview is not None
    assert (seen.refused, seen.preview.get("ended", 0), newsroom.number()) == (1, 0, 2)
    newsroom.bring_in(rows.partition("bo@")[0], at=EXPORT + timedelta(days=2), is_complete=True)
    assert newsroom.number() == 1
    assert newsroom.differences() == []


def test_a_complete_list_ends_who_is_in_grace_and_not_in_it_any_more(newsroom: Newsroom) -> None:
    newsroom.open()
    newsroom.bring_in("email,since,paid until\nana@example.org,2026-02-01,2026-11-18\nbo@example.org,2026-02-01,\n")
    assert newsroom.number() == 2
    later = EXPORT + timedelta(days=1)
    seen = newsroom.bring_in("email,since\nbo@example.org,2026-02-01\n", at=later, is_complete=True)
    assert seen.preview is not None
    assert (seen.preview["ended"], newsroom.number()) == (1, 1)
    newsroom.undo(seen)
    assert newsroom.number() == 2
    assert newsroom.differences() == []


def test_who_cancelled_is_a_member_to_the_end_of_what_was_paid_and_not_a_day_of_grace_longer(
    newsroom: Newsroom,
) -> None:
    newsroom.open()
    newsroom.bring_in("email,status,since,paid until\nana@example.org,cancelled,2026-02-01,2026-11-25\n")
    assert newsroom.number() == 1
    newsroom.now = NOW + timedelta(days=4)
    passage.recheck_due(newsroom.db, newsroom.now)
    assert newsroom.number() == 0
    assert newsroom.differences() == []


def test_a_return_opens_a_stretch_of_its_own(newsroom: Newsroom) -> None:
    newsroom.open()
    newsroom.bring_in("email,since,ended\nana@example.org,2026-02-01,2026-05-01\n")
    newsroom.bring_in("email,since,ended\nana@example.org,2026-08-01,\n", at=EXPORT + timedelta(days=1))
    kinds = sorted(kind for kind, _, _ in newsroom.standing().elements())
    assert kinds == ["joined", "left", "returned"]
    assert newsroom.differences() == []


def test_undoing_takes_back_what_was_new_and_restores_what_was_before(newsroom: Newsroom) -> None:
    newsroom.open()
    newsroom.bring_in("email,since,paid until\nana@example.org,2026-02-01,2026-12-31\n")
    before = newsroom.standing()
    second = newsroom.bring_in(
        "email,since,paid until\nana@example.org,2026-02-01,2026-06-30\nbo@example.org,2026-02-01,2026-12-31\n",
        at=EXPORT + timedelta(days=1),
    )
    assert newsroom.standing() != before
    undone = newsroom.undo(second)
    assert undone.state is State.UNDONE
    assert newsroom.standing() == before
    assert newsroom.differences() == []
    with pytest.raises(Conflict):
        booking.undo(newsroom.db, second.id, "ana", "again", NOW)


def test_undoing_the_older_of_two_lists_and_then_the_newer_leaves_nothing(newsroom: Newsroom) -> None:
    newsroom.open()
    one = "email,since,paid until\nana@example.org,2026-02-01,2026-12-31\n"
    other = "email,since,paid until\nana@example.org,2026-03-01,2026-12-31\n"
    first, second = newsroom.bring_in(one), newsroom.bring_in(other, at=EXPORT + timedelta(days=1))
    newsroom.undo(first)
    assert newsroom.number() == 1
    newsroom.undo(second)
    assert newsroom.number() == 0
    assert not newsroom.standing()
    assert newsroom.differences() == []


def test_an_undone_list_may_come_again_with_the_same_date(newsroom: Newsroom) -> None:
    newsroom.open()
    newsroom.undo(newsroom.bring_in(MEMBERS))
    assert newsroom.number() == 0
    newsroom.bring_in(MEMBERS)
    assert newsroom.number() == 2
    assert newsroom.differences() == []


def test_rows_that_look_the_same_count_once_until_staff_decide(newsroom: Newsroom) -> None:
    newsroom.open(a_campaign(GoalKind.AMOUNT))
    seen = newsroom.bring_in(PAYMENTS)
    assert newsroom.number("amount") == 3250
    with newsroom.db.read() as session:
        (same,) = file_duplicates.listing(session)
    assert same.line == 3
    booking.decide(newsroom.db, same.id, "ana", NOW, counts=True)
    assert newsroom.number("amount") == 5750
    with pytest.raises(Conflict):
        booking.decide(newsroom.db, same.id, "bo", NOW, counts=False)
    newsroom.undo(seen)
    assert newsroom.number("amount") == 0
    assert newsroom.differences() == []


def test_no_address_is_kept_of_a_list(newsroom: Newsroom, database_url: str) -> None:
    newsroom.open()
    newsroom.take("email,since\nsecret.reader@example.org,2026-02-01\nnot an address,2026-02-01\n")
    with newsroom.db.read() as session:
        for part in file_imports.bodies(session, 1, 0):
            assert b"secret" not in part
        assert [r.reason for r in file_imports.refusals(session, 1)] == ["an e-mail address is expected"]


def test_an_opening_must_be_answered_before_a_list_is_booked(newsroom: Newsroom) -> None:
    opening = Opening(100, datetime.fromisoformat("2026-06-01T00:00:00+00:00"), (OpeningSource("Old system"),))
    newsroom.open(a_campaign(opening=opening))
    seen = newsroom.look(MEMBERS)
    with pytest.raises(Conflict, match="opening"):
        booking.confirm(newsroom.db, seen.id, "ana", NOW)
    openings.answer(newsroom.db, 1, newsroom.source(), "ana", NOW, includes=True, at_once=True)
    booking.confirm(newsroom.db, seen.id, "ana", NOW)
    booking.run_due(newsroom.db, lambda: NOW)
    # Of the opening's 100 the list has three; one of them stood there twice, and one has left since.
    assert newsroom.number() == 98
    assert newsroom.differences() == []


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("email,since\na@example.org,03/04/2026\n", "date_order"),
        ("email;date;amount;currency\na@example.org;2026-03-04;1,234;EUR\n", "decimals"),
        ("shoe size,colour\n44,green\n", "columns"),
    ],
)
def test_what_could_mean_two_things_is_asked(newsroom: Newsroom, text: str, question: str) -> None:
    with pytest.raises(Ask) as asked:
        newsroom.take(text)
    assert question in asked.value.questions


def test_one_date_that_tells_settles_the_others(newsroom: Newsroom) -> None:
    newsroom.open()
    newsroom.bring_in("email,since\na@example.org,03/04/2026\nb@example.org,25/04/2026\n")
    days = sorted(at.date().isoformat() for _, _, at in newsroom.standing())
    assert days == ["2026-04-02", "2026-04-24"]  # the first instants of 3 and 25 April in Kyiv


def test_a_future_export_is_refused(newsroom: Newsroom) -> None:
    with pytest.raises(Invalid, match="has passed"):
        newsroom.take(MEMBERS, at=NOW + timedelta(days=1))


@pytest.mark.parametrize("head", ["User ID", "ID"])
def test_one_number_with_two_addresses_is_one_person(newsroom: Newsroom, head: str) -> None:
    newsroom.open()
    listed = f"Email,{head},Member since\nana@example.org,5,2026-02-01\nbo@example.org,5,2026-03-01\n"
    assert newsroom.bring_in(listed).state is State.BOOKED
    assert newsroom.number() == 1
    assert newsroom.differences() == []
