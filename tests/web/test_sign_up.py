"""Signing up on a campaign's page: form, mail, link, counted; taken back; and nothing kept of the address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from campaign.domain.campaign import GoalKind
from campaign.domain.progress import fold
from campaign.ingest import sign_up_form
from campaign.jobs.schedule import prune
from campaign.notify.deliver import deliver_due
from campaign.runtime import Runtime
from campaign.store import day_totals, people, sign_ups, sources
from campaign.store.engine import Database
from tests.an_app import an_app
from tests.banner.newsroom import Newsroom, a_campaign
from tests.notify.post_office import PostOffice, open_post_office
from tests.web.staff_room import words


@dataclass
class Door:
    """A campaign's page with its form, a mail server, and the time that the test sets."""

    room: Newsroom
    office: PostOffice
    runtime: Runtime
    client: FlaskClient

    def ask(self, email: str, slug: str = "petition", **values: str) -> TestResponse:
        answer = self.client.post(f"/g/{slug}/sign-up", data={"email": email, **values})
        deliver_due(self.room.db, self.runtime.settings, self.runtime.now)
        return answer

    def link(self, word: str, number: int = -1) -> str:
        found = re.search(rf"https://goal.example.org(/g/\S+/{word}/\S+)", self.office.text(number))
        assert found is not None, self.office.text(number)
        return found[1]

    def value(self) -> int:
        with self.room.db.read() as session:
            return fold(day_totals.load(session, self.room.campaign.id), self.room.campaign).value

    def funnel(self) -> sign_ups.Funnel:
        with self.room.db.read() as session:
            return sign_ups.funnel(session, self.room.campaign.id)


@pytest.fixture
def door(db: Database, tmp_path: Path) -> Iterator[Door]:
    with open_post_office() as office:
        campaign = a_campaign(
            slug="petition", name="A petition", kind=GoalKind.SIGNUPS, target=1000, languages=("en", "uk")
        )
        room = Newsroom(db, tmp_path / "data" / "public", campaign)
        plain = room.runtime()
        settings = replace(plain.settings, smtp_url=office.url, mail_from="news@example.org")
        runtime = replace(plain, settings=settings)
        sign_up_form.ensure_source(db, settings, room.now)
        room.publish()
        app = an_app(runtime)
        app.extensions["shelf"].refresh()
        yield Door(room, office, runtime, app.test_client())
        app.extensions["shelf"].stop()


def test_the_page_has_a_form_in_each_language(door: Door) -> None:
    page = door.client.get("/g/petition/").text
    assert 'action="/g/petition/sign-up"' in page
    assert 'type="email"' in page
    assert "we keep no address" in page
    assert 'action="/g/petition/sign-up?lang=uk"' in door.client.get("/g/petition/uk/").text
    assert re.fullmatch(r"/g/petition/(\?.*)?#join", door.client.get("/g/petition/go").headers["Location"])


def test_who_confirms_is_counted_and_who_takes_it_back_is_not(door: Door) -> None:
    answer = door.ask("Reader@Example.org")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/g/petition/sign-up/sent?lang=en")
    assert "Check your mail" in door.client.get(answer.headers["Location"]).text
    assert door.value() == 0
    confirm, withdraw = door.link("sign-up"), door.link("withdraw")
    assert "One click left" in door.client.get(confirm).text
    assert door.value() == 0, "opening the link counts nobody: scanners of mail do that"
    thanks = door.client.post(confirm)
    assert thanks.status_code == 200
    assert "#mg=joined-petition" in thanks.text
    assert door.value() == 1
    assert door.client.post(confirm).status_code == 200
    assert door.value() == 1
    assert door.client.get(withdraw).status_code == 200
    assert door.value() == 1
    assert door.client.post(withdraw).status_code == 200
    assert door.value() == 0
    assert door.client.post(withdraw).status_code == 200
    assert door.client.post(confirm).status_code == 404
    assert door.funnel() == sign_ups.Funnel(1, 0, 0, 0, 1)


def test_the_answer_and_the_mail_are_the_same_whoever_signed_up_before(door: Door) -> None:
    first = door.ask("a@example.org")
    door.client.post(door.link("sign-up"))
    again = door.ask("A@example.org")
    assert (again.status_code, again.headers["Location"]) == (first.status_code, first.headers["Location"])
    assert "already" in door.office.text()
    door.client.post(door.link("withdraw"))
    assert door.value() == 0


def test_somebody_who_withdrew_can_sign_up_again(door: Door) -> None:
    door.ask("a@example.org")
    door.client.post(door.link("sign-up"))
    door.client.post(door.link("withdraw"))
    door.ask("a@example.org")
    door.client.post(door.link("sign-up"))
    assert door.value() == 1


