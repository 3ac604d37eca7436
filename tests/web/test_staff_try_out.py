"""Every stage seen before launch: on a slider, and behind a signed link that tells nobody else of a draft."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from campaign.banner.previews import Asked, basis_of, preview_view, read, sign
from campaign.counting import adjust
from campaign.domain.campaign import EditorState, GoalKind, Words
from campaign.domain.display import Display, Variant
from campaign.domain.errors import NotFound
from campaign.domain.look import Shape, Theme
from campaign.domain.staff import Role
from campaign.store import campaigns
from campaign.store.engine import Database
from tests.banner.newsroom import a_campaign
from tests.web.staff_room import StaffRoom, open_room

PAGE = "/campaigns/25k/previews"


@pytest.fixture
def room(db: Database, tmp_path: Path) -> Iterator[StaffRoom]:
    with open_room(db, tmp_path) as opened:
        draft = a_campaign(
            state=EditorState.DRAFT,
            languages=("en", "uk", "de", "ar"),
            display=Display(variants=(Variant("a"), Variant("b"))),
            wordings={"b": {"en": {"near": Words(headline="{remaining} are missing")}}},
        )
        with db.write() as session:
            campaigns.create(session, draft, "editor", "new", opened.now)
        yield opened


def link_of(room: StaffRoom, query: str = "") -> str:
    page = room.signed_in(Role.EDITOR).get(f"{PAGE}?{query}")
    found = re.search(r'id="address"[^>]*value="([^"]+)"', page.text)
    assert found, page.status
    return unescape(found[1])


def opened(room: StaffRoom, token: str, slug: str = "25k") -> TestResponse:
    return room.app.test_client().get(f"/g/{slug}/preview?t={token}")


@pytest.mark.parametrize(
    ("on", "count", "said"),
    [
        ("2026-09-30", "0", "Scheduled"),
        ("2026-11-01", "500", "500 of 25,000 members"),
        ("2026-11-01", "", "Our goal: 25,000 members"),
        ("2026-11-01", "12,340", "12,340 of 25,000 members"),
        ("2026-11-01", "24600", "400 to go: 24,600 of 25,000 members"),
        ("2026-12-29", "24600", "3 days left: 24,600 of 25,000 members"),
        ("2026-12-31", "24600", "Final day: 24,600 of 25,000 members"),
        ("2026-12-29", "25001", "Thank you! 25,001 of 25,000 members"),
        ("2027-01-01", "24600", "The count is being finished"),
        ("2027-01-05", "24600", "The campaign has ended."),
        ("2027-01-05", "25000", "goal reached"),
        ("2027-01-18", "25000", "Readers see nothing on this day"),
    ],
)
def test_a_draft_is_seen_on_any_day_and_at_any_number(room: StaffRoom, on: str, count: str, said: str) -> None:
    assert said in room.signed_in(Role.EDITOR).text(f"{PAGE}?on={on}&count={count}&language=en")


def test_what_files_say_in_place_of_days_left_stands_beside(room: StaffRoom) -> None:
    text = room.signed_in(Role.EDITOR).text(f"{PAGE}?on=2026-12-29&count=24600")
    assert "Until December 31, 2026: 24,600 of 25,000 members" in text


@pytest.mark.parametrize(
    ("language", "left"),
    [
        ("uk", ("Залишився 21 день", "Залишилося 3 дні", "Залишилося 5 днів", "Останній день")),
        ("ar", ("بقي 11 يومًا", "بقي يومان", "بقيت 3 أيام", "اليوم الأخير")),
    ],
)
def test_days_follow_the_plurals_of_the_language(room: StaffRoom, language: str, left: tuple[str, ...]) -> None:
    with room.db.write() as session:
        before = campaigns.by_slug(session, "25k")
        campaigns.save(session, replace(before, look=replace(before.look, last_days=30)), "editor", "why", room.now)
    basis = basis_of(room.db, "25k", room.now)
    days = {"uk": (21, 3, 5, 1), "ar": (11, 2, 3, 1)}[language]
    for number, words in zip(days, left, strict=True):
        on = date(2026, 12, 31) - timedelta(days=number - 1)
        asked = Asked("25k", on, 24_600, language, Shape.CARD, Theme.PAPER)
        assert preview_view(basis, asked, "http://localhost").headline.startswith(words)


def test_money_is_typed_and_shown_as_money(room: StaffRoom) -> None:
    raised = a_campaign(slug="fund", kind=GoalKind.AMOUNT, currency="EUR", target=2_000_000, state=EditorState.DRAFT)
    with room.db.write() as session:
        campaigns.create(session, raised, "editor", "new", room.now)
    text = room.signed_in(Role.EDITOR).text("/campaigns/fund/previews?on=2026-11-01&count=12,500.50")
    assert "€12,500.50 of €20,000" in text


def test_look_theme_language_and_headline_are_chosen(room: StaffRoom) -> None:
    editor = room.signed_in(Role.EDITOR)
    query = "on=2026-11-01&count=24600&shape=bottom&theme=bold&ground=dark&variant=b"
    page = editor.get(f"{PAGE}?{query}").text
    assert 'data-look="bottom" data-skin="bold"' in page
    assert 'class="try-out" data-theme="dark"' in page
    assert "400 are missing" in page
    assert "Not this campaign" in page
    assert 'dir="rtl"' in editor.get(f"{PAGE}?language=ar").text


@pytest.mark.parametrize(
    "query", ["on=soon", "on=2020-01-01", "count=-5", "count=many", "language=xx", "shape=round", "variant=z"]
)
def test_what_can_not_be_shown_is_said(room: StaffRoom, query: str) -> None:
    answer = room.signed_in(Role.EDITOR).get(f"{PAGE}?{query}")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_the_link_shows_the_draft_on_the_newsrooms_page_and_nothing_else_reveals_it(room: StaffRoom) -> None:
    link = link_of(room, "on=2026-12-29&count=24600&language=en&page=https://news.example.org/story%23comments")
    page, _, token = link.partition("#mg-preview=")
    assert page == "https://news.example.org/story"
    answer = opened(room, token)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    shown = json.loads(answer.data)
    assert (shown["headline"], shown["look"]) == ("3 days left: 24,600 of 25,000 members", "card")
    assert shown["close"][0] == "Not now"
    client = room.app.test_client()
    for path in ("/g/25k.json", "/g/25k/preview", "/g/25k/preview?t=x", "/g/25k/", "/g/25k/data.json"):
        assert client.get(path).status_code == 404, path
    unknown, draft = client.get("/g/nobody/preview?t=x"), client.get("/g/25k/preview?t=x")
    assert (unknown.status_code, unknown.data) == (draft.status_code, draft.data)


def test_a_link_that_is_over_changed_or_of_another_campaign_opens_nothing(room: StaffRoom) -> None:
    token = link_of(room).partition("#mg-preview=")[2]
    body, _, signature = token.partition(".")
    for wrong in (f"{body}.", f"{body[:-2]}AA.{signature}", f"{body}.{signature[:-1]}", "é.é", token + "x", "." * 2000):
        assert opened(room, wrong).status_code == 404, wrong
    assert opened(room, token, "another").status_code == 404
    room.now += timedelta(days=7) - timedelta(seconds=10)
    assert opened(room, token).status_code == 200
    room.now += timedelta(seconds=10)
    assert opened(room, token).status_code == 404


def test_a_token_says_back_what_was_asked_and_no_other_key_opens_it(room: StaffRoom) -> None:
    asked = Asked("25k", date(2026, 12, 1), None, "uk", Shape.THIN, Theme.PLAIN, "b")
    token = sign(asked, "k" * 32, room.now + timedelta(hours=1))
    assert read(token, "k" * 32, room.now) == asked
    with pytest.raises(NotFound):
        read(token, "l" * 32, room.now)


def test_an_archived_campaign_is_shown_to_nobody(room: StaffRoom) -> None:
    token = link_of(room).partition("#mg-preview=")[2]
    with room.db.write() as session:
        before = campaigns.by_slug(session, "25k")
        campaigns.save(session, replace(before, state=EditorState.ARCHIVED), "editor", "why", room.now)
    assert opened(room, token).status_code == 404


def test_it_begins_with_todays_day_and_number(room: StaffRoom) -> None:
    with room.db.read() as session:
        campaign = campaigns.by_slug(session, "25k")
    adjust.adjust(room.db, campaign.id, 12_340, "by hand", "ana", room.now)
    page = room.signed_in(Role.EDITOR).get(PAGE).text
    assert 'value="2026-11-22"' in page
    assert "12,340 of 25,000 members" in page


def test_viewers_are_not_given_links(room: StaffRoom) -> None:
    assert room.signed_in(Role.VIEWER).get(PAGE).status_code == 403
