"""A sceptic's run past the deadline: being counted, swept, frozen; what is learned later stands beside the result."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from campaign.domain.campaign import Campaign, GoalKind
from campaign.ingest import sweep
from campaign.ingest.accounts import Accounts
from campaign.store import campaigns, job_runs, ledger, sources
from tests.proofs.product import a_campaign
from tests.running import JOBS, WEB, Running
from tests.stripe_world import StripeWorld

SLUG = "members"
HOUR, DAY = 3600, 86_400


def restart_at(running: Running, offset: int) -> None:
    """Web and jobs start again with their clock moved."""
    running.environ["CLOCK_OFFSET_SECONDS"] = str(offset)
    for name in (WEB, JOBS):
        running.kill(name)
        running.start_process(name)
    running.wait_until(lambda: running.get("/healthz")[0] == 200)


def stored(running: Running) -> Campaign:
    db = running.open_database()
    try:
        with db.read() as session:
            return campaigns.by_slug(session, SLUG)
    finally:
        db.dispose()


def booked(running: Running) -> list[int]:
    """The amounts of all entries, first first."""
    db = running.open_database()
    try:
        with db.read() as session:
            entries = ledger.last_entries(session, campaigns.by_slug(session, SLUG).id, 100)
    finally:
        db.dispose()
    return [entry.amount for entry in reversed(entries)]


def import_source(running: Running) -> None:
    db = running.open_database()
    try:
        with db.read() as session:
            source = sources.listing(session)[0]
        sweep.import_all(db, Accounts(db, running.settings), source.id, running.now, "test")
    finally:
        db.dispose()


def says(running: Running, stage: str) -> None:
    running.wait_until(lambda: running.live(SLUG).get("stage") == stage, 30, lambda: str(running.live(SLUG)))


def ask_for_job(running: Running, name: str) -> None:
    db = running.open_database()
    try:
        with db.write() as session:
            job_runs.request(session, name, running.now())
    finally:
        db.dispose()


def test_past_the_deadline_the_count_is_finished_and_then_stands(tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    campaign = replace(a_campaign(GoalKind.MEMBERS), starts_on=today - timedelta(days=30), ends_on=today, target=3)
    to_deadline = int((campaign.deadline - datetime.now(UTC)).total_seconds())
    with (
        StripeWorld.start(tmp_path / "stripe", process=True) as world,
        Running.start(tmp_path, world, campaigns=(campaign,)) as running,
    ):
        price = world.price(500)
        jane = world.join(price, "jane@example.org")
        for number in range(3):
            world.join(price, f"reader{number}@example.org")
        running.wait_for_number(SLUG, 4)
        import_source(running)

        # One leaves before the deadline, and nobody hears of it; another joins after the deadline.
        world.deliveries(paused=True)
        world.leave(jane.subscription, now=True)
        world.deliveries(drop=1.0, paused=False)
        world.advance(seconds=to_deadline + 2 * HOUR)
        world.deliveries(drop=0.0)
        restart_at(running, to_deadline + 30 * 60)
        says(running, "ended_counting")
        assert stored(running).frozen is None

        # A source that was not swept after the deadline is waited for.
        restart_at(running, to_deadline + 2 * HOUR)
        ask_for_job(running, "freeze")
        ask_for_job(running, "sweep")
        running.wait_until(lambda: (ask_for_job(running, "freeze"), stored(running).frozen)[1], 60)
        frozen = stored(running).frozen
        assert frozen is not None
        assert frozen.silent_sources == ()
        assert frozen.result == 3
        says(running, "ended_reached")
        assert running.count(SLUG) == 3

        # Somebody joins after it: the result stays.
        world.join(price, "late@example.org")
        world.settle()
        running.wait_until(lambda: booked(running) == [1] * 4 + [-1, 1])
        assert running.count(SLUG) == 3
        assert stored(running).frozen == frozen
