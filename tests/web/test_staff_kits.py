"""Kits: what is copied is what the check finds, and the check fetches nothing that is not public."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from campaign.banner.found import fetch, look
from campaign.banner.kits import kits_of
from campaign.banner.publish import Publisher
from campaign.counting import adjust
from campaign.domain.errors import Invalid
from campaign.domain.staff import Role
from campaign.store import campaigns
from campaign.store.engine import Database
from tests.banner.newsroom import PUBLIC_URL, a_campaign
from tests.web.staff_room import StaffRoom, open_room


@pytest.fixture
def room(db: Database, tmp_path: Path) -> Iterator[StaffRoom]:
    with open_room(db, tmp_path) as opened:
        with db.write() as session:
            campaigns.create(session, a_campaign(languages=("en", "uk")), "editor", "new", opened.now)
        yield opened


def test_every_kit_is_on_the_page_in_the_chosen_language(room: StaffRoom) -> None:
    page = room.signed_in(Role.EDITOR).get("/campaigns/25k/kits?lang=uk")
    kits = kits_of(a_campaign(), "uk", "http://localhost", {}, "")
    assert len(kits) > 10
    for piece in (piece for kit in kits for piece in kit.pieces):
        assert piece.text in unescape(page.text)
    assert 'src="/static/staff.js"' in page.text


def test_what_is_sent_on_has_the_words_of_this_moment(room: StaffRoom) -> None:
    editor = room.signed_in(Role.EDITOR)
    assert "Share texts" not in editor.text("/campaigns/25k/kits")
    adjust.adjust(room.db, 1, 24_613, "counted before", "ana", room.now)
    Publisher("http://localhost", room.runtime.public_dir).publish_due(room.db, room.now)
    page = unescape(editor.get("/campaigns/25k/kits?lang=en").text)
    assert "Share texts" in page
    assert "http://localhost/g/25k/share.en.png" in page
    for language in ("en", "uk"):
        assert f'lang="{language}" dir="auto"' in page
    assert "24,613 of 25,000 members." in page
    assert re.search(r"<p>[^<]+ · As of [A-Z][a-z]+ \d", page), "the sentence says when it was true"


@pytest.mark.parametrize("name", ["Any site", "Ghost", "Frame", "Open Graph", "Mail to readers"])
def test_what_is_copied_is_found_in_the_page(name: str) -> None:
    kit = next(k for k in kits_of(a_campaign(), "en", PUBLIC_URL, {}, "") if k.name == name)
    found = look(f"<html><body>{kit.pieces[-1].text}</body></html>", "25k", PUBLIC_URL)
    assert found.works, found.words


@pytest.mark.parametrize("name", ["nginx (SSI)", "Varnish (ESI)", "Fastly (ESI)"])
def test_an_include_that_was_not_carried_out_is_said(name: str) -> None:
    kit = next(k for k in kits_of(a_campaign(), "en", PUBLIC_URL, {}, "") if k.name == name)
    found = look(f"<html><body>{kit.pieces[-1].text}</body></html>", "25k", PUBLIC_URL)
    assert "does not carry includes out" in " ".join(found.words)


@pytest.mark.parametrize("part", [0, 1])
def test_a_theme_that_was_put_into_a_post_is_said(part: int) -> None:
    kit = next(k for k in kits_of(a_campaign(), "en", PUBLIC_URL, {}, "") if k.is_pushed)
    written = kit.pieces[part].text.replace('"', "“") if part else kit.pieces[part].text
    found = look(f"<html><body><p>{written}</p></body></html>", "25k", PUBLIC_URL)
    assert not found.works
    assert "they belong into the theme" in " ".join(found.words)


def test_what_is_missing_is_said() -> None:
    assert not look("<html><!-- <member-goal campaign='25k'> --></html>", "25k", PUBLIC_URL).works
    halved = look('<member-goal campaign="25k"></member-goal>', "25k", PUBLIC_URL)
    assert not halved.works
    assert "the script is missing" in " ".join(halved.words)
    included = look('<section class="mg"><p class="mg-headline">24,613 of 25,000</p></section>', "25k", PUBLIC_URL)
    assert included.works
    assert "24,613 of 25,000" in included.words[0]
    assert not look('<member-goal campaign="24k"></member-goal>', "25k", PUBLIC_URL).works


@pytest.mark.parametrize(
    "address",
    ["http://news.example.org/", "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/x", "ftp://x/", "file:///x"],
)
def test_nothing_that_is_not_public_is_fetched(address: str) -> None:
    with pytest.raises(Invalid):
        fetch(address)


def test_the_page_says_why_it_can_not_look(room: StaffRoom) -> None:
    editor = room.signed_in(Role.EDITOR)
    answer = editor.post("/campaigns/25k/kits", address="https://127.0.0.1/article")
    assert answer.status_code == 400
    assert "not a public one" in answer.text


def test_the_plugin_for_wordpress_is_loaded_down_as_one_folder(room: StaffRoom) -> None:
    editor = room.signed_in(Role.EDITOR)
    page = editor.get("/campaigns/25k/kits").text
    assert "/staff/kits/member-goal.zip" in page
    assert "[member_goal campaign=" in page
    answer = editor.get("/kits/member-goal.zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as held:
        assert {"member-goal/member-goal.php", "member-goal/block.js"} <= set(held.namelist())
