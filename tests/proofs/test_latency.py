"""From a delivery to the new number at its public address, with the real processes over HTTP."""

from __future__ import annotations

import statistics
import threading
import time
from pathlib import Path

import pytest

from campaign.domain.campaign import GoalKind
from tests.proofs.figures import prove_command, record
from tests.proofs.product import a_campaign
from tests.running import Running
from tests.stripe_world import StripeWorld

DELAY_MS = 300
SLUG = "members"


class Watch:
    """Asks for the live number all the time and notes when it was first seen at or above each value."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.seen: list[tuple[float, int]] = []
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def _look(self) -> None:
        while not self.stop.wait(0.01):
            number = self.running.count(SLUG) or 0
            if not self.seen or number != self.seen[-1][1]:
                self.seen.append((time.monotonic(), number))

    def at_least(self, number: int) -> float | None:
        return next((at for at, value in self.seen if value >= number), None)


def join_steadily(world: StripeWorld, price: str, number: int, a_second: float) -> list[float]:
    """People join one after another; returns when each had happened at the provider (deliveries begin then)."""
    began = time.monotonic()
    at: list[float] = []
    for one in range(number):
        time.sleep(max(0.0, began + one / a_second - time.monotonic()))
        world.join(price, f"reader{one}@example.org")
        at.append(time.monotonic())
    return at


def measure(running: Running, world: StripeWorld, joins: int, a_second: float, burst: int) -> dict[str, list[float]]:
    price = world.price(500)
    # One before anything is measured: the processes have loaded what they need.
    world.join(price, "first@example.org")
    running.wait_for_number(SLUG, 1)
    watch = Watch(running)
    happened = join_steadily(world, price, joins, a_second)
    running.wait_until(lambda: watch.at_least(1 + joins), 60)
    steady = [watch.at_least(number + 2) for number in range(joins)]
    began = time.monotonic()
    for one in range(burst):
        world.join(price, f"burst{one}@example.org")
    made = time.monotonic() - began
    running.wait_until(lambda: watch.at_least(1 + joins + burst), 120)
    last = watch.at_least(1 + joins + burst)
    watch.stop.set()
    watch.thread.join()
    assert last is not None
    waits = [seen - at for seen, at in zip(steady, happened, strict=True) if seen is not None]
    assert len(waits) == joins
    return {"waits": waits, "burst": [last - began, made]}


def prove(folder: Path, joins: int, a_second: float, burst: int) -> dict[str, list[float]]:
    with (
        StripeWorld.start(folder / "stripe", process=True, delay_ms=DELAY_MS) as world,
        Running.start(folder, world, campaigns=(a_campaign(GoalKind.MEMBERS),)) as running,
    ):
        told = measure(running, world, joins, a_second, burst)
        world.settle()
        assert running.count(SLUG) == world.truth().count == 1 + joins + burst
        return told


def test_every_payment_shows_at_the_public_address(tmp_path: Path) -> None:
    prove(tmp_path, 30, 5, 15)


@pytest.mark.prove
def test_four_minutes_of_a_join_a_second(tmp_path: Path) -> None:
    told = prove(tmp_path, 240, 1, 100)
    waits = sorted(told["waits"])
    p99 = waits[int(len(waits) * 0.99)]
    values = {
        "joins": len(waits),
        "p50 seconds": statistics.median(waits),
        "p99 seconds": p99,
        "slowest seconds": waits[-1],
        "p99 less the provider's delay": p99 - DELAY_MS / 1000,
    }
    command = prove_command(__file__)
    record(
        "From a delivery to the new number",
        "a join a second (6 or more events), SQLite, the provider takes 300 ms",
        values,
        command=command,
    )
    burst = {
        "joins": 100,
        "seconds until all counted": told["burst"][0],
        "making them at the provider": told["burst"][1],
    }
    record("From a delivery to the new number", "a burst of 100 joins", burst, command=command)
