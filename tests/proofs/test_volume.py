"""Many subscriptions: the first import and the full sweep; and changes that race with the work on their deliveries."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from campaign.counting.check import check
from campaign.domain.campaign import GoalKind, Rule
from campaign.domain.progress import fold
from campaign.store import campaigns, day_totals, objects
from campaign.store.engine import open_database
from tests.databases import Databases
from tests.proofs.figures import prove_command, record
from tests.proofs.history import DAY
from tests.proofs.product import a_campaign
from tests.running import JOBS, Running
from tests.stripe_world import StripeWorld, Truth

PROGRAM = """
import json, resource, sys, time
from datetime import UTC, datetime
from campaign.ingest import sweep, work
from campaign.ingest.accounts import Accounts
from campaign.runtime import load_runtime
from campaign.store import sources
runtime = load_runtime()
with runtime.db.read() as session:
    source = sources.listing(session)[0]
accounts = Accounts(runtime.db, runtime.settings)
stopped_at = json.loads(sys.argv[1])
now = (lambda: datetime.fromtimestamp(stopped_at, UTC)) if stopped_at else runtime.now
told = []
for what in sys.argv[2:]:
    began = time.monotonic()
    swept = sweep.sweep(runtime.db, accounts, source.id, now)
    work.work_once(runtime.db, accounts, now)
    told.append({"what": what, "seconds": time.monotonic() - began, "API calls": swept.calls, "report": swept.report})
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"told": told, "peak MiB": peak}))
"""
COUNTING = (
    a_campaign(GoalKind.MEMBERS, target=25_000),
    a_campaign(GoalKind.AMOUNT, rule=Rule(count_one_off=True), target=10**9),
)


def sweep_in_a_process(running: Running, *what: str, stopped_at: int | None = None) -> dict[str, Any]:
    """Sweeps one after the other in a process of their own, the first of them an import; with its peak of memory.

    `stopped_at`: the instant the product's clock shows all the time, for a provider whose clock stands still.
    """
    command = [sys.executable, "-c", PROGRAM, json.dumps(stopped_at), *what]
    done = subprocess.run(
        command,
        env={**running.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def assert_counted(running: Running, truth: Truth) -> None:
    """The product's check finds nothing at the truth's instant, and its numbers are the truth's."""
    at = datetime.fromtimestamp(truth.at, UTC)
    db = running.open_database()
    try:
        with db.read() as session:
            everything = {c.slug: c for c in campaigns.all_campaigns(session)}
        reports = {slug: check(db, c.id, at) for slug, c in everything.items()}
    finally:
        db.dispose()
    assert {slug: report.found for slug, report in reports.items()} == {slug: [] for slug in reports}
    assert stored_numbers(running) == {"members": truth.count, "amount": truth.raised()}


def stored_numbers(running: Running) -> dict[str, int]:
    db = open_database(running.settings.database_url)
    try:
        with db.read() as session:
            return {c.slug: fold(day_totals.load(session, c.id), c).value for c in campaigns.all_campaigns(session)}
    finally:
        db.dispose()


def prove_volume(folder: Path, url: str | None, number: int) -> dict[str, Any]:
    now = int(datetime.now(UTC).timestamp())
    with StripeWorld.start(folder / "stripe", process=True, starts_at=now - 200 * DAY) as world:
        price = world.price(500)
        shares = {"churn": 0.15, "fails": 0.05, "debits": 0.03, "trials": 0.02, "churn_days": 120}
        world.bulk(number, price, joined_from=now - 200 * DAY, joined_to=now - DAY, ids=False, events=False, **shares)
        world.advance_to(now, stop=True)
        with Running.start(folder, world, url, campaigns=COUNTING, processes=()) as running:
            told = sweep_in_a_process(running, "first import", "full sweep", stopped_at=now)
            truth = world.truth()
            assert_counted(running, truth)
    report = told["told"][1]["report"]
    # Bank debits that are still on their way are asked for again by every sweep.
    assert report["unknown"] == {}
    assert report["different"].keys() <= {"charge"}
    return {**told, "members": truth.count}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_import_and_a_sweep_end_in_the_providers_truth(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    databases: Databases = request.getfixturevalue(f"{kind}_databases")
    with databases.fresh() as url:
        prove_volume(tmp_path, url, 300)


@pytest.mark.prove
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_25000_subscriptions_are_imported_and_swept(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    databases: Databases = request.getfixturevalue(f"{kind}_databases")
    with databases.fresh() as url:
        told = prove_volume(tmp_path, url, 25_000)
    for one in told["told"]:
        values = {name: one[name] for name in ("seconds", "API calls")}
        values |= {"peak MiB of both": told["peak MiB"], "members, as the provider says": told["members"]}
        record(f"25,000 subscriptions, {kind}", one["what"], values, command=prove_command(__file__))


def make_changes(world: StripeWorld, changes: int, among: int, seed: int, a_second: float) -> None:
    """Random changes of some subscriptions, a few at a time."""
    began = time.monotonic()
    step = 5
    for done in range(0, changes, step):
        time.sleep(max(0.0, began + done / a_second - time.monotonic()))
        world.random_change(min(step, changes - done), seed * 100_000 + done, among=among)


def prove_race(folder: Path, url: str | None, changes: int, among: int, seed: int, a_second: float) -> dict[str, Any]:
    with StripeWorld.start(folder / "stripe", process=True, seed=seed) as world:
        now = world.now
        price = world.price(500)
        world.bulk(among, price, joined_from=now, joined_to=now, ids=False, events=False)
        with Running.start(folder, world, url, campaigns=COUNTING, processes=("web",)) as running:
            sweep_in_a_process(running, "first import")
            running.start_process(JOBS)
            world.behave(delay_ms=300, fail_share=0.01)
            world.deliveries(duplicate=0.2, shuffle=20, delay_ms=[0, 400])
            began = time.monotonic()
            changing = threading.Thread(target=make_changes, args=(world, changes, among, seed, a_second))
            changing.start()
            changing.join()
            world.settle(300)
            made = time.monotonic() - began
            wait_until_nothing_waits(running)
            seconds = time.monotonic() - began
            world.behave(delay_ms=0, fail_share=0.0)
            truth = world.truth()
            assert_counted(running, truth)
            report = sweep_in_a_process(running, "full sweep")["told"][0]["report"]
            assert report["different"] == report["unknown"] == {}
            delivered = len(world.delivery_log())
    return {
        "changes": changes,
        "subscriptions": among,
        "deliveries": delivered,
        "wrong": 0,
        "seconds of changes": made,
        "seconds until all counted": seconds,
    }


def wait_until_nothing_waits(running: Running) -> None:
    db = running.open_database()

    def waits() -> bool:
        with db.read() as session:
            return objects.count_waiting(session) > 0

    try:
        running.wait_until(lambda: not waits(), 240)
    finally:
        db.dispose()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_changes_that_race_with_the_work_end_right(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    databases: Databases = request.getfixturevalue(f"{kind}_databases")
    with databases.fresh() as url:
        prove_race(tmp_path, url, changes=150, among=30, seed=7, a_second=40)


@pytest.mark.prove
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_5000_racing_changes_end_right(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    databases: Databases = request.getfixturevalue(f"{kind}_databases")
    with databases.fresh() as url:
        seed = random.randrange(10**6)
        print(f"seed {seed}")
        values = prove_race(tmp_path, url, changes=5000, among=500, seed=seed, a_second=15)
    record("Changes that race with the work", kind, values, command=prove_command(__file__))
