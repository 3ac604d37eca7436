"""Prepared bytes: codings, entity tags, dates, caches, methods, and what is not there."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest
from flask.testing import FlaskClient

from campaign.store.engine import open_database
from campaign.web.prepared import _preference
from tests.an_app import an_app
from tests.banner.newsroom import Newsroom, a_campaign

LIVE = "public, max-age=5, s-maxage=10, stale-while-revalidate=15, stale-if-error=86400"
NUMBER, FRAGMENT = "/g/25k.json", "/g/25k.html"


@pytest.fixture
def newsroom(sqlite_url: str, tmp_path: Path) -> Iterator[Newsroom]:
    db = open_database(sqlite_url)
    room = Newsroom(db, tmp_path / "public", a_campaign(languages=("en", "uk")))
    room.book(24_600)
    room.publish()
    yield room
    db.dispose()


@pytest.fixture
def client(newsroom: Newsroom) -> Iterator[FlaskClient]:
    app = an_app(newsroom.runtime())
    yield app.test_client()
    app.extensions["shelf"].stop()


def test_the_number_is_served_with_the_headers_promised(client: FlaskClient) -> None:
    answer = client.get(NUMBER)
    assert answer.status_code == 200
    assert answer.get_json()["count"] == 24_600
    headers = answer.headers
    assert headers["Content-Type"] == "application/json"
    assert headers["Cache-Control"] == LIVE
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Vary"] == "Accept-Encoding"
    assert headers["Last-Modified"] == "Sun, 22 Nov 2026 12:00:01 GMT"
    assert headers["ETag"] == f'"{hashlib.sha256(answer.data).hexdigest()[:24]}"'
    assert "Set-Cookie" not in headers


def test_a_small_body_is_sent_as_it_is(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get(NUMBER, headers={"Accept-Encoding": "br, gzip"}).headers


def test_each_coding_has_the_same_content_and_a_tag_of_its_own(client: FlaskClient) -> None:
    plain = client.get(FRAGMENT)
    zipped = client.get(FRAGMENT, headers={"Accept-Encoding": "gzip"})
    squeezed = client.get(FRAGMENT, headers={"Accept-Encoding": "gzip, deflate, br, zstd"})
    assert gzip.decompress(zipped.data) == plain.data
    assert brotli.decompress(squeezed.data) == plain.data
    assert (zipped.headers["Content-Encoding"], squeezed.headers["Content-Encoding"]) == ("gzip", "br")
    assert len({a.headers["ETag"] for a in (plain, zipped, squeezed)}) == 3
    assert {a.headers["Vary"] for a in (plain, zipped, squeezed)} == {"Accept-Encoding"}


@pytest.mark.parametrize(
    ("accepted", "codings"),
    [
        ("", ("identity",)),
        ("identity", ("identity",)),
        ("gzip", ("gzip", "identity")),
        ("x-gzip", ("gzip", "identity")),
        ("br;q=0.5, gzip;q=0.8", ("gzip", "br", "identity")),
        ("gzip, br;q=0", ("gzip", "identity")),
        ("*", ("br", "gzip", "identity")),
        ("*;q=0", ()),
        ("identity;q=0, gzip", ("gzip",)),
        ("GZIP ; Q=1.0", ("gzip", "identity")),
        ("gzip;q=often", ("identity",)),
        (";;,,;q=", ("identity",)),
    ],
)
def test_the_coding_follows_what_the_asker_accepts(accepted: str, codings: tuple[str, ...]) -> None:
    assert _preference(accepted) == codings


def test_an_asker_who_refuses_everything_gets_the_bytes_as_they_are(client: FlaskClient) -> None:
    answer = client.get(FRAGMENT, headers={"Accept-Encoding": "*;q=0"})
    assert answer.data.startswith(b"<section")


@pytest.mark.parametrize("form", ["{tag}", "W/{tag}", '"other", {tag}', '"a,b" , W/"x",{tag}', "*"])
def test_an_unchanged_copy_is_not_sent_again(client: FlaskClient, form: str) -> None:
    tag = client.get(FRAGMENT, headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    asked = {"Accept-Encoding": "gzip", "If-None-Match": form.format(tag=tag)}
    answer = client.get(FRAGMENT, headers=asked)
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"] == tag
    assert answer.headers["Cache-Control"] == LIVE
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Content-Length" not in answer.headers


@pytest.mark.parametrize("form", ['"other"', 'W/"other"', "", "nonsense", '"'])
def test_another_copy_is_replaced_whatever_its_date(client: FlaskClient, form: str) -> None:
    asked = {"If-None-Match": form, "If-Modified-Since": "Sun, 22 Nov 2026 12:00:01 GMT"}
    assert client.get(NUMBER, headers=asked).status_code == 200


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Sun, 22 Nov 2026 12:00:01 GMT", 304),
        ("Sun, 22 Nov 2026 12:00:02 GMT", 304),
        ("Sun, 22 Nov 2026 12:00:00 GMT", 200),
        ("yesterday", 200),
        ("Sun, 99 Nov 2026 12:00:00 GMT", 200),
        ("Sun, 22 Nov 2026 12:00:01", 200),
    ],
)
def test_a_date_decides_where_there_is_no_tag(client: FlaskClient, since: str, status: int) -> None:
    assert client.get(NUMBER, headers={"If-Modified-Since": since}).status_code == status


def test_head_has_the_same_headers_and_no_body(client: FlaskClient) -> None:
    got, head = client.get(NUMBER), client.head(NUMBER)
    assert head.data == b""
    assert dict(head.headers) == dict(got.headers)


def test_other_methods_are_refused_and_options_are_told(client: FlaskClient) -> None:
    assert client.post(NUMBER).status_code == 405
    assert client.delete(NUMBER).headers["Allow"] == "GET, HEAD, OPTIONS"
    options = client.options(NUMBER)
    assert options.status_code == 204
    assert options.headers["Access-Control-Allow-Origin"] == "*"


def test_a_file_ignores_a_query(client: FlaskClient) -> None:
    assert client.get(f"{NUMBER}?_=123").get_json()["count"] == 24_600


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/g/nobody.json", "application/json"),
        ("/g/25k.de.json", "application/json"),
        ("/g/nobody.html", "text/html; charset=utf-8"),
        ("/g/nobody/", "text/html; charset=utf-8"),
        ("/g/nobody", "text/html; charset=utf-8"),
        ("/g/nobody.svg", "text/plain; charset=utf-8"),
        ("/g/25k/nothing.json", "application/json"),
        ("/g/..%2f..%2fetc%2fpasswd", "text/html; charset=utf-8"),
        ("/g/%00%ff.json", "application/json"),
    ],
)
def test_what_is_not_there_is_a_404_in_the_asked_kind(client: FlaskClient, path: str, kind: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, kind)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_missing_include_shows_nothing_in_the_article(client: FlaskClient) -> None:
    assert client.get("/g/nobody.html").data.startswith(b"<!--")


def test_an_address_without_its_last_slash_is_led_on_with_its_query(client: FlaskClient) -> None:
    answer = client.get("/g/25k?v=b")
    assert (answer.status_code, answer.headers["Location"]) == (308, "/g/25k/?v=b")


def test_the_element_and_its_look_are_cached_an_hour_and_for_good_under_their_digest(client: FlaskClient) -> None:
    pins = json.loads(client.get("/static/mg.json").data)
    for kind in ("js", "css"):
        short, pinned = client.get(f"/mg.{kind}"), client.get(pins[kind]["src"])
        assert short.data == pinned.data
        assert short.headers["Cache-Control"] == "public, max-age=3600"
        assert "immutable" in pinned.headers["Cache-Control"]
        assert pinned.headers["Access-Control-Allow-Origin"] == "*"
        digest = base64.b64encode(hashlib.sha384(pinned.data).digest()).decode()
        assert pins[kind]["integrity"] == f"sha384-{digest}"


def test_the_campaign_page_lets_nothing_of_others_in(client: FlaskClient) -> None:
    policy = client.get("/g/25k/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
