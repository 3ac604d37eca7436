"""The database is gone while readers, deliveries and jobs go on: the last number is served, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from campaign.domain.campaign import GoalKind
from tests.databases import Databases
from tests.postgres import PostgresServer
from tests.proofs.product import a_campaign
from tests.running import JOBS, WEB, Running
from tests.stripe_world import StripeWorld

SLUG = "members"


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A durable server of this test alone, since it is killed."""
    try:
        server = PostgresServer(durable=True)
    except Exception as error:  # noqa: BLE001 - whatever keeps it from starting is the reason to show
        pytest.skip(f"PostgreSQL can't run here: {error}")
    yield server
    server.stop()


def test_readers_get_the_last_number_while_the_database_is_gone(tmp_path: Path, own_server: PostgresServer) -> None:
    databases = Databases("postgresql", tmp_path, own_server)
    with (
        databases.fresh() as url,
        StripeWorld.start(tmp_path / "stripe", process=True) as world,
        Running.start(tmp_path, world, url, campaigns=(a_campaign(GoalKind.MEMBERS),)) as running,
    ):
        world.deliveries(retry_seconds=0.2, give_up_after=60)
        price = world.price(500)
        for number in range(3):
            world.join(price, f"before{number}@example.org")
        running.wait_for_number(SLUG, 3)
        world.settle()
        before = running.live(SLUG)

        own_server.kill()
        assert running.live(SLUG)["count"] == 3
        world.join(price, "while.gone@example.org")
        running.wait_until(lambda: 503 in {one["answer"] for one in world.delivery_log()})
        assert {one["answer"] for one in world.delivery_log()} <= {200, 503, None}
        assert dict(running.live(SLUG)) == {**before, "as_of": running.live(SLUG)["as_of"]}

        # A restart without a database: the last published files are all there is.
        running.kill(WEB)
        running.start_process(WEB)
        running.wait_until(lambda: running.get("/healthz")[0] == 200)
        again = running.live(SLUG)
        assert again["count"] == 3
        assert before["as_of"] <= again["as_of"]
        assert running.get(f"/g/{SLUG}.html")[0] == 200
        assert running.get("/readyz")[0] == 503
        jobs = running.processes[JOBS]
        assert jobs.poll() is None

        own_server.restart()
        running.wait_for_number(SLUG, 4, 60)
        world.settle(60)
        assert world.truth().count == 4
        assert running.processes[JOBS] is jobs
        assert jobs.poll() is None
