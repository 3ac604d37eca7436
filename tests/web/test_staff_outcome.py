"""From a press of the button to who is still there two weeks later, the real way: /go, checkout, webhook, facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from campaign.banner.publish import Publisher
from campaign.dashboard.outcomes import MOST_ARTICLES, Outcome, Outcomes, outcomes
from campaign.domain.campaign import GoalKind, Join
from campaign.domain.staff import Role
from campaign.store import campaigns, prices, showings
from campaign.store.engine import Database
from campaign.store.prices import ToldPrice
from campaign.store.showings import Told
from tests.an_app import an_app
from tests.ingest.stand import Stand, catch_up, instant, window
from tests.stripe_world import StripeWorld
from tests.web.staff_room import open_room

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


class Door:
    """A campaign's page with a price and amounts to give, and the readers who come to it."""

    def __init__(self, stand: Stand, stripe: StripeWorld) -> None:
        self.stand, self.stripe = stand, stripe
        price = stripe.price(500)
        with stand.db.write() as session:
            prices.save(session, stand.source_id, [ToldPrice(price, "Membership", 500, "USD", "month", True)], 1)
        campaign = stand.campaign(GoalKind.MEMBERS, *window(stripe.now))
        join = Join(stand.source_id, price, give_amounts=(2000,), give_currency="USD")
        with stand.db.write() as session:
            self.campaign = campaigns.save(session, replace(campaign, join=join), "editor", "why", stand.now())
        Publisher("http://127.0.0.1", stand.runtime.public_dir).publish_due(stand.db, stand.now())
        app = an_app(stand.runtime)
        app.extensions["shelf"].refresh()
        self.client: FlaskClient = app.test_client()

    def comes(self, query: str, email: str = "", choice: str = "") -> dict:
        """Somebody presses the button; with an address they go through with it. What the payment page says."""
        page = self.client.get(f"/g/{self.campaign.slug}/go{query}", headers=BROWSER).headers["Location"]
        passed = page.partition("?")[2].partition("#")[0]
        form = {"choice": choice} if choice else {}
        opened = self.client.post(f"/g/{self.campaign.slug}/join?{passed}", data=form, environ_base=_from(passed))
        assert opened.status_code == 303
        session = opened.headers["Location"].rsplit("/", 1)[1]
        return self.stripe.complete_session(session, email=email) if email else {}

    def found(self) -> Outcomes:
        catch_up(self.stripe, self.stand)
        return outcomes(self.stand.db, self.campaign, self.stand.now())

    def passes(self, days: float) -> None:
        self.stripe.advance(days=days)
        self.stand.clock = instant(self.stripe.now)


def _from(passed: str) -> dict[str, str]:
    """Each from a network address of their own: nobody of them asks too often."""
    return {"REMOTE_ADDR": f"198.51.100.{sum(passed.encode()) % 250}"}


@pytest.fixture
def stripe(tmp_path: Path) -> Iterator[StripeWorld]:
    with StripeWorld.start(tmp_path / "stripe") as world:
        yield world


@pytest.fixture
def door(db: Database, tmp_path: Path, stripe: StripeWorld) -> Iterator[Door]:
    stand = Stand.open(db, tmp_path, stripe.api_key, stripe.address, instant(stripe.now))
    with stand.serving() as address:
        stand.use_secret(stripe.deliver_to(address))
        door = Door(stand, stripe)
        yield door
        door.client.application.extensions["shelf"].stop()


def test_each_headline_is_followed_from_the_button_to_who_is_still_there(door: Door, tmp_path: Path) -> None:
    stripe = door.stripe
    door.comes("?v=b&a=/news/1", "kept@example.org")
    gone = door.comes("?v=b&a=/news/1", "gone@example.org")
    door.comes("?v=b&a=/news/2", "giver@example.org", choice="once-2000")
    door.comes("?v=b&a=/news/1")
    door.comes("", "plain@example.org")
    door.passes(3)
    stripe.leave(gone["subscription"], now=True)
    found = door.found()
    assert dict(found.variants)["b"] == Outcome(began=4, joined=3, young=3), "on day 3 nothing can be said"
    door.passes(12)
    door.comes("?v=b&a=/news/1", "young@example.org")
    found = door.found()
    assert dict(found.variants) == {
        "b": Outcome(began=5, joined=4, stands=2, gone=1, young=1),
        "": Outcome(began=1, joined=1, stands=1),
    }
    assert dict(found.articles)["/news/1"] == Outcome(began=4, joined=3, stands=1, gone=1, young=1)
    assert found.total.joined == door.stand.value(door.campaign) + 1 + 1, "members, one gone, one gift"
    door.passes(20)
    later = door.found()
    assert dict(later.variants)["b"] == Outcome(began=5, joined=4, stands=3, gone=1), "renewals are no new ones"
    assert door.stand.differences(door.campaign) == []
    door.stand.db.dispose()
    with open_room(door.stand.db, tmp_path) as room:
        room.now = door.stand.now()
        text = room.signed_in(Role.VIEWER).text(f"/campaigns/{door.campaign.slug}/outcome")
        held = room.signed_in().get("/supporters/1/held.json").get_json()
    assert [(one["what"], one["variant"], one["article"]) for one in held["came_by"]] == [
        ("membership", "b", "/news/1")
    ]
    assert "Headline b 0 5 5 4 3 of 4 0" in text
    assert "The campaign’s own 0 1 1 1 1 of 1 0" in text
    assert "/news/2 0 1 1 1 1 of 1 0" in text


def test_a_gift_given_back_within_the_days_does_not_stand(door: Door) -> None:
    kept = door.comes("?v=a&a=/x", "one@example.org", choice="once-2000")
    back = door.comes("?v=a&a=/x", "two@example.org", choice="once-2000")
    assert kept["payment_intent"] != back["payment_intent"]
    charges = door.stripe.client.v1.charges.list().data
    door.stripe.refund(next(c.id for c in charges if c.payment_intent == back["payment_intent"]))
    door.passes(15)
    assert dict(door.found().variants)["a"] == Outcome(began=2, joined=2, stands=1, gone=1)


def test_who_never_paid_has_not_joined(door: Door) -> None:
    page = door.client.get(f"/g/{door.campaign.slug}/go?v=a").headers["Location"]
    passed = page.partition("?")[2].partition("#")[0]
    opened = door.client.post(f"/g/{door.campaign.slug}/join?{passed}").headers["Location"]
    door.stripe.complete_session(opened.rsplit("/", 1)[1], email="no@example.org", payment="fails")
    door.passes(15)
    assert dict(door.found().variants)["a"] == Outcome(began=1)


def test_articles_beyond_the_first_are_summed_and_none_is_lost(door: Door) -> None:
    told = {Told(door.campaign.slug, "shown", "", f"/news/{n}"): n for n in range(1, MOST_ARTICLES + 3)}
    with door.stand.db.write() as session:
        showings.add(session, told, door.stand.now())
    found = outcomes(door.stand.db, door.campaign, door.stand.now())
    assert [name for name, _ in found.articles] == [f"/news/{n}" for n in range(MOST_ARTICLES + 2, 2, -1)]
    assert found.others == Outcome(shown=3)
    assert found.total.shown == sum(told.values())
