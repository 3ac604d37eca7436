"""The banner in an article that looks like a newspaper's: the demo's page, as its template renders it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.article import KINDS, NEWSROOM, article_html
from tests.browser.stand import Answer, Newsroom, Reader, fragment

pytestmark = pytest.mark.browser

WATCH_SHIFTS = """
  window.shifts = [];
  new PerformanceObserver((list) => shifts.push(...list.getEntries().map((one) => one.value)))
    .observe({ type: "layout-shift", buffered: true });
"""


def publish(newsroom: Newsroom, *, direction: str = "ltr", more: bool = True) -> None:
    """From now on the article stands at our address, as in the demo."""
    html = article_html(fragment(dir=direction), direction=direction, feed_more=more)
    newsroom.ours.answers["/"] = Answer(html.encode())
    newsroom.ours.answers["/favicon.ico"] = Answer(status=204)
    for path in (NEWSROOM / "static").rglob("*"):
        if path.is_file():
            name = path.relative_to(NEWSROOM / "static").as_posix()
            newsroom.ours.answers[f"/newsroom/{name}"] = Answer(path.read_bytes(), KINDS[path.suffix])
    newsroom.page_address = newsroom.ours.address + "/"


def banner(page: Page) -> Any:
    return page.locator("member-goal .mg-headline")


def test_the_article_has_what_a_newspapers_has(newsroom: Newsroom, reader: Reader) -> None:
    publish(newsroom)
    page = reader.opens(java_script_enabled=False)
    expect(banner(page)).to_have_text("24,613 out of 25,000")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("5 min read")).to_be_visible()
    expect(page.get_by_role("figure").get_by_role("img")).to_be_visible()
    expect(page.get_by_text("Illustration: The Harbour Courier")).to_be_visible()
    expect(page.get_by_role("heading", name="News Feed")).to_be_visible()
    assert page.get_by_role("link", name="Show more").get_attribute("href") == "/?feed=more#feed"
    expect(page.get_by_role("button", name="Make one payment")).to_be_visible()
    more_about_her = page.get_by_text("She joined The Harbour Courier")
    expect(more_about_her).to_be_hidden()
    page.get_by_text("Read more").click()
    expect(more_about_her).to_be_visible()


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_a_live_change_in_the_article_moves_nothing_and_says_nothing(
    newsroom: Newsroom, reader: Reader, motion: Any
) -> None:
    publish(newsroom)
    newsroom.says()
    page = reader.opens(before=WATCH_SHIFTS, reduced_motion=motion)
    page.locator("member-goal").scroll_into_view_if_needed()
    expect(banner(page)).to_have_text("24,614 out of 25,000")
    newsroom.says(count=24615, text="24,615 out of 25,000", as_of="2100-12-01T09:06:00Z")
    expect(banner(page)).to_have_text("24,615 out of 25,000")
    assert page.evaluate("shifts") == []
    assert reader.console == []
    asked = {path for path in newsroom.ours.asked if path != "/" and not path.startswith("/newsroom/")}
    assert asked - {"/favicon.ico"} == {"/mg.css", "/mg.js", "/g/25k.en.json"}


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_the_article_fits_every_screen(newsroom: Newsroom, reader: Reader, width: int, direction: str) -> None:
    publish(newsroom, direction=direction)
    newsroom.says()
    page = reader.opens(viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.locator("member-goal .mg-button")).to_be_visible()


def test_all_that_the_article_asks_of_the_newspaper_is_there(newsroom: Newsroom, reader: Reader) -> None:
    publish(newsroom)
    newsroom.says()
    page = reader.opens()
    page.wait_for_timeout(500)
    missing = [path for path in newsroom.ours.asked if path not in newsroom.ours.answers]
    assert missing == []
    assert reader.console == []
