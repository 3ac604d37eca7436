"""The first import: killed and gone on with, nothing done twice, as much as campaigns need, within the allowance."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from campaign.counting import edit
from campaign.domain.campaign import GoalKind
from campaign.domain.errors import Conflict
from campaign.ingest.errors import AllowanceSpent
from campaign.ingest.stripe import allowance as allowances
from campaign.ingest.sweep import import_all, sweep, want_import
from campaign.store import batches, imports, objects, reads, sweeps
from campaign.store.engine import open_database
from campaign.store.objects import Ref
from campaign.store.tables import EntryRow
from tests.databases import Databases
from tests.ingest.stand import Stand, catch_up, instant, window
from tests.stripe_world import StripeWorld

DAY = 86_400
ROOT = Path(__file__).resolve().parents[2]


def standing(stand: Stand, campaign: object) -> list[tuple[str, int, datetime]]:
    """What remains of a campaign's entries when corrections cancel."""
    with stand.db.read() as session:
        rows = list(session.scalars(select(EntryRow).where(EntryRow.campaign_id == campaign.id)))  # type: ignore[attr-defined]
        gone = {row.reverses_id for row in rows if row.reverses_id is not None}
        left = [row for row in rows if row.id not in gone and row.kind != "correction"]
        return sorted((row.kind, row.amount, row.occurred_at) for row in left)


