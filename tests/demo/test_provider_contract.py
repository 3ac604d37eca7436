from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
import stripe

from campaign.demo.provider.rendering import SHAPES
from campaign.demo.provider.routes import ROUTES
from tests.demo.contract import PARAMETERS, assert_params_known, event_types, parameter_problems, shape_problems
from tests.stripe_world import StripeWorld


@pytest.fixture(scope="module")
def told(lived: StripeWorld) -> list[dict[str, Any]]:
    """Every event that was kept, read before and after the first month ended."""
    before = all_events(lived)
    lived.advance(days=9)
    return before + all_events(lived)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripeWorld]:
    """A provider at which about everything has happened within its last month."""
    folder: Path = tmp_path_factory.mktemp("contract")
    with StripeWorld.start(folder, starts_at=1_790_000_000) as stripe:
        live_through_everything(stripe)
        yield stripe


def live_through_everything(stripe: StripeWorld) -> None:
    price, dear = stripe.price(500), stripe.price(1000)
    euros = stripe.price(700, currency="eur")
    jane = stripe.join(price, "jane@example.org", name="Jane", metadata={"campaign": "25k"})
    coupon = stripe.join(price, "coupon@example.org", coupon_percent=50)
    stripe.join(price, "free@example.org", coupon_percent=100)
    stripe.join(euros, "euro@example.org")
    stripe.join(price, "no@example.org", payment="fails")
    stripe.join(price, "trial@example.org", trial_days=5)
    debit = stripe.join(price, "debit@example.org", payment="debit")
    stripe.join(price, "bounce@example.org", payment="debit_fails")
    stripe.switch_price(coupon.subscription, dear)
    refund = stripe.refund(jane.charge or "", 200)
    stripe.refund(jane.charge or "")
    stripe.refund_fails(refund)
    for status in ("won", "lost"):
        stripe.close_dispute(stripe.dispute(stripe.one_off(2000, email="give@example.org")), status)
    stripe.dispute(stripe.one_off(900, "jpy"), "warning_needs_response")
    stripe.pause(debit.subscription, "keep_as_draft")
    stripe.leave(coupon.subscription)
    stripe.client.v1.customers.update(jane.customer, {"email": "jane.doe@example.org"})
    open_session(stripe, price, "subscription")
    stripe.complete_session(open_session(stripe, stripe.price(2500, interval=None), "payment"), email="one@example.org")
    stripe.fail_next_payments(jane.customer)
    stripe.client.v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/", "enabled_events": ["charge.failed"]})
    stripe.advance(days=29)


def all_events(stripe: StripeWorld) -> list[dict[str, Any]]:
    events = listed(stripe, "/v1/events")
    while page := listed(stripe, "/v1/events", f"&starting_after={events[-1]['id']}"):
        events += page
    return events


def open_session(stripe: StripeWorld, price: str, mode: Any) -> str:
    return stripe.client.v1.checkout.sessions.create(
        {
            "mode": mode,
            "line_items": [{"price": price, "quantity": 1}],
            "success_url": "http://127.0.0.1/thanks?session={CHECKOUT_SESSION_ID}",
            "metadata": {"campaign": "25k"},
        }
    ).id


def listed(stripe: StripeWorld, path: str, query: str = "") -> list[dict[str, Any]]:
    """The bare JSON, as it was sent."""
    request = Request(f"{stripe.address}{path}?limit=100{query}", headers={"Authorization": f"Bearer {stripe.api_key}"})
    with urlopen(request, timeout=20) as answer:
        return json.loads(answer.read())["data"]


LISTS = {
    "/v1/customers": "&expand[]=data.subscriptions",
    "/v1/products": "",
    "/v1/prices": "&expand[]=data.product",
    "/v1/subscriptions": "&status=all&expand[]=data.latest_invoice&expand[]=data.customer",
    "/v1/invoices": "&expand[]=data.payments.data.payment",
    "/v1/invoice_payments": "&expand[]=data.payment.payment_intent",
    "/v1/payment_intents": "&expand[]=data.latest_charge",
    "/v1/charges": "&expand[]=data.balance_transaction&expand[]=data.refunds",
    "/v1/refunds": "&expand[]=data.charge",
    "/v1/disputes": "&expand[]=data.charge",
    "/v1/balance_transactions": "&expand[]=data.source",
    "/v1/checkout/sessions": "&expand[]=data.line_items",
    "/v1/webhook_endpoints": "",
    "/v1/events": "",
}


