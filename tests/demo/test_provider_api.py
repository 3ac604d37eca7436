from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPErrorProcessor, Request, build_opener, urlopen

import pytest
from stripe import (
    APIConnectionError,
    APIError,
    AuthenticationError,
    CardError,
    IdempotencyError,
    InvalidRequestError,
    RateLimitError,
    StripeClient,
    StripeError,
)

from tests.demo.conftest import START
from tests.stripe_world import StripeWorld


def test_lists_are_pages_newest_first_with_cursors_both_ways(stripe: StripeWorld) -> None:
    made = [stripe.client.v1.customers.create({"email": f"c{n}@example.org"}).id for n in range(25)]
    first = stripe.client.v1.customers.list({"limit": 10})
    assert [row.id for row in first.data] == made[:14:-1]
    assert first.has_more
    second = stripe.client.v1.customers.list({"limit": 10, "starting_after": first.data[-1].id})
    back = stripe.client.v1.customers.list({"limit": 10, "ending_before": second.data[0].id})
    assert [row.id for row in back.data] == [row.id for row in first.data]
    assert [row.id for row in first.auto_paging_iter()] == made[::-1]


def test_pages_hold_still_while_something_is_added(stripe: StripeWorld) -> None:
    made = [stripe.client.v1.customers.create().id for _ in range(6)]
    first = stripe.client.v1.customers.list({"limit": 3})
    stripe.client.v1.customers.create()
    rest = stripe.client.v1.customers.list({"limit": 3, "starting_after": first.data[-1].id})
    assert [row.id for row in [*first.data, *rest.data]] == made[::-1]


def test_lists_are_filtered_by_when_things_were_made(stripe: StripeWorld) -> None:
    early = stripe.client.v1.customers.create()
    stripe.advance(hours=1)
    late = stripe.client.v1.customers.create()
    since = stripe.client.v1.customers.list({"created": {"gte": late.created}})
    before = stripe.client.v1.customers.list({"created": {"lt": late.created}})
    assert [row.id for row in since.data] == [late.id]
    assert [row.id for row in before.data] == [early.id]


