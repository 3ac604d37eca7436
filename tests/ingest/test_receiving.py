"""What a delivery is answered: 200 once it is on disk, 4xx for what is no event of the source, 503 to send again."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from campaign.store import inbox, objects
from campaign.store.engine import Database, open_database
from campaign.store.objects import Ref
from tests.ingest.stand import Stand

SECRET = "whsec_test"


def event(**more: Any) -> dict[str, Any]:
    return {
        "id": "evt_1",
        "object": "event",
        "type": "invoice.paid",
        "livemode": True,
        "created": 1_790_000_000,
        "api_version": "2026-10-28.endive",
        "data": {"object": {"id": "in_1", "object": "invoice", "customer_email": "jane@example.org"}},
        **more,
    }


def signed(body: bytes, *, secret: str = SECRET, age: float = 0) -> str:
    at = int(datetime.now(UTC).timestamp() - age)
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


class Door:
    """Posts to the first source's address."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.client: FlaskClient = stand.app().test_client()

    def post(self, body: bytes, signature: str | None = None, path: str = "/webhooks/stripe") -> int:
        headers = {"Stripe-Signature": signed(body) if signature is None else signature}
        return self.client.post(path, data=body, headers=headers).status_code

    def tell(self, told: object, **how: Any) -> int:
        return self.post(json.dumps(told).encode(), **how)

    def kept(self) -> list[inbox.EventSeen]:
        with self.stand.db.read() as session:
            return inbox.recent(session, 100)

    def is_waiting(self) -> bool:
        with self.stand.db.read() as session:
            return objects.waiting_since(session) is not None


@pytest.fixture
def door(db: Database, tmp_path: Path) -> Door:
    stand = Stand.open(db, tmp_path, "rk_live_1", None)
    stand.use_secret("whsec_older")
    stand.use_secret(SECRET)
    return Door(stand)


def test_a_signed_event_is_kept_once_and_its_object_waits(door: Door) -> None:
    assert door.tell(event()) == 200
    assert door.tell(event()) == 200
    (kept,) = door.kept()
    assert (kept.external_id, kept.object_kind, kept.object_key, kept.state) == ("evt_1", "invoice", "in_1", "waiting")
    assert door.is_waiting()


def test_every_active_secret_is_good_and_the_source_has_an_address_of_its_own(door: Door) -> None:
    body = json.dumps(event()).encode()
    assert door.post(body, signed(body, secret="whsec_older")) == 200
    assert door.post(body, path="/webhooks/stripe/stripe") == 200
    assert door.post(body, path="/webhooks/stripe/other") == 404


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "t=1,v1=abc",
        "nonsense",
        "t=,v1=",
        "t=99999999999999999999,v1=aa",
        "v1=aa",
        "t=" + "1" * 5000,
        "t=1790000000,v1=\xe9\xff",
        "t=1790000000,v1=\u0661",
        "=,=,=",
    ],
)
def test_a_header_that_is_no_signature_is_refused(door: Door, signature: str) -> None:
    header = signature.encode("utf-8").decode("latin-1")
    assert door.post(json.dumps(event()).encode(), header) == 400
    assert door.kept() == []


def test_a_wrong_stale_or_future_signature_is_refused(door: Door) -> None:
    body = json.dumps(event()).encode()
    assert door.post(body, signed(body, secret="whsec_wrong")) == 400
    assert door.post(body, signed(body, age=400)) == 400
    assert door.post(body, signed(body, age=-400)) == 400
    assert door.post(body + b" ", signed(body)) == 400
    assert door.post(body, signed(body, age=200)) == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe{}",
        b"{}",
        b'{"id":"","type":"t","data":{"object":{}}}',
        b'{"id":5,"type":"t","data":{"object":{}}}',
        b'{"id":"e","type":"t","data":{}}',
        b'{"id":"e","type":"t","data":[]}',
        b'{"id":"e","data":{"object":{}}}',
        b'{"id":"e\\u0000","type":"t","data":{"object":{}}}',
        b'{"id":"\\ud800","type":"t","data":{"object":{}}}',
        b'{"id":"e","type":"t\\u0000","data":{"object":{}}}',
        b'{"id":"' + b"e" * 300 + b'","type":"t","data":{"object":{}}}',
        b"[" * 100_000,
        b'{"a":' * 70 + b"1" + b"}" * 70,
        b'"' + b'\\"' * 100_000,
        b'{"id":' + b"9" * 5000 + b"}",
    ],
)
def test_a_signed_body_that_is_no_event_is_refused(door: Door, body: bytes) -> None:
    assert door.post(body) == 400
    assert door.kept() == []


