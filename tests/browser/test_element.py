"""What only a browser knows about the element in an article."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stand import Newsroom, Reader, fragment

pytestmark = pytest.mark.browser

STRICT_CSP = (
    "default-src 'none'; script-src OURS; style-src OURS; connect-src OURS; "
    "require-trusted-types-for 'script'; trusted-types 'none'; base-uri 'none'; form-action 'none'"
)
WATCH_SHIFTS = """
  window.shifts = [];
  new PerformanceObserver((list) => shifts.push(...list.getEntries().map((one) => one.value)))
    .observe({ type: "layout-shift", buffered: true });
"""
STORY = "<p>" + "A sentence of the article. " * 400 + "</p>"


def headline(page: Page) -> Any:
    return page.locator(".mg-headline")


def wait_until(what: Any, seconds: float = 8) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def settled(page: Page, newsroom: Newsroom, asked: int = 1) -> None:
    """Return once the number was asked for and its answer had time to do harm."""
    wait_until(lambda: newsroom.asked_for_the_number() >= asked)
    page.wait_for_timeout(400)


def test_the_number_stands_in_the_page_with_script_off(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment())
    page = reader.opens(java_script_enabled=False)
    expect(headline(page)).to_have_text("24,613 out of 25,000")
    expect(page.get_by_role("link", name="Become a member")).to_be_visible()
    assert page.get_by_role("progressbar", name="Progress towards the goal").get_attribute("value") == "24613"
    assert newsroom.asked_for_the_number() == 0


def test_a_newer_number_replaces_the_one_in_the_page(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment())
    newsroom.says()
    page = reader.opens(locale="en-US", timezone_id="UTC")
    expect(headline(page)).to_have_text("24,614 out of 25,000")
    assert page.locator(".mg-bar").evaluate("bar => [bar.value, bar.max]") == [24614, 25000]
    assert page.locator(".mg-asof").get_attribute("datetime") == "2100-12-01T09:05:00Z"
    expect(page.locator(".mg-asof")).to_have_text("12/1/2100, 9:05:00 AM")
    expect(page.locator(".mg-call")).to_be_visible()


@pytest.mark.parametrize("as_of", ["2100-12-01T08:59:59Z", "2100-12-01T09:00:00Z", "", "soon", None])
def test_a_number_that_is_not_newer_changes_nothing(newsroom: Newsroom, reader: Reader, as_of: str | None) -> None:
    newsroom.prints(fragment())
    newsroom.says(as_of=as_of)
    page = reader.opens()
    settled(page, newsroom)
    expect(headline(page)).to_have_text("24,613 out of 25,000")


def test_the_number_may_go_down(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment())
    newsroom.says(count=24601, text="24,601 out of 25,000")
    expect(headline(reader.opens())).to_have_text("24,601 out of 25,000")


@pytest.mark.parametrize(
    "news",
    [
        {"status": 404},
        {"status": 500},
        {"count": None},
        {"count": "0"},
        {"text": ""},
        {"text": None},
        {"slug": "another"},
    ],
    ids=str,
)
def test_a_failure_changes_nothing(newsroom: Newsroom, reader: Reader, news: dict[str, Any]) -> None:
    newsroom.prints(fragment(), attributes='lang="en" refresh="1"')
    newsroom.says(**news)
    page = reader.opens()
    before = page.locator("member-goal").inner_html()
    settled(page, newsroom, asked=2)
    assert page.locator("member-goal").inner_html() == before
    expect(headline(page)).to_have_text("24,613 out of 25,000")


def test_an_answer_that_never_comes_changes_nothing(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment())
    newsroom.says(delay_seconds=30)
    page = reader.opens()
    settled(page, newsroom)
    page.wait_for_timeout(1500)
    expect(headline(page)).to_have_text("24,613 out of 25,000")


@pytest.mark.parametrize("body", [b"", b"null", b"0", b"[]", b"<html>", b'{"v":1'])
def test_an_answer_that_is_no_number_changes_nothing(newsroom: Newsroom, reader: Reader, body: bytes) -> None:
    newsroom.prints(fragment())
    newsroom.says_bytes(body)
    page = reader.opens()
    settled(page, newsroom)
    expect(headline(page)).to_have_text("24,613 out of 25,000")
    assert reader.console == []


def test_an_address_that_is_gone_changes_nothing_and_a_later_answer_still_counts(
    newsroom: Newsroom, reader: Reader
) -> None:
    newsroom.prints(fragment(), attributes='lang="en" refresh="1"')
    page = reader.opens()
    settled(page, newsroom)
    expect(headline(page)).to_have_text("24,613 out of 25,000")
    newsroom.says()
    expect(headline(page)).to_have_text("24,614 out of 25,000")


def test_once_until_is_over_the_words_of_the_stage_give_way(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment(headline="3 days left: 24,613 of 25,000", stage="last_days", until="2020-01-01T00:00:00Z"))
    page = reader.opens()
    expect(headline(page)).to_have_text("24,613 out of 25,000")
    expect(page.locator(".mg-call")).to_be_hidden()
    expect(page.locator(".mg-kicker")).to_be_visible()


def test_until_may_come_while_the_page_is_open(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment())
    soon = datetime.now(UTC) + timedelta(seconds=3)
    newsroom.says(text="387 to go: 24,613 of 25,000 members", count=24613, until=soon.isoformat())
    page = reader.opens(locale="en-US")
    expect(headline(page)).to_have_text("387 to go: 24,613 of 25,000 members")
    expect(headline(page)).to_have_text("24,613 / 25,000")


def test_an_answer_after_until_brings_the_words_back(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment(until="2020-01-01T00:00:00Z"), attributes='lang="en" refresh="1"')
    page = reader.opens()
    expect(page.locator(".mg-call")).to_be_hidden()
    newsroom.says()
    expect(headline(page)).to_have_text("24,614 out of 25,000")
    expect(page.locator(".mg-call")).to_be_visible()


@pytest.mark.parametrize(
    ("stage", "call", "bar"),
    [("last_days", "visible", "visible"), ("early", "visible", "hidden"), ("ended_counting", "hidden", "hidden"),
     ("reached", "hidden", "visible")],
)  # fmt: skip
def test_another_stage_hides_what_was_written_for_the_old_one(
    newsroom: Newsroom, reader: Reader, stage: str, call: str, bar: str
) -> None:
    newsroom.prints(fragment())
    newsroom.says(stage=stage)
    page = reader.opens(before=WATCH_SHIFTS)
    expect(headline(page)).to_have_text("24,614 out of 25,000")
    assert page.locator(".mg-call").evaluate("part => getComputedStyle(part).visibility") == call
    assert page.locator(".mg-bar").evaluate("part => getComputedStyle(part).visibility") == bar
    assert page.evaluate("shifts") == []


def test_an_empty_element_is_filled_without_moving_anything(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints("")
    newsroom.says(button="Become a member", delay_seconds=0.5)
    page = reader.opens(before=WATCH_SHIFTS, viewport={"width": 390, "height": 844})
    after = page.get_by_text("After the banner.")
    place = after.bounding_box()
    expect(headline(page)).to_have_text("24,614 out of 25,000")
    page.wait_for_timeout(300)
    assert after.bounding_box() == place
    assert page.evaluate("shifts") == []
    assert page.get_by_role("link", name="Become a member").get_attribute("href") == (
        newsroom.ours.address + "/g/25k/go?v=&a=%2F"
    )
    assert page.get_by_role("progressbar").count() == 1


def test_an_empty_element_without_words_for_a_button_links_its_number(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints("")
    newsroom.says()
    page = reader.opens()
    link = page.get_by_role("link", name="24,614 out of 25,000")
    assert link.get_attribute("href") == newsroom.ours.address + "/g/25k/go"


def test_an_empty_element_stays_empty_when_nothing_answers(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints("")
    page = reader.opens()
    settled(page, newsroom)
    assert page.locator("member-goal").inner_html() == ""


def test_money_is_written_in_its_unit_when_words_give_way(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints("")
    past = {"until": "2020-01-01T00:00:00Z", "kind": "amount", "currency": "EUR", "count": 1230050, "target": 2000000}
    newsroom.says(text="€12,300.50 of €20,000", percent=61, **past)
    expect(headline(reader.opens())).to_have_text("61%")


def test_the_plain_words_of_the_answer_are_used_when_it_has_them(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment())
    newsroom.says(text="3 days left", plain="24,614 out of 25,000 members", until="2020-01-01T00:00:00Z")
    expect(headline(reader.opens())).to_have_text("24,614 out of 25,000 members")


def test_the_answers_own_words_for_its_time_are_used_when_it_has_them(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment())
    newsroom.says(as_of_text="As of 1 Dec 2100, 11:05")
    expect(reader.opens().locator(".mg-asof")).to_have_text("As of 1 Dec 2100, 11:05")


def test_nothing_moves_when_a_live_number_arrives(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment())
    newsroom.says(delay_seconds=0.4)
    page = reader.opens(before=WATCH_SHIFTS)
    expect(headline(page)).to_have_text("24,614 out of 25,000")
    page.wait_for_timeout(300)
    assert page.evaluate("shifts") == []


@pytest.mark.parametrize("look", ["card", "thin"])
@pytest.mark.parametrize("width", [390, 1000])
def test_nothing_moves_while_the_fragment_comes_in_bit_by_bit(
    newsroom: Newsroom, reader: Reader, look: str, width: int
) -> None:
    newsroom.prints(fragment(shape=look))
    newsroom.paper.answers["/"].pauses_after = b"</p>\n"
    page = reader.opens(before=WATCH_SHIFTS, viewport={"width": width, "height": 844})
    expect(page.locator(".mg-button")).to_be_visible()
    page.wait_for_timeout(200)
    assert page.evaluate("performance.getEntriesByType('paint').length") > 0
    assert page.evaluate("shifts") == []


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_is_animated(newsroom: Newsroom, reader: Reader, motion: Any) -> None:
    newsroom.prints(fragment())
    newsroom.says()
    seen = "window.seen = []; addEventListener('DOMContentLoaded', () => new MutationObserver(() => "
    seen += "seen.push(document.querySelector('.mg-headline').textContent)).observe(document.body, "
    seen += "{ subtree: true, childList: true, characterData: true }))"
    page = reader.opens(before=seen, reduced_motion=motion)
    expect(headline(page)).to_have_text("24,614 out of 25,000")
    page.wait_for_timeout(300)
    assert page.evaluate("document.getAnimations().length") == 0
    assert set(page.evaluate("seen")) <= {"24,613 out of 25,000", "24,614 out of 25,000"}


@pytest.mark.parametrize("inside", ["fragment", "nothing"])
def test_a_strict_page_keeps_its_console_clean(newsroom: Newsroom, reader: Reader, inside: str) -> None:
    newsroom.prints(fragment() if inside == "fragment" else "", csp=STRICT_CSP)
    newsroom.says(button="Become a member")
    page = reader.opens(after="#mg=joined-25k")
    expect(headline(page)).to_have_text("24,614 out of 25,000")
    page.wait_for_timeout(300)
    assert reader.console == []


def test_our_address_is_asked_for_the_look_the_element_and_the_number_only(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment())
    newsroom.says()
    page = reader.opens()
    expect(headline(page)).to_have_text("24,614 out of 25,000")
    page.wait_for_timeout(1500)
    assert sorted(newsroom.ours.asked) == ["/g/25k.en.json", "/mg.css", "/mg.js"]


def test_without_a_language_the_campaigns_first_one_is_asked_for(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment(), attributes="")
    newsroom.says(path="/g/25k.json")
    expect(headline(reader.opens())).to_have_text("24,614 out of 25,000")


def test_a_pinned_script_asks_the_same_address(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment())
    newsroom.ours.answers["/static/mg-0a1b2c.js"] = newsroom.ours.answers["/mg.js"]
    article = newsroom.paper.answers["/"]
    article.body = article.body.replace(b"/mg.js", b"/static/mg-0a1b2c.js")
    newsroom.says()
    expect(headline(reader.opens())).to_have_text("24,614 out of 25,000")


def test_the_number_is_asked_for_only_once_the_banner_is_in_view(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment(), above=STORY)
    newsroom.says()
    page = reader.opens(viewport={"width": 390, "height": 600})
    page.wait_for_timeout(1500)
    assert newsroom.asked_for_the_number() == 0
    page.locator("member-goal").scroll_into_view_if_needed()
    expect(headline(page)).to_have_text("24,614 out of 25,000")


def test_it_asks_again_while_in_view_and_stops_out_of_view(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment(), attributes='lang="en" refresh="1"', above=STORY)
    newsroom.says()
    page = reader.opens(viewport={"width": 390, "height": 600})
    page.locator("member-goal").scroll_into_view_if_needed()
    wait_until(lambda: newsroom.asked_for_the_number() >= 3)
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(500)
    asked = newsroom.asked_for_the_number()
    page.wait_for_timeout(2500)
    assert newsroom.asked_for_the_number() == asked


def test_a_page_in_the_background_asks_nothing(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment(), attributes='lang="en" refresh="1"')
    newsroom.says()
    page = reader.opens(before="Object.defineProperty(document, 'hidden', { get: () => !window.front })")
    page.wait_for_timeout(1500)
    assert newsroom.asked_for_the_number() == 0
    page.evaluate("window.front = true")
    expect(headline(page)).to_have_text("24,614 out of 25,000")


def test_without_an_intersection_observer_it_asks_at_once(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment())
    newsroom.says()
    page = reader.opens(before="delete window.IntersectionObserver")
    expect(headline(page)).to_have_text("24,614 out of 25,000")
    assert reader.console == []


def test_a_fragment_that_is_not_shown_asks_nothing_and_takes_no_space(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment(show=False, stage="scheduled"))
    newsroom.says()
    page = reader.opens()
    page.wait_for_timeout(1500)
    assert newsroom.asked_for_the_number() == 0
    expect(page.locator("member-goal")).to_be_hidden()


def test_a_join_is_kept_and_taken_off_the_address(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment())
    page = reader.opens(after="?from=mail#mg=joined-25k")
    page.wait_for_function("!location.hash")
    assert page.url == newsroom.page_address + "?from=mail"
    assert page.evaluate("Number(localStorage['mg-joined-25k'])") > 0


def test_another_hash_is_left_alone(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment())
    newsroom.says()
    page = reader.opens(after="#chapter-2")
    expect(headline(page)).to_have_text("24,614 out of 25,000")
    assert page.url.endswith("#chapter-2")
    assert page.evaluate("localStorage.length") == 0


def test_without_storage_everything_else_works(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment())
    newsroom.says()
    no_storage = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })"
    page = reader.opens(after="#mg=joined-25k", before=no_storage)
    expect(headline(page)).to_have_text("24,614 out of 25,000")
    assert page.url == newsroom.page_address
    assert reader.console == []


def test_the_snippet_may_stand_in_a_page_twice(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment())
    article = newsroom.paper.answers["/"]
    body = article.body.split(b"<body>")[1].split(b"</body>")[0]
    article.body = article.body.replace(body, body + body)
    newsroom.says()
    page = reader.opens()
    expect(headline(page)).to_have_text(["24,614 out of 25,000"] * 2)
    assert reader.console == []


def test_markup_in_the_answer_stays_words(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment())
    newsroom.says(text="<img src=x onerror=alert(1)> 24,614")
    page = reader.opens()
    expect(headline(page)).to_have_text("<img src=x onerror=alert(1)> 24,614")
    assert page.locator("img").count() == 0
