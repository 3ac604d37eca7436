"""Several campaigns over the same facts, as staff set them up: scopes, steps, a match, a list to compare with."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from campaign.counting.book import recount
from campaign.dashboard import campaigns
from campaign.domain.about import Scope
from campaign.domain.campaign import GoalKind
from campaign.domain.staff import Role
from campaign.domain.standing import EntryKind
from campaign.domain.steps import Match, Step
from campaign.ingest.ecb import import_rates
from campaign.store import facts, ledger, prices, sources, stamps
from campaign.store.engine import open_database
from campaign.store.ledger import Cause
from campaign.store.prices import ToldPrice
from campaign.store.tables import Source
from campaign.store.told import Told, ToldAccount, ToldPayment
from tests.databases import Databases
from tests.web.staff_room import StaffRoom, Visitor, fields, open_room, words

NEW = {
    "name": "Roof", "slug": "roof", "kind": "amount", "currency": "EUR", "target": "50,000",
    "starts_on": "2026-11-01", "ends_on": "2026-12-31", "zone": "Europe/Kyiv", "state": "public", "languages": "en, uk",
}  # fmt: skip


@pytest.fixture
def room(sqlite_databases: Databases, tmp_path: Path) -> Iterator[StaffRoom]:
    with sqlite_databases.fresh() as url:
        db = open_database(url)
        with open_room(db, tmp_path) as opened:
            with db.write() as session:
                session.add(Source(kind="stripe", slug="s", name="Stripe", livemode=True, enabled=True,
                                   created_at=opened.now))  # fmt: skip
                session.flush()
                sold = [ToldPrice("price_a", "Monthly", 500, "EUR", "month", active=True, product_key="prod_1")]
                prices.save(session, 1, sold, stamps.next_stamp(session))
            yield opened
        db.dispose()


@pytest.fixture
def editor(room: StaffRoom) -> Visitor:
    return room.signed_in(Role.EDITOR)


def make(editor: Visitor, **values: str) -> int:
    form = {**fields(editor.get("/campaigns/new")), **NEW, **values}
    return editor.post("/campaigns/new", **form).status_code


def save_steps(editor: Visitor, slug: str = "roof", **values: str) -> str:
    path = f"/campaigns/{slug}/steps"
    answer = editor.post(path, **{**fields(editor.get(path)), "reason": "a plan", **values})
    return words(answer) if answer.status_code != 303 else ""


def test_givers_and_sign_ups_are_goals_like_others(room: StaffRoom, editor: Visitor) -> None:
    for kind in (GoalKind.GIVERS, GoalKind.SIGNUPS):
        assert make(editor, slug=kind.value, kind=kind.value, target="1,000") == 303
        room.count()
        text = editor.text(f"/campaigns/{kind.value}")
        assert "0 of 1,000" in text
        assert editor.get(f"/campaigns/{kind.value}/words").status_code == 200
        assert campaigns.find(room.db, kind.value).kind is kind


def test_sign_ups_without_a_form_are_told_why(room: StaffRoom, editor: Visitor) -> None:
    assert make(editor, kind="signups", target="1,000") == 303
    assert "no mail can be sent" in editor.text("/campaigns/roof")
    with room.db.write() as session:
        sources.add_pushed(session, sources.API, sources.FORM_SLUG, "Sign-up form", room.now)
    assert "has no form" not in editor.text("/campaigns/roof")


def test_a_scope_is_chosen_in_the_form_and_its_effect_is_previewed(room: StaffRoom, editor: Visitor) -> None:
    assert make(editor) == 303
    path = "/campaigns/roof/edit"
    text = editor.text(path)
    assert "Monthly, 5.00 EUR a month" in text
    form = fields(editor.get(path))
    scope = {"scope_prices": "price_a", "scope_products": "prod_1", "scope_tags": "Roof, spring Drive"}
    asked = editor.post(path, **{**form, **scope, "reason": "a fund"})
    assert asked.status_code == 303
    room.count()
    preview = editor.follow(asked)
    assert "You changed: who counts" in words(preview)
    assert editor.post(path, **{**fields(preview), "step": "save"}).status_code == 303
    assert campaigns.find(room.db, "roof").rule.scope == Scope(
        prices=("price_a",), products=("prod_1",), tags=("roof", "spring drive")
    )
    refused = editor.post(path, **{**fields(editor.get(path)), "scope_campaigns": "Ünknown!", "reason": "x"})
    assert refused.status_code == 400
    assert "no campaign" in words(refused)


def test_a_preview_of_another_campaign_is_not_found(room: StaffRoom, editor: Visitor) -> None:
    make(editor)
    make(editor, slug="door")
    asked = editor.post("/campaigns/roof/edit", **{**fields(editor.get("/campaigns/roof/edit")), "count_one_off": "y",
                                                   "reason": "all of it"})  # fmt: skip
    number = asked.headers["Location"].rsplit("/", 1)[1]
    assert editor.get(f"/campaigns/door/previews/{number}").status_code == 404
    assert editor.get("/campaigns/roof/previews/999").status_code == 404


def test_steps_a_linked_campaign_and_a_match_are_typed_and_shown_again(room: StaffRoom, editor: Visitor) -> None:
    make(editor)
    make(editor, slug="door", name="Door")
    door = campaigns.find(room.db, "door")
    typed = {
        "step.0.at": "20,000", "step.0.en": "New tiles", "step.0.uk": "Нова черепиця",
        "step.1.at": "10,000", "step.1.en": "A scaffold", "linked": str(door.id),
        "match_sponsor": "The Foundation", "match_cap": "5,000", "match_starts_on": "2026-11-10",
        "match_ends_on": "2026-11-30", "match_tag": "Match",
    }  # fmt: skip
    assert save_steps(editor, **typed) == ""
    saved = campaigns.find(room.db, "roof")
    assert saved.ladder == (
        Step(1_000_000, {"en": "A scaffold"}),
        Step(2_000_000, {"en": "New tiles", "uk": "Нова черепиця"}),
    )
    assert saved.linked_id == door.id
    assert saved.match == Match("The Foundation", 500_000, date(2026, 11, 10), date(2026, 11, 30), "match")
    shown = fields(editor.get("/campaigns/roof/steps"))
    assert (shown["step.1.at"], shown["step.1.uk"], shown["match_cap"]) == ("20000", "Нова черепиця", "5000")
    assert save_steps(editor, match_sponsor="", linked="", **{"step.0.at": "", "step.0.en": "", "step.0.uk": ""}) == ""
    emptied = campaigns.find(room.db, "roof")
    assert (len(emptied.ladder), emptied.linked_id, emptied.match) == (1, None, None)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"step.0.at": "100"}, "a step is a promise"),
        ({"step.0.en": "Tiles"}, "at which number"),
        ({"step.0.at": "x", "step.0.en": "Tiles"}, "Enter an amount"),
        ({"match_sponsor": "F", "match_cap": "5"}, "from which day"),
        ({"match_sponsor": "F", "match_cap": "0", "match_starts_on": "2026-11-01", "match_ends_on": "2026-11-02"},
         "cap above zero"),
        ({"match_sponsor": "F", "match_cap": "5", "match_starts_on": "2026-10-01", "match_ends_on": "2026-11-02"},
         "within the campaign"),
        ({"version": "x"}, "Load the page again"),
    ],
)  # fmt: skip
def test_what_can_not_be_promised_is_refused_and_stays_typed(
    editor: Visitor, typed: dict[str, str], problem: str
) -> None:
    make(editor)
    assert problem in save_steps(editor, **typed)


def test_a_campaign_for_people_has_no_match(editor: Visitor) -> None:
    make(editor, kind="members", target="100")
    assert "A matching gift" not in editor.text("/campaigns/roof/steps")


def test_a_list_is_compared_and_its_differences_are_downloaded_in_the_same_request(editor: Visitor) -> None:
    make(editor, kind="members", target="100")
    path = "/campaigns/roof/compare"
    content = b"E-Mail\nada@example.org\nben@example.org\n"
    seen = editor.post(path, list=(io.BytesIO(content), "members.csv"))
    assert "Only on your list: 2" in words(seen)
    assert "Nobody with this address is known at any source" in words(seen)
    assert "members.csv" in editor.text(path)
    file = editor.post(path, list=(io.BytesIO(content), "members.csv"), step="download")
    assert file.mimetype == "text/csv"
    assert "only there,2,," in file.text
    assert "ada@" not in seen.text + file.text
    assert editor.post(path).status_code == 400
    assert "no column of e-mail addresses" in words(editor.post(path, list=(io.BytesIO(b"a,b\n1,2\n"), "x.csv")))


def test_a_viewer_changes_none_of_it(room: StaffRoom, editor: Visitor) -> None:
    make(editor)
    viewer = room.signed_in(Role.VIEWER)
    for path in ("steps", "compare", "edit"):
        assert viewer.get(f"/campaigns/roof/{path}").status_code == 403


def test_an_entry_shows_by_which_rates_it_was_converted(room: StaffRoom, editor: Visitor) -> None:
    make(editor, count_one_off="y")
    told = Told()
    paid_at = datetime(2026, 11, 19, 9, tzinfo=UTC)
    told.add(ToldAccount("a", None))
    told.add(ToldPayment("ch", "a", "ch", None, "succeeded", 1_050, "USD", 900, "GBP", 1, paid_at, False, None, ()))
    with room.db.write() as session:
        recount(session, facts.save(session, 1, told, 1).touched, Cause("inbox", 1), room.now)
    import_rates(room.db, b"Date,USD\n2026-11-18,1.05\n", "eurofxref.csv", "shell", room.now)
    room.count()
    with room.db.read() as session:
        entry = next(e for e in ledger.last_entries(session, 1, 10) if e.kind is EntryKind.PAYMENT)
    text = editor.text(f"/campaigns/roof/entries/{entry.id}")
    assert "€10 at the rate of 18 November 2026 (for one euro 1.05 USD and 1 EUR; eurofxref.csv)" in text
