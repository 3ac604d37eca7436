"""PUBLISH_TO: what is published is also in the folder or the bucket, whole, with its type; only changes are sent."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
import pytest
from obstore.store import S3Store

from campaign.banner.mirror import Bucket, BucketTarget, Mirror, target_of
from campaign.demo.kept import free_port
from campaign.domain.campaign import EditorState
from campaign.store.engine import Database
from campaign.store.publications import Published
from tests.banner.newsroom import Newsroom, a_campaign

KEYS = {"access_key_id": "testing", "secret_access_key": "testing", "region": "us-east-1"}


@pytest.fixture
def newsroom(db: Database, tmp_path: Path) -> Newsroom:
    room = Newsroom(db, tmp_path / "public", a_campaign(languages=("en", "uk")))
    room.book(24_600)
    room.publish()
    return room


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A process of its own that speaks S3, with a bucket in it."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    endpoint = f"http://127.0.0.1:{port}"
    make = ["curl", "-s", "-o", "/dev/null", "-f", "-X", "PUT", f"{endpoint}/goals"]
    deadline = time.monotonic() + 60
    while subprocess.run(make, check=False).returncode != 0:
        assert server.poll() is None
        assert time.monotonic() < deadline, "the S3 server did not start"
        time.sleep(0.2)
    yield endpoint
    server.terminate()
    server.wait(timeout=20)


def bucket(endpoint: str, prefix: str = "public") -> Any:
    return S3Store("goals", prefix=prefix, endpoint=endpoint, client_options={"allow_http": True}, **KEYS)


def target(endpoint: str, prefix: str = "public") -> Any:
    return target_of(f"s3://goals/{prefix}", Bucket("goals", "", endpoint, "testing", "testing"))


def keys(store: Any) -> set[str]:
    return {meta["path"] for chunk in obstore.list(store) for meta in chunk}


def test_a_folder_gets_every_public_file_and_loses_what_is_taken_back(newsroom: Newsroom, tmp_path: Path) -> None:
    mirror = Mirror(target_of(str(tmp_path / "cdn")))
    assert mirror.follow(newsroom.db) == []
    cdn = tmp_path / "cdn"
    assert (cdn / "g" / "25k.json").read_bytes() == (newsroom.folder / "g" / "25k.json").read_bytes()
    assert (cdn / "g" / "25k.png").read_bytes().startswith(b"\x89PNG")
    assert (cdn / "mg.js").stat().st_size <= 4096
    assert "https://news.example.org/" in (cdn / "g" / "25k" / "go").read_text()
    newsroom.edit(state=EditorState.ARCHIVED)
    newsroom.publish()
    assert mirror.follow(newsroom.db) == []
    assert [path for path in (cdn / "g").rglob("*") if path.is_file()] == []


def test_a_bucket_gets_every_public_file_with_its_type_and_how_long_it_may_be_kept(newsroom: Newsroom, s3: str) -> None:
    assert Mirror(target(s3, "types")).follow(newsroom.db) == []
    store = bucket(s3, "types")
    expected = {
        "g/25k.json": ("application/json", "max-age=5,"),
        "g/25k.uk.html": ("text/html; charset=utf-8", "max-age=5,"),
        "g/25k.png": ("image/png", "max-age=5,"),
        "g/25k.svg": ("image/svg+xml", "max-age=5,"),
        "g/25k/index.html": ("text/html; charset=utf-8", "max-age=5,"),
        "g/25k/rules.json": ("application/json", "max-age=15,"),
        "mg.js": ("text/javascript; charset=utf-8", "max-age=3600"),
    }
    for key, (kind, cache) in expected.items():
        got = obstore.get(store, key)
        assert got.attributes["Content-Type"] == kind, key
        assert cache in got.attributes["Cache-Control"], key
    assert bytes(obstore.get(store, "g/25k.json").bytes()) == (newsroom.folder / "g" / "25k.json").read_bytes()


class Watched(BucketTarget):
    """A bucket that remembers what was sent."""

    sent: list[str]

    def put(self, file: Published, cache: str) -> None:
        before = dict(self._held or {})
        super().put(file, cache)
        if self._held != before:
            self.sent.append(file.file.path)


def watched(endpoint: str, prefix: str) -> Watched:
    made = Watched(Bucket("goals", prefix, endpoint, "testing", "testing"))
    made.sent = []
    return made


def test_only_what_changed_is_sent_also_after_a_restart(newsroom: Newsroom, s3: str) -> None:
    first = watched(s3, "changes")
    mirror = Mirror(first)
    mirror.follow(newsroom.db)
    first.sent.clear()
    assert mirror.follow(newsroom.db) == []
    assert first.sent == []
    newsroom.book(1)
    newsroom.publish(timedelta(seconds=1))
    mirror.follow(newsroom.db)
    assert "/g/25k.json" in first.sent
    assert "/g/25k/qr.svg" not in first.sent
    again = watched(s3, "changes")
    again._held = again._listed()
    Mirror(again).follow(newsroom.db)
    assert again.sent == []


def test_a_bucket_that_is_gone_is_tried_again_and_nothing_is_lost(newsroom: Newsroom, s3: str) -> None:
    lost = BucketTarget(Bucket("none-such", "x", s3, "testing", "testing"))
    mirror = Mirror(lost)
    assert mirror.follow(newsroom.db)
    mirror._target = target(s3, "later")
    assert mirror.follow(newsroom.db) == []
    assert "g/25k.json" in keys(bucket(s3, "later"))


def test_what_is_taken_back_is_gone_from_the_bucket(newsroom: Newsroom, s3: str) -> None:
    mirror = Mirror(target(s3, "gone"))
    mirror.follow(newsroom.db)
    newsroom.edit(state=EditorState.ARCHIVED)
    newsroom.publish()
    assert mirror.follow(newsroom.db) == []
    assert {key for key in keys(bucket(s3, "gone")) if key.startswith("g/")} == set()
