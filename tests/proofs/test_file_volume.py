"""A list of many rows: read, booked and published, killed half way and gone on with, while deliveries arrive.

The reference writes the very rows the import left, in all tables, with `executemany` (SQLite) or `COPY` (PostgreSQL),
into an empty database of the same schema, in transactions of 10,000 rows, in the same run.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from campaign.counting.check import check
from campaign.domain.campaign import GoalKind
from campaign.domain.progress import fold
from campaign.store import campaigns, day_totals, file_imports
from campaign.store.engine import Database, open_database
from campaign.store.file_imports import State
from tests.databases import Databases
from tests.proofs.figures import prove_command, record
from tests.proofs.product import a_campaign
from tests.running import Running
from tests.stripe_world import StripeWorld

EXPORTED = datetime(2026, 11, 1, tzinfo=UTC)
TABLES = ("source", "campaign", "person", "account", "membership", "entry", "total", "recheck")
"""The first two are few, and the others refer to them."""
REFERENCE_STEP = 10_000

PROGRAM = """
import json, resource, sys, time
from datetime import UTC, datetime
from pathlib import Path
from campaign.ingest.addresses import hasher_of
from campaign.ingest.files import booking, taking
from campaign.runtime import load_runtime
from campaign.store import file_imports, sources
runtime = load_runtime()
path, exported = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
with runtime.db.write() as session:
    found = [s for s in sources.listing(session) if s.slug == "list"]
    source = found[0] if found else sources.add_pushed(session, "file", "list", "A list", runtime.now())
began = time.monotonic()
with path.open("rb") as file:
    given = taking.Given(source.id, file, path.name, exported, "proof")
    seen = taking.take_in(runtime.db, given, "k" * 32, hasher_of(runtime.settings), runtime.now).seen
read = time.monotonic()
if seen.state is file_imports.State.READ:
    booking.confirm(runtime.db, seen.id, "proof", runtime.now(), mine=True)
