"""Joining on the campaign's page: the form, the payment page, thanks, and the number that moves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from campaign.domain.campaign import EditorState, Join
from campaign.store import campaigns, prices, sign_ups, sources
from campaign.store.engine import Database
from campaign.store.prices import ToldPrice
from tests.an_app import an_app
from tests.banner.newsroom import Newsroom, a_campaign
from tests.stripe_world import StripeWorld


@pytest.fixture
def stripe(tmp_path: Path) -> Iterator[StripeWorld]:
    with StripeWorld.start(tmp_path / "stripe") as world:
        yield world


@pytest.fixture
def newsroom(db: Database, tmp_path: Path, stripe: StripeWorld) -> Newsroom:
    room = Newsroom(db, tmp_path / "data" / "public", a_campaign())
    runtime = room.runtime()
    settings = replace(runtime.settings, stripe_api_key=stripe.api_key, stripe_api_base=stripe.address)
    price = stripe.price(500)
    with db.write() as session:
        source = sources.ensure_from_env(session, settings, room.now)
        assert source is not None
        prices.save(session, source.id, [ToldPrice(price, "Membership", 500, "USD", "month", True)], 1)
    room.edit(join=Join(source_id=source.id, price_key=price, home_url="https://news.example.org/"))
    room.book(24_600)
    room.publish()
    room.settings = settings
    return room


@pytest.fixture
def client(newsroom: Newsroom) -> FlaskClient:
    runtime = replace(newsroom.runtime(), settings=newsroom.settings)
    app = an_app(runtime)
    app.extensions["shelf"].refresh()
    return app.test_client()


def test_the_form_opens_a_payment_page_and_keeps_variant_and_article(
    newsroom: Newsroom, client: FlaskClient, stripe: StripeWorld
) -> None:
    button = client.get("/g/25k/go?v=b&a=story-7")
    leads_to = re.fullmatch(r"/g/25k/\?v=b&a=story-7&t=([0-9a-f]{24})#join", button.headers["Location"])
    assert leads_to
    page = client.get(f"/g/25k/?v=b&a=story-7&t={leads_to[1]}").get_data(as_text=True)
    assert f'action="/g/25k/join?v=b&amp;a=story-7&amp;t={leads_to[1]}"' in page
    assert "Join us for $5 a month" in page
    opened = client.post(f"/g/25k/join?v=b&a=story-7&t={leads_to[1]}")
    assert opened.status_code == 303
    assert opened.headers["Location"].startswith(stripe.address)
    assert opened.headers["Cache-Control"] == "no-store"
    session = stripe.client.v1.checkout.sessions.list().data[0]
    assert session.metadata.to_dict() == {"campaign": "25k", "variant": "b", "article": "story-7"}
    assert session.success_url == "https://goal.example.org/g/25k/thanks"
    with newsroom.db.read() as reading:
        assert sign_ups.funnel(reading, newsroom.campaign.id).started == 1
    newsroom.publish()
    client.application.extensions["shelf"].refresh()
    assert client.get("/g/25k.json").get_json()["count"] == 24_600


def test_a_double_click_opens_one_session(client: FlaskClient, stripe: StripeWorld) -> None:
    token = "a" * 24
    first, second = (client.post(f"/g/25k/join?t={token}").headers["Location"] for _ in range(2))
    assert first == second
    assert len(stripe.client.v1.checkout.sessions.list().data) == 1
    other = client.post(f"/g/25k/join?t={token}", environ_base={"REMOTE_ADDR": "198.51.100.7"}).headers["Location"]
    assert other != first, "nobody is handed the session of somebody else"


def test_the_page_as_caches_hold_it_has_no_token_and_is_handed_one(client: FlaskClient, stripe: StripeWorld) -> None:
    assert 'action="/g/25k/join"' in client.get("/g/25k/").get_data(as_text=True)
    clicks = [client.post("/g/25k/join").headers["Location"] for _ in range(2)]
    assert stripe.client.v1.checkout.sessions.list().data == [], "nothing is opened before the browser follows"
    opened = [client.get(clicks[1]).headers["Location"] for _ in range(2)]
    assert opened[0] == opened[1]
    assert opened[0].startswith(stripe.address)
    assert len(stripe.client.v1.checkout.sessions.list().data) == 1
    assert client.get("/g/25k/join").headers["Location"] == "/g/25k/#join"


@pytest.fixture
def giving(newsroom: Newsroom, stripe: StripeWorld) -> Newsroom:
    """Two memberships, two amounts to give once, and one's own from $3."""
    year = stripe.price(5000, interval="year")
    join = newsroom.campaign.join
    assert join.source_id is not None
    with newsroom.db.write() as session:
        prices.save(session, join.source_id, [ToldPrice(year, "Year", 5000, "USD", "year", True)], 1)
    newsroom.edit(
        join=replace(
            join,
            more_price_keys=(year,),
            give_amounts=(2000, 10_000),
            give_free=True,
            give_minimum_minor=300,
            give_currency="USD",
            privacy="Stripe takes the payment; we learn that you gave.",
            portal_url="https://billing.stripe.com/p/login/abc",
        )
    )
    newsroom.publish()
    return newsroom


