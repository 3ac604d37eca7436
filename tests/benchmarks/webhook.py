"""The webhook route on SQLite beside the same route without its database step, and beside what the disk can do."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks import load, runs, servers
from tests.benchmarks.deliveries import Deliveries, event_of_a_payment
from tests.benchmarks.newsroom import Newsroom

KEPT, NOT_KEPT = "kept in SQLite", "without the database step"
LEAST_SHARE = 0.40
CONNECTIONS = 8


def measure(newsroom: Newsroom, folder: Path, seconds: float, number: int) -> dict[str, Any]:
    """Processor time of one delivery, deliveries a second, and one-row commits a second of the same disk."""
    deliveries = Deliveries(event_of_a_payment(folder / "provider"), newsroom.webhook_secret)

    def deliver(_: str, server: servers.Server) -> load.Load:
        return load.send(server.port, deliveries.next_request, seconds, CONNECTIONS)

    with contextlib.ExitStack() as stack:
        measured = {
            name: stack.enter_context(servers.product(target, newsroom.environ, folder / f"{log}.log"))
            for name, target, log in (
                (KEPT, "wsgi:application", "kept"),
                (NOT_KEPT, "tests.benchmarks.kept_nowhere:application", "not-kept"),
            )
        }
        figures = runs.alternate(measured, deliver, number)
        commits = [commits_per_second(folder, min(1.0, seconds)) for _ in range(number)]
    return {
        "connections": CONNECTIONS,
        "body_bytes": len(deliveries.next_request().partition(b"\r\n\r\n")[2]),
        "servers": {name: one.as_json() for name, one in figures.items()},
        "share": figures[NOT_KEPT].cpu_microseconds / figures[KEPT].cpu_microseconds,
        "disk_commits_per_second": median(commits),
        "kept": count_kept(newsroom),
    }


def count_kept(newsroom: Newsroom) -> int:
    """How many deliveries are in the inbox."""
    with contextlib.closing(sqlite3.connect(newsroom.folder / "campaign.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM inbox_event").fetchone()[0])


def commits_per_second(folder: Path, seconds: float) -> float:
    """Commits of one row, each on disk before the next, in a database of its own (WAL, full sync) in the folder."""
    path = folder / "commits.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("CREATE TABLE IF NOT EXISTS one (number INTEGER PRIMARY KEY)")
        commits, started = 0, time.perf_counter()
        while time.perf_counter() < started + seconds:
            connection.execute("INSERT INTO one DEFAULT VALUES")
            commits += 1
        return commits / (time.perf_counter() - started)