booking.go_on(runtime.db, seen.id, runtime.now)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
cpu = time.process_time()
print(json.dumps({"read": read - began, "all": time.monotonic() - began, "peak MiB": peak, "cpu": cpu}))
"""


def write_list(path: Path, rows: int, seed: int = 1) -> int:
    """A list of members; returns how many of them are members at the end of November 2026, with grace."""
    chance = random.Random(seed)
    members = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("Email,Member since,Paid until,Tier\n")
        for number in range(rows):
            since = date(2023, 1, 1) + timedelta(days=chance.randrange(1000))
            ended = chance.random() < 0.3
            until = date(2026, 6, 1) if ended else date(2099, 12, 31)
            members += not ended
            file.write(f"reader.{number}@mail{number % 997}.example.org,{since},{until},Friend\n")
    return members


class Deliveries(threading.Thread):
    """Signed deliveries to the running product, ten a second; how long each answer took."""

    def __init__(self, running: Running) -> None:
        super().__init__(daemon=True)
        self._running = running
        self._over = threading.Event()
        self.took: list[float] = []
        self.refused = 0

    def run(self) -> None:
        secret = self._running.environ["STRIPE_WEBHOOK_SECRETS"]
        number = 0
        while not self._over.wait(0.1):
            number += 1
            stamp = int(time.time())
            body = json.dumps(
                {"id": f"evt_{number}", "type": "customer.updated", "livemode": False, "created": stamp,
                 "api_version": "2026-10-28.endive", "data": {"object": {"id": f"cus_{number}", "object": "customer"}}}
            ).encode()  # fmt: skip
            signed = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
            began = time.monotonic()
            with closing(http.client.HTTPConnection("127.0.0.1", self._running.port, timeout=30)) as line:
                line.request("POST", "/webhooks/stripe", body, {"Stripe-Signature": f"t={stamp},v1={signed}"})
                self.refused += line.getresponse().status != 200
            self.took.append(time.monotonic() - began)

    def stop(self) -> None:
        self._over.set()
        self.join()

    def at(self, share: float) -> float:
        return sorted(self.took)[min(len(self.took) - 1, int(len(self.took) * share))] * 1000


def start_import(running: Running, path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, str(path), EXPORTED.isoformat()]
    environ = {**running.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def kill_half_way(db: Database, process: subprocess.Popen[str]) -> bool:
    """Killed as soon as half of the list is booked; False when it was done before that was seen."""
    while process.poll() is None:
        with db.read() as session:
            found = file_imports.listing(session, 1)
        if found and found[0].state is State.BOOKING and found[0].done * 2 >= found[0].buckets:
            process.kill()
            process.communicate()
            return True
        time.sleep(0.05)
    return False


def prove_list(databases: Databases, folder: Path, url: str, rows: int, *, checked: bool) -> dict[str, Any]:
    path = folder / "members.csv"
    members = write_list(path, rows)
    with (
        StripeWorld.start(folder / "stripe", process=True) as world,
        Running.start(folder, world, url, campaigns=(a_campaign(GoalKind.MEMBERS),), processes=("web",)) as running,
    ):
        db = running.open_database()
        try:
            deliveries = Deliveries(running)
            deliveries.start()
            began = time.monotonic()
            first = start_import(running, path)
            killed = kill_half_way(db, first)
            before = time.monotonic() - began
            second = start_import(running, path)
            out, errors = second.communicate()
            deliveries.stop()
            assert second.returncode == 0, errors[-3000:]
            told = json.loads(out.splitlines()[-1])
            assert killed
            assert deliveries.refused == 0
            assert number_of(db) == members
            if checked:
                assert check(db, 1, running.now()).found == []
            seconds = before + told["all"]
            reference, written = write_again(databases, db)
        finally:
            db.dispose()
    return {
        "rows/s": rows / seconds,
        "seconds, killed half way": seconds,
        "ratio to raw writing": reference / seconds,
        "rows in all tables": written,
        "peak MiB": told["peak MiB"],
        "deliveries": len(deliveries.took),
        "answered p99 ms": deliveries.at(0.99),
        "slowest ms": deliveries.at(1.0),
        "load of the machine": os.getloadavg()[0],
    }


def number_of(db: Database) -> int:
    with db.read() as session:
        campaign = campaigns.load(session, 1)
        return fold(day_totals.load(session, 1), campaign).value


def write_again(databases: Databases, db: Database) -> tuple[float, int]:
    """Seconds of raw writing of the same rows into an empty database, and how many rows."""
    seconds, written = 0.0, 0
    with databases.fresh() as url:
        other = open_database(url)
        try:
            for table in TABLES:
                for names, rows in read_raw(db, table):
                    began = time.monotonic()
                    write_raw(other, table, names, rows)
                    seconds += time.monotonic() - began
                    written += len(rows)
        finally:
            other.dispose()
    return seconds, written


def read_raw(db: Database, table: str) -> Iterator[tuple[list[str], list[Any]]]:
    """The rows as they stand, in the order of their keys; in PostgreSQL as the lines of a COPY."""
    if db.is_sqlite:
        with db.engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            cursor = raw.execute(f"SELECT * FROM {table}")
            names = [one[0] for one in cursor.description]
            while rows := cursor.fetchmany(REFERENCE_STEP):
                yield names, rows
        return
    with psycopg.connect(_plain(db)) as connection, connection.cursor() as cursor:
        lines: list[bytes] = []
        with cursor.copy(f"COPY {table} TO STDOUT") as copy:
            for piece in copy:
                lines.append(bytes(piece))
                if len(lines) >= REFERENCE_STEP:
                    yield [], lines
                    lines = []
        if lines:
            yield [], lines


def write_raw(db: Database, table: str, names: list[str], rows: list[Any]) -> None:
    if db.is_sqlite:
        places = ", ".join("?" * len(names))
        with db.begin() as connection:
            connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})", rows)
        return
    into = f"COPY {table} FROM STDIN"
    with psycopg.connect(_plain(db)) as connection, connection.cursor() as cursor, cursor.copy(into) as copy:
        copy.write(b"".join(rows))


def _plain(db: Database) -> str:
    return db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_5000_rows_are_booked_killed_half_way_and_gone_on_with(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    databases: Databases = request.getfixturevalue(f"{kind}_databases")
    with databases.fresh() as url:
        prove_list(databases, tmp_path, url, 5_000, checked=True)


@pytest.mark.prove
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_million_rows(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    databases: Databases = request.getfixturevalue(f"{kind}_databases")
    rows = int(os.environ.get("ROWS", "1000000"))
    with databases.fresh() as url:
        values = prove_list(databases, tmp_path, url, rows, checked=False)
    record(f"A list of {rows:,} rows", kind, values, command=prove_command(__file__))
