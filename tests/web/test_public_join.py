"""Joining on the campaign's page: the form, the payment page, thanks, and the number that moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from campaign.app import create_app
from campaign.domain.campaign import EditorState, Join
from campaign.store import campaigns, prices, sign_ups, sources
from campaign.store.engine import Database
from campaign.store.prices import ToldPrice
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
    app = create_app(runtime)
    app.extensions["shelf"].refresh()
    return app.test_client()


def test_the_form_opens_a_payment_page_and_keeps_variant_and_article(
    newsroom: Newsroom, client: FlaskClient, stripe: StripeWorld
) -> None:
    button = client.get("/g/25k/go?v=b&a=story-7")
    assert button.headers["Location"] == "/g/25k/?v=b&a=story-7#join"
    page = client.get("/g/25k/?v=b&a=story-7").get_data(as_text=True)
    assert 'action="/g/25k/join?v=b&amp;a=story-7"' in page
    assert "Join us for $5 a month" in page
    opened = client.post("/g/25k/join?v=b&a=story-7")
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
    assert client.get("/g/25k/join").status_code == 405


def test_a_payment_provider_that_fails_gives_a_clear_page(client: FlaskClient, stripe: StripeWorld) -> None:
    stripe.behave(fail_next=[{"kind": "server", "count": 5, "path": "/v1/checkout/sessions"}])
    answer = client.post("/g/25k/join")
    assert answer.status_code == 503
    assert "few minutes" in answer.get_data(as_text=True)
    assert 'href="/g/25k/"' in answer.get_data(as_text=True)
