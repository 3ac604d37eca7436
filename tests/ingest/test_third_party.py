"""Material from elsewhere, of many versions: events are kept and never believed, objects read or refused clearly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from campaign.domain.campaign import GoalKind
from campaign.domain.errors import MalformedFact
from campaign.ingest.addresses import address_hasher
from campaign.ingest.stripe.reading import CHARGE, CUSTOMER, INVOICE, PRICE, SESSION, SUBSCRIPTION, Reader, Reading
from campaign.store import inbox, ledger, objects
from campaign.store.engine import open_database
from tests.ingest.stand import PERSON_KEY, Stand, window
from tests.ingest.test_receiving import SECRET, Door
from tests.stripe_world import StripeWorld

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "stripe"
FILES = sorted(FOLDER.glob("*/*.json")) if FOLDER.is_dir() else []

needs_material = pytest.mark.skipif(not FILES, reason="the third-party material is not on this machine")


def _json_of(path: Path) -> Any:
    return json.loads(path.read_bytes())


def _events() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in FILES:
        told = _json_of(path)
        if isinstance(told, dict) and isinstance(told.get("data"), dict) and isinstance(told.get("type"), str):
            yield path.name, told


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside that says what it is."""
    if isinstance(value, dict):
        if isinstance(value.get("object"), str):
            yield value
        for part in value.values():
            yield from _objects(part)
    elif isinstance(value, list):
        for part in value:
            yield from _objects(part)


@needs_material
def test_each_event_is_kept_and_none_is_counted_from_its_old_snapshot(
    stripe: StripeWorld, sqlite_url: str, tmp_path: Path
) -> None:
    stand = Stand.open(open_database(sqlite_url), tmp_path, stripe.api_key, stripe.address)
    stand.use_secret(SECRET)
    door = Door(stand)
    members = stand.campaign(GoalKind.MEMBERS, *window(stripe.now, before=5000))
    posted = 0
    for number, (name, told) in enumerate(_events()):
        for livemode in (told.get("livemode"), True):
            own = {**told, "id": f"evt_{number}_{livemode}", "livemode": livemode}
            assert door.tell(own) == 200, name
            posted += 1
    assert posted > 100
    stand.work()
    with stand.db.read() as session:
        states = {e.state for e in inbox.recent(session, 10_000)}
        assert states <= {"ignored", "failed"}
        troubled = objects.troubled(session, 10_000)
        assert troubled
        assert {(o.state, o.error) for o in troubled} == {("absent", "unknown at Stripe")}
        assert ledger.last_entries(session, members.id, 10) == []
    stand.db.dispose()


@needs_material
def test_each_object_is_read_or_refused_clearly() -> None:
    reader = Reader(address_hasher(PERSON_KEY))
    readers: dict[str, Any] = {
        CUSTOMER: reader.customer,
        INVOICE: reader.invoice,
        SUBSCRIPTION: lambda body: reader.subscription(body, [], complete=True),
        CHARGE: lambda body: reader.charge(body, [], None),
        PRICE: reader.price,
        SESSION: reader.session,
    }
    read = refused = 0
    for path in FILES:
        for body in _objects(_json_of(path)):
            if body["object"] not in readers:
                continue
            try:
                answer = readers[body["object"]](body)
            except MalformedFact:
                refused += 1
            else:
                assert isinstance(answer, Reading)
                read += 1
    assert read > 50
    assert refused > 0
