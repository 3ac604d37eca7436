"""Five campaigns over the same subscriptions agree, day by day, with a plain script over the provider's log."""

from __future__ import annotations

import time
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campaign.counting.check import check
from campaign.domain.about import Scope
from campaign.domain.campaign import Campaign, GoalKind, Rule
from campaign.store import campaigns, day_totals
from tests.databases import Databases
from tests.proofs import plain_count
from tests.proofs.figures import prove_command, record
from tests.proofs.history import DAY
from tests.proofs.plain_count import Changes, PlainLog
from tests.proofs.product import a_campaign
from tests.proofs.test_volume import sweep_in_a_process
from tests.running import Running
from tests.stripe_world import StripeWorld

ZONE = "Europe/Kyiv"
DAYS = 200


def five(now: int, price: str) -> tuple[Campaign, ...]:
    """Members by year's end, new members, givers, money of one price or tag, members by another rule."""
    today = datetime.fromtimestamp(now, ZoneInfo(ZONE)).date()
    window: dict[str, Any] = {
        "starts_on": today - timedelta(days=60),
        "ends_on": today + timedelta(days=3),
        "zone": ZONE,
    }
    ended = {**window, "ends_on": today - timedelta(days=5)}
    fund = Rule(scope=Scope(prices=(price,), tags=("roof",)))
    return (
        a_campaign(GoalKind.MEMBERS, zone=ZONE, target=25_000),
        a_campaign(GoalKind.NEW_MEMBERS, **window),
        a_campaign(GoalKind.GIVERS, rule=Rule(count_one_off=True), **ended),
        a_campaign(GoalKind.AMOUNT, rule=fund, **window),
        a_campaign(GoalKind.MEMBERS, slug="strict", zone=ZONE, rule=Rule(grace_days=0, count_trials=True)),
    )


def told_by_the_log(log: PlainLog, of: dict[str, Campaign], price: str, tagged: set[str]) -> dict[str, Changes]:
    def window(slug: str) -> tuple[int, int]:
        return int(of[slug].starts_at.timestamp()), int(of[slug].deadline.timestamp())

    return {
        "members": plain_count.members(log),
        "new-members": plain_count.new_members(log, *window("new-members")),
        "givers": plain_count.givers(log, *window("givers")),
        "amount": plain_count.raised(log, *window("amount"), price, tagged),
        "strict": plain_count.members(log, grace_seconds=0, count_trials=True),
    }


def live(world: StripeWorld, number: int, now: int) -> tuple[str, set[str]]:
    """Two prices, leavers, failing cards, trials, debits; one-off gifts, some tagged; refunds and disputes."""
    monthly, fund = world.price(500), world.price(900, name="The roof")
    shares = {"churn": 0.15, "fails": 0.05, "debits": 0.03, "trials": 0.05, "churn_days": 120}
    shares |= {"prices": [monthly, fund], "weights": [3, 1]}
    began = now - DAYS * DAY
    world.bulk(number, monthly, joined_from=began, joined_to=now - 2 * DAY, ids=False, events=False, **shares)
    tagged: set[str] = set()
    rounds = 12
    for turn in range(1, rounds + 1):
        world.advance_to(began + (DAYS - 1) * DAY * turn // rounds)
        for gift in range(max(2, number // 400)):
            is_tagged = gift % 2 == 0
            who = f"gift{turn}.{gift % 3}@example.org"
            metadata = {"tags": "Spring, Roof"} if is_tagged else {"tags": "door"}
            charge = world.one_off(700 + gift, email=who, metadata=metadata)
            tagged |= {charge} if is_tagged else set()
            if gift == turn % 2:
                world.refund(charge, None if turn % 2 else 100)
        world.random_change(max(4, number // 150), turn, actions=["refund", "dispute", "return", "leave_now"])
    world.advance_to(now, stop=True)
    return fund, tagged


def counted(running: Running, at: datetime) -> tuple[dict[str, Campaign], dict[str, dict[date, int]]]:
    """What each campaign's stored days changed; the product's own check finds nothing."""
    db = running.open_database()
    try:
        with db.read() as session:
            of = {c.slug: c for c in campaigns.all_campaigns(session)}
            totals = {slug: day_totals.load(session, c.id) for slug, c in of.items()}
        assert {slug: check(db, c.id, at).found for slug, c in of.items()} == {slug: [] for slug in of}
    finally:
        db.dispose()
    days: dict[str, dict[date, int]] = {}
    for slug, told in totals.items():
        sums: dict[date, int] = defaultdict(int)
        for total in told:
            sums[total.day] += total.amount
        days[slug] = {day: change for day, change in sorted(sums.items()) if change}
    return of, days


def prove_five(folder: Path, url: str | None, number: int) -> dict[str, Any]:
    now = int(datetime.now(UTC).timestamp())
    with StripeWorld.start(folder / "stripe", process=True, starts_at=now - DAYS * DAY) as world:
        fund, tagged = live(world, number, now)
        with Running.start(folder, world, url, campaigns=five(now, fund), processes=()) as running:
            began = time.monotonic()
            sweep_in_a_process(running, "first import", stopped_at=now)
            seconds = time.monotonic() - began
            of, days = counted(running, datetime.fromtimestamp(now, UTC))
        truth = PlainLog(folder / "stripe" / "truth.log", now)
        told = told_by_the_log(truth, of, fund, tagged)
    assert days == {slug: plain_count.by_day(told[slug], ZONE) for slug in of}
    values = {slug: sum(change for _, change in changes) for slug, changes in told.items()}
    assert all(values.values())
    return {**values, "days compared": sum(map(len, days.values())), "different": 0, "seconds of the import": seconds}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_five_campaigns_agree_with_a_plain_script(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    databases: Databases = request.getfixturevalue(f"{kind}_databases")
    with databases.fresh() as url:
        prove_five(tmp_path, url, 300)


@pytest.mark.prove
def test_five_campaigns_over_25000_subscriptions_agree(sqlite_databases: Databases, tmp_path: Path) -> None:
    with sqlite_databases.fresh() as url:
        values = prove_five(tmp_path, url, 25_000)
    record(
        "Five campaigns over the same facts", "25,000 subscriptions, SQLite", values, command=prove_command(__file__)
    )