@pytest.mark.parametrize("path", LISTS)
def test_everything_the_provider_says_is_known_to_the_client(lived: StripeWorld, path: str) -> None:
    rows = listed(lived, path, LISTS[path])
    assert rows, "nothing of this kind was made, so nothing was checked"
    problems = {problem for row in rows for problem in shape_problems(row)}
    assert not problems, "\n".join(sorted(problems))


def test_the_account_and_long_lists_of_items_are_known_to_the_client(lived: StripeWorld) -> None:
    account = lived.client.v1.accounts.retrieve_current()
    assert account.id.startswith("acct_")
    assert not list(shape_problems(account.to_dict()))
    prices = [lived.price(100 + n) for n in range(12)]
    customer = lived.client.v1.customers.create({"email": "many@example.org"}).id
    made = lived.client.v1.subscriptions.create({"customer": customer, "items": [{"price": p} for p in prices]})
    body = lived.client.v1.subscriptions.retrieve(made.id).to_dict()
    assert (len(body["items"]["data"]), body["items"]["has_more"]) == (10, True)
    listed_items = list(
        lived.client.v1.subscription_items.list({"subscription": made.id, "limit": 5}).auto_paging_iter()
    )
    assert [item.price.id for item in listed_items] == prices


def test_a_restricted_key_is_told_what_it_lacks(lived: StripeWorld) -> None:
    restricted = lived.api_key.replace("sk_", "rk_")
    client = stripe.StripeClient(restricted, base_addresses={"api": lived.address})
    lived.behave(key_lacks=["subscription_read"])
    try:
        with pytest.raises(stripe.PermissionError, match="Having the 'rak_subscription_read' permission"):
            client.v1.subscriptions.list()
        assert client.v1.invoices.list().data
        assert lived.client.v1.subscriptions.list().data, "a secret key may all"
    finally:
        lived.behave(key_lacks=[])


def test_what_events_carry_is_known_to_the_client_and_so_are_their_types(told: list[dict[str, Any]]) -> None:
    problems = {problem for event in told for problem in shape_problems(event["data"]["object"])}
    assert not problems, "\n".join(sorted(problems))
    types = {event["type"] for event in told}
    assert types <= event_types()
    assert len(types) >= 30


def test_every_kind_of_object_is_listed_somewhere() -> None:
    assert len(LISTS) == len(SHAPES) + 1  # events have a shape of their own


def test_every_parameter_the_provider_takes_is_one_the_client_sends() -> None:
    for one in ROUTES:
        names = sorted(flat_names(one.schema))
        assert not list(parameter_problems({"method": one.method, "path": one.pattern, "parameters": names}))
    assert {f"{one.method} {one.pattern}" for one in ROUTES} == set(PARAMETERS)


def flat_names(schema: Any, prefix: str = "") -> Iterator[str]:
    if isinstance(schema, tuple):
        schema = schema[1]
    if isinstance(schema, list):
        schema = schema[0]
    if not isinstance(schema, dict):
        yield prefix
        return
    for name, below in schema.items():
        yield from flat_names(below, f"{prefix}.{name}" if prefix else name)


def test_what_was_sent_is_recorded_and_checked(lived: StripeWorld) -> None:
    requests = lived.requests()
    sent = {f"{one['method']} {one['path']}": one["parameters"] for one in requests}
    assert "line_items.price" in sent["POST /v1/checkout/sessions"]
    assert "metadata" in sent["POST /v1/checkout/sessions"]
    assert_params_known(requests)


def test_a_parameter_the_client_does_not_know_is_found() -> None:
    told = {"method": "GET", "path": "/v1/invoices", "parameters": ["subscription", "created.gte", "charge"]}
    assert list(parameter_problems(told)) == ["GET /v1/invoices: no parameter charge"]


def test_a_field_the_client_does_not_know_is_found(lived: StripeWorld) -> None:
    invoice = listed(lived, "/v1/invoices")[0]
    invoice["paid"] = True
    del invoice["lines"]
    invoice["total"] = "500"
    assert sorted(shape_problems(invoice)) == [
        "invoice.lines: missing",
        "invoice.paid: Invoice has no such field",
        "invoice.total: '500' is not <class 'int'>",
    ]
