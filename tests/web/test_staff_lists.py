"""Lists through the pages: handed in, looked at, counted, undone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from campaign.counting import edit
from campaign.domain.campaign import Opening, OpeningSource
from campaign.domain.staff import Role
from campaign.ingest.files import booking
from campaign.store.engine import Database
from campaign.web import staff_lists
from tests.banner.newsroom import a_campaign
from tests.web.staff_room import NOW, StaffRoom, Visitor, open_room, words

MEMBERS = "Email,Member since,Paid until\nana@example.org,2026-02-01,2027-12-31\nnobody,2026-02-01,2027-12-31\n"


@pytest.fixture
def room(db: Database, tmp_path: Path) -> Iterator[StaffRoom]:
    with open_room(db, tmp_path) as room:
        edit.create(db, a_campaign(opening=None), "ana", "new", NOW)
        yield room


def hand_in(visitor: Visitor, text: str | bytes, **values: Any) -> TestResponse:
    file = io.BytesIO(text.encode() if isinstance(text, str) else text)
    told = {"exported_at": "2026-11-20T10:00", "source": "new", "name": "Old table", "zone": "Europe/Kyiv"}
    told |= dict.fromkeys(("what", "campaign", "date_order", "decimals", "currency"), "") | values
    return visitor.post("/lists/new", file=(file, "members.csv"), **told)


def work(room: StaffRoom) -> None:
    booking.run_due(room.db, lambda: room.now)


def test_a_list_is_handed_in_looked_at_counted_and_undone(room: StaffRoom) -> None:
    editor = room.signed_in(Role.EDITOR)
    answer = hand_in(editor, MEMBERS)
    assert answer.status_code == 303, words(answer)
    path = answer.location.removeprefix("/staff")
    assert "is being looked at" in editor.text(path)
    work(room)
    seen = editor.text(path)
    assert "Count it" in seen
    assert "E-mail address : an e-mail address is expected 1" in seen
    assert editor.get(f"{path}/refused.csv").text.splitlines()[1] == "3,E-mail address,an e-mail address is expected"
    assert editor.post(f"{path}/book", page=path).status_code == 303
    work(room)
    assert "is counted" in editor.text(path)
    assert "Joined" in editor.text("/campaigns/25k/entries")
    assert editor.post(f"{path}/undo", page=path, reason="the wrong table").status_code == 303
    work(room)
    assert "Undone" in editor.text(path)
    assert "Correction" in editor.text("/campaigns/25k/entries")


def test_columns_nobody_knows_are_asked_for_and_remembered(room: StaffRoom) -> None:
    editor = room.signed_in(Role.EDITOR)
    odd = "Wer,Seit\nana@example.org,2026-02-01\n"
    answer = hand_in(editor, odd, what="membership")
    assert answer.status_code == 422
    assert "choose the file once more" in words(answer)
    answer = hand_in(
        editor, odd, what="membership", asked_what="membership", column_address="Wer", column_started="Seit"
    )
    assert answer.status_code == 303, words(answer)
    again = hand_in(editor, odd, source="1", exported_at="2026-11-21T10:00")
    assert again.status_code == 303, words(again)


def test_the_order_of_day_and_month_is_asked(room: StaffRoom) -> None:
    editor = room.signed_in(Role.EDITOR)
    ambiguous = "email,since\nana@example.org,03/04/2026\n"
    answer = hand_in(editor, ambiguous)
    assert answer.status_code == 422
    assert "which comes first" in words(answer)
    assert hand_in(editor, ambiguous, date_order="dmy").status_code == 303


@pytest.mark.parametrize(
    "bad", [b"", b"PK\x03\x04zip", b"\x00" * 50, b"a" * 300_000, b'"', b"\xff\xfe", b"email\n" + b'"' * 9999]
)
def test_what_is_no_list_is_answered_with_what_to_do(room: StaffRoom, bad: bytes) -> None:
    editor = room.signed_in(Role.EDITOR)
    answer = hand_in(editor, bad)
    assert answer.status_code in (303, 400, 422), answer.status_code


def test_an_opening_is_asked_about_before_anything_is_counted(room: StaffRoom) -> None:
    opening = Opening(50, NOW, (OpeningSource("Earlier"),))
    edit.create(room.db, a_campaign(slug="open", opening=opening), "ana", "new", NOW)
    editor = room.signed_in(Role.EDITOR)
    answer = hand_in(editor, MEMBERS)
    assert answer.status_code == 303, words(answer)
    path = answer.location.removeprefix("/staff")
    work(room)
    assert "Are those people in this list too?" in editor.text(path)
    assert editor.post(f"{path}/book", page=path).status_code == 409
    editor.post(f"{path}/opening", page=path, campaign_id="2", includes="no")
    work(room)
    assert "Count it" in editor.text(path)


def test_viewers_see_lists_and_change_nothing(room: StaffRoom) -> None:
    answer = hand_in(room.signed_in(Role.EDITOR), MEMBERS)
    assert answer.status_code == 303, words(answer)
    path = answer.location.removeprefix("/staff")
    viewer = room.signed_in(Role.VIEWER)
    assert "Old table" in viewer.text("/lists")
    assert viewer.get("/lists/new").status_code == 403
    assert viewer.post(f"{path}/book", page="/lists").status_code == 403


def test_a_file_over_the_limit_is_refused_and_not_kept(room: StaffRoom) -> None:
    editor = room.signed_in(Role.EDITOR)
    head = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="members.csv"\r\n\r\n' + MEMBERS.encode()
    body = head + b" " * staff_lists.MOST_BYTES + b"\r\n--cut--\r\n"
    assert editor.post_bytes("/lists/new", body, "multipart/form-data; boundary=cut").status_code == 413
    assert "members.csv" not in editor.text("/lists")