def test_a_body_over_a_mebibyte_is_refused_whatever_length_it_declares(door: Door) -> None:
    large = json.dumps(event(padding="x" * (1 << 20))).encode()
    assert door.post(large) == 413
    just_fits = json.dumps(event(padding="x")).encode()
    just_fits += b" " * ((1 << 20) - len(just_fits))
    assert door.post(just_fits) == 200


def test_odd_values_outside_the_allow_list_do_no_harm(door: Door) -> None:
    odd = event(data={"object": {"id": "in_1", "object": "invoice", "note": "\x00 \ud800"}}, created=10**30)
    assert door.tell(odd) == 200
    nested: Any = 1
    for _ in range(50):
        nested = [nested]
    assert door.tell(event(id="evt_2", more=nested)) == 200
    assert door.tell(event(id="evt_3", data={"object": {"id": 7, "object": "invoice"}})) == 200
    assert {e.external_id: e.state for e in door.kept()} == {"evt_1": "waiting", "evt_2": "waiting", "evt_3": "ignored"}


def test_the_other_mode_another_account_and_unknown_types_are_kept_and_ignored(door: Door) -> None:
    assert door.tell(event(id="evt_test", livemode=False)) == 200
    assert door.tell(event(id="evt_account", account="acct_2")) == 200
    assert (
        door.tell(event(id="evt_type", type="topup.created", data={"object": {"id": "tu_1", "object": "topup"}})) == 200
    )
    assert door.tell(event(id="evt_none", type="invoice.upcoming")) == 200
    assert all(e.state == "ignored" and e.note for e in door.kept())
    assert len(door.kept()) == 4
    assert not door.is_waiting()


def test_nothing_of_a_supporter_is_kept(door: Door, tmp_path: Path) -> None:
    assert door.tell(event()) == 200
    if door.stand.db.is_sqlite:
        written = b"".join(path.read_bytes() for path in Path(str(door.stand.db.engine.url.database)).parent.glob("*"))
        assert b"evt_1" in written
        assert b"jane@example.org" not in written


def test_a_repeat_of_one_that_failed_is_worked_on_again(door: Door) -> None:
    assert door.tell(event()) == 200
    now = datetime.now(UTC)
    with door.stand.db.write() as session:
        (claim,) = objects.claim_due(session, 5, now, now - now, objects.Later((), now), idle=True)
        assert claim.ref == Ref("invoice", "in_1")
        objects.postpone(session, claim, "wrong", now, objects.FAILED)
    assert door.kept()[0].state == "failed"
    assert not door.is_waiting()
    assert door.tell(event()) == 200
    assert door.kept()[0].state == "waiting"
    assert door.is_waiting()


def test_what_can_not_be_kept_is_asked_for_again(tmp_path: Path, sqlite_url: str) -> None:
    stand = Stand.open(open_database(sqlite_url), tmp_path, "rk_live_1", None)
    stand.use_secret(SECRET)
    door = Door(stand)
    assert door.tell(event()) == 200
    with stand.db.engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {_pages(stand)}")
        connection.rollback()
    answers = {door.tell(event(id=f"evt_full_{i}_{'x' * 200}", type="x" * 100)) for i in range(60)}
    assert answers <= {200, 503}
    assert 503 in answers
    stand.db.dispose()


def _pages(stand: Stand) -> int:
    with stand.db.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.rollback()
    return int(pages)


def test_many_at_once_are_all_kept(door: Door) -> None:
    def post(first: int) -> None:
        mine = Door(door.stand)
        answers.extend(
            mine.tell(event(id=f"evt_{i}", data={"object": {"id": f"in_{i % 7}", "object": "invoice"}}))
            for i in range(first, first + 25)
        )

    answers: list[int] = []
    threads = [threading.Thread(target=post, args=(25 * i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 200
    with door.stand.db.read() as session:
        assert len(inbox.recent(session, 500)) == 200
        assert objects.count_waiting(session) == 7
