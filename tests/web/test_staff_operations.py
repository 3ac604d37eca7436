"""Inbox, sources, jobs and what was published, through the pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from campaign.banner.publish import Publisher
from campaign.counting import book, edit
from campaign.dashboard import campaigns, operations, overview
from campaign.domain.campaign import GoalKind, Rule
from campaign.domain.quarantine import Burst
from campaign.domain.staff import Role
from campaign.store import bursts, inbox, job_runs, objects
from campaign.store.engine import Database
from campaign.store.inbox import Delivery
from campaign.store.ledger import Cause
from campaign.store.objects import Claim, Ref
from campaign.store.people import Touched
from campaign.store.tables import Price, SweepRun
from tests.banner.newsroom import a_campaign
from tests.ledgers import add_source, write_person
from tests.stories import payment, person
from tests.web.staff_room import NOW, StaffRoom, open_room, words


@pytest.fixture
def room(db: Database, tmp_path: Path) -> Iterator[StaffRoom]:
    with open_room(db, tmp_path) as room:
        with db.write() as session:
            add_source(session, NOW)
        edit.create(db, a_campaign(), "ana", "new", NOW)
        yield room


def deliver(room: StaffRoom, key: str, ignored: str | None = None) -> None:
    delivery = Delivery(
        f"evt_{key}", "invoice.paid", "invoice", key, True, None, "2026-10-28.endive", NOW, "d" * 64, ignored
    )  # fmt: skip
    with room.db.begin() as connection:
        inbox.keep(connection, 1, delivery, inbox.DELIVERED, room.now)


def fail(room: StaffRoom, key: str, state: str = objects.FAILED) -> None:
    with room.db.write() as session:
        claim = Claim(1, Ref("invoice", key), 10**6, 0, 0, "inbox", None)
        objects.postpone(session, claim, "it answered 500", room.now + timedelta(hours=1), state)


def test_what_failed_is_shown_with_its_error_and_retried_by_hand(room: StaffRoom) -> None:
    editor = room.signed_in(Role.EDITOR)
    deliver(room, "in_1")
    deliver(room, "in_2")
    fail(room, "in_1")
    assert "it answered 500" in editor.text("/inbox")
    assert "Failed 1" in editor.text("/campaigns/25k")
    answer = editor.post("/inbox/retry", page="/inbox", source_id="1", kind="invoice", key="in_1")
    assert answer.status_code == 303
    assert "it answered 500" not in editor.text("/inbox") or "Failed 0" in editor.text("/inbox")
    with room.db.read() as session:
        assert objects.any_due(session, room.now)
    assert operations.inbox_page(room.db).state.failed == 0
    assert "inbox.retry" in room.signed_in().text("/audit")


def test_retrying_what_does_not_exist_is_told_so(room: StaffRoom) -> None:
    editor = room.signed_in(Role.EDITOR)
    deliver(room, "in_1")
    fail(room, "in_1")
    for source, key in (("1", "in_9"), ("x", "in_1"), ("2", "in_1")):
        answer = editor.post("/inbox/retry", page="/inbox", source_id=source, kind="invoice", key=key)
        assert answer.status_code == 404


def test_all_that_is_stuck_is_retried_at_once(room: StaffRoom) -> None:
    editor = room.signed_in(Role.EDITOR)
    for key, state in (("in_1", objects.FAILED), ("in_2", objects.ABSENT), ("in_3", objects.DIRTY)):
        deliver(room, key)
        fail(room, key, state)
    state = operations.inbox_page(room.db).state
    assert (state.failed, state.absent, state.retrying) == (1, 1, 1)
    assert editor.post("/inbox/retry-all", page="/inbox").status_code == 303
    assert operations.inbox_page(room.db).state.troubled == 0


def test_deliveries_of_the_other_mode_are_counted_and_listed(room: StaffRoom) -> None:
    deliver(room, "in_1", ignored="of the other mode")
    viewer = room.signed_in(Role.VIEWER)
    assert "1 delivery of the other mode" in viewer.text("/campaigns/25k")
    assert "of the other mode" in viewer.text("/inbox")


def test_a_viewer_sees_no_button_that_changes_something(room: StaffRoom) -> None:
    deliver(room, "in_1")
    fail(room, "in_1")
    viewer = room.signed_in(Role.VIEWER)
    for path in ("/inbox", "/jobs", "/sources/1", "/campaigns/25k", "/campaigns/25k/entries"):
        page = viewer.get(path).text
        assert page.count('method="post"') == 1, path  # to sign out


def test_a_job_is_asked_for(room: StaffRoom) -> None:
    with room.db.write() as session:
        job_runs.begin(session, "sweep", room.now)
        job_runs.fail(session, "sweep", "401: the key is not valid", room.now)
    editor = room.signed_in(Role.EDITOR)
    assert "401: the key is not valid" in editor.text("/jobs")
    assert "1 job fails" in editor.text("/campaigns/25k")
    assert editor.post("/jobs/sweep/run", page="/jobs").status_code == 303
    with room.db.read() as session:
        assert job_runs.requested(session) == ["sweep"]
    assert editor.post("/jobs/coffee/run", page="/jobs").status_code == 404


def test_a_jobs_process_that_has_stopped_is_told_so(room: StaffRoom) -> None:
    with room.db.write() as session:
        job_runs.begin(session, "recheck", room.now)
        job_runs.succeed(session, "recheck", None, room.now)
    viewer = room.signed_in(Role.VIEWER)
    assert "has stopped" not in viewer.text("/jobs")
    room.now += timedelta(minutes=3)
    assert "nothing ran since 3 minutes ago" in viewer.text("/jobs")
    assert "nothing ran since 3 minutes ago" in viewer.text("/campaigns/25k")


def test_a_published_number_that_is_too_old_is_told_so(room: StaffRoom) -> None:
    Publisher("http://localhost", room.runtime.public_dir).publish_due(room.db, room.now)
    viewer = room.signed_in(Role.VIEWER)
    assert "older than it should be" not in viewer.text("/campaigns/25k")
    room.now += timedelta(minutes=11)
    assert "older than it should be" in viewer.text("/campaigns/25k")


def test_a_source_shows_its_address_and_the_differences_it_had(room: StaffRoom) -> None:
    with room.db.write() as session:
        named = ["subscription sub_1", "subscription sub_2"]
        report = {"seen": {"subscription": 12}, "unknown": {"subscription": 2}, "different": {}, "named": named}
        session.add(SweepRun(source_id=1, kind="sweep", began_at=NOW, finished_at=NOW, report=report))
    page = room.signed_in(Role.VIEWER).get("/sources/1")
    assert 'value="http://localhost/webhooks/stripe"' in page.text
    assert "Not known here: 2 memberships." in words(page)
    assert "subscription sub_1, subscription sub_2" in words(page)
    assert room.signed_in().get("/sources/7").status_code == 404


def test_ticking_prices_recounts_every_campaign(room: StaffRoom) -> None:
    with room.db.write() as session:
        session.add_all(
            Price(
                source_id=1, key=key, name=key, amount_minor=500, currency="USD", recurring="month", active=True,
                fetched_seq=1,
            )
            for key in ("price_month", "price_shop")
        )  # fmt: skip
    admin = room.signed_in()
    page = admin.get("/sources/1").text
    assert page.count(" checked") == 2
    assert admin.post("/sources/1/prices", page="/sources/1", price=["price_shop", "forged"]).status_code == 303
    assert operations.source_page(room.db, 1).source.counted_prices == ("price_shop",)
    assert "source.prices" in admin.text("/audit")
    assert admin.post("/sources/1/prices", page="/sources/1", price="price_shop").status_code == 303
    assert "Nothing changed" in words(admin.get("/sources/1"))


def test_payments_set_apart_are_shown_and_given_back(room: StaffRoom) -> None:
    edit.create(
        room.db,
        a_campaign(slug="roof", kind=GoalKind.AMOUNT, currency="USD", rule=Rule(count_one_off=True)),
        "a",
        "n",
        NOW,
    )
    with room.db.write() as session:
        paid = payment(at=320, amount=50)
        touched = Touched({write_person(session, person(payments=(paid,)), NOW)}, {1})
        burst = Burst(paid.occurred_at, paid.occurred_at, 20, 20, (1,))
        touched.update(bursts.set_apart(session, 1, burst, {1}, "burst rule", NOW))
        book.recount(session, touched, Cause("staff"), NOW)
    editor = room.signed_in(Role.EDITOR)
    assert "1 payment," in editor.text("/campaigns/roof")
    assert "$0 of" in editor.text("/campaigns/roof")
    burst_id = overview.health_of(room.db, room.now).bursts[0].id
    assert editor.post(f"/bursts/{burst_id}/undo", page="/sources").status_code == 303
    assert "$0.50 of" in editor.text("/campaigns/roof")
    assert overview.health_of(room.db, room.now).bursts == ()
    assert editor.post("/bursts/99/undo", page="/sources").status_code == 404


def test_what_the_banner_said_at_a_time_has_an_answer(room: StaffRoom) -> None:
    publisher = Publisher("http://localhost", room.runtime.public_dir)
    viewer = room.signed_in(Role.VIEWER)
    for number in (100, 50):
        campaigns.adjust_number(room.db, "25k", number, reason="x", public=False, author="ana", now=room.now)
        publisher.publish_due(room.db, room.now)
        room.now += timedelta(hours=1)
    asked = "/campaigns/25k/published?at="
    assert "100 of 25,000 members" in viewer.text(f"{asked}2026-11-22T15:00").split("Everything that was published")[0]
    assert "150 of 25,000 members" in viewer.text(f"{asked}2026-11-22T16:00").split("Everything that was published")[0]
    assert "Nothing was published by then" in viewer.text(f"{asked}2026-11-22T14:00")
    assert viewer.get(f"{asked}then").status_code == 400
    assert "150 of 25,000 members" in viewer.text("/campaigns/25k")


def test_every_page_works_on_an_empty_installation(db: Database, tmp_path: Path) -> None:
    with open_room(db, tmp_path) as empty:
        admin = empty.signed_in()
        for path in ("/", "/inbox", "/sources", "/jobs", "/people", "/audit", "/account", "/campaigns/new"):
            admin.text(path)


def test_a_database_that_is_gone_is_told_so(room: StaffRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    from campaign.domain.errors import DatabaseUnavailable

    viewer = room.signed_in(Role.VIEWER)

    def gone() -> None:
        raise DatabaseUnavailable("gone")

    monkeypatch.setattr(room.db, "read", gone)
    answer = viewer.get("/")
    assert answer.status_code == 503
    assert "Readers go on seeing the last number" in words(answer)
