"""Making, changing and adjusting campaigns through the pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from campaign.dashboard import campaigns, entries, overview
from campaign.domain.campaign import Campaign, EditorState, GoalKind
from campaign.domain.standing import EntryKind
from campaign.store.engine import Database
from tests.web.staff_room import StaffRoom, Visitor, fields, open_room, words

NEW: dict[str, Any] = {
    "name": "25,000 members by the end of 2026",
    "kind": "members",
    "target": "25,000",
    "starts_on": "2026-10-01",
    "ends_on": "2026-12-31",
    "zone": "Europe/Kyiv",
    "state": "public",
    "slug": "25k",
}


@pytest.fixture
def room(db: Database, tmp_path: Path) -> Iterator[StaffRoom]:
    with open_room(db, tmp_path) as room:
        yield room


@pytest.fixture
def editor(room: StaffRoom) -> Visitor:
    return room.signed_in()


def make(editor: Visitor, **values: Any) -> TestResponse:
    return editor.post("/campaigns/new", **{**fields(editor.get("/campaigns/new")), **NEW, **values})


def change(editor: Visitor, slug: str = "25k", **values: Any) -> TestResponse:
    """Send the settings form as it stands, but for these values."""
    path = f"/campaigns/{slug}/edit"
    return editor.post(path, **{**fields(editor.get(path)), **values})


def stored(room: StaffRoom, slug: str = "25k") -> Campaign:
    return campaigns.find(room.db, slug)


def number(room: StaffRoom) -> int:
    return overview.overview_of(room.db, "25k", room.now).progress.value


def test_a_campaign_is_made_from_the_form(room: StaffRoom, editor: Visitor) -> None:
    assert make(editor, minimum="", home_url="https://news.example.org/").status_code == 303
    campaign = stored(room)
    assert (campaign.kind, campaign.target, campaign.zone) == (GoalKind.MEMBERS, 25_000, "Europe/Kyiv")
    assert campaign.state is EditorState.PUBLIC
    assert campaign.rule.grace_days == 14
    assert "campaign.create" in editor.text("/audit")
    assert "25,000 members by the end of 2026" in editor.text("/")


def test_an_address_is_suggested_from_the_name(room: StaffRoom, editor: Visitor) -> None:
    assert make(editor, slug="", name="Ein Dach für die Presse!").status_code == 303
    assert stored(room, "ein-dach-fur-die-presse").name == "Ein Dach für die Presse!"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"target": "0"}, "above zero"),
        ({"target": "-5"}, "whole number"),
        ({"target": "many"}, "whole number"),
        ({"ends_on": "2026-09-30"}, "must not be before"),
        ({"ends_on": ""}, "Choose a day"),
        ({"zone": "Europe/Kiew"}, "not a known time zone"),
        ({"kind": "amount", "currency": ""}, "needs a currency"),
        ({"kind": "amount", "currency": "EURO"}, "at most 3"),
        ({"kind": "amount", "currency": "ZZZ"}, "not a currency"),
        ({"kind": "amount", "currency": "JPY", "target": "1.50"}, "0 decimals"),
        ({"slug": "Über uns"}, "small letters"),
        ({"slug": "-25k"}, "small letters"),
        ({"slug": "our-newsletter"}, "Filter lists"),
        ({"name": " "}, "Fill this in"),
        ({"languages": ""}, "Fill this in"),
        ({"grace_days": "1000"}, "from 0 to 90"),
        ({"home_url": "javascript:alert(1)"}, "begins with https"),
        ({"opening_members": "22,000"}, "for which instant"),
        ({"opening_members": "22,000", "opening_at": "2026-10-01T00:00"}, "whose members"),
        ({"kind": "petition"}, "Not a valid choice"),
        ({"near_percent": ""}, "Enter a number"),
    ],
)
def test_what_can_not_be_is_refused_beside_its_field(editor: Visitor, values: dict[str, str], problem: str) -> None:
    answer = make(editor, **values)
    assert answer.status_code == 400
    assert problem in words(answer)
    assert 'aria-invalid="true"' in answer.text
    assert NEW["zone"] in answer.text or "zone" in values


def test_an_address_that_is_taken_is_refused(editor: Visitor) -> None:
    make(editor)
    answer = make(editor)
    assert answer.status_code == 400
    assert "already" in words(answer)


def test_an_opening_is_typed_in_the_campaigns_zone(room: StaffRoom, editor: Visitor) -> None:
    opening = {"opening_members": "22 000", "opening_at": "2026-10-01T00:00", "opening_names": "Earlier system"}
    assert make(editor, **opening).status_code == 303
    found = stored(room).opening
    assert found is not None
    assert (found.members, found.at.isoformat()) == (22_000, "2026-09-30T21:00:00+00:00")
    room.count()
    assert number(room) == 22_000
    assert "22,000 of 25,000 · 88 %" in editor.text("/campaigns/25k")


def test_money_is_typed_in_whole_units(room: StaffRoom, editor: Visitor) -> None:
    make(editor, kind="amount", currency="eur", target="50,000", minimum="2.50")
    campaign = stored(room)
    assert (campaign.target, campaign.currency, campaign.rule.minimum_minor) == (5_000_000, "EUR", 250)
    assert "of €50,000" in editor.text("/campaigns/25k")
    assert fields(editor.get("/campaigns/25k/edit"))["target"] == "50000"


# -- editing -----------------------------------------------------------------------------------------------------------


def test_an_edit_of_a_live_campaign_needs_a_reason(room: StaffRoom, editor: Visitor) -> None:
    make(editor)
    assert "Say why" in words(change(editor, target="26000"))
    assert change(editor, target="26000", reason="we aim higher").status_code == 303
    assert (stored(room).target, stored(room).version) == (26_000, 2)
    assert "we aim higher" in editor.text("/campaigns/25k/versions")


def test_a_form_sent_as_it_stands_changes_nothing(room: StaffRoom, editor: Visitor) -> None:
    make(
        editor, opening_members="22,000", opening_at="2026-10-01T00:00", opening_names="Earlier system", count_seats="y"
    )
    before = stored(room)
    change(editor, reason="no change")
    after = stored(room)
    assert campaigns.changed_fields(before, after) == ()


def test_what_changes_the_number_is_shown_first_and_booked_when_confirmed(room: StaffRoom, editor: Visitor) -> None:
    make(editor, opening_members="22,000", opening_at="2026-10-01T00:00", opening_names="Earlier system")
    room.count()
    preview = change(editor, opening_members="21,500", reason="the export had doubles")
    assert preview.status_code == 303
    assert "0 of" in words(editor.follow(preview))
    room.count()
    preview = editor.follow(preview)
    assert "Number now 22,000 After saving 21,500 −500" in words(preview)
    assert number(room) == 22_000
    back = editor.post("/campaigns/25k/edit", **{**fields(preview), "step": "change"})
    assert fields(back)["opening_members"] == "21,500"
    saved = editor.post("/campaigns/25k/edit", **{**fields(preview), "step": "save"})
    assert saved.status_code == 303
    room.count()
    assert number(room) == 21_500
    lines = entries.ledger_page(room.db, "25k").lines
    assert [(line.kind, line.entry.amount) for line in lines] == [
        ("Opening", 21_500), ("Correction", -22_000), ("Opening", 22_000),
    ]  # fmt: skip
    assert "the export had doubles" in lines[0].cause


def test_who_was_slower_is_told_what_changed_and_keeps_what_they_typed(room: StaffRoom, editor: Visitor) -> None:
    make(editor)
    form = fields(editor.get("/campaigns/25k/edit"))
    assert change(editor, name="Somebody else’s name", reason="better").status_code == 303
    late = editor.post("/campaigns/25k/edit", **{**form, "target": "30000", "reason": "mine"})
    assert late.status_code == 409
    assert "better" in words(late)
    assert 'value="30000"' in late.text
    assert stored(room).name == "Somebody else’s name"
    again = editor.post("/campaigns/25k/edit", **fields(late))
    assert again.status_code == 303
    assert stored(room).target == 30_000


def test_kind_zone_and_currency_stay_once_readers_saw_the_campaign(room: StaffRoom, editor: Visitor) -> None:
    make(editor)
    change(editor, kind="amount", zone="UTC", currency="USD", target="26,000", reason="x")
    campaign = stored(room)
    assert (campaign.kind, campaign.zone, campaign.currency) == (GoalKind.MEMBERS, "Europe/Kyiv", None)
    assert campaign.target == 26_000


def test_a_draft_may_still_change_everything(room: StaffRoom, editor: Visitor) -> None:
    make(editor, state="draft")
    preview = change(editor, kind="amount", currency="EUR", zone="UTC")
    room.count()
    preview = editor.follow(preview)
    editor.post("/campaigns/25k/edit", **{**fields(preview), "step": "save"})
    assert (stored(room).kind, stored(room).zone) == (GoalKind.AMOUNT, "UTC")


# -- words -------------------------------------------------------------------------------------------------------------


def test_words_are_previewed_in_every_stage_and_saved(room: StaffRoom, editor: Visitor) -> None:
    make(editor)
    path, typed = "/campaigns/25k/words", {"en.default.headline": "{count} out of {target}", "reason": "launch"}
    form = fields(editor.get(path))
    preview = editor.post(path, **{**form, **typed, "step": "preview"})
    assert "out of 25,000" in words(preview)
    assert words(preview).count("Thank you") >= 1
    assert stored(room).words == {}
    assert editor.post(path, **{**form, **typed, "step": "save"}).status_code == 303
    assert stored(room).words["en"]["default"].headline == "{count} out of {target}"


def test_an_unknown_placeholder_is_named(room: StaffRoom, editor: Visitor) -> None:
    make(editor)
    form = fields(editor.get("/campaigns/25k/words"))
    answer = editor.post("/campaigns/25k/words", **{**form, "en.near.call": "{members} more", "step": "save"})
    assert answer.status_code == 400
    assert "{members} is not known here" in words(answer)
    assert "{members} more" in answer.text
    assert stored(room).words == {}


def test_words_are_escaped_in_previews(editor: Visitor) -> None:
    make(editor)
    form = fields(editor.get("/campaigns/25k/words"))
    answer = editor.post("/campaigns/25k/words", **{**form, "en.default.kicker": "<script>alert(1)</script>"})
    assert "<script>alert" not in answer.text


# -- the number --------------------------------------------------------------------------------------------------------


def test_an_adjustment_is_an_entry_with_author_and_reason_and_is_taken_back_by_another(
    room: StaffRoom, editor: Visitor
) -> None:
    make(editor)
    path = "/campaigns/25k/adjust"
    assert editor.post(path, amount="0", reason="x").status_code == 400
    assert editor.post(path, amount="12", reason=" ").status_code == 400
    assert editor.post(path, amount="a dozen", reason="x").status_code == 400
    assert editor.post(path, amount="+12", reason="paid at the fair", public="y").status_code == 303
    assert number(room) == 12
    line = entries.ledger_page(room.db, "25k").lines[0]
    assert (line.entry.kind, line.entry.public, line.entry.author) == (EntryKind.ADJUSTMENT, True, "admin@example.org")
    page = f"/campaigns/25k/entries/{line.entry.id}"
    assert "paid at the fair" in editor.text(page)
    assert editor.post(f"{page}/take-back", reason="counted twice").status_code == 303
    assert number(room) == 0
    assert editor.post(f"{page}/take-back", reason="again").status_code == 409
    assert "It was reversed by" in editor.text(page)
    assert "campaign.adjust_back" in editor.text("/audit")


def test_an_entry_of_another_campaign_is_not_shown_here(room: StaffRoom, editor: Visitor) -> None:
    make(editor, opening_members="5", opening_at="2026-10-01T00:00", opening_names="x")
    make(editor, slug="other")
    room.count()
    entry_id = entries.ledger_page(room.db, "25k").lines[0].entry.id
    assert editor.get(f"/campaigns/25k/entries/{entry_id}").status_code == 200
    assert editor.get(f"/campaigns/other/entries/{entry_id}").status_code == 404
    assert editor.get("/campaigns/25k/entries/999").status_code == 404


def test_a_hold_is_visible_ends_by_itself_and_can_be_released(room: StaffRoom, editor: Visitor) -> None:
    make(editor)
    home, path = "/campaigns/25k", "/campaigns/25k/hold"
    refused = editor.post(path, page=home, until="2026-11-22T14:00", reason="a jump")
    assert refused.status_code == 400
    assert "ends in the future" in words(refused)
    assert editor.post(path, page=home, until="2026-11-22T16:00", reason="a jump").status_code == 303
    assert "The published number is held until 22 Nov 2026, 16:00:00" in editor.text(home)
    room.now += timedelta(hours=2)
    assert "number is held" not in editor.text(home)
    room.now -= timedelta(hours=2)
    assert editor.post("/campaigns/25k/release", page=home).status_code == 303
    assert "number is held" not in editor.text(home)
    assert {"campaign.hold", "campaign.release"} <= set(editor.text("/audit").split())


def test_the_check_says_what_it_found(room: StaffRoom, editor: Visitor) -> None:
    make(editor)
    assert editor.post("/campaigns/25k/check", page="/campaigns/25k").status_code == 303
    assert "No difference" in editor.text("/campaigns/25k")


def test_the_ledger_is_paged_and_filtered(room: StaffRoom, editor: Visitor) -> None:
    make(editor, opening_members="5", opening_at="2026-10-01T00:00", opening_names="x")
    room.count()
    for n in range(entries.PAGE):
        campaigns.adjust_number(
            room.db, "25k", n + 1, reason=f"reason {n}", public=False, author="ana", now=room.now
        )  # fmt: skip
    first = editor.get("/campaigns/25k/entries")
    assert first.text.count("reason ") == entries.PAGE
    older = next(part for part in first.text.split('"') if "before=" in part).removeprefix("/staff")
    assert "Opening" in editor.text(older)
    assert editor.get("/campaigns/25k/entries?kind=opening").text.count("ana: reason") == 0
    assert editor.get("/campaigns/25k/entries?day=2026-10-01").text.count("ana: reason") == 0
    assert editor.get("/campaigns/25k/entries?day=2026-11-22").text.count("ana: reason") == entries.PAGE
    assert editor.get("/campaigns/25k/entries?day=yesterday").status_code == 400


def test_an_unknown_campaign_is_a_page_that_says_so(editor: Visitor) -> None:
    for path in ("", "/edit", "/words", "/adjust", "/entries", "/published", "/versions"):
        answer = editor.get(f"/campaigns/nothing{path}")
        assert answer.status_code == 404
        assert "does not exist" in words(answer)
