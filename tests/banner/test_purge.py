"""PURGE_URLS: a CDN of its own process is told what changed, in its own way, again until it took it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest

from campaign.banner.mirror import Mirror, target_of
from campaign.banner.purge import LEAST_BETWEEN, MOST_IN_A_POST, POST, Cdn, Purger
from campaign.demo.kept import free_port
from campaign.jobs.runner import Runner
from campaign.jobs.schedule import JOBS, make_loops
from campaign.runtime import Runtime
from campaign.store import job_runs, publications
from campaign.store.engine import Database
from config import Settings, SettingsError
from tests.banner.newsroom import Newsroom, a_campaign

STAND_IN = Path(__file__).with_name("purge_stand_in.py")


class StandIn:
    """What the process was asked, as it tells it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def asked(self) -> list[dict[str, str]]:
        """All requests so far, each with method, path, key and body."""
        with urlopen(f"{self.url}/asked") as answer:
            return json.load(answer)

    def purged(self) -> list[str]:
        """The paths it was told by PURGE."""
        return [one["path"] for one in self.asked() if one["method"] == "PURGE"]


@contextmanager
def running(port: int, status: int = 200) -> Iterator[StandIn]:
    process = subprocess.Popen([sys.executable, str(STAND_IN), str(port), str(status)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"ready\n"
        yield StandIn(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()


@pytest.fixture(scope="module")
def cdn() -> Iterator[StandIn]:
    with running(free_port()) as stand_in:
        yield stand_in


@pytest.fixture
def newsroom(db: Database, tmp_path: Path) -> Newsroom:
    room = Newsroom(db, tmp_path / "public", a_campaign())
    room.book(24_600)
    room.publish()
    return room


def later(newsroom: Newsroom) -> None:
    newsroom.now += LEAST_BETWEEN


def test_after_a_start_everything_is_purged_and_then_only_what_changed(newsroom: Newsroom, cdn: StandIn) -> None:
    purger = Purger((Cdn(cdn.url, header=("Fastly-Key", "k")),))
    before = len(cdn.asked())
    assert purger.follow(newsroom.db, newsroom.now) == []
    told = cdn.asked()[before:]
    assert {"/g/25k.json", "/g/25k/", "/mg.js"} <= {one["path"] for one in told}
    assert {(one["method"], one["key"]) for one in told} == {("PURGE", "k")}
    newsroom.book(1)
    newsroom.publish()
    later(newsroom)
    before = len(cdn.purged())
    assert purger.follow(newsroom.db, newsroom.now) == []
    changed = cdn.purged()[before:]
    assert "/g/25k.json" in changed
    assert not {"/g/25k/qr.svg", "/mg.js"} & set(changed)
    later(newsroom)
    assert purger.follow(newsroom.db, newsroom.now) == []
    assert cdn.purged()[before:] == changed


def test_what_changes_again_within_two_seconds_is_told_once(newsroom: Newsroom, cdn: StandIn) -> None:
    purger = Purger((Cdn(cdn.url),))
    purger.follow(newsroom.db, newsroom.now)
    before = len(cdn.purged())
    for _ in range(3):
        newsroom.book(1)
        newsroom.publish(timedelta(milliseconds=300))
        purger.follow(newsroom.db, newsroom.now)
    assert cdn.purged()[before:] == []
    later(newsroom)
    purger.follow(newsroom.db, newsroom.now)
    assert cdn.purged()[before:].count("/g/25k.json") == 1


def test_a_post_carries_the_paths_as_a_list(newsroom: Newsroom, cdn: StandIn) -> None:
    before = len(cdn.asked())
    assert Purger((Cdn(f"{cdn.url}/purge", POST),)).follow(newsroom.db, newsroom.now) == []
    told = cdn.asked()[before:]
    assert [(one["method"], one["path"]) for one in told] == [("POST", "/purge")]
    body = json.loads(told[0]["body"])
    assert body["v"] == 1
    assert "/g/25k.json" in body["paths"]
    assert len(body["paths"]) <= MOST_IN_A_POST


def test_a_cdn_that_is_gone_is_told_later_and_another_one_at_once(newsroom: Newsroom, cdn: StandIn) -> None:
    port = free_port()
    purger = Purger((Cdn(f"http://127.0.0.1:{port}"), Cdn(cdn.url)))
    before = len(cdn.purged())
    problems = purger.follow(newsroom.db, newsroom.now)
    assert len(problems) == 1
    assert "can't be reached" in problems[0]
    reached = set(cdn.purged()[before:])
    assert "/g/25k.json" in reached
    later(newsroom)
    with running(port, 503):
        assert "answered 503" in purger.follow(newsroom.db, newsroom.now)[0]
    later(newsroom)
    with running(port) as back:
        assert purger.follow(newsroom.db, newsroom.now) == []
        assert set(back.purged()) == reached


def test_a_cache_that_held_nothing_is_content(newsroom: Newsroom) -> None:
    port = free_port()
    with running(port, 404):
        assert Purger((Cdn(f"http://127.0.0.1:{port}"),)).follow(newsroom.db, newsroom.now) == []
        later(newsroom)
        assert Purger((Cdn(f"http://127.0.0.1:{port}", POST),)).follow(newsroom.db, newsroom.now) != []


def test_a_path_is_purged_once_it_stands_where_the_cdn_fetches_it(
    newsroom: Newsroom, cdn: StandIn, tmp_path: Path
) -> None:
    mirror = Mirror(target_of(str(tmp_path / "cdn")))
    purger = Purger((Cdn(cdn.url),), mirror.has_written)
    before = len(cdn.purged())
    purger.follow(newsroom.db, newsroom.now)
    assert cdn.purged()[before:] == []
    mirror.follow(newsroom.db)
    later(newsroom)
    purger.follow(newsroom.db, newsroom.now)
    assert "/g/25k.json" in cdn.purged()[before:]


def test_the_settings_name_it_or_stop_the_start() -> None:
    needed = {"SECRET_KEY": "s" * 32, "PERSON_KEY": "p" * 32, "PUBLIC_URL": "https://goal.example.org"}
    two = Settings.from_env(
        {**needed, "PURGE_URLS": "https://a.example, https://b.example", "PURGE_HEADER": "X-Key: 1"}
    )
    assert two.purge_urls == ("https://a.example", "https://b.example")
    assert (two.purge_method, two.purge_header) == ("PURGE", ("X-Key", "1"))
    assert "X-Key" not in repr(two)
    for wrong in ({"PURGE_URLS": "goal.example.org"}, {"PURGE_METHOD": "BAN"}, {"PURGE_HEADER": "no header"}):
        with pytest.raises(SettingsError, match=next(iter(wrong))):
            Settings.from_env({**needed, **wrong})


def test_what_goes_wrong_is_shown_to_staff_and_publishing_goes_on(newsroom: Newsroom) -> None:
    runtime = newsroom.runtime()
    settings = replace(runtime.settings, purge_urls=(f"http://127.0.0.1:{free_port()}",))
    runtime = Runtime(settings, newsroom.db, runtime.now)
    runner = Runner(runtime, JOBS)
    loops = {loop.job.name: loop for loop in make_loops(runtime, runner, threading.Event())}
    newsroom.book(1)
    runner.run(loops["purge"].job)
    runner.run(loops["publisher"].job)
    with newsroom.db.read() as session:
        run = job_runs.find(session, "purge")
        assert run is not None
        assert "can't be reached" in (run.error or "")
        assert b"24,601" in (publications.body_at(session, "/g/25k.json") or b"")
