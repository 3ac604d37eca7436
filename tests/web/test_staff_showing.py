"""Where and to whom the banner is shown: staff decide it, ask about it, and readers' files follow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from campaign.banner.publish import Publisher
from campaign.domain.look import Shape
from campaign.domain.staff import Role
from campaign.store import campaigns, publications, showings
from campaign.store.engine import Database
from campaign.store.showings import Told
from tests.banner.newsroom import a_campaign
from tests.web.staff_room import StaffRoom, fields, open_room

PAGE = "/campaigns/25k/showing"


@pytest.fixture
def room(db: Database, tmp_path: Path) -> Iterator[StaffRoom]:
    with open_room(db, tmp_path) as opened:
        with db.write() as session:
            campaigns.create(session, a_campaign(), "editor", "new", opened.now)
        yield opened


def published(room: StaffRoom, path: str) -> bytes:
    Publisher("http://localhost", room.runtime.public_dir).publish_due(room.db, room.now)
    with room.db.read() as session:
        return publications.body_at(session, path) or b""


def test_what_staff_decide_is_what_browsers_are_told(room: StaffRoom) -> None:
    editor = room.signed_in(Role.EDITOR)
    values = fields(editor.get(PAGE)) | {
        "sections": "Politics, war*", "not_paths": "/shop/*", "most": "5", "shape": "thin", "theme": "bold",
        "variants": "a 1, b 3", "reason": "launch",
    }  # fmt: skip
    assert editor.post(PAGE, **values).status_code == 303
    room.count()
    rules = json.loads(published(room, "/g/25k/rules.json"))
    assert ["only-sections", "s", 1, ["politics", "war*"]] in rules["at"]
    assert ["not-paths", "p", 0, ["/shop/*"]] in rules["at"]
    assert rules["most"] == 5
    assert rules["vary"] == [["a", 2500], ["b", 10000]]
    assert rules["close"][""] == ["Not now", "I am a member", "Not this campaign"]
    assert b'data-look="thin" data-skin="bold" data-rules' in published(room, "/g/25k.html")
    values = fields(editor.get(PAGE)) | {"headline.b.en": "{remaining} are missing", "reason": "a second headline"}
    assert editor.post(PAGE, **values).status_code == 303
    assert "{remaining} are missing" in editor.get(PAGE).text
    assert json.loads(published(room, "/g/25k/v-b.json"))["w"] == "b"


def test_the_settings_page_leaves_look_and_rules_alone(room: StaffRoom) -> None:
    editor = room.signed_in(Role.EDITOR)
    editor.post(PAGE, **(fields(editor.get(PAGE)) | {"shape": "bottom", "off": "y", "reason": "quiet"}))
    settings = fields(editor.get("/campaigns/25k/edit")) | {"name": "Another name", "reason": "name"}
    assert editor.post("/campaigns/25k/edit", **settings).status_code == 303
    with room.db.read() as session:
        after = campaigns.by_slug(session, "25k")
    assert (after.name, after.look.shape, after.display.off) == ("Another name", Shape.BOTTOM, True)


def test_the_kill_switch_empties_what_servers_include(room: StaffRoom) -> None:
    editor = room.signed_in(Role.EDITOR)
    editor.post(PAGE, **(fields(editor.get(PAGE)) | {"off": "y", "reason": "a disaster"}))
    room.count()
    assert b"hidden></section>" in published(room, "/g/25k.html")
    assert json.loads(published(room, "/g/25k/rules.json"))["off"] == 1
    assert published(room, "/g/25k.txt") == b"\n"
    assert "switched off everywhere" in editor.text(PAGE)


def test_staff_are_told_who_would_see_it_and_why_not(room: StaffRoom) -> None:
    editor = room.signed_in(Role.EDITOR)
    assert "It is shown." in editor.text(f"{PAGE}?path=/news/1&tags=budget")
    assert "quiet tag" in editor.text(f"{PAGE}?path=/news/1&tags=Obituary")
    assert "left alone" in editor.text(f"{PAGE}?path=/&reader=joined")
    assert "as often as anybody may" in editor.text(f"{PAGE}?path=/&reader=often")
    room.now = room.now.replace(year=2025)
    assert "has not begun" in editor.text(f"{PAGE}?path=/")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("paths", "news/*", "begins with a slash"),
        ("variants", "a b c", "a name and a weight"),
        ("variants", "ad 1, b 1", "its own name"),
        ("shows_on", "soon", "Enter a day"),
        ("not_paths", ", ".join(f"/{'x' * 50}{i}" for i in range(39)), "one small file"),
    ],
)
def test_what_can_not_be_taken_is_said_beside_its_field(room: StaffRoom, name: str, value: str, said: str) -> None:
    editor = room.signed_in(Role.EDITOR)
    answer = editor.post(PAGE, **(fields(editor.get(PAGE)) | {name: value, "reason": "x"}))
    assert answer.status_code == 400
    assert said in answer.text


def test_a_bar_at_the_lower_edge_can_always_be_closed(room: StaffRoom) -> None:
    editor = room.signed_in(Role.EDITOR)
    values = fields(editor.get(PAGE)) | {"shape": "bottom", "reason": "x"}
    values.pop("closable", None)
    answer = editor.post(PAGE, **values)
    assert answer.status_code == 400
    assert "readers must be able to close it" in answer.text
    assert editor.post(PAGE, **(values | {"closable": "y"})).status_code == 303


def test_members_are_thanked_where_staff_say_so_in_their_words_or_ours(room: StaffRoom) -> None:
    with room.db.write() as session:
        campaigns.save(session, replace(campaigns.by_slug(session, "25k"), languages=("en", "uk")), "e", "w", room.now)
    editor = room.signed_in(Role.EDITOR)
    rules = json.loads(published(room, "/g/25k/rules.json"))
    assert "thanks" not in rules
    assert b"data-thanks" not in published(room, "/g/25k.html")
    values = fields(editor.get(PAGE)) | {"thank_members": "y", "thanks.en": "Glad you are here.", "reason": "x"}
    assert editor.post(PAGE, **values).status_code == 303
    room.count()
    rules = json.loads(published(room, "/g/25k/rules.json"))
    assert rules["thanks"] == {tag: [text] for tag, text in (
        ("", "Glad you are here."), ("en", "Glad you are here."), ("uk", "Дякуємо, що ви з нами."))}  # fmt: skip
    assert b'data-rules data-thanks="1"' in published(room, "/g/25k.html")
    assert "The member is thanked" in editor.text(f"{PAGE}?path=/&reader=joined")
    assert "is thanked" not in editor.text(f"{PAGE}?path=/&reader=new")
    assert 'value="Glad you are here."' in editor.get(PAGE).text
    shown = editor.get("/campaigns/25k/previews?reader=member&language=uk").text
    assert '<p class="mg-thanks">Дякуємо, що ви з нами.</p>' in shown
    assert "mg-thanks" not in editor.get("/campaigns/25k/previews").text


@pytest.mark.parametrize("text", ["Thank you, all of you, for all that you have done for all of us", "{count} thanks"])
def test_thanks_that_would_not_fit_or_are_not_known_can_not_be_saved(room: StaffRoom, text: str) -> None:
    editor = room.signed_in(Role.EDITOR)
    answer = editor.post(PAGE, **(fields(editor.get(PAGE)) | {"thanks.en": text, "reason": "x"}))
    assert answer.status_code == 400
    assert "one line of at most 60 letters" in answer.text


def test_an_unknown_placeholder_in_a_headline_under_test_can_not_be_saved(room: StaffRoom) -> None:
    editor = room.signed_in(Role.EDITOR)
    editor.post(PAGE, **(fields(editor.get(PAGE)) | {"variants": "a 1, b 1", "reason": "x"}))
    values = fields(editor.get(PAGE)) | {"headline.b.en": "{gaol}", "reason": "x"}
    answer = editor.post(PAGE, **values)
    assert answer.status_code == 400
    assert "{gaol}" in answer.text


def test_viewers_change_nothing(room: StaffRoom) -> None:
    assert room.signed_in(Role.VIEWER).get(PAGE).status_code == 403


def test_what_browsers_told_stands_beside_the_rules(room: StaffRoom) -> None:
    told = {
        Told("25k", "shown", "b", "/a"): 1200,
        Told("25k", "close0", "b", "/a"): 7,
        Told("25k", "shown", "a", "/a"): 5,
        Told("25k", "clicked", "b", "/a"): 30,
    }
    with room.db.write() as session:
        showings.add(session, told, room.now)
    text = room.signed_in(Role.EDITOR).text(PAGE)
    assert "It was shown. 1,205" in text
    assert "Closed: not now. 7" in text
    assert "The button was pressed. 30" in text
