"""Browsers tell of showings: gathered, written in batches, and never worth a supporter's name or a reader's wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from campaign.banner.showings import MOST_KEYS, Gathering, read
from campaign.domain.display import Display
from campaign.domain.errors import DatabaseUnavailable
from campaign.store import showings
from campaign.store.engine import Database, open_database
from campaign.store.showings import Told
from tests.an_app import an_app
from tests.banner.newsroom import NOON, Newsroom, a_campaign

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
SINCE = date(2026, 1, 1)


@pytest.fixture
def newsroom(db: Database, tmp_path: Path) -> Newsroom:
    room = Newsroom(db, tmp_path / "public", a_campaign(display=Display(sample_percent=10)))
    room.book(1)
    room.publish()
    return room


@pytest.fixture
def client(newsroom: Newsroom) -> Iterator[FlaskClient]:
    app = an_app(newsroom.runtime())
    app.extensions["shelf"].refresh()
    yield app.test_client()
    app.extensions["shelf"].stop()


def kept(newsroom: Newsroom) -> dict[str, int]:
    with newsroom.db.read() as session:
        return showings.by_reason(session, newsroom.campaign.id, SINCE)


def test_it_answers_204_to_everything_and_is_never_cached(client: FlaskClient) -> None:
    for body in (b"shown,b,/news/1", b"", b"\xff\xfe", b"x" * 5000, b"nonsense"):
        answer = client.post("/g/25k/seen", data=body, headers=BROWSER)
        assert (answer.status_code, answer.data) == (204, b"")
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
    assert client.get("/g/25k/seen").status_code == 405


def test_what_was_told_is_written_when_the_process_ends(newsroom: Newsroom, sqlite_url: str) -> None:
    app = an_app(newsroom.runtime())
    app.extensions["shelf"].refresh()
    client = app.test_client()
    for _ in range(3):
        client.post("/g/25k/seen", data=b"shown,b,/news/1", headers=BROWSER)
    client.post("/g/25k/seen", data=b"close0,b,/news/1", headers=BROWSER)
    client.post("/g/25k/seen", data=b"shown,b,/news/1", headers={"User-Agent": "Googlebot/2.1"})
    client.post("/g/none/seen", data=b"shown,b,/news/1", headers=BROWSER)
    newsroom.db.dispose()
    # A tenth of the browsers tell, so that each stands for ten.
    assert kept(newsroom) == {"shown": 30, "close0": 10}
    app.extensions["shelf"].stop()


@pytest.mark.parametrize(
    "body", [b"shown,BB,/x", b"paid,a,/x", b"shown;a", b"shown,a," + b"x" * 500, b"only-people,a,/"], ids=repr
)
def test_what_no_browser_of_ours_says_is_dropped(body: bytes) -> None:
    assert read("25k", body, BROWSER["User-Agent"]) is None


def test_sums_grow_in_batches(newsroom: Newsroom) -> None:
    gathering = Gathering()
    for _ in range(2):
        gathering.note(Told("25k", "shown", "a", "/news/1"))
        gathering.note(Told("25k", "shown", "b", "/news/1"), 5)
        gathering.note(Told("gone", "shown", "a", "/"))
        assert gathering.write(newsroom.db, NOON) == 2
    assert gathering.write(newsroom.db, NOON) == 0
    with newsroom.db.read() as session:
        assert showings.by_place(session, newsroom.campaign.id) == {
            ("a", "/news/1"): {"shown": 2},
            ("b", "/news/1"): {"shown": 10},
        }
    assert kept(newsroom) == {"shown": 12}


def test_nobody_can_fill_the_memory_and_a_database_that_is_gone_loses_nothing_at_once(newsroom: Newsroom) -> None:
    gathering = Gathering()
    for number in range(MOST_KEYS + 100):
        gathering.note(Told("25k", "shown", "a", f"/{number}"))
    gone = open_database("postgresql://nobody@127.0.0.1:9/none?connect_timeout=1")
    with pytest.raises(DatabaseUnavailable):
        gathering.write(gone, NOON)
    assert gathering.write(newsroom.db, NOON) == MOST_KEYS


def test_a_press_of_the_button_is_counted_by_words_and_article_and_of_people_only(newsroom: Newsroom) -> None:
    app = an_app(newsroom.runtime())
    app.extensions["shelf"].refresh()
    client = app.test_client()
    for query in ("v=b&a=/news/1", "v=b&a=/news/1", "", "v=nonsense&a=%0A/news/2", "a=/for/jane@example.org"):
        assert client.get(f"/g/25k/go?{query}", headers=BROWSER).status_code == 303
    client.get("/g/25k/go?v=b", headers={"User-Agent": "Googlebot/2.1"})
    client.get("/g/25k/go?v=b", headers={**BROWSER, "Sec-Purpose": "prefetch"})
    client.head("/g/25k/go?v=b", headers=BROWSER)
    client.get("/g/none/go?v=b", headers=BROWSER)
    client.post("/g/25k/seen", data=b"clicked,b,/news/1", headers=BROWSER)
    newsroom.db.dispose()
    with newsroom.db.read() as session:
        assert showings.by_place(session, newsroom.campaign.id) == {
            ("b", "/news/1"): {"clicked": 2},
            ("", ""): {"clicked": 2},
            ("", "/news/2"): {"clicked": 1},
        }
    app.extensions["shelf"].stop()
