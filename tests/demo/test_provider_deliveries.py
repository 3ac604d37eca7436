from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

import pytest
from stripe import SignatureVerificationError, WebhookSignature

from tests.demo.conftest import START, Inbox
from tests.stripe_world import API_VERSION, StripeWorld


def test_deliveries_are_signed_with_the_real_time_whatever_the_clock_says(stripe: StripeWorld, inbox: Inbox) -> None:
    secret = stripe.deliver_to(inbox.url)
    stripe.join(stripe.price(), "jane@example.org")
    stripe.settle()
    for headers, body in inbox.received:
        WebhookSignature.verify_header(body, headers["Stripe-Signature"], secret, tolerance=60)
        with pytest.raises(SignatureVerificationError):
            WebhookSignature.verify_header(body, headers["Stripe-Signature"], "whsec_other", tolerance=60)
    assert {event["created"] for event in inbox.events} == {START + 1}
    assert {event["api_version"] for event in inbox.events} == {API_VERSION}


def test_they_begin_in_the_order_of_their_events(stripe: StripeWorld, inbox: Inbox) -> None:
    stripe.deliver_to(inbox.url)
    stripe.deliveries(paused=True)
    stripe.join(stripe.price(), "jane@example.org")
    listed = [event.id for event in stripe.client.v1.events.list({"limit": 100}).data][::-1]
    stripe.deliveries(paused=False)
    stripe.settle()
    arrived = [event["id"] for event in inbox.events]
    assert sorted(arrived) == sorted(listed)
    # Eight are under way at once: when one begins, all before it have arrived but seven. How late one ends is open.
    early = [listed.index(one) - place for place, one in enumerate(arrived)]
    assert max(early) <= 7


def test_only_the_types_that_were_asked_for_are_told(stripe: StripeWorld, inbox: Inbox) -> None:
    stripe.deliver_to(inbox.url, ["invoice.paid", "charge.succeeded"])
    stripe.join(stripe.price(), "jane@example.org")
    stripe.settle()
    assert sorted(event["type"] for event in inbox.events) == ["charge.succeeded", "invoice.paid"]


def test_a_refused_delivery_is_repeated_and_signed_again(stripe: StripeWorld, inbox: Inbox) -> None:
    secret = stripe.deliver_to(inbox.url, ["invoice.paid"])
    stripe.deliveries(retry_seconds=1.1)
    inbox.answers += [503, 302]
    stripe.join(stripe.price(), "jane@example.org")
    told = stripe.settle()
    assert (told["delivered"], told["refused"]) == (1, 2)
    assert len({event["id"] for event in inbox.events}) == 1
    assert len({headers["Stripe-Signature"] for headers, _ in inbox.received}) == 3
    for headers, body in inbox.received:
        WebhookSignature.verify_header(body, headers["Stripe-Signature"], secret, tolerance=60)


def test_what_was_not_delivered_is_listed_as_such(stripe: StripeWorld, inbox: Inbox) -> None:
    stripe.deliver_to(inbox.url, ["invoice.paid"])
    stripe.deliveries(retry_seconds=60)
    inbox.answers += [500]
    stripe.join(stripe.price(), "jane@example.org")
    stripe.wait_until(lambda: inbox.received)
    waiting = stripe.client.v1.events.list({"delivery_success": False}).data
    assert [event.type for event in waiting] == ["invoice.paid"]
    stripe.redeliver(waiting[0].id)
    stripe.wait_until(lambda: len(inbox.received) == 2)


def test_nobody_at_home_is_tried_until_given_up(stripe: StripeWorld) -> None:
    stripe.deliver_to("http://127.0.0.1:9/hook", ["invoice.paid"])
    stripe.deliveries(retry_seconds=0.01, give_up_after=3)
    stripe.join(stripe.price(), "jane@example.org")
    assert stripe.settle()["given_up"] == 1
    assert [(row["status"], row["attempts"]) for row in stripe.delivery_log()] == [("given_up", 3)]


def test_some_are_dropped_some_come_twice_and_not_in_order(stripe: StripeWorld, inbox: Inbox) -> None:
    stripe.deliver_to(inbox.url)
    stripe.deliveries(drop=0.2, duplicate=0.3, shuffle=50, paused=True)
    price = stripe.price()
    for number in range(10):
        stripe.join(price, f"s{number}@example.org")
    stripe.deliveries(paused=False)
    stripe.settle()
    listed = [event.id for event in stripe.client.v1.events.list({"limit": 100}).auto_paging_iter()][::-1]
    arrived = Counter(event["id"] for event in inbox.events)
    assert 0 < len(listed) - len(arrived) < len(listed) / 2
    assert max(arrived.values()) == 2
    places = [listed.index(event["id"]) for event in inbox.events]
    assert max(abs(place - rank) for rank, place in enumerate(sorted(range(len(places)), key=places.__getitem__))) > 10


