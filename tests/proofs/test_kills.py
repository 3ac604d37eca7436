"""Web and jobs are killed at random moments while deliveries arrive: nothing is lost, nothing is counted twice."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from campaign.counting.check import check
from campaign.domain.campaign import GoalKind, Rule
from campaign.store import campaigns
from tests.databases import Databases
from tests.proofs.figures import prove_command, record
from tests.proofs.product import a_campaign
from tests.running import JOBS, WEB, Running
from tests.stripe_world import StripeWorld

COUNTING = (
    a_campaign(GoalKind.MEMBERS),
    a_campaign(GoalKind.AMOUNT, rule=Rule(count_one_off=True), target=10**9),
)
KILLS_A_ROUND = 3


def live_a_little(world: StripeWorld, price: str, events: int, chance: random.Random, first: int) -> int:
    """Joins, leavings, refunds and failures until about so many events have happened; returns how many joined."""
    seen, joined = len(world.delivery_log()), 0
    subscriptions: list[str] = []
    while len(world.delivery_log()) - seen < events:
        for _ in range(4):
            joined += 1
            subscriptions.append(world.join(price, f"kill{first + joined}@example.org").subscription)
        chosen = chance.choice(subscriptions)
        does = chance.choice(["leave", "refund", "return", "one_off"])
        charge = world.newest_charge(chosen)
        if does == "leave":
            world.leave(chosen, now=True)
        elif does == "refund" and charge:
            world.refund(charge, chance.choice([None, 100]))
        elif does == "return":
            world.leave(chosen, now=True)
            world.come_back(chosen)
        else:
            world.one_off(chance.randint(100, 2000))
    return joined


def one_round(running: Running, world: StripeWorld, price: str, events: int, chance: random.Random, first: int) -> int:
    """Deliveries are held back, let go together, and processes killed while they come in."""
    world.deliveries(paused=True)
    joined = live_a_little(world, price, events, chance, first)
    world.deliveries(paused=False)
    for _ in range(KILLS_A_ROUND):
        time.sleep(chance.uniform(0.05, 1.2))
        for name in chance.choice([(WEB,), (JOBS,), (WEB, JOBS)]):
            running.kill(name)
            running.start_process(name)
    return joined


def wait_until_counted(running: Running, world: StripeWorld) -> None:
    """Every delivery was taken in the end, and the public number is the provider's truth."""
    running.wait_until(lambda: running.get("/healthz")[0] == 200)
    world.settle(120)
    truth = world.truth()
    running.wait_for_number("members", truth.count, 120)
    running.wait_for_number("amount", truth.raised(), 120)


def assert_nothing_is_wrong(running: Running) -> None:
    db = running.open_database()
    try:
        with db.read() as session:
            everything = campaigns.all_campaigns(session)
        for campaign in everything:
            assert not check(db, campaign.id, running.now()).found
    finally:
        db.dispose()


def prove(folder: Path, url: str | None, rounds: int, events: int, seed: int) -> dict[str, float | int]:
    chance = random.Random(seed)
    began = time.monotonic()
    joined = 0
    with (
        StripeWorld.start(folder / "stripe", process=True) as world,
        Running.start(folder, world, url, campaigns=COUNTING) as running,
    ):
        world.deliveries(retry_seconds=0.2, give_up_after=60)
        price = world.price(500)
        for _ in range(rounds):
            joined += one_round(running, world, price, events, chance, joined)
            wait_until_counted(running, world)
        assert_nothing_is_wrong(running)
        repeated = sum(one["attempts"] - 1 for one in world.delivery_log())
        happened = len(world.delivery_log())
    seconds = time.monotonic() - began
    return {
        "rounds": rounds,
        "kills": rounds * KILLS_A_ROUND,
        "deliveries": happened,
        "repeated": repeated,
        "wrong": 0,
        "seconds": seconds,
    }


def test_killed_processes_lose_and_double_nothing(tmp_path: Path) -> None:
    prove(tmp_path, None, rounds=2, events=60, seed=1)


@pytest.mark.prove
def test_30_rounds_of_kills_on_sqlite(tmp_path: Path) -> None:
    values = prove(tmp_path, None, rounds=30, events=500, seed=int(time.time()))
    record("kill -9 of web and jobs while 500 events arrive", "SQLite", values, command=prove_command(__file__))


@pytest.mark.prove
def test_30_rounds_of_kills_on_postgresql(tmp_path: Path, postgresql_databases: Databases) -> None:
    with postgresql_databases.fresh() as url:
        values = prove(tmp_path, url, rounds=30, events=500, seed=int(time.time()))
    record("kill -9 of web and jobs while 500 events arrive", "PostgreSQL", values, command=prove_command(__file__))
