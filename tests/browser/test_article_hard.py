"""The demo's article where it is hard: a slow network, no answer, other colours, zoom, paper, the keyboard alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.installation import Installation
from tests.browser.stand import Newsroom, Reader, fragment
from tests.browser.test_element import WATCH_SHIFTS, wait_until
from tests.browser.test_showing import rules, state

pytestmark = pytest.mark.browser

NUMBER = "**/g/25k.en.json"
KILLED_WITHIN_SECONDS = 90
FAR_AWAY = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 20_000}
"""A phone at the edge of its network: bytes a second, milliseconds."""


# How many colours cover more than a hundredth of a picture.
SHADES = """async (one, png) => {
  const bytes = Uint8Array.from(png.match(/../g), byte => parseInt(byte, 16));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const drawn = new OffscreenCanvas(image.width, image.height).getContext("2d");
  drawn.drawImage(image, 0, 0);
  const { data } = drawn.getImageData(0, 0, image.width, image.height), found = {};
  for (let at = 0; at < data.length; at += 4) {
    const colour = data.slice(at, at + 3).join();
    found[colour] = (found[colour] || 0) + 1;
  }
  return Object.values(found).filter(number => number > data.length / 400).length;
}"""


@pytest.fixture
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    opened: list[BrowserContext] = []
    yield opened
    for one in opened:
        one.close()


def reads(browser: Browser, contexts: list[BrowserContext], **options: Any) -> Page:
    """A page of a reader's own that keeps every shift."""
    options = {"viewport": {"width": 1280, "height": 3000}} | options
    contexts.append(browser.new_context(**options))
    page = contexts[-1].new_page()
    page.add_init_script(WATCH_SHIFTS)
    return page


def now(installation: Installation) -> dict[str, Any]:
    with urlopen(f"{installation.address}/g/25k.en.json", timeout=10) as answer:
        return json.load(answer)


def one_more(installation: Installation) -> tuple[str, str]:
    """The number's answer once one more has joined, and its words."""
    said = now(installation)
    text = said["text"].replace(f"{said['count']:,}", f"{said['count'] + 1:,}")
    assert text != said["text"]
    return json.dumps(said | {"count": said["count"] + 1, "text": text, "as_of": "2100-01-01T00:00:00Z"}), text


def article(installation: Installation, name: str = "article") -> str:
    return installation.address + installation.readers[name]


def test_on_a_slow_network_the_number_is_there_with_the_text_and_the_new_one_moves_nothing(
    browser: Browser, contexts: list[BrowserContext], installation: Installation
) -> None:
    page = reads(browser, contexts)
    answer, words = one_more(installation)
    page.route(NUMBER, lambda route: route.fulfill(body=answer, content_type="application/json"))
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", FAR_AWAY)
    page.goto(article(installation), wait_until="domcontentloaded")
    expect(page.locator(".mg-headline")).to_have_text(now(installation)["text"])
    expect(page.locator(".mg-headline")).to_have_text(words, timeout=20_000)
    expect(page.locator(".mg-later")).to_be_visible()
    assert page.evaluate("shifts") == []


@pytest.mark.parametrize("answer", ["none", "404", "500", "no JSON"])
def test_without_an_answer_the_printed_number_stays_and_nothing_moves(
    browser: Browser, contexts: list[BrowserContext], installation: Installation, answer: str
) -> None:
    def meet(route: Route) -> None:
        if answer == "none":
            route.abort("connectionrefused")
        else:
            route.fulfill(status=int(answer) if answer.isdigit() else 200, body="<html>")

    page = reads(browser, contexts)
    page.route(NUMBER, meet)
    with page.expect_request(NUMBER):
        page.goto(article(installation))
    page.wait_for_timeout(200)
    expect(page.locator(".mg-headline")).to_have_text(now(installation)["text"])
    expect(page.get_by_role("link", name="Join us")).to_be_visible()
    assert page.evaluate("shifts") == []


def test_with_colours_forced_bar_and_button_are_drawn_in_them(
    browser: Browser, contexts: list[BrowserContext], installation: Installation
) -> None:
    page = reads(browser, contexts, forced_colors="active")
    page.goto(article(installation, "article, bold"))
    page.locator(".mg-later").wait_for()
    look = "part => (({ borderTopWidth, borderTopStyle }) => [borderTopWidth, borderTopStyle])(getComputedStyle(part))"
    for part in (".mg-bar", ".mg-button"):
        assert page.locator(part).evaluate(look) == ["1px", "solid"], part
    ground = page.locator(".mg").evaluate("one => getComputedStyle(one).backgroundColor")
    assert ground == page.evaluate("getComputedStyle(document.body).backgroundColor"), "no ground of its own"


