"""Sources set up in the browser, with the stand-in on loopback as Stripe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaign.domain.staff import Role
from campaign.ingest import endpoints, imports
from campaign.ingest.accounts import Accounts
from campaign.store import audit, sources
from campaign.store.engine import Database
from tests.an_app import an_app
from tests.stripe_world import StripeWorld
from tests.web.staff_room import StaffRoom, Visitor, words


@pytest.fixture
def stripe(tmp_path: Path) -> Iterator[StripeWorld]:
    with StripeWorld.start(tmp_path / "stripe") as world:
        yield world


@pytest.fixture
def room(db: Database, tmp_path: Path, stripe: StripeWorld) -> Iterator[StaffRoom]:
    room = StaffRoom(db, tmp_path / "data", "http://127.0.0.1:9")
    room.close()
    room.now = datetime.now(UTC)
    room.runtime = replace(room.runtime, settings=replace(room.runtime.settings, stripe_api_base=stripe.address))
    room.app = an_app(room.runtime)
    yield room
    room.close()


def restricted(stripe: StripeWorld) -> str:
    return stripe.api_key.replace("sk_", "rk_")


def add(admin: Visitor, stripe: StripeWorld, slug: str = "harbour") -> int:
    answer = admin.post("/sources/add/stripe", name="Harbour", slug=slug, api_key=restricted(stripe))
    assert answer.status_code == 303, words(answer)
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def secrets(room: StaffRoom, source_id: int) -> tuple[str, ...]:
    with room.db.read() as session:
        return sources.secrets_of(session, source_id, room.runtime.settings).webhook_secrets


def test_a_key_is_tried_before_the_source_is_kept_and_what_it_lacks_is_said(
    room: StaffRoom, stripe: StripeWorld
) -> None:
    admin = room.signed_in()
    assert "Add Stripe" in admin.text("/sources/add")
    wrong = admin.post("/sources/add/stripe", name="Harbour", slug="harbour", api_key="rk_live_nobody")
    assert (wrong.status_code, "does not take this key" in words(wrong)) == (400, True)
    odd = admin.post("/sources/add/stripe", name="Harbour", slug="harbour", api_key="pk_live_1")
    assert "must begin with" in words(odd)
    stripe.behave(key_lacks=["subscription_read", "webhook_write", "accounts_kyc_basic_read"])
    source_id = add(admin, stripe)
    page = admin.text(f"/sources/{source_id}")
    assert "Subscriptions: read" in page
    assert "Webhook Endpoints: write, needed for making the endpoint here" in page
    assert "rak_subscription_read" in page
    with room.db.read() as session:
        source = sources.load(session, source_id)
        assert (source.account or "").startswith("acct_"), "the refusal names the account"
        (line,) = audit.lines(session, 10, subject="harbour")
        assert (line.action, line.actor) == ("source.add", "admin@example.org")
    refused = admin.post(f"/sources/{source_id}/endpoint", f"/sources/{source_id}", what="make")
    assert "may not write webhook endpoints" in words(admin.follow(refused))
    stripe.behave(key_lacks=[])
    admin.post(f"/sources/{source_id}/try", f"/sources/{source_id}")
    assert "It may do all that is needed" in admin.text(f"/sources/{source_id}")
    assert restricted(stripe) not in admin.get(f"/sources/{source_id}").text
    twice = admin.post("/sources/add/stripe", name="Again", slug="again", api_key=restricted(stripe))
    assert (twice.status_code, "here already" in words(twice)) == (409, True)


def test_the_endpoint_is_made_at_our_version_repaired_and_its_secret_rolled(
    room: StaffRoom, stripe: StripeWorld
) -> None:
    admin = room.signed_in()
    source_id = add(admin, stripe)
    form = f"/sources/{source_id}"
    admin.post(f"{form}/endpoint", form, what="make")
    (made,) = stripe.client.v1.webhook_endpoints.list().data
    assert (made.url, made.api_version) == ("http://127.0.0.1:9/webhooks/stripe/harbour", "2026-10-28.endive")
    assert "charge.failed" in made.enabled_events
    assert "customer.deleted" in made.enabled_events
    assert "exactly what is used" in admin.text(form)
    (first,) = secrets(room, source_id)
    again = admin.post(f"{form}/endpoint", form, what="make")
    assert "has an endpoint at this address already" in words(admin.follow(again))

    stripe.client.v1.webhook_endpoints.update(made.id, {"enabled_events": ["charge.failed", "payout.paid"]})
    admin.post(f"{form}/endpoint", form, what="look")
    page = admin.text(form)
    assert "does not send" in page
    assert "payout.paid" in page
    admin.post(f"{form}/endpoint", form, what="repair")
    assert "exactly what is used" in admin.text(form)

    admin.post(f"{form}/endpoint", form, what="roll")
    assert secrets(room, source_id)[1:] == (first,)
    assert len(stripe.client.v1.webhook_endpoints.list().data) == 2
    room.now += timedelta(hours=23)
    accounts = Accounts(room.db, room.runtime.settings)
    assert endpoints.tidy(accounts, room.runtime.settings.public_url, room.now) == 0
    room.now += timedelta(hours=2)
    assert endpoints.tidy(accounts, room.runtime.settings.public_url, room.now) == 2
    (left,) = stripe.client.v1.webhook_endpoints.list().data
    assert left.id != made.id
    assert len(secrets(room, source_id)) == 1
    assert secrets(room, source_id) != (first,)


def test_an_endpoint_at_another_version_is_shown_and_replaced(room: StaffRoom, stripe: StripeWorld) -> None:
    admin = room.signed_in()
    source_id = add(admin, stripe)
    form = f"/sources/{source_id}"
    stripe.deliver_to("http://127.0.0.1:9/webhooks/stripe/harbour", api_version="2024-06-20")
    admin.post(f"{form}/endpoint", form, what="look")
    assert "It sends in version 2024-06-20" in admin.text(form)
    admin.post(f"{form}/endpoint", form, what="repair")
    assert "exactly what is used" in admin.text(form)


def test_an_import_is_asked_for_and_its_progress_shown(room: StaffRoom, stripe: StripeWorld) -> None:
    price = stripe.price(500)
    stripe.join(price, "jane@example.org")
    admin = room.signed_in()
    source_id = add(admin, stripe)
    form = f"/sources/{source_id}"
    assert "Who joined before is not known yet" in admin.text(form)
    admin.post(f"{form}/import", form)
    assert "The import waits" in admin.text(form)
    room.now = datetime.now(UTC)
    assert imports.go_on(Accounts(room.db, room.runtime.settings), lambda: room.now) == 1
    page = admin.text(form)
    assert "Members 1" in page
    assert "Received $5" in page
    assert price in admin.get(form).text
    with room.db.read() as session:
        assert sources.load(session, source_id).counted_prices is None


def test_the_kill_switch_stops_asking_and_another_accounts_key_is_refused(
    room: StaffRoom, stripe: StripeWorld, tmp_path: Path
) -> None:
    admin = room.signed_in()
    source_id = add(admin, stripe)
    form = f"/sources/{source_id}"
    admin.post(f"{form}/use", form, on="0")
    assert "Nothing is asked of this source" in admin.text(form)
    answer = admin.post(f"{form}/import", f"{form}/edit")
    assert "take it into use first" in words(admin.follow(answer))
    admin.post(f"{form}/use", form, on="1")
    assert "Take it out of use" in admin.text(form)
    with StripeWorld.start(tmp_path / "other") as other:
        room.runtime = replace(room.runtime, settings=replace(room.runtime.settings, stripe_api_base=other.address))
        room.close()
        room.app = an_app(room.runtime)
        again = room.visitor()
        again.sign_in("admin@example.org")
        answer = again.post(f"{form}/key", f"{form}/edit", api_key=other.api_key)
        assert (answer.status_code, "opens another account" in words(answer)) == (400, True)


def test_a_secret_made_by_hand_is_entered_and_an_empty_source_goes(room: StaffRoom, stripe: StripeWorld) -> None:
    admin = room.signed_in()
    source_id = add(admin, stripe)
    form = f"/sources/{source_id}"
    admin.post(f"{form}/secret", f"{form}/edit", webhook_secret="whsec_1", old_hours="24")
    admin.post(f"{form}/secret", f"{form}/edit", webhook_secret="whsec_2", old_hours="24")
    assert secrets(room, source_id) == ("whsec_2", "whsec_1")
    bad = admin.post(f"{form}/secret", f"{form}/edit", webhook_secret="whsec_3", old_hours="999")
    assert bad.status_code == 400
    admin.post(f"{form}/rename", f"{form}/edit", name="Harbour Post")
    assert "Harbour Post" in admin.text("/sources")
    assert "whsec_2" not in admin.get(f"{form}/edit").text
    answer = admin.post(f"{form}/remove", f"{form}/edit")
    assert "The source is gone" in words(admin.follow(answer))
    assert admin.get(form).status_code == 404


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_only_an_admin_touches_keys(room: StaffRoom, stripe: StripeWorld, role: Role) -> None:
    source_id = add(room.signed_in(), stripe)
    other = room.signed_in(role)
    for path in ("/sources/add", "/sources/add/stripe", f"/sources/{source_id}/edit"):
        assert other.get(path).status_code == 403
    for action in ("key", "secret", "try", "use", "remove", "rename", "endpoint"):
        assert other.post(f"/sources/{source_id}/{action}", "/account", on="0").status_code == 403
    assert other.get(f"/sources/{source_id}").status_code == 200
    assert other.bare_post(f"/sources/{source_id}/import").status_code in (400, 403)
