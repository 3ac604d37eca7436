"""Any history, delivered in any order with repetitions and losses, ends in the provider's own truth."""

from __future__ import annotations

import random
import threading

import pytest

from campaign.domain.campaign import Campaign, GoalKind
from campaign.ingest.listing import list_all_events
from campaign.ingest.work import Worker
from campaign.store import objects
from tests.ingest.stand import Stand, catch_up, instant, window
from tests.stripe_world import StripeWorld

DAY = 86_400


def agree(stripe: StripeWorld, stand: Stand, members: Campaign, raised: Campaign, price: str) -> None:
    truth = stripe.truth(at=int(stand.now().timestamp()))
    assert stand.value(members) == truth.count
    assert stand.value(raised) == truth.raised()
    assert stand.differences(members) == []
    assert stand.differences(raised) == []
    with stand.db.read() as session:
        assert [f"{o.kind} {o.key} {o.state} {o.error}" for o in objects.troubled(session, 20)] == []
        assert objects.waiting_since(session) is None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_random_history_in_any_order_ends_in_the_truth(stripe: StripeWorld, stand: Stand, seed: int) -> None:
    chance = random.Random(seed)
    start = stripe.now
    members = stand.campaign(GoalKind.MEMBERS, *window(start, before=5, after=400))
    raised = stand.campaign(GoalKind.AMOUNT, *window(start, before=5, after=400), count_one_off=True)
    price = stripe.price(500)
    stripe.deliveries(duplicate=0.3, shuffle=30)
    for person in range(6):
        stripe.join(price, f"reader{person}@example.org")
    for step in range(8):
        stripe.random_change(5, seed * 100 + step)
        stripe.advance(days=chance.choice([0.1, 1, 9, 20]))
        if chance.random() < 0.4:
            catch_up(stripe, stand)
    catch_up(stripe, stand)
    stand.pass_time()
    agree(stripe, stand, members, raised, price)


def test_what_was_never_delivered_is_made_up_by_the_next_listing(stripe: StripeWorld, stand: Stand) -> None:
    members = stand.campaign(GoalKind.MEMBERS, *window(stripe.now, before=5, after=400))
    raised = stand.campaign(GoalKind.AMOUNT, *window(stripe.now, before=5, after=400), count_one_off=True)
    price = stripe.price(500)
    list_all_events(stand.db, stand.accounts, stand.now())
    stripe.deliveries(drop=0.5, duplicate=0.2, shuffle=10)
    for person in range(5):
        stripe.join(price, f"reader{person}@example.org")
    for step in range(6):
        stripe.random_change(5, step)
        stripe.advance(days=3)
    catch_up(stripe, stand)
    list_all_events(stand.db, stand.accounts, stand.now())
    stand.work()
    stand.pass_time()
    agree(stripe, stand, members, raised, price)


def test_changes_while_others_are_worked_off_lose_nothing(stripe: StripeWorld, stand: Stand) -> None:
    members = stand.campaign(GoalKind.MEMBERS, *window(stripe.now, before=5, after=400))
    raised = stand.campaign(GoalKind.AMOUNT, *window(stripe.now, before=5, after=400), count_one_off=True)
    price = stripe.price(500)
    subscriptions = [stripe.join(price, f"reader{person}@example.org").subscription for person in range(20)]
    assert subscriptions
    stripe.behave(delay_ms=60)
    stand.clock = instant(stripe.now + DAY)
    stop = threading.Event()
    workers = [Worker(stand.db, stand.accounts, stand.now) for _ in range(2)]

    def work(worker: Worker) -> None:
        while not stop.is_set():
            worker.step()

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    try:
        for step in range(25):
            stripe.random_change(4, step)
        stripe.settle()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        for worker in workers:
            worker.close()
    stripe.behave(delay_ms=0)
    with stand.db.write() as session:
        objects.release_leases(session)
    stripe.advance(days=1)
    catch_up(stripe, stand)
    stand.pass_time()
    agree(stripe, stand, members, raised, price)
