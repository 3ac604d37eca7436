"""Every public address answers in its own type, with the headers that its place in other people's pages needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from campaign.store.engine import Database
from tests.an_app import an_app
from tests.banner.newsroom import PUBLIC_URL, Newsroom, a_campaign

TYPES = {
    "/g/25k.json": "application/json",
    "/g/25k.uk.json": "application/json",
    "/g/25k.html": "text/html; charset=utf-8",
    "/g/25k.txt": "text/plain; charset=utf-8",
    "/g/25k.uk.txt": "text/plain; charset=utf-8",
    "/g/25k.svg": "image/svg+xml",
    "/g/25k.png": "image/png",
    "/g/25k.uk.png": "image/png",
    "/g/25k/": "text/html; charset=utf-8",
    "/g/25k/uk/": "text/html; charset=utf-8",
    "/g/25k/badge.json": "application/json",
    "/g/25k/data.json": "application/json",
    "/g/25k/frame.html": "text/html; charset=utf-8",
    "/g/25k/frame.uk.thin.html": "text/html; charset=utf-8",
    "/g/25k/screen.html": "text/html; charset=utf-8",
    "/g/25k/qr.svg": "image/svg+xml",
    "/g/25k/share.en.png": "image/png",
    f"/oembed?url={PUBLIC_URL}/g/25k/": "application/json",
}


@pytest.fixture
def client(db: Database, tmp_path: Path) -> Iterator[FlaskClient]:
    room = Newsroom(db, tmp_path / "public", a_campaign(languages=("en", "uk")))
    room.book(24_613)
    room.publish()
    app = an_app(room.runtime())
    app.extensions["shelf"].refresh()
    yield app.test_client()
    app.extensions["shelf"].stop()


def test_each_address_has_its_type_and_is_open_to_every_site(client: FlaskClient) -> None:
    for path, kind in TYPES.items():
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind), path
        assert answer.headers["Access-Control-Allow-Origin"] == "*", path
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"].startswith("public, max-age=5,"), path


def test_only_the_frame_may_be_framed_and_it_runs_nothing_but_ours(client: FlaskClient) -> None:
    frame = client.get("/g/25k/frame.en.card.html")
    policy = frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors *" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in client.get("/g/25k/").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in client.get("/g/25k/screen.html").headers["Content-Security-Policy"]
    assert " style=" not in frame.text


def test_oembed_keeps_within_what_the_consumer_allows(client: FlaskClient) -> None:
    told = client.get(f"/oembed?url={PUBLIC_URL}/g/25k/uk/&maxwidth=500&maxheight=200").get_json()
    assert (told["version"], told["type"]) == ("1.0", "rich")
    assert told["width"] <= 500
    assert told["height"] <= 200
    assert f'src="{PUBLIC_URL}/g/25k/frame.uk.thin.html"' in told["html"]
    assert client.get(f"/oembed?url={PUBLIC_URL}/g/none/").status_code == 404
    assert client.get("/oembed?url=https://elsewhere.example/g/25k/").status_code == 404
    assert client.get(f"/oembed?url={PUBLIC_URL}/g/25k/&format=xml").status_code == 501


def test_the_page_offers_what_other_sites_read(client: FlaskClient) -> None:
    page = client.get("/g/25k/uk/").text
    assert f'<meta property="og:image" content="{PUBLIC_URL}/g/25k/share.uk.png">' in page
    assert 'type="application/json+oembed"' in page
    assert '<html lang="uk"' in page
    assert "Як ми рахуємо" in page
    assert 'hreflang="en"' in page
    assert "How we count" not in page


def test_the_sentence_and_the_badge_are_what_others_print(client: FlaskClient) -> None:
    assert client.get("/g/25k.txt").text == "387 to go: 24,613 of 25,000 members · As of Nov 22, 2026, 2:00\u202fPM\n"
    badge = client.get("/g/25k/badge.json").get_json()
    assert (badge["schemaVersion"], badge["message"]) == (1, "24,613 of 25,000 members (Nov 22, 2026)")
