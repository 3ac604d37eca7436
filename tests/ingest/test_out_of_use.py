"""The switch of a source: nothing is asked, what it sends is kept and waits, and is worked on when it is back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaign.domain.campaign import GoalKind
from campaign.domain.errors import Conflict
from campaign.ingest import imports as running
from campaign.ingest import source_setup
from campaign.ingest.listing import list_all_events
from campaign.ingest.sweep import import_all, sweep_all
from campaign.store import imports, objects
from tests.ingest.stand import Stand, catch_up, instant, window
from tests.stripe_world import StripeWorld


def test_what_is_sent_meanwhile_is_kept_and_counted_afterwards(stripe: StripeWorld, stand: Stand) -> None:
    price = stripe.price(500)
    members = stand.campaign(GoalKind.MEMBERS, *window(stripe.now))
    stripe.join(price, "jane@example.org")
    catch_up(stripe, stand)
    assert stand.value(members) == 1
    source_setup.set_enabled(stand.db, stand.source_id, False, actor="ann", now=stand.now())
    stripe.join(price, "joe@example.org")
    stripe.settle()
    stripe.control("calls/clear")
    stand.clock = instant(stripe.now + 1)
    stand.work()
    assert list_all_events(stand.db, stand.accounts, stand.now()) == []
    assert sweep_all(stand.db, stand.accounts, stand.now) == []
    assert stripe.calls() == {}, "nothing is asked"
    assert stand.value(members) == 1
    with stand.db.read() as session:
        assert objects.waiting_since(session) is None, "readers' number is not held back by it"
    source_setup.set_enabled(stand.db, stand.source_id, True, actor="ann", now=stand.now())
    stand.work()
    assert stand.value(members) == 2 == stripe.truth(price).count


def test_an_import_stops_when_its_source_is_taken_out_of_use(stripe: StripeWorld, stand: Stand) -> None:
    price = stripe.price(500)
    stripe.join(price, "jane@example.org")

    def switch_off(_seen: object) -> None:
        source_setup.set_enabled(stand.db, stand.source_id, False, actor="ann", now=stand.now())

    with pytest.raises(Conflict, match="out of use"):
        import_all(stand.db, stand.accounts, stand.source_id, stand.now, "test", switch_off, 1000)
    with stand.db.read() as session:
        assert imports.state(session, stand.source_id) is not None
    assert running.go_on(stand.accounts, stand.now) == 0, "it waits"
    source_setup.set_enabled(stand.db, stand.source_id, True, actor="ann", now=stand.now())
    assert stand.clock is not None
    stand.clock += timedelta(minutes=11)
    assert running.go_on(stand.accounts, stand.now) == 1
    with stand.db.read() as session:
        assert imports.state(session, stand.source_id) is None


def test_an_import_that_waits_can_be_given_up(stripe: StripeWorld, stand: Stand) -> None:
    stripe.join(stripe.price(500), "jane@example.org")
    running.ask_for(stand.db, stand.source_id, everything=True, actor="ann", now=stand.now())
    assert running.give_up(stand.db, stand.source_id, actor="ann", now=stand.now())
    assert not running.give_up(stand.db, stand.source_id, actor="ann", now=stand.now())
    assert running.go_on(stand.accounts, stand.now) == 0
