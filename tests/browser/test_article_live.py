"""The demo's article as a reader has it: the real processes, a real browser, and payments made at the provider."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.stand import Answer, Reader, Stand
from tests.browser.test_element_article import WATCH_SHIFTS
from tests.demo.test_demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
OF_THE_BANNER = {"/mg.css", "/mg.js", "/g/25k.en.json"}


@dataclass
class Article:
    """Where it is. Nobody joins or leaves by themselves."""

    demo: Demo
    page_address: str

    def words(self) -> str:
        """What the number's address says."""
        return self.demo.number()["text"]

    def somebody_pays(self) -> None:
        with urlopen(Request(f"{self.demo.here}/demo/pay", b"", method="POST"), timeout=10) as answer:
            assert answer.status == 200

    def one_more(self) -> str:
        """The words once another member is counted."""
        return f"{self.demo.number()['count'] + 1:,} out of 25,000"


@pytest.fixture(scope="module")
def article(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Article]:
    demo = Demo(tmp_path_factory.mktemp("article") / "data")
    with demo.running(), demo.without_traffic():
        yield Article(demo, f"{demo.here}/")


@pytest.fixture
def reader(browser: Browser, article: Article) -> Iterator[Reader]:
    somebody = Reader(browser, article)  # type: ignore[arg-type]
    yield somebody
    somebody.leaves()


def headline(page: Page) -> Locator:
    return page.locator("member-goal .mg-headline")


def asked(page: Page, host: str) -> set[str]:
    """The paths that the page asked of a host, without the newspaper's own pictures, fonts and pages."""
    names = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    paths = {urlsplit(name).path for name in names if urlsplit(name).netloc == urlsplit(host).netloc}
    return {path for path in paths if not path.startswith("/newsroom/") and path not in ("/", "/favicon.ico")}


@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_without_script_the_number_stands_in_the_text(article: Article, reader: Reader, screen: Any) -> None:
    page = reader.opens(java_script_enabled=False, viewport=screen)
    expect(headline(page)).to_have_text(article.words())
    expect(page.locator("member-goal .mg-call")).to_contain_text("Help us reach 25,000 members by the end of")
    expect(page.locator("member-goal").get_by_role("progressbar")).to_be_visible()
    expect(page.locator("member-goal").get_by_role("link")).to_be_visible()
    assert page.locator("member-goal .mg-headline").bounding_box()["width"] <= screen["width"]  # type: ignore[index]


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_payment_moves_the_number_in_the_open_page_and_nothing_else(
    article: Article, reader: Reader, screen: Any, motion: Any
) -> None:
    page = reader.opens(before=WATCH_SHIFTS, viewport=screen, reduced_motion=motion)
    expect(headline(page)).to_have_text(article.words())
    page.locator("member-goal").scroll_into_view_if_needed()
    page.evaluate("window.same_page = true")
    box = page.locator("member-goal").bounding_box()
    expected = article.one_more()
    article.somebody_pays()
    expect(headline(page)).to_have_text(expected, timeout=15_000)
    assert article.words() == expected
    assert page.evaluate("window.same_page") is True
    assert page.locator("member-goal").bounding_box() == box
    assert page.evaluate("shifts") == []
    assert reader.console == []
    assert asked(page, article.demo.here) == OF_THE_BANNER


def test_the_demo_desks_button_makes_a_payment_that_shows(article: Article, reader: Reader) -> None:
    page = reader.opens(viewport=DESKTOP)
    expected = article.one_more()
    page.get_by_role("button", name="Make one payment").click()
    expect(headline(page)).to_have_text(expected, timeout=15_000)
    expect(headline(page)).to_be_in_viewport()
    assert reader.console == []


def test_nothing_inline_is_allowed_on_the_page_and_nothing_needs_it(article: Article, reader: Reader) -> None:
    with urlopen(article.page_address, timeout=10) as answer:
        policy = answer.headers["Content-Security-Policy"]
        html = answer.read().decode()
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert re.findall(r"\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", html) == []
    page = reader.opens()
    page.locator("member-goal").scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    assert reader.console == []


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_another_sites_page_with_a_strict_policy_shows_and_moves_it_too(
    article: Article, browser: Browser, direction: str
) -> None:
    ours = article.demo.here
    snippet = (
        f'<link rel="stylesheet" href="{ours}/mg.css">'
        f'<member-goal campaign="25k" lang="en" refresh="1">{article.demo.get("/g/25k.html")}</member-goal>'
        f'<script async src="{ours}/mg.js"></script>'
    )
    html = (
        f'<!doctype html><html lang="en" dir="{direction}"><meta charset="utf-8"><title>An article</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><p>Before.</p>{snippet}<p>After.</p>'
    )
    policy = f"default-src 'none'; style-src {ours}; script-src {ours}; connect-src {ours}"
    with Stand().serving() as paper:
        paper.answers["/"] = Answer(html.encode(), headers={"Content-Security-Policy": policy})
        paper.answers["/favicon.ico"] = Answer(status=204)
        reader = Reader(browser, Article(article.demo, f"{paper.address}/"))  # type: ignore[arg-type]
        page = reader.opens(before=WATCH_SHIFTS, viewport=PHONE)
        expected = article.one_more()
        article.somebody_pays()
        expect(headline(page)).to_have_text(expected, timeout=15_000)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert page.evaluate("shifts") == []
        assert reader.console == []
        assert asked(page, ours) == OF_THE_BANNER
        reader.leaves()


def test_in_the_dark_the_banner_is_dark_and_readable(article: Article, reader: Reader) -> None:
    page = reader.opens(color_scheme="dark", viewport=PHONE)
    assert luminance(page, ".mg", "backgroundColor") < 0.1
    for part in (".mg-headline", ".mg-kicker", ".mg-call", ".mg-asof"):
        assert contrast(luminance(page, part, "color"), luminance(page, ".mg", "backgroundColor")) >= 4.5, part
    button = (luminance(page, ".mg-button", "color"), luminance(page, ".mg-button", "backgroundColor"))
    assert contrast(*button) >= 4.5
    assert reader.console == []


def test_the_keyboard_reaches_the_button_in_its_turn_and_follows_it(article: Article, reader: Reader) -> None:
    page = reader.opens(viewport=DESKTOP)
    assert page.evaluate("document.activeElement.tagName") == "BODY", "the banner takes no focus"
    passed: list[str] = []
    for _ in range(20):
        page.keyboard.press("Tab")
        passed.append(page.evaluate("document.activeElement.className || document.activeElement.textContent.trim()"))
        if passed[-1] == "mg-button":
            break
    assert passed[-1] == "mg-button", passed
    assert passed.index("mg-button") > passed.index("Orla Fennimore"), "the byline stands above it"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    page.wait_for_url("**/g/25k/**")
    expect(page.get_by_role("button").first).to_be_visible()
    assert reader.console == []


def luminance(page: Page, part: str, colour: str) -> float:
    """Relative luminance of a colour, as WCAG 2.2 defines it."""
    text = page.eval_on_selector(f"member-goal {part}", f"(one) => getComputedStyle(one).{colour}")
    parts = [int(value) / 255 for value in re.findall(r"\d+", text)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: float, other: float) -> float:
    """The contrast of two luminances, from 1 to 21."""
    light, dark = max(one, other), min(one, other)
    return (light + 0.05) / (dark + 0.05)
