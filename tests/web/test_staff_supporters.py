"""Supporters through the pages: found by a typed address, merged, kept apart, given their record, forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from campaign.counting import edit
from campaign.dashboard import supporters
from campaign.domain.people import AddressHash
from campaign.domain.staff import Role
from campaign.ingest.addresses import hasher_of
from campaign.store.engine import Database
from tests.banner.newsroom import a_campaign
from tests.counting.test_merge import tell
from tests.ledgers import add_source
from tests.web.staff_room import NOW, StaffRoom, Visitor, open_room, words


@pytest.fixture
def room(db: Database, tmp_path: Path) -> Iterator[StaffRoom]:
    with open_room(db, tmp_path) as room:
        with db.write() as session:
            add_source(session, NOW)
        edit.create(db, a_campaign(), "ana", "new", NOW)
        yield room


def hashed(room: StaffRoom, address: str) -> AddressHash:
    found = hasher_of(room.runtime.settings)(address)
    assert found is not None
    return found


def known(room: StaffRoom, address: str, key: str) -> int:
    return tell(room.db, 1, key, hashed(room, address))


def number(visitor: Visitor) -> str:
    return visitor.text("/campaigns/25k")


def test_a_typed_address_leads_to_what_is_known_and_is_never_in_an_address(room: StaffRoom) -> None:
    known(room, "jane@example.org", "cus_jane")
    editor = room.signed_in(Role.EDITOR)
    answer = editor.post("/supporters", address="  Jane@Example.ORG ")
    assert answer.status_code == 303
    assert "jane" not in answer.location
    shown = editor.text(answer.location.removeprefix("/staff"))
    assert "cus_jane" in shown
    assert "sub_cus_jane" in shown
    assert "jane@" not in shown.lower()
    nobody = editor.post("/supporters", address="jim@example.org")
    assert (nobody.status_code, "Nobody with this address" in words(nobody)) == (404, True)


def test_a_merge_is_looked_at_then_counted_then_taken_back(room: StaffRoom) -> None:
    first, second = known(room, "jane@example.org", "a"), known(room, "doe@example.org", "b")
    editor = room.signed_in(Role.EDITOR)
    person = supporters.person_of(room.db, first)
    home = f"/supporters/{person}"
    looked = editor.post(f"{home}/merge", page=home, address="doe@example.org")
    assert "Count them as one person?" in words(looked)
    sent = {"kind": "merge", "account": str(first), "other": str(second)}
    assert supporters.person_of(room.db, second) != person
    refused = editor.post("/supporters/decide", page=home, **sent, reason=" ")
    assert refused.status_code == 400
    assert supporters.person_of(room.db, second) != person
    assert editor.post("/supporters/decide", page=home, **sent, reason="the same reader").status_code == 303
    assert supporters.person_of(room.db, second) == person
    assert "the same reader" in editor.text(home)
    again = editor.post("/supporters/look", page=home, **sent)
    assert "take that back first" in words(again)
    undone = editor.post("/supporters/decide", page=home, **{**sent, "kind": "undo"}, reason="two after all")
    assert undone.status_code == 303
    assert supporters.person_of(room.db, second) != person


def test_what_hangs_between_two_kept_apart_waits_until_it_is_decided(room: StaffRoom) -> None:
    first, second, third = (known(room, "home@example.org", key) for key in "abc")
    editor = room.signed_in(Role.EDITOR)
    for one, other in ((first, second), (second, third)):
        sent = {"kind": "apart", "account": str(one), "other": str(other)}
        assert "Count them as two people?" in words(editor.post("/supporters/look", page="/supporters", **sent))
        assert editor.post("/supporters/decide", page="/supporters", **sent, reason="a couple").status_code == 303
        waits = f"Account {third} at stripe" in editor.text("/supporters")
        assert waits is (other == second)
    assert "Several people share this address" in words(editor.post("/supporters", address="home@example.org"))


def test_only_an_admin_forgets_somebody_and_the_address_is_typed_twice(room: StaffRoom) -> None:
    account = known(room, "jane@example.org", "cus_jane")
    admin, editor = room.signed_in(Role.ADMIN), room.signed_in(Role.EDITOR)
    typed = {"address": "jane@example.org"}
    assert editor.post("/supporters/erase", page="/supporters", step="erase", **typed).status_code == 403
    held = admin.get(f"/supporters/{supporters.person_of(room.db, account)}/held.json")
    assert "sub_cus_jane" in held.text
    assert "1:" not in held.text
    assert "Forget this person?" in words(admin.post("/supporters/erase", page="/supporters", step="look", **typed))
    assert supporters.find(room.db, hashed(room, "jane@example.org").all).people
    assert admin.post("/supporters/erase", page="/supporters", step="erase", **typed).status_code == 303
    found = supporters.find(room.db, hashed(room, "jane@example.org").all)
    assert (found.people, found.is_erased) == ((), True)
    assert "erased on request" in words(admin.post("/supporters", **typed))
    assert admin.post("/supporters/erase", page="/supporters", step="look", **typed).status_code == 404


def test_a_viewer_sees_no_supporters_and_bad_ids_are_refused(room: StaffRoom) -> None:
    viewer, editor = room.signed_in(Role.VIEWER), room.signed_in(Role.EDITOR)
    assert viewer.get("/supporters").status_code == 403
    assert editor.get("/supporters/999").status_code == 404
    for sent in ({"kind": "merge", "account": "x", "other": "2"}, {"kind": "odd", "account": "1", "other": "2"}):
        assert editor.post("/supporters/look", page="/supporters", **sent).status_code in (400, 404)


def test_who_might_be_one_person_is_said_with_the_reason_until_it_is_decided(room: StaffRoom) -> None:
    with room.db.write() as session:
        lists = add_source(session, NOW, "lists")
    first = known(room, "jane@example.org", "cus_12345678")
    second = tell(room.db, lists, "cus_12345678", None)
    editor = room.signed_in(Role.EDITOR)
    assert "Both sources know them as cus_12345678" in editor.text("/supporters/suggestions")
    sent = {"kind": "merge", "account": str(first), "other": str(second)}
    editor.post("/supporters/decide", page="/supporters", **sent, reason="copied from Stripe")
    assert "Nobody" in editor.text("/supporters/suggestions")
