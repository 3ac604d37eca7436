"""Staff pages in a browser: without script, by keyboard, on a phone, in the dark, nothing from elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from campaign.counting import adjust, edit
from campaign.domain.staff import Role
from campaign.store.engine import open_database
from tests.banner.newsroom import a_campaign
from tests.ledgers import add_source
from tests.web.staff_room import NOW, PASSWORD, open_room

pytestmark = pytest.mark.browser

PATHS = (
    *("/", "/campaigns/25k", "/campaigns/25k/entries", "/campaigns/25k/edit", "/campaigns/25k/words", "/campaigns/new"),
    *("/campaigns/25k/adjust", "/campaigns/25k/published", "/inbox", "/sources", "/sources/1", "/jobs", "/people"),
    *("/audit", "/account", "/campaigns/25k/forecast"),
)


@dataclass
class Desk:
    """Somebody signed in at a browser, and what it said and asked for meanwhile."""

    page: Page
    said: list[str]
    asked: list[str]


@pytest.fixture
def address(sqlite_url: str, tmp_path: Path) -> Iterator[str]:
    db = open_database(sqlite_url)
    with open_room(db, tmp_path) as room:
        room.hire(Role.ADMIN)
        with db.write() as session:
            add_source(session, NOW)
        campaign = edit.create(db, a_campaign(), "ana", "new", NOW)
        adjust.adjust(db, campaign.id, 24_600, "a long reason " * 12, "a-rather-long-address@newsroom.example.org", NOW)
        server = make_server("127.0.0.1", 0, room.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/staff"
        server.shutdown()
        thread.join()
        server.server_close()
    db.dispose()


def sit_down(browser: Browser, address: str, **context: Any) -> Desk:
    page = browser.new_context(**context).new_page()
    desk = Desk(page, [], [])
    page.on("console", lambda message: desk.said.append(message.text))
    page.on("request", lambda request: desk.asked.append(request.url))
    page.goto(f"{address}/sign-in")
    page.locator("#email:focus").wait_for()
    page.keyboard.type("admin@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    return desk


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_a_phone_without_script_and_says_nothing_on_the_console(
    browser: Browser, address: str, scheme: str
) -> None:
    desk = sit_down(
        browser, address, java_script_enabled=False, viewport={"width": 360, "height": 740}, color_scheme=scheme
    )
    for path in PATHS:
        answer = desk.page.goto(f"{address}{path}")
        assert answer is not None
        assert answer.status == 200, path
        width = desk.page.locator("body").evaluate("body => document.documentElement.scrollWidth")
        assert width <= 360, (path, width)
    assert desk.said == []
    host = address.removesuffix("/staff")
    assert [url for url in desk.asked if not url.startswith(host)] == []
    desk.page.context.close()


def test_the_number_is_on_the_first_screen_of_a_phone(browser: Browser, address: str) -> None:
    desk = sit_down(browser, address, viewport={"width": 360, "height": 740})
    desk.page.goto(f"{address}/campaigns/25k")
    for text in ("24,600 of 25,000 · 98 %", "400", "Days left", "Needed a day"):
        box = desk.page.get_by_text(text, exact=True).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 740, text
    desk.page.context.close()


def test_why_the_number_changed_is_one_click_away(browser: Browser, address: str) -> None:
    desk = sit_down(browser, address)
    desk.page.goto(f"{address}/campaigns/25k")
    desk.page.get_by_role("link", name="Adjustment").click()
    assert desk.page.get_by_text("a long reason").first.is_visible()
    assert desk.page.get_by_role("link", name="Take it back").is_visible()
    desk.page.context.close()


def test_the_first_tab_leads_past_the_navigation(browser: Browser, address: str) -> None:
    desk = sit_down(browser, address)
    desk.page.goto(f"{address}/campaigns/25k")
    desk.page.keyboard.press("Tab")
    assert desk.page.locator(":focus").inner_text() == "Skip to content"
    desk.page.context.close()


def test_every_field_has_a_label_and_every_picture_words(browser: Browser, address: str) -> None:
    desk = sit_down(browser, address)
    for path in PATHS:
        desk.page.goto(f"{address}{path}")
        unnamed = desk.page.evaluate(
            """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
                .filter(f => !f.closest('[aria-hidden]') && !f.labels.length && !f.ariaLabel).map(f => f.name)"""
        )
        assert unnamed == [], path
        assert desk.page.evaluate("() => document.querySelectorAll('h1').length") == 1, path
        ids = desk.page.evaluate("() => [...document.querySelectorAll('[id]')].map(e => e.id)")
        assert len(ids) == len(set(ids)), path
    desk.page.context.close()
