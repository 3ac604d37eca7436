"""A burst of tiny payments is set apart by a recorded decision, which can be undone."""

from __future__ import annotations

from campaign.domain.campaign import GoalKind
from campaign.ingest.quarantine import set_apart_bursts, undo_set_apart
from campaign.store import bursts
from tests.ingest.stand import Stand, catch_up, window
from tests.stripe_world import StripeWorld


def test_a_burst_is_set_apart_once_and_given_back_by_hand(stripe: StripeWorld, stand: Stand) -> None:
    raised = stand.campaign(GoalKind.AMOUNT, *window(stripe.now), count_one_off=True)
    stripe.one_off(2000, email="jane@example.org")
    charges = stripe.small_burst(40, amount=50, fails=0.8)
    catch_up(stripe, stand)
    went_through = stand.value(raised) - 2000
    assert 0 < went_through < 50 * len(charges)
    apart = set_apart_bursts(stand.db, stand.now())
    assert apart * 50 == went_through
    assert stand.value(raised) == 2000
    assert set_apart_bursts(stand.db, stand.now()) == 0
    with stand.db.read() as session:
        (decision,) = bursts.listing(session, 5)
    undo_set_apart(stand.db, decision.id, "jane", stand.now())
    assert stand.value(raised) == 2000 + went_through
    assert set_apart_bursts(stand.db, stand.now()) == 0, "what staff gave back stays"
    assert stand.differences(raised) == []
