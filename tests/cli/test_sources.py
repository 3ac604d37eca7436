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


def test_another_account_is_added_with_its_key_encrypted(run: Run, tmp_path: Path) -> None:
    said = run("sources", "add", "shop", "--name", "The shop", answer="rk_live_abc123\nwhsec_1\n").stdout
    assert "https://goal.example.org/webhooks/stripe/shop" in said
    assert "rk_live_abc123" not in said
    assert (
        "begin with" in run("sources", "add", "two", "--name", "Two", "--api-key", "pk_1", answer="\n", status=2).stderr
    )
    listed = json.loads(run("sources", "list", "--json").stdout)
    assert [one["source"]["slug"] for one in listed] == ["shop"]
    assert b"rk_live_abc123" not in b"".join(f.read_bytes() for f in tmp_path.rglob("*") if f.is_file())
