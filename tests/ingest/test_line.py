"""From a payment at the provider to the number, over HTTP, on both databases."""

from __future__ import annotations

from campaign.domain.campaign import GoalKind
from campaign.store import ledger, objects
from tests.ingest.stand import Stand, catch_up, instant, window
from tests.stripe_world import StripeWorld


def test_a_join_a_renewal_and_a_cancellation_move_the_number(stripe: StripeWorld, stand: Stand) -> None:
    members = stand.campaign(GoalKind.MEMBERS, *window(stripe.now))
    price = stripe.price(500)
    jane = stripe.join(price, "jane@example.org")
    stripe.join(price, "joe@example.org", payment="fails")
    catch_up(stripe, stand)
    assert stand.value(members) == 1 == stripe.truth(price).count
    stripe.advance(days=32)
    catch_up(stripe, stand)
    assert stand.value(members) == 1
    stripe.leave(jane.subscription, now=True)
    catch_up(stripe, stand)
    assert stand.value(members) == 0 == stripe.truth(price).count
    assert stand.differences(members) == []


def test_a_join_is_booked_once_and_needs_no_correction(stripe: StripeWorld, stand: Stand) -> None:
    members = stand.campaign(GoalKind.MEMBERS, *window(stripe.now))
    raised = stand.campaign(GoalKind.AMOUNT, *window(stripe.now))
    stand.clock = instant(stripe.now + 60)
    stripe.join(stripe.price(500), "jane@example.org")
    stripe.settle()
    stand.work()
    with stand.db.read() as session:
        assert [e.kind for e in ledger.last_entries(session, members.id, 10)] == ["joined"]
        assert [e.kind for e in ledger.last_entries(session, raised.id, 10)] == ["payment"]
        assert objects.waiting_since(session) is None
        assert objects.troubled(session, 10) == []
    asked = {what: n for what, n in stripe.calls().items() if what.startswith("GET")}
    assert sum(asked.values()) <= 6, asked


def test_a_refund_and_a_dispute_lower_what_is_raised(stripe: StripeWorld, stand: Stand) -> None:
    raised = stand.campaign(GoalKind.AMOUNT, *window(stripe.now), count_one_off=True)
    first = stripe.one_off(2000, email="jane@example.org")
    second = stripe.one_off(1000)
    catch_up(stripe, stand)
    assert stand.value(raised) == 3000
    stripe.advance(hours=1)
    stripe.refund(first, 500)
    dispute = stripe.dispute(second)
    catch_up(stripe, stand)
    assert stand.value(raised) == 1500 == stripe.truth().raised()
    stripe.close_dispute(dispute, "won")
    catch_up(stripe, stand)
    assert stand.value(raised) == 2500 == stripe.truth().raised()
    assert stand.differences(raised) == []