def test_an_endpoint_of_an_older_version_gets_older_objects(stripe: StripeWorld, inbox: Inbox) -> None:
    stripe.deliver_to(inbox.url, ["invoice.paid", "customer.subscription.updated"], api_version="2020-08-27")
    jane = stripe.join(stripe.price(), "jane@example.org")
    stripe.settle()
    told = {event["type"]: event for event in inbox.events}
    invoice = told["invoice.paid"]["data"]["object"]
    assert (invoice["subscription"], invoice["paid"], "parent" in invoice) == (jane.subscription, True, False)
    old = told["customer.subscription.updated"]["data"]["object"]
    assert old["current_period_end"] > START
    assert "current_period_end" not in old["items"]["data"][0]
    assert told["invoice.paid"]["api_version"] == "2020-08-27"


def test_the_other_mode_can_be_pretended(stripe: StripeWorld, inbox: Inbox) -> None:
    stripe.deliver_to(inbox.url, ["customer.created"])
    stripe.deliveries(flip_livemode=True)
    stripe.join(stripe.price(), "jane@example.org")
    stripe.settle()
    assert [event["livemode"] for event in inbox.events] == [False]


def test_deliveries_can_take_their_time(stripe: StripeWorld, inbox: Inbox) -> None:
    stripe.deliver_to(inbox.url, ["customer.created"])
    stripe.deliveries(delay_ms=[300, 400])
    began = time.monotonic()
    stripe.join(stripe.price(), "jane@example.org")
    stripe.settle()
    assert time.monotonic() - began >= 0.3


def test_a_disabled_endpoint_hears_nothing(stripe: StripeWorld, inbox: Inbox) -> None:
    stripe.deliver_to(inbox.url)
    endpoint = stripe.client.v1.webhook_endpoints.list().data[0]
    assert endpoint.to_dict().get("secret") is None
    stripe.client.v1.webhook_endpoints.update(endpoint.id, {"disabled": True})
    stripe.join(stripe.price(), "jane@example.org")
    stripe.settle()
    assert inbox.received == []
    stripe.client.v1.webhook_endpoints.delete(endpoint.id)
    assert stripe.client.v1.webhook_endpoints.list().data == []


def test_killed_in_the_middle_it_goes_on_where_it_was(tmp_path: Path, inbox: Inbox) -> None:
    """Records, settings, events, undelivered deliveries, answers to keys and the log of truth outlive `kill -9`."""
    first = StripeWorld.start(tmp_path, starts_at=START, process=True)
    price = first.price()
    secret = first.deliver_to(inbox.url, ["invoice.paid"])
    inbox.answers += [500] * 3
    first.deliveries(retry_seconds=0.5)
    jane = first.join(price, "jane@example.org")
    first.client.v1.customers.create({"email": "b@example.org"}, {"idempotency_key": "b"})
    before = [event.id for event in first.client.v1.events.list({"limit": 100}).data]
    clock = first.now
    first.kill()
    with (tmp_path / "journal.jsonl").open("ab") as file:
        file.write(b'{"c": 99999, "cut off')
    with (tmp_path / "truth.log").open("ab") as file:
        file.write(b'{"at": 1, "what": "ended", "subscription": "never happened"}\n')
    with first.start_again() as again:
        assert again.api_key == first.api_key
        assert [event.id for event in again.client.v1.events.list({"limit": 100}).data] == before
        assert again.client.v1.events.retrieve(before[0]).data.object["id"]
        assert again.truth(price).members == {"jane@example.org"}
        again.client.v1.customers.create({"email": "b@example.org"}, {"idempotency_key": "b"})
        assert len(again.client.v1.customers.list().data) == 2
        assert clock <= again.now < clock + 60
        again.settle()
        assert json.loads(inbox.received[-1][1])["data"]["object"]["id"] == jane.invoice
        WebhookSignature.verify_header(inbox.received[-1][1], inbox.received[-1][0]["Stripe-Signature"], secret, 60)
        assert again.join(price, "new@example.org").subscription != jane.subscription


def test_what_was_due_while_it_was_away_happens_at_its_time(tmp_path: Path) -> None:
    with StripeWorld.start(tmp_path, starts_at=START) as first:
        price = first.price()
        jane = first.join(price, "jane@example.org")
        due = first.client.v1.subscriptions.retrieve(jane.subscription)["items"].data[0].current_period_end
        first.control("clock", advance_to=due - 1, stop=False)
        left = time.monotonic()
    again = first.start_again()
    with again:
        again.wait_until(lambda: again.now >= due)
        assert time.monotonic() - left < 30
        again.wait_until(lambda: len(again.client.v1.invoices.list().data) == 2)
        assert again.client.v1.invoices.list().data[0].created == due
        assert again.client.v1.events.list({"type": "invoice.created"}).data[0].created == due
