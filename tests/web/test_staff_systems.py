"""Tokens are made, shown once and revoked by an admin; what was not said is seen by all staff, and never to whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaign.accounts import tokens
from campaign.domain.staff import Role
from campaign.store import alarms, audit, outbox
from campaign.store.engine import Database
from tests.web.staff_room import NOW, StaffRoom, open_room, words


@pytest.fixture
def room(db: Database, tmp_path: Path) -> Iterator[StaffRoom]:
    with open_room(db, tmp_path) as room:
        yield room


def secret_of(page: str) -> str:
    found = re.search(r'value="(mgt_[^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_token_is_shown_once_works_and_ends_when_it_is_revoked(room: StaffRoom) -> None:
    admin = room.signed_in()
    made = admin.post("/tokens", name="CRM, nightly", source="", new_source="Our CRM", scopes=["read"], days="30")
    assert made.status_code == 200, words(made)
    secret = secret_of(made.text)
    client = room.app.test_client()
    sign = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/campaigns", headers=sign).status_code == 200
    again = admin.get("/tokens")
    assert secret not in again.text
    assert "Our CRM" in again.text
    assert "Read campaigns" in again.text
    (token,) = tokens.listing(room.db)
    assert admin.post(f"/tokens/{token.id}/revoke", page="/tokens").status_code == 303
    assert client.get("/api/v1/campaigns", headers=sign).status_code == 401
    with room.db.read() as session:
        logged = [(line.action, line.subject) for line in audit.lines(session, 4)]
    assert logged[:3] == [
        ("token.revoke", "token 1"),
        ("token.make", "token 1"),
        ("source.add", "our-crm"),
    ]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": ""}, "What it is for"),
        ({"scopes": []}, "at least one thing"),
        ({"new_source": ""}, "small letters"),
        ({"days": "5000"}, "Good for"),
    ],
)
def test_what_can_t_be_made_is_said_beside_its_field(room: StaffRoom, values: dict[str, object], said: str) -> None:
    good = {"name": "CRM", "source": "", "new_source": "Our CRM", "scopes": ["read"], "days": "30"}
    answer = room.signed_in().post("/tokens", **(good | values))
    assert answer.status_code == 400
    assert said in words(answer)
    assert tokens.listing(room.db) == []


def test_only_an_admin_sees_tokens(room: StaffRoom) -> None:
    editor = room.signed_in(Role.EDITOR)
    assert editor.get("/tokens").status_code == 403
    assert editor.post("/tokens", page="/account", name="x").status_code == 403


def test_messages_and_alarms_are_shown_without_whom(room: StaffRoom) -> None:
    with room.db.write() as session:
        values = {"a": "b"}
        sent = outbox.put(session, "s" * 32, outbox.MAIL, "sign_up_confirm", to="r@example.org", values=values, now=NOW)
        outbox.fail(session, sent, "the mail server refuses the receiver (code 550)", NOW)
        alarms.stand(session, "job:sweep", "The job “sweep” has failed 3 times in a row.", NOW)
    viewer = room.signed_in(Role.VIEWER)
    text = viewer.text("/messages")
    assert "has failed 3 times" in text
    assert "refuses the receiver" in text
    assert "SMTP_URL" in text
    assert "r@example.org" not in text
    assert viewer.post(f"/messages/{sent}/again", page="/messages").status_code in {400, 403}
    admin = room.signed_in()
    assert admin.post(f"/messages/{sent}/again", page="/messages").status_code == 303
    assert "waits" in admin.text("/messages")
    assert admin.post(f"/messages/{sent}/drop", page="/messages").status_code == 303
    assert "dropped" in admin.text("/messages")
    assert admin.post(f"/messages/{sent}/again", page="/account").status_code == 409