def test_nobody_s_mailbox_is_flooded(door: Door) -> None:
    for _ in range(5):
        door.ask("a@example.org")
        door.room.now += timedelta(minutes=11)
    assert len(door.office.mails) == 3
    door.ask("b@example.org")
    for _ in range(3):
        door.ask("b@example.org")
    assert len(door.office.mails) == 4, "mails to one address are ten minutes apart"
    assert door.funnel().started == 2


def test_one_network_asks_ten_times_in_ten_minutes(door: Door) -> None:
    answers = [door.ask(f"reader{n}@example.org").status_code for n in range(12)]
    assert answers == [303] * 10 + [429] * 2


@pytest.mark.parametrize(
    "typed",
    ["", "nobody", "a@b", "a b@example.org", "a@example.org\nBcc: b@example.org", "a@example.org,b@example.org",
     "<a@example.org>", "a@exa..mple.org", "@example.org", "a" * 300 + "@example.org"],
)  # fmt: skip
def test_what_is_no_address_is_said_so(door: Door, typed: str) -> None:
    answer = door.ask(typed)
    assert answer.status_code == 422
    assert "does not look like" in words(answer)
    assert door.office.mails == []


def test_an_address_with_other_letters_gets_its_mail(door: Door) -> None:
    door.ask("olena@пошта.укр")
    assert str(door.office.mails[0]["To"]).startswith("olena@xn--")
    door.client.post(door.link("sign-up"))
    assert door.value() == 1


@pytest.mark.parametrize("change", ["x", "", "A" * 22 + "." + "A" * 22, "%00", "a" * 5000])
def test_a_made_up_link_does_nothing(door: Door, change: str) -> None:
    door.ask("a@example.org")
    token = door.link("sign-up").rpartition("/")[2].partition("?")[0]
    wrong = (token[:-1] + ("A" if token[-1] != "A" else "B")) if change == "x" else change
    for word in ("sign-up", "withdraw"):
        for answer in (door.client.get(f"/g/petition/{word}/{wrong}"), door.client.post(f"/g/petition/{word}/{wrong}")):
            assert answer.status_code in {404, 405}
    assert door.client.post(f"/g/petition/withdraw/{token}").status_code == 404, "each link is for one thing"
    assert door.value() == 0


def test_the_address_lives_until_it_is_confirmed_or_a_week(door: Door, db: Database) -> None:
    door.ask("first.secret@example.org")
    door.ask("second.secret@example.org")
    confirm = door.link("sign-up", 0)
    late = door.link("sign-up", 1)
    door.client.post(confirm)
    door.room.now += timedelta(days=7)
    assert door.client.post(late).status_code == 404
    assert prune(door.runtime) == "1 addresses forgotten that nobody confirmed"
    assert door.funnel() == sign_ups.Funnel(2, 0, 1, 1, 0)
    assert door.value() == 1
    with db.read() as session:
        everybody = people.load_people(session, people.all_person_ids(session, 0, 10))
    assert [len(person.sign_ups) for person in everybody] == [1]


def test_no_address_is_ever_readable_on_disk(door: Door, db: Database) -> None:
    if not db.is_sqlite:
        pytest.skip("a file to search is what SQLite has")
    door.ask("very.secret@example.org")
    door.client.post(door.link("sign-up"))
    door.ask("other.secret@example.org")
    path = Path(str(db.engine.url.database))
    files = [file for file in (path, Path(f"{path}-wal")) if file.exists()]
    assert not any(word in file.read_bytes() for file in files for word in (b"very.secret", b"other.secret"))


def test_without_a_mail_server_or_out_of_use_there_is_no_form(door: Door, db: Database) -> None:
    off = an_app(replace(door.runtime, settings=replace(door.runtime.settings, smtp_url=None)))
    assert off.test_client().post("/g/petition/sign-up", data={"email": "a@example.org"}).status_code == 503
    off.extensions["shelf"].stop()
    with db.write() as session:
        sources.change(session, sources.by_slug(session, sources.FORM_SLUG).id, enabled=False)
    assert door.ask("a@example.org").status_code == 409
    door.room.edit(name="Another name")
    door.room.publish()
    door.client.application.extensions["shelf"].refresh()
    assert 'type="email"' not in door.client.get("/g/petition/").text


def test_before_and_after_the_campaign_nobody_signs_up(door: Door) -> None:
    door.room.now += timedelta(days=60)
    answer = door.ask("a@example.org")
    assert answer.status_code == 409
    assert "has ended" in words(answer)
    assert door.ask("a@example.org", slug="nowhere").status_code == 404
    assert door.ask("a@example.org", slug="%00").status_code == 404
