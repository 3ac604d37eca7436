"""The shelf: a new number within moments, the last one when the database is gone, after a restart too."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from campaign.domain.campaign import EditorState
from campaign.domain.errors import DatabaseUnavailable
from campaign.store import publications
from campaign.store.engine import Database, open_database
from campaign.web.shelf import Shelf
from tests.an_app import an_app
from tests.banner.newsroom import Newsroom, a_campaign

PATH = "/g/25k.json"


@pytest.fixture
def newsroom(db: Database, tmp_path: Path) -> Newsroom:
    room = Newsroom(db, tmp_path / "public", a_campaign())
    room.book(24_600)
    room.publish()
    return room


def soon(shelf: Shelf, path: str, text: bytes | None, seconds: float = 5) -> float:
    """How long it took until the shelf had the text (None: nothing) at the path; fails when it never does."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        body = shelf.body(path)
        if (body is None) if text is None else (body is not None and text in body):
            return time.monotonic() - began
        time.sleep(0.005)
    pytest.fail(f"{path} is {shelf.body(path)!r}")


def app_of(room: Newsroom, **runtime: Any) -> Any:
    return an_app(room.runtime())


def test_a_published_number_is_on_the_shelf_within_a_quarter_of_a_second_or_so(newsroom: Newsroom) -> None:
    shelf = app_of(newsroom).extensions["shelf"]
    soon(shelf, PATH, b"24600")
    newsroom.book(13)
    newsroom.publish()
    assert soon(shelf, PATH, b"24613") < 2
    newsroom.edit(state=EditorState.ARCHIVED)
    newsroom.publish()
    soon(shelf, PATH, None)
    shelf.stop()


def test_the_first_request_after_a_restart_without_database_gets_the_last_number(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    runtime = newsroom.runtime()
    gone = type(runtime)(
        runtime.settings, open_database("postgresql://nobody@127.0.0.1:9/none?connect_timeout=1"), runtime.now
    )
    app = an_app(gone)
    client = app.test_client()
    assert client.get(PATH).get_json()["count"] == 24_600
    assert client.get("/g/25k/").status_code == 200
    assert client.get("/g/25k/go").status_code == 303
    assert client.get("/readyz").status_code == 503
    assert "database" in client.get("/readyz").get_json()["not_ready"]
    assert client.get("/healthz").status_code == 200
    with pytest.raises(DatabaseUnavailable):
        app.extensions["shelf"].refresh()
    assert client.get(PATH).get_json()["count"] == 24_600
    app.extensions["shelf"].stop()


def test_the_last_number_stays_while_the_database_is_gone_and_it_catches_up_after(
    sqlite_url: str, tmp_path: Path
) -> None:
    db = open_database(sqlite_url)
    room = Newsroom(db, tmp_path / "public", a_campaign())
    room.book(24_600)
    room.publish()
    shelf = Shelf(db, room.folder, {}, [])
    shelf.refresh()
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    db.dispose()
    aside = file.rename(file.with_suffix(".aside"))
    file.mkdir()
    with pytest.raises(DatabaseUnavailable):
        shelf.refresh()
    assert b"24600" in (shelf.body(PATH) or b"")
    assert not shelf.agrees
    file.rmdir()
    aside.rename(file)
    room.book(1)
    room.publish()
    shelf.refresh()
    assert b"24601" in (shelf.body(PATH) or b"")
    assert shelf.agrees
    db.dispose()


def test_a_database_restored_from_before_is_followed_too(newsroom: Newsroom) -> None:
    shelf = Shelf(newsroom.db, newsroom.folder, {}, [])
    shelf._version = 10_000
    shelf._agrees = True
    shelf.refresh()
    assert b"24600" in (shelf.body(PATH) or b"")


def test_a_half_written_or_foreign_file_in_the_folder_does_no_harm(newsroom: Newsroom) -> None:
    (newsroom.folder / "g" / "empty.json").write_bytes(b"")
    (newsroom.folder / "g" / ".25k.json.1.part").write_bytes(b'{"v":')
    (newsroom.folder / "g" / "notes.md").write_bytes(b"mine")
    shelf = Shelf(open_database("sqlite:////nonexistent/none.db"), newsroom.folder, {}, [])
    shelf.start()
    shelf.stop()
    with newsroom.db.read() as session:
        published = sorted(f.file.path for f in publications.standing(session))
    assert shelf.paths() == published
    assert {"/g/25k/", "/g/25k.png", "/g/25k/frame.en.thin.html"} <= set(published)
