"""A first import of members that was stopped goes on behind what it took in, whatever stopped it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from campaign.domain.errors import Conflict
from campaign.ingest.sweep import import_all
from campaign.store import batches, imports, sources
from campaign.store.engine import Database, open_database
from tests.databases import Databases
from tests.sources.ghost_world import GhostWorld
from tests.sources.line import Line
from tests.sources.patreon_world import PatreonWorld

ROOT = Path(__file__).parents[2]
PEOPLE = {"ghost": 320, "patreon": 13}
"""Four pages at Ghost (of a hundred), five at Patreon (of three here)."""
PAGES = {"ghost": 4, "patreon": 5}


@pytest.fixture(params=["ghost", "patreon"])
def world(request: pytest.FixtureRequest) -> Iterator[Any]:
    made = GhostWorld() if request.param == "ghost" else PatreonWorld()
    made.now = datetime.now(UTC).replace(microsecond=0)  # a process of its own goes by the real time
    for number in range(PEOPLE[made.kind]):
        made.join(f"reader{number}@example.org")
    yield made
    made.stop()


def pages_asked(world: Any) -> int:
    return sum(path.rstrip("/").endswith("/members") for path in world.asked)


def lists_of(db: Database, source_id: int) -> dict[str, str | None]:
    with db.read() as session:
        state = imports.state(session, source_id)
    return {} if state is None else dict(state.lists)


def test_a_killed_import_asks_for_no_page_again(world: Any, sqlite_databases: Databases, tmp_path: Path) -> None:
    with sqlite_databases.fresh() as url:
        db = open_database(url)
        with Line.between(world, db, tmp_path) as line:
            environ = {
                **os.environ,
                **{name.upper(): str(value) for name, value in world.settings().items()},
                "SECRET_KEY": line.stand.settings.secret_key,
                "PERSON_KEY": line.stand.settings.person_key,
                "PUBLIC_URL": "http://127.0.0.1",
                "CAMPAIGN_DEMO": "1",
                "DATABASE_URL": url,
                "DATA_DIR": str(tmp_path / "data"),
            }
            command = [sys.executable, "-m", "campaign", "sources", "import", world.kind, "--calls-per-second", "4"]
            process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            ends = time.monotonic() + 60
            while "member" not in lists_of(db, line.stand.source_id):
                assert process.poll() is None, process.communicate()[0].decode()
                assert time.monotonic() < ends
                time.sleep(0.02)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            assert lists_of(db, line.stand.source_id)["member"] is not None, "it was killed too late"
            before = pages_asked(world)
            line.stand.clock = datetime.now(UTC) + batches.ABANDONED_AFTER
            done = import_all(db, line.stand.accounts, line.stand.source_id, line.stand.now, "test", None, 1000)
            assert pages_asked(world) <= PAGES[world.kind] + 1, "at most the page is asked twice at which it was killed"
            assert pages_asked(world) - before < PAGES[world.kind]
            assert done.report["seen"]["member"] == PEOPLE[world.kind]
            assert lists_of(db, line.stand.source_id) == {}
            line.agrees()
        db.dispose()


def test_taken_out_of_use_it_stops_and_goes_on_when_in_use_again(
    world: Any, sqlite_databases: Databases, tmp_path: Path
) -> None:
    with sqlite_databases.fresh() as url:
        db = open_database(url)
        with Line.between(world, db, tmp_path) as line:
            line.look()

            def out_of_use(_seen: object) -> None:
                with db.write() as session:
                    sources.change(session, line.stand.source_id, enabled=False)

            accounts, source_id, now = line.stand.accounts, line.stand.source_id, line.stand.now
            with pytest.raises(Conflict, match="out of use"):
                import_all(db, accounts, source_id, now, "test", out_of_use, 1000)
            with db.write() as session:
                sources.change(session, source_id, enabled=True)
            asked = pages_asked(world)
            import_all(db, accounts, source_id, now, "test", None, 1000)
            assert pages_asked(world) - asked < PAGES[world.kind]
            line.agrees()
        db.dispose()


def test_a_place_that_patreon_no_longer_knows_begins_the_list_again(db: Database, tmp_path: Path) -> None:
    world = PatreonWorld()
    try:
        for number in range(7):
            world.join(f"reader{number}@example.org")
        with Line.between(world, db, tmp_path) as line:
            line.look()
            with db.write() as session:
                imports.want(session, line.stand.source_id, "test", None, 1, line.stand.now())
                imports.got_to(session, line.stand.source_id, "member", "forgotten", {"member": 3}, line.stand.now())
            world.forgotten_cursor = "forgotten"
            line.take_in_all()
            assert line.number == 7
            line.agrees()
    finally:
        world.stop()