def test_a_killed_import_goes_on_behind_what_it_took_in(
    stripe: StripeWorld, databases: Databases, tmp_path: Path
) -> None:
    price = stripe.price(500)
    start = stripe.now
    stripe.bulk(450, price, joined_from=start - 80 * DAY, joined_to=start, churn=0.1)
    with databases.fresh() as url:
        environ = {
            "SECRET_KEY": "s" * 40,
            "PERSON_KEY": "p" * 40,
            "PUBLIC_URL": "http://127.0.0.1",
            "CAMPAIGN_DEMO": "1",
            "DATABASE_URL": url,
            "DATA_DIR": str(tmp_path / "data"),
            "STRIPE_API_KEY": stripe.api_key,
            "STRIPE_API_BASE": stripe.address,
            "PATH": os.environ["PATH"],
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "campaign", "sources", "import", "stripe", "--calls-per-second", "5"],
            cwd=ROOT,
            env={**os.environ, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        db = open_database(url)
        stand = Stand.open(db, tmp_path, stripe.api_key, stripe.address)
        _wait_for_rows(stand, "invoice", 300)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with db.read() as session:
            before = imports.state(session, stand.source_id)
        assert before is not None
        assert before.lists["price"] is None
        assert before.lists["invoice"] is not None or before.seen["charge"] >= 0
        with pytest.raises(Conflict, match="right now"):
            import_all(db, stand.accounts, stand.source_id, stand.now, "test", calls_per_second=1000)
        stripe.control("calls/clear")
        stand.clock = datetime.now(UTC) + batches.ABANDONED_AFTER
        done = import_all(db, stand.accounts, stand.source_id, stand.now, "test", calls_per_second=1000)
        calls = stripe.calls()
        total = done.report["seen"]["invoice"]
        left = total - before.seen["invoice"]
        if before.lists["invoice"] is not None:
            assert 0 < calls["GET /v1/invoices"] <= left // 100 + 1, "what was taken in is not asked for again"
        assert "GET /v1/prices" not in calls
        assert done.report["seen"]["subscription"] == 450
        stand.work()
        members = stand.campaign(GoalKind.MEMBERS, *window(start))
        edit.recount_source(db, "test", "all", stand.now())
        assert stand.value(members) == stripe.truth(price).count
        assert stand.differences(members) == []
        with db.read() as session:
            assert imports.state(session, stand.source_id) is None
        db.dispose()


def test_an_import_counts_again_who_was_counted_before_and_turns_out_to_be_somebody_known(
    stripe: StripeWorld, databases: Databases, tmp_path: Path
) -> None:
    price = stripe.price(500)
    one = stripe.join(price, "vera@example.org")
    other = stripe.join(price, "vira@example.org")
    with databases.fresh() as url:
        db = open_database(url)
        stand = Stand.open(db, tmp_path, stripe.api_key, stripe.address)
        members = stand.campaign(GoalKind.MEMBERS, *window(stripe.now))
        catch_up(stripe, stand)
        with db.write() as session:
            refs = [Ref("subscription", joined.subscription) for joined in (one, other)]
            objects.mark_dirty(session, stand.source_id, refs, stand.now(), "staff", None)
        stand.work()
        assert stand.value(members) == 2
        stripe.change_address(other.customer, "vera@example.org")
        import_all(db, stand.accounts, stand.source_id, stand.now, "test", calls_per_second=1000)
        stand.work()
        assert stand.value(members) == 1
        assert stand.differences(members) == []
        db.dispose()


def _wait_for_rows(stand: Stand, kind: str, number: int) -> None:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        with stand.db.read() as session:
            state = imports.state(session, stand.source_id)
        if state is not None and state.seen.get(kind, 0) >= number:
            return
        time.sleep(0.02)
    raise AssertionError(f"never saw {number} of {kind}: {state}")


def test_an_import_that_reads_less_books_what_one_that_reads_all_does(
    stripe: StripeWorld, databases: Databases, tmp_path: Path
) -> None:
    """Three years of members; the campaign looks at the last 30 days, so invoices are read for about 15 months."""
    price, year = stripe.price(500), stripe.price(5000, interval="year")
    start = stripe.now
    stripe.bulk(120, price, joined_from=start - 1000 * DAY, joined_to=start, churn=0.05, fails=0.03)
    stripe.bulk(40, year, joined_from=start - 1000 * DAY, joined_to=start, churn=0.02, seed=7, first_number=500)
    found: dict[bool, list[object]] = {}
    seen: dict[bool, int] = {}
    for everything in (False, True):
        with databases.fresh() as url:
            db = open_database(url)
            stand = Stand.open(db, tmp_path, stripe.api_key, stripe.address, instant(stripe.now + 1))
            members = stand.campaign(GoalKind.MEMBERS, *window(start, before=30))
            new = stand.campaign(GoalKind.NEW_MEMBERS, *window(start, before=30))
            done = import_all(
                *(db, stand.accounts, stand.source_id, stand.now, "test", None, 1000), everything=everything
            )
            stand.work()
            since = members.starts_at
            found[everything] = [
                stand.value(members),
                stand.value(new),
                [e for e in standing(stand, members) if e[2] >= since],
                standing(stand, new),
            ]
            seen[everything] = done.report["seen"]["invoice"]
            again = sweep(db, stand.accounts, stand.source_id, stand.now, calls_per_second=1000)
            assert again.report["different"].get("subscription", 0) == 0
            db.dispose()
    assert found[False] == found[True]
    assert seen[False] < seen[True] * 3 / 4
    assert found[True][0] == stripe.truth([price, year]).count


def test_long_reading_stops_at_the_guard_and_events_are_fetched_all_the_same(stripe: StripeWorld, stand: Stand) -> None:
    price = stripe.price(500)
    jane = stripe.join(price, "jane@example.org")
    members = stand.campaign(GoalKind.MEMBERS, *window(stripe.now))
    catch_up(stripe, stand)
    guard = allowances.LEAST * allowances.SHARE_PERCENT // 100
    with stand.db.write() as session:
        reads.add(session, stand.source_id, guard, stand.now() - timedelta(days=29))
    with pytest.raises(AllowanceSpent, match="goes on by itself"):
        import_all(stand.db, stand.accounts, stand.source_id, stand.now, "test", calls_per_second=1000)
    with stand.db.read() as session:
        (run,) = sweeps.recent(session, 1)
        assert "What deliveries need is still fetched" in (run.error or "")
        assert imports.state(session, stand.source_id) is not None, "it is gone on with"
    stripe.leave(jane.subscription, now=True)
    catch_up(stripe, stand)
    assert stand.value(members) == 0
    assert stand.clock is not None
    stand.clock += timedelta(days=2)
    import_all(stand.db, stand.accounts, stand.source_id, stand.now, "test", calls_per_second=1000)
    with stand.db.read() as session:
        assert imports.state(session, stand.source_id) is None


def test_payments_of_the_last_30_days_widen_the_allowance(stripe: StripeWorld, stand: Stand) -> None:
    stripe.bulk(25, stripe.price(500), joined_from=stripe.now - 5 * DAY, joined_to=stripe.now)
    stand.clock = instant(stripe.now + 1)
    import_all(stand.db, stand.accounts, stand.source_id, stand.now, "test", calls_per_second=1000)
    with stand.db.read() as session:
        found = allowances.allowance(session, stand.source_id, stand.now())
    assert found.allowed == 25 * allowances.READS_A_PAYMENT
    assert 0 < found.used < 20


def test_an_import_that_staff_ask_for_is_kept_until_it_is_complete(stripe: StripeWorld, stand: Stand) -> None:
    stripe.join(stripe.price(500), "jane@example.org")
    with stand.db.write() as session:
        wanted = want_import(session, stand.source_id, "ann@example.org", stand.now())
        assert want_import(session, stand.source_id, "ben@example.org", stand.now()) == wanted
    import_all(stand.db, stand.accounts, stand.source_id, stand.now, "jobs", calls_per_second=1000)
    with stand.db.read() as session:
        assert imports.state(session, stand.source_id) is None
        since = imports.known_since(session, stand.source_id)
    assert since is not None
    assert json.dumps(replace(wanted, lists={}).wanted_by) == '"ann@example.org"'