def test_objects_are_put_in_place_of_ids_where_asked(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org")
    client = stripe.client.v1
    one: Any = client.subscriptions.retrieve(jane.subscription, {"expand": ["customer", "latest_invoice.payments"]})
    assert one.customer.email == "jane@example.org"
    assert one.latest_invoice.payments.data[0].payment.payment_intent == jane.payment_intent
    charges: Any = client.charges.list({"expand": ["data.balance_transaction", "data.payment_intent"]})
    assert charges.data[0].balance_transaction.net == 500 - 44  # 2.9 % and 30 cents
    assert charges.data[0].payment_intent.id == jane.payment_intent
    with pytest.raises(InvalidRequestError, match="cannot be expanded"):
        client.charges.list({"expand": ["data.invoice"]})
    with pytest.raises(InvalidRequestError, match="more than 4 levels"):
        client.subscriptions.list({"expand": ["data.latest_invoice.payments.data.payment"]})


def test_a_payment_leads_to_its_invoice_by_invoice_payments_only(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org")
    listed = stripe.client.v1.invoice_payments.list(
        {"payment": {"type": "payment_intent", "payment_intent": jane.payment_intent or ""}}
    )
    assert [row.invoice for row in listed.data] == [jane.invoice]
    invoice = stripe.client.v1.invoices.retrieve(jane.invoice)
    assert invoice.parent is not None
    assert invoice.parent.subscription_details is not None
    assert invoice.parent.subscription_details.subscription == jane.subscription
    assert {"charge", "subscription", "paid", "payment_intent", "payments"}.isdisjoint(invoice.to_dict())
    charge = stripe.client.v1.charges.retrieve(jane.charge or "")
    assert {"invoice", "refunds"}.isdisjoint(charge.to_dict())


@pytest.mark.parametrize(
    ("ask", "code", "status"),
    [
        (lambda c: c.customers.retrieve("cus_none"), "resource_missing", 404),
        (lambda c: c.customers.create({"emial": "x"}), "parameter_unknown", 400),
        (lambda c: c.invoices.list({"created": {"since": 1}}), "parameter_unknown", 400),
        (lambda c: c.invoices.list({"limit": "many"}), "parameter_invalid_integer", 400),
        (lambda c: c.invoices.list({"limit": 101}), None, 400),
        (lambda c: c.customers.list({"starting_after": "cus_none"}), "resource_missing", 404),
        (lambda c: c.prices.create({"unit_amount": 500}), "parameter_missing", 400),
        (lambda c: c.events.list({"types": [f"type.{n}" for n in range(21)]}), None, 400),
    ],
    ids=["no such", "misspelt", "misspelt inside", "no number", "too many", "no such cursor", "left out", "types"],
)
def test_what_is_wrong_with_a_call_is_said_in_stripes_shape(
    stripe: StripeWorld, ask: Any, code: str | None, status: int
) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        ask(stripe.client.v1)
    assert (refused.value.code, refused.value.http_status) == (code, status)


def test_a_wrong_key_is_refused(stripe: StripeWorld) -> None:
    stranger = StripeClient("sk_live_wrong", base_addresses={"api": stripe.address})
    with pytest.raises(AuthenticationError):
        stranger.v1.customers.list()


def test_the_restricted_key_is_let_in(stripe: StripeWorld) -> None:
    assert stripe.api_key.startswith("sk_live_")
    restricted = StripeClient(stripe.api_key.replace("sk_", "rk_"), base_addresses={"api": stripe.address})
    assert restricted.v1.customers.list().data == []


def test_the_same_idempotency_key_is_answered_once(stripe: StripeWorld) -> None:
    options: Any = {"idempotency_key": "once"}
    first = stripe.client.v1.customers.create({"email": "a@example.org"}, options)
    again = stripe.client.v1.customers.create({"email": "a@example.org"}, options)
    assert first.id == again.id
    assert again.last_response is not None
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(stripe.client.v1.customers.list().data) == 1
    with pytest.raises(IdempotencyError):
        stripe.client.v1.customers.create({"email": "b@example.org"}, options)


def test_a_lost_answer_can_be_asked_for_again(stripe: StripeWorld) -> None:
    stripe.behave(fail_next=[{"kind": "reset_after", "path": "/v1/customers"}])
    options: Any = {"idempotency_key": "k"}
    with pytest.raises(APIConnectionError):
        stripe.client.v1.customers.create({"email": "a@example.org"}, options)
    stripe.client.v1.customers.create({"email": "a@example.org"}, options)
    assert len(stripe.client.v1.customers.list().data) == 1


@pytest.mark.parametrize(
    ("kind", "error"), [("rate_limit", RateLimitError), ("server", APIError), ("reset", APIConnectionError)]
)
def test_calls_fail_when_told_to(stripe: StripeWorld, kind: str, error: type[Exception]) -> None:
    stripe.behave(fail_next=[{"kind": kind, "count": 1}])
    with pytest.raises(error):
        stripe.client.v1.customers.list()
    stripe.client.v1.customers.list()


def test_a_share_of_calls_fails_when_told_to(stripe: StripeWorld) -> None:
    stripe.behave(fail_share=0.3)
    failed = 0
    for _ in range(60):
        try:
            stripe.client.v1.customers.list()
        except (RateLimitError, APIError, APIConnectionError):
            failed += 1
    assert 5 < failed < 40


def test_the_delay_holds_nobody_else_up(stripe: StripeWorld) -> None:
    stripe.behave(delay_ms=300)
    clients = [stripe.new_client() for _ in range(16)]
    with ThreadPoolExecutor(16) as pool:
        began = time.monotonic()
        list(pool.map(lambda client: client.v1.customers.list(), clients))
        took = time.monotonic() - began
    assert 0.3 <= took < 1.5  # one after the other would be 4.8 s


def test_every_resource_can_be_read_with_the_real_client(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org")
    client = stripe.client.v1
    refund = client.refunds.create({"charge": jane.charge or "", "amount": 100})
    dispute = stripe.dispute(jane.charge or "")
    charge = client.charges.retrieve(jane.charge or "")
    assert (charge.amount_refunded, charge.refunded, charge.disputed) == (100, False, True)
    assert client.refunds.list({"charge": charge.id}).data[0].id == refund.id
    assert client.disputes.list({"charge": charge.id}).data[0].id == dispute
    assert client.payment_intents.retrieve(jane.payment_intent or "").latest_charge == charge.id
    assert [row.id for row in client.invoices.list({"subscription": jane.subscription}).data] == [jane.invoice]
    assert [row.id for row in client.charges.list({"payment_intent": jane.payment_intent or ""}).data] == [charge.id]
    moves = client.balance_transactions.list({"created": {"gte": START}}).data
    assert sorted(move.type for move in moves) == ["adjustment", "charge", "refund"]
    assert client.balance_transactions.list({"source": refund.id}).data[0].amount == -100
    assert client.subscriptions.list({"status": "all", "customer": jane.customer}).data[0].id == jane.subscription
    assert client.subscriptions.list({"price": "price_other"}).data == []
    event = client.events.list({"type": "charge.dispute.created"}).data[0]
    assert client.events.retrieve(event.id).data.object["id"] == dispute


def test_another_currency_settles_through_its_balance_transaction(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(1000, currency="eur"), "jane@example.org")
    yen = stripe.one_off(900, "jpy")
    moves = {row.source: row for row in stripe.client.v1.balance_transactions.list({"type": "charge"}).data}
    assert (moves[jane.charge].currency, moves[jane.charge].amount) == ("usd", 1087)
    assert moves[jane.charge].exchange_rate == pytest.approx(1.0873)
    assert (moves[yen].amount, moves[yen].exchange_rate) == (598, pytest.approx(0.6641))


def test_the_rate_may_come_later_than_the_charge(stripe: StripeWorld) -> None:
    stripe.behave(balance_delay_seconds=3600)
    charge = stripe.one_off(1000, "eur")
    assert stripe.client.v1.charges.retrieve(charge).balance_transaction is None
    stripe.advance(hours=2)
    assert stripe.client.v1.charges.retrieve(charge).balance_transaction is not None
    assert stripe.client.v1.events.list({"type": "charge.updated"}).data[0].data.object["id"] == charge


def test_an_invoice_shows_ten_lines_and_the_rest_by_pages(stripe: StripeWorld) -> None:
    prices = [stripe.price(500), stripe.price(1000)]
    jane = stripe.join(prices[0], "jane@example.org")
    for number in range(6):
        stripe.advance(days=1)
        stripe.switch_price(jane.subscription, prices[number % 2 == 0], invoice_now=False)
    stripe.advance(days=25)
    invoice = stripe.client.v1.invoices.list({"subscription": jane.subscription, "limit": 1}).data[0]
    assert (len(invoice.lines.data), invoice.lines.has_more) == (10, True)
    lines = list(stripe.client.v1.invoices.line_items.list(invoice.id, {"limit": 4}).auto_paging_iter())
    assert len(lines) == 13
    assert sum(line.amount for line in lines) == invoice.total


def test_a_caller_of_an_older_version_is_answered_in_older_shape(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org")
    options: Any = {"stripe_version": "2024-06-20"}
    old: Any = stripe.client.v1.invoices.retrieve(jane.invoice, options=options)
    assert (old.subscription, old.paid) == (jane.subscription, True)
    listed: Any = stripe.client.v1.subscriptions.list(options=options).data[0]
    assert listed.current_period_end > START


def test_the_same_key_twice_at_once_is_a_conflict(stripe: StripeWorld) -> None:
    stripe.behave(delay_ms=600)

    def create(client: StripeClient) -> str:
        try:
            return client.v1.customers.create({}, {"idempotency_key": "k"}).id
        except StripeError as error:
            told: Any = error.json_body
            return f"{error.http_status} {told['error']['code']}"

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(create, stripe.new_client(max_network_retries=0))
        time.sleep(0.1)
        second = pool.submit(create, stripe.new_client(max_network_retries=0))
    assert first.result().startswith("cus_")
    assert second.result() == "409 idempotency_key_in_use"


def new_session(stripe: StripeWorld, price: str, mode: Any = "subscription", **more: Any) -> Any:
    return stripe.client.v1.checkout.sessions.create(
        {
            "mode": mode,
            "line_items": [{"price": price, "quantity": 1}],
            "success_url": "http://127.0.0.1/thanks?session_id={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://127.0.0.1/back",
            "metadata": {"campaign": "25k"},
            **more,
        }
    )


class StaysHere(HTTPErrorProcessor):
    """A redirect is looked at, not followed."""

    def http_response(self, request: Any, response: Any) -> Any:
        return response


def press(url: str, **form: str) -> tuple[int, str | None, str]:
    with build_opener(StaysHere).open(Request(url, urlencode(form).encode()), timeout=10) as answer:
        return answer.status, answer.headers.get("Location"), answer.read().decode()


def test_paying_on_the_hosted_page_makes_the_subscription(stripe: StripeWorld) -> None:
    session = new_session(stripe, stripe.price(), subscription_data={"metadata": {"variant": "a"}})
    with urlopen(session.url, timeout=10) as answer:
        page = answer.read().decode()
    assert "5.00 USD a month" in page
    status, leads_to, _ = press(session.url, email="jane@example.org", name="Jane", payment="card", do="pay")
    assert (status, leads_to) == (303, f"http://127.0.0.1/thanks?session_id={session.id}")
    done = stripe.client.v1.checkout.sessions.retrieve(session.id)
    assert (done.status, done.payment_status, done.url, done.metadata.to_dict()) == (  # type: ignore[union-attr]
        "complete",
        "paid",
        None,
        {"campaign": "25k"},
    )
    subscription = stripe.client.v1.subscriptions.retrieve(str(done.subscription))
    assert (subscription.status, subscription.metadata.to_dict()) == ("active", {"variant": "a"})
    assert stripe.client.v1.customers.retrieve(str(done.customer)).email == "jane@example.org"
    assert stripe.client.v1.checkout.sessions.list({"subscription": subscription.id}).data[0].id == session.id
    assert stripe.client.v1.events.list({"limit": 1}).data[0].type == "checkout.session.completed"
    assert press(session.url, email="jane@example.org", do="pay")[0] == 200
    assert len(stripe.client.v1.subscriptions.list().data) == 1


def test_the_hosted_page_can_be_left_and_a_card_declined(stripe: StripeWorld) -> None:
    session = new_session(stripe, stripe.price(), customer_email="jane@example.org")
    assert press(session.url, do="cancel")[:2] == (303, "http://127.0.0.1/back")
    assert "declined" in press(session.url, payment="fails", do="pay")[2]
    assert stripe.client.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_a_session_that_nobody_finishes_expires(stripe: StripeWorld) -> None:
    session = new_session(stripe, stripe.price(interval=None), "payment")
    stripe.advance(hours=25)
    assert stripe.client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    other = new_session(stripe, stripe.price(interval=None), "payment")
    assert stripe.client.v1.checkout.sessions.expire(other.id).status == "expired"


def test_a_debit_on_the_hosted_page_is_paid_days_later(stripe: StripeWorld) -> None:
    session = new_session(stripe, stripe.price(2500, interval=None), "payment")
    stripe.complete_session(session.id, email="jane@example.org", payment="debit")
    assert stripe.client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
    stripe.advance(days=5)
    assert stripe.client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert stripe.client.v1.events.list({"type": "checkout.session.async_payment_succeeded"}).data


def test_a_declined_payment_of_an_invoice_is_a_card_error(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org", payment="fails")
    with pytest.raises(CardError) as refused:
        stripe.client.v1.invoices.pay(jane.invoice)
    assert refused.value.http_status == 402
    paid = stripe.client.v1.invoices.pay(jane.invoice, {"paid_out_of_band": True})
    assert (paid.status, paid.amount_paid) == ("paid", 500)
    assert [row.status for row in stripe.client.v1.invoice_payments.list({"invoice": paid.id}).data] == ["canceled"]


def test_a_deleted_customer_leaves_a_stub_and_no_subscription(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org")
    stripe.client.v1.customers.delete(jane.customer)
    assert stripe.client.v1.customers.retrieve(jane.customer).deleted
    assert stripe.client.v1.subscriptions.retrieve(jane.subscription).status == "canceled"
    assert stripe.client.v1.customers.list().data == []


def test_calls_are_counted_by_address(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org")
    for _ in range(3):
        stripe.client.v1.subscriptions.retrieve(jane.subscription)
    assert stripe.calls()["GET /v1/subscriptions/{id}"] == 3


def test_test_mode_shows_in_the_key_and_in_every_object(tmp_path: Path) -> None:
    with StripeWorld.start(tmp_path, livemode=False) as stripe:
        jane = stripe.join(stripe.price(), "jane@example.org")
        assert stripe.api_key.startswith("sk_test_")
        assert not stripe.client.v1.subscriptions.retrieve(jane.subscription).livemode
        assert not stripe.client.v1.events.list().data[0].livemode


def test_an_address_that_is_not_there_is_404(stripe: StripeWorld) -> None:
    with pytest.raises(HTTPError) as missing:
        urlopen(f"{stripe.address}/c/pay/cs_live_none", timeout=5)
    with missing.value:
        assert missing.value.code == 404