def test_with_colours_forced_staff_see_how_full_the_bar_is(
    browser: Browser, contexts: list[BrowserContext], installation: Installation
) -> None:
    contexts.append(installation.at_the_desk(browser, forced_colors="active"))
    page = contexts[-1].new_page()
    page.goto(f"{installation.address}/staff/campaigns/25k")
    found = page.locator("progress.bar").first.evaluate(SHADES, page.locator("progress.bar").first.screenshot().hex())
    assert found > 2, "a frame, what is filled, and what is not"


@pytest.mark.parametrize("look", ["article", "article, one line", "article, at the lower edge"])
def test_at_twice_the_size_nothing_is_beside_the_window(
    browser: Browser, contexts: list[BrowserContext], installation: Installation, look: str
) -> None:
    page = reads(browser, contexts, viewport={"width": 640, "height": 450}, device_scale_factor=2)
    page.goto(article(installation, look))
    page.locator("member-goal").scroll_into_view_if_needed()
    close = page.locator(".mg-later button").first
    close.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    box = page.locator(".mg").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 640
    expect(page.locator(".mg-button")).to_be_visible()
    if look.endswith("edge"):
        assert box["height"] <= 450 / 4 + 1


@pytest.mark.parametrize("look", ["article", "article, bold", "article, at the lower edge"])
def test_on_paper_the_number_stands_in_the_text_in_black(
    browser: Browser, contexts: list[BrowserContext], installation: Installation, look: str
) -> None:
    page = reads(browser, contexts, color_scheme="dark")
    page.goto(article(installation, look))
    page.locator(".mg-later").wait_for()
    page.emulate_media(media="print")
    expect(page.locator(".mg-headline")).to_be_visible()
    for part in (".mg-button", ".mg-later"):
        expect(page.locator(part)).to_be_hidden()
    assert page.locator(".mg").evaluate("one => getComputedStyle(one).position") != "fixed"
    for part in (".mg-headline", ".mg-call", ".mg-asof", ".mg-bar"):
        colour = page.locator(part).evaluate("one => getComputedStyle(one).color")
        assert colour == "rgb(0, 0, 0)", part
    assert page.pdf().startswith(b"%PDF")


def test_by_the_keyboard_alone_it_is_closed_and_reading_goes_on_below_it(
    browser: Browser, contexts: list[BrowserContext], installation: Installation
) -> None:
    page = reads(browser, contexts, reduced_motion="reduce")
    page.goto(article(installation))
    page.locator(".mg-later").wait_for()
    assert page.evaluate("document.getAnimations().length") == 0
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.mg-later')"):
            break
    assert page.evaluate("document.activeElement.textContent") == "Not now"
    # The newspaper's own link past its head has come and gone.
    page.evaluate("shifts.length = 0")
    page.keyboard.press("Enter")
    wait_until(lambda: state(page) == "off")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Read more", "the next stop is below the banner"
    assert page.evaluate("shifts") == []


def test_a_big_screen_shows_all_of_it_and_the_new_number_by_itself(
    browser: Browser, contexts: list[BrowserContext], installation: Installation
) -> None:
    page = reads(browser, contexts, viewport={"width": 1920, "height": 1080})
    page.clock.install()
    page.goto(installation.address + installation.readers["big screen"])
    expect(page.locator(".mg-headline")).to_have_text(now(installation)["text"])
    answer, words = one_more(installation)
    page.route(NUMBER, lambda route: route.fulfill(body=answer, content_type="application/json"))
    page.clock.run_for(11_000)
    expect(page.locator(".mg-headline")).to_have_text(words)
    expect(page.get_by_role("img")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080
    size = page.locator(".mg-headline").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    assert size >= 1080 / 15, "it is read from the other end of the room"
    assert page.locator(".mg-later").count() == 0
    assert page.evaluate("shifts") == []


def test_the_switch_is_off_in_every_open_page_within_ninety_seconds(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment(rules=True))
    newsroom.says(rules=1)
    rules(newsroom)
    page = reader.opens()
    page.clock.install()
    page.reload()
    page.locator(".mg-later").wait_for()
    rules(newsroom, off=1)
    passed = 0
    while state(page) is None:
        assert passed < KILLED_WITHIN_SECONDS
        page.clock.run_for(5_000)
        passed += 5
        page.wait_for_timeout(50)
    assert not page.locator(".mg").is_visible()