def test_the_page_offers_memberships_amounts_and_one_of_ones_own(
    giving: Newsroom, client: FlaskClient, stripe: StripeWorld
) -> None:
    client.application.extensions["shelf"].refresh()
    page = client.get("/g/25k/").get_data(as_text=True)
    for words in ("$5 a month", "$50 a year", "$20, once", "$100, once", "at least $3", "we learn that you gave"):
        assert words in page
    assert 'href="https://billing.stripe.com/p/login/abc"' in page
    client.post("/g/25k/join", query_string={"t": "b" * 24}, data={"choice": giving.campaign.join.more_price_keys[0]})
    client.post("/g/25k/join", query_string={"t": "c" * 24}, data={"choice": "once-2000"})
    client.post("/g/25k/join", query_string={"t": "d" * 24}, data={"choice": "free", "amount": "7,50"})
    sessions = stripe.client.v1.checkout.sessions.list().data
    assert [(s.mode, s.amount_total) for s in sessions] == [
        ("payment", 750),
        ("payment", 2000),
        ("subscription", 5000),
    ]
    assert sessions[0].success_url == "https://goal.example.org/g/25k/thanks?once=1"
    assert "payment has been made" in client.get("/g/25k/thanks?once=1").get_data(as_text=True)


@pytest.mark.parametrize("amount", ["", "2.99", "-5", "1e9", "7.505", "٣٠", "a" * 500, "1000000000"])
def test_an_amount_that_can_not_be_taken_is_said_in_words(
    giving: Newsroom, client: FlaskClient, stripe: StripeWorld, amount: str
) -> None:
    answer = client.post("/g/25k/join", query_string={"t": "e" * 24}, data={"choice": "free", "amount": amount})
    assert answer.status_code == 422
    assert "at least $3" in answer.get_data(as_text=True)
    assert stripe.client.v1.checkout.sessions.list().data == []
    gone = client.post("/g/25k/join", query_string={"t": "e" * 24}, data={"choice": "price_gone"})
    assert gone.status_code == 422
    assert giving.campaign.join.give_free


def test_whoever_asks_too_often_is_told_to_wait(client: FlaskClient) -> None:
    statuses = [client.post("/g/25k/join").status_code for _ in range(11)]
    assert statuses == [303] * 10 + [429]
    assert client.post("/g/25k/join", environ_base={"REMOTE_ADDR": "198.51.100.7"}).status_code == 303


def test_nobody_can_join_before_the_start_after_the_end_or_without_a_price(
    newsroom: Newsroom, client: FlaskClient
) -> None:
    now = newsroom.now
    for moment, words in (
        (newsroom.campaign.starts_at - timedelta(seconds=1), "not begun"),
        (newsroom.campaign.deadline, "has ended"),
    ):
        newsroom.now = moment
        answer = client.post("/g/25k/join")
        assert (answer.status_code, words in answer.get_data(as_text=True)) == (409, True)
    newsroom.now = now
    newsroom.edit(join=Join())
    answer = client.post("/g/25k/join")
    assert (answer.status_code, "Nothing is on sale" in answer.get_data(as_text=True)) == (409, True)


def test_a_draft_can_not_be_joined(newsroom: Newsroom, client: FlaskClient) -> None:
    with newsroom.db.write() as session:
        campaigns.create(session, a_campaign(slug="later", state=EditorState.DRAFT), "editor", "new", newsroom.now)
    assert client.post("/g/later/join").status_code == 404
    assert client.post("/g/nobody/join").status_code == 404


def test_a_payment_provider_that_fails_gives_a_clear_page(client: FlaskClient, stripe: StripeWorld) -> None:
    stripe.behave(fail_next=[{"kind": "server", "count": 5, "path": "/v1/checkout/sessions"}])
    answer = client.post(f"/g/25k/join?t={'f' * 24}")
    assert answer.status_code == 503
    assert "few minutes" in answer.get_data(as_text=True)
    assert 'href="/g/25k/"' in answer.get_data(as_text=True)
