"""By hand, through the pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from campaign.counting import adjust, edit
from campaign.domain.staff import Role
from campaign.store.engine import Database
from tests.banner.newsroom import a_campaign
from tests.web.staff_room import NOW, StaffRoom, open_room, words

EMPTY = dict.fromkeys(("address", "amount", "currency", "campaign", "starts_at", "ends_at", "received_at"), "")


@pytest.fixture
def room(db: Database, tmp_path: Path) -> Iterator[StaffRoom]:
    with open_room(db, tmp_path) as room:
        edit.create(db, a_campaign(opening=None), "ana", "new", NOW)
        yield room


def test_a_promise_is_kept_received_and_taken_back(room: StaffRoom) -> None:
    editor = room.signed_in(Role.EDITOR)
    given = {**EMPTY, "what": "member", "note": "cash at the fair", "address": "ana@example.org"}
    assert editor.post("/by-hand/enter", page="/by-hand", **given).status_code == 303
    assert "Promised, not received" in editor.text("/by-hand")
    editor.post("/by-hand/1/receive", page="/by-hand")
    assert "Promised, not received" not in editor.text("/by-hand")
    assert "Joined" in editor.text("/campaigns/25k/entries")
    assert editor.post("/by-hand/1/reverse").status_code == 400
    assert editor.post("/by-hand/1/reverse", reason="not ours").status_code == 303
    assert "not ours" in editor.text("/by-hand")
    assert "Correction" in editor.text("/campaigns/25k/entries")


def test_what_is_missing_is_said_at_its_field(room: StaffRoom) -> None:
    editor = room.signed_in(Role.EDITOR)
    given = {**EMPTY, "what": "payment", "note": "cheque", "currency": "EUR", "amount": "twelve"}
    answer = editor.post("/by-hand/enter", page="/by-hand", **given)
    assert answer.status_code == 400
    assert "Enter an amount like" in words(answer)


def test_adjustments_stand_beside_and_are_taken_back_there(room: StaffRoom) -> None:
    adjust.adjust(room.db, 1, 3, "counted at the door", "ana", NOW)
    seen = room.signed_in(Role.EDITOR).text("/by-hand")
    assert "counted at the door" in seen
    assert "+3" in seen


def test_viewers_only_look(room: StaffRoom) -> None:
    viewer = room.signed_in(Role.VIEWER)
    assert "Enter one" not in viewer.text("/by-hand")
    given = {**EMPTY, "what": "payment", "note": "cheque", "currency": "EUR", "amount": "12"}
    assert viewer.post("/by-hand/enter", page="/account", **given).status_code == 403


def test_the_currency_offered_is_the_one_that_payments_came_in(room: StaffRoom) -> None:
    editor = room.signed_in(Role.EDITOR)
    assert 'name="currency" type="text" value="EUR"' in editor.get("/by-hand").text
    given = {**EMPTY, "what": "payment", "note": "cheque", "currency": "USD", "amount": "12", "received": "y"}
    assert editor.post("/by-hand/enter", page="/by-hand", **given).status_code == 303
    assert 'name="currency" type="text" value="USD"' in editor.get("/by-hand").text
