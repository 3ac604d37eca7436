"""What was never delivered is found by listing events and by sweeps; a first import takes in what is there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from campaign.domain.campaign import GoalKind
from campaign.ingest.accounts import Accounts
from campaign.ingest.errors import RefusedBySource
from campaign.ingest.listing import list_all_events
from campaign.ingest.sweep import import_all, sweep
from campaign.store import batches, inbox, objects, sweeps
from tests.ingest.stand import Stand, catch_up, instant, window
from tests.stripe_world import StripeWorld

DAY = 86_400


def test_events_that_were_dropped_are_found_by_listing_and_only_once(stripe: StripeWorld, stand: Stand) -> None:
    members = stand.campaign(GoalKind.MEMBERS, *window(stripe.now))
    price = stripe.price(500)
    stripe.deliveries(drop=1.0)
    stripe.join(price, "jane@example.org")
    catch_up(stripe, stand)
    assert stand.value(members) == 0
    (listed,) = list_all_events(stand.db, stand.accounts, stand.now())
    assert listed.never_delivered > 5
    stand.work()
    assert stand.value(members) == 1
    (again,) = list_all_events(stand.db, stand.accounts, stand.now())
    assert again.never_delivered == 0
    with stand.db.read() as session:
        origins = {e.origin for e in inbox.recent(session, 50) if not e.type.startswith(("price.", "product."))}
        assert origins == {"listed"}


def test_an_import_takes_in_what_was_there_and_a_sweep_finds_nothing_more(stripe: StripeWorld, stand: Stand) -> None:
    price = stripe.price(500)
    start = stripe.now
    stripe.bulk(300, price, joined_from=start - 80 * DAY, joined_to=start, churn=0.1)
    stand.clock = instant(stripe.now + 1)
    members = stand.campaign(GoalKind.MEMBERS, *window(start))
    raised = stand.campaign(GoalKind.AMOUNT, *window(start, before=30))
    swept = import_all(stand.db, stand.accounts, stand.source_id, stand.now, "test", calls_per_second=1000)
    stand.work()
    truth = stripe.truth(price)
    assert swept.report["seen"]["subscription"] == 300
    assert stand.value(members) == truth.count
    assert stand.differences(members) == []
    assert stand.differences(raised) == []
    again = sweep(stand.db, stand.accounts, stand.source_id, stand.now, calls_per_second=1000)
    assert again.report["unknown"] == {}
    assert again.report["different"] == {}
    with stand.db.read() as session:
        assert objects.waiting_since(session) is None
        assert batches.held_campaigns(session, stand.now()) == (frozenset(), False)


def test_a_sweep_reports_what_was_lost_and_then_takes_it_in(stripe: StripeWorld, stand: Stand) -> None:
    price = stripe.price(500)
    members = stand.campaign(GoalKind.MEMBERS, *window(stripe.now))
    raised = stand.campaign(GoalKind.AMOUNT, *window(stripe.now), count_one_off=True)
    jane = stripe.join(price, "jane@example.org")
    gift = stripe.one_off(3000)
    other = stripe.one_off(700)
    catch_up(stripe, stand)
    import_all(stand.db, stand.accounts, stand.source_id, stand.now, "test", calls_per_second=1000)
    stripe.deliveries(drop=1.0)
    stripe.advance(hours=2)
    stripe.leave(jane.subscription, now=True)
    stripe.join(price, "joe@example.org")
    stripe.join(price, "kim@example.org")
    stripe.refund(gift, 1000)
    stripe.dispute(other)
    catch_up(stripe, stand)
    assert stand.value(members) == 1
    swept = sweep(stand.db, stand.accounts, stand.source_id, stand.now, calls_per_second=1000)
    assert swept.report["unknown"]["subscription"] == 2
    assert swept.report["different"]["subscription"] == 1
    assert stand.value(members) == 1, "the report comes first"
    stand.work()
    assert stand.value(members) == 2 == stripe.truth(price).count
    assert stand.value(raised) == stripe.truth().raised()
    with stand.db.read() as session:
        assert [run.kind for run in sweeps.recent(session, 2)] == ["sweep", "import"]


def test_a_failing_provider_is_asked_again_and_the_run_keeps_an_error_that_stays(
    stripe: StripeWorld, stand: Stand
) -> None:
    stripe.join(stripe.price(500), "jane@example.org")
    stripe.behave(fail_share=0.2)
    import_all(stand.db, stand.accounts, stand.source_id, stand.now, "test", calls_per_second=1000)
    revoked = Accounts(stand.db, replace(stand.settings, stripe_api_key="rk_live_revoked"))
    with pytest.raises(RefusedBySource):
        import_all(stand.db, revoked, stand.source_id, stand.now, "test")
    with stand.db.read() as session:
        assert "refuses our key" in (sweeps.recent(session, 1)[0].error or "")
        assert batches.held_campaigns(session, stand.now()) == (frozenset(), False)
