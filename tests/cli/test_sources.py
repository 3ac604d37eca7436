"""Going live from a shell, as the README tells it, with the provider on loopback as Stripe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaign.ingest.accounts import Accounts
from campaign.ingest.work import Worker
from campaign.runtime import load_runtime
from tests.cli.conftest import Run
from tests.stripe_world import StripeWorld

NEW = [
    *("--name", "25k", "--kind", "members", "--target", "25000", "--zone", "Europe/Kyiv", "--state", "public"),
    *("--starts-on", "2020-10-01", "--ends-on", "2099-12-31"),
]


@pytest.fixture
def stripe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StripeWorld]:
    with StripeWorld.start(tmp_path / "stripe") as world:
        monkeypatch.setenv("STRIPE_API_KEY", world.api_key)
        monkeypatch.setenv("STRIPE_API_BASE", world.address)
        yield world


def value(run: Run) -> int:
    return json.loads(run("campaigns", "show", "25k", "--json").stdout)["progress"]["value"]


def test_a_source_is_imported_its_prices_ticked_and_a_person_found(run: Run, stripe: StripeWorld) -> None:
    membership, calendar = stripe.price(500), stripe.price(1500, name="Calendar")
    jane = stripe.join(membership, "jane@example.org", name="Jane Abara")
    stripe.join(calendar, "joe@example.org")
    run("campaigns", "create", "25k", *NEW)
    assert "is imported" in run("sources", "import", "stripe").stdout
    assert value(run) == 2

    prices = json.loads(run("sources", "prices", "stripe", "--json").stdout)
    assert {p["price"]["key"]: p["counts"] for p in prices} == {membership: True, calendar: True}
    run("sources", "prices", "stripe", "--count", membership)
    assert value(run) == 1
    assert "has no price price_x" in run("sources", "prices", "stripe", "--count", "price_x", status=2).stderr
    run("sources", "prices", "stripe", "--all-recurring")
    assert value(run) == 2

    found = run("people", "find", answer="  Jane@Example.ORG\n").stdout
    assert jane.subscription in found
    assert "joined" in found
    assert "nobody" in run("people", "find", "--address", "jim@example.org", status=1).stderr


def test_a_sweep_names_what_was_missed_and_it_is_taken_in(run: Run, stripe: StripeWorld) -> None:
    price = stripe.price(500)
    first = stripe.join(price, "jane@example.org")
    run("campaigns", "create", "25k", *NEW)
    run("sources", "import", "stripe")
    second = stripe.join(price, "jim@example.org")
    report = json.loads(run("sources", "sweep", "stripe", "--json").stdout)["report"]
    assert report["unknown"]["subscription"] == 1
    assert f"subscription {second.subscription}" in report["named"]
    assert "fetched again" in run("sources", "replay", "stripe", "subscription", first.subscription).stdout
    runtime = load_runtime()
    worker = Worker(runtime.db, Accounts(runtime.db, runtime.settings), runtime.now)
    worker.drain()
    worker.close()
    runtime.db.dispose()
    assert value(run) == 2


def test_an_import_is_refused_until_the_opening_is_answered(run: Run, stripe: StripeWorld) -> None:
    stripe.join(stripe.price(500), "jane@example.org")
    run("sources", "list")
    opening = ("--opening", "100", "--opening-at", "2020-10-01T00:00:00+03:00")
    run("campaigns", "create", "25k", *NEW, *opening, "--opening-source", "stripe")
    assert "say first" in run("sources", "import", "stripe", status=2).stderr
    run("campaigns", "edit", "25k", "--opening-source", "stripe=no", "--reason", "another list", "--yes")
    run("sources", "import", "stripe")
    assert value(run) == 101


def test_another_account_is_added_with_its_key_tried_and_encrypted(
    run: Run, stripe: StripeWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STRIPE_API_KEY")
    restricted = stripe.api_key.replace("sk_", "rk_")
    stripe.behave(key_lacks=["dispute_read"])
    said = run("sources", "add", "shop", "--name", "The shop", answer=f"{restricted}\n\n").stdout
    assert "https://goal.example.org/webhooks/stripe/shop" in said
    assert "It lacks:\n  Disputes: read" in said
    assert restricted not in said
    wrong = run("sources", "add", "two", "--name", "Two", "--api-key", "pk_1", answer="\n", status=2).stderr
    assert "begin with" in wrong
    unknown = run("sources", "add", "two", "--name", "Two", "--api-key", "rk_live_no", answer="\n", status=2).stderr
    assert "does not take this key" in unknown
    listed = json.loads(run("sources", "list", "--json").stdout)
    assert [one["source"]["slug"] for one in listed] == ["shop"]
    assert restricted.encode() not in b"".join(f.read_bytes() for f in (tmp_path / "data").rglob("*") if f.is_file())

    stripe.behave(key_lacks=[])
    assert "may do all" in run("sources", "key", "shop", "--try").stdout
    assert "no endpoint there" in run("sources", "endpoint", "shop").stdout
    assert "It is right" in run("sources", "endpoint", "shop", "--make").stdout
    (made,) = stripe.client.v1.webhook_endpoints.list().data
    assert made.url == "https://goal.example.org/webhooks/stripe/shop"
    assert "out of use" in run("sources", "edit", "shop", "--out-of-use", "--name", "Shop").stdout
    assert "out of use" in run("sources", "show", "shop").stdout
    run("sources", "edit", "shop", "--use")
    run("sources", "secret", "shop", answer="whsec_by_hand\n")
    run("sources", "key", "shop", answer=f"{stripe.api_key}\n")
    stripe.join(stripe.price(500), "jane@example.org")
    run("sources", "import", "shop")
    shown = json.loads(run("sources", "show", "shop", "--json").stdout)
    assert (shown["figures"]["members"], shown["import"]) == (1, None)
    assert shown["allowance"]["used"] > 0
    assert "stay" in run("sources", "remove", "shop", "--yes", status=2).stderr


def test_a_source_that_told_nothing_is_removed(run: Run, stripe: StripeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STRIPE_API_KEY")
    run("sources", "add", "shop", "--name", "Shop", "--api-key", stripe.api_key, answer="\n")
    assert "is gone" in run("sources", "remove", "shop", "--yes").stdout
    assert json.loads(run("sources", "list", "--json").stdout) == []
    assert "There was none" in _nothing(run, stripe)


def _nothing(run: Run, stripe: StripeWorld) -> str:
    run("sources", "add", "club", "--name", "Club", "--api-key", stripe.api_key, answer="\n")
    return run("sources", "give-up-import", "club").stdout
