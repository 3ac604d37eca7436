"""Who is shown the banner, how it is closed, and that neither moves the page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stand import Answer, Newsroom, Reader, fragment
from tests.browser.test_element import STORY, STRICT_CSP, WATCH_SHIFTS, headline, wait_until

pytestmark = pytest.mark.browser
CLOSE = {"": ["Not now", "I am a member", "Not this campaign"]}
RULES: dict[str, Any] = {"v": 1, "most": 10, "blind": 1000, "close": CLOSE}
NEW = "24,614 out of 25,000"


def rules(newsroom: Newsroom, **changed: object) -> None:
    body = {name: value for name, value in (RULES | changed).items() if value is not None}
    newsroom.ours.answers["/g/25k/rules.json"] = Answer(json.dumps(body).encode(), "application/json")


@pytest.fixture
def ruled(newsroom: Newsroom) -> Newsroom:
    newsroom.prints(fragment(rules=True))
    newsroom.says(rules=1)
    rules(newsroom)
    return newsroom


def state(page: Page) -> str | None:
    return page.locator("member-goal").get_attribute("data-mg")


def kept(page: Page) -> dict[str, Any]:
    return json.loads(page.evaluate("localStorage['mg-25k'] || '{}'"))


def test_a_showing_is_kept_by_the_browser_alone(ruled: Newsroom, reader: Reader) -> None:
    page = reader.opens()
    expect(headline(page)).to_have_text(NEW)
    expect(page.get_by_role("button", name="Not now")).to_be_visible()
    assert (kept(page)["all"], kept(page)["now"]) == (1, 1)
    page.reload()
    expect(headline(page)).to_have_text(NEW)
    wait_until(lambda: kept(page)["all"] == 2)
    assert reader.console == []
    assert page.context.cookies() == []


@pytest.mark.parametrize(
    ("name", "until"),
    [
        ("Not now", "off - now < 21601 && off > now + 21000"),
        ("Not this campaign", "off > now + 1e9"),
        ("I am a member", "off > now + 1e9"),
    ],
)
def test_one_click_closes_it_without_moving_the_page_and_it_stays_away(
    ruled: Newsroom, reader: Reader, name: str, until: str
) -> None:
    page = reader.opens(before=WATCH_SHIFTS, viewport={"width": 390, "height": 844})
    after = page.get_by_text("After the banner.")
    page.get_by_role("button", name=name).click()
    place = after.bounding_box()
    expect(page.locator(".mg")).not_to_be_visible()
    assert after.bounding_box() == place
    assert page.evaluate(
        f"(({{ off, now }}) => {until})({{ off: JSON.parse(localStorage['mg-25k']).off, now: Date.now() / 1e3 }})"
    )
    assert page.evaluate("shifts") == []
    asked = ruled.asked_for_the_number()
    page.reload()
    wait_until(lambda: state(page) == "off")
    wait_until(lambda: ruled.asked_for_the_number() > asked)
    page.wait_for_timeout(300)
    assert state(page) == "off"
    assert reader.console == []


def test_escape_closes_it_from_within(ruled: Newsroom, reader: Reader) -> None:
    page = reader.opens()
    page.get_by_role("button", name="Not now").wait_for()
    page.keyboard.press("Escape")
    assert state(page) is None
    page.get_by_role("link", name="Become a member").focus()
    page.keyboard.press("Escape")
    wait_until(lambda: state(page) == "off")


def test_the_tab_key_reaches_the_ways_to_close_and_focus_is_never_taken(ruled: Newsroom, reader: Reader) -> None:
    page = reader.opens()
    page.get_by_role("button", name="Not this campaign").wait_for()
    assert page.evaluate("document.activeElement === document.body")
    reached = []
    for _ in range(4):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent"))
    assert reached == ["Become a member", "Not now", "I am a member", "Not this campaign"]


def test_out_of_view_the_box_of_a_closed_one_goes(ruled: Newsroom, reader: Reader) -> None:
    ruled.prints(fragment(rules=True), above=STORY)
    page = reader.opens(viewport={"width": 390, "height": 600})
    page.locator("member-goal").scroll_into_view_if_needed()
    page.get_by_role("button", name="Not now").click()
    assert page.locator("member-goal").bounding_box() is not None
    page.evaluate("scrollTo(0, 0)")
    wait_until(lambda: state(page) == "gone")
    expect(page.locator("member-goal")).to_be_hidden()


def test_the_switch_acts_in_an_open_page_and_back(ruled: Newsroom, reader: Reader) -> None:
    ruled.prints(fragment(rules=True), attributes='lang="en" refresh="1"')
    page = reader.opens(before=WATCH_SHIFTS)
    expect(headline(page)).to_have_text(NEW)
    rules(ruled, off=1)
    wait_until(lambda: state(page) == "off")
    rules(ruled)
    wait_until(lambda: state(page) is None)
    assert page.evaluate("shifts") == []
    assert page.locator(".mg-later").count() == 1


@pytest.mark.parametrize(
    ("at", "attributes", "refused"),
    [
        (["quiet", "t", 0, ["obituary"]], 'data-tags="Politics, Obituary"', True),
        (["quiet", "t", 0, ["obituary"]], 'data-tags="politics"', False),
        (["only-sections", "s", 1, ["politics"]], 'data-section="sport"', True),
        (["only-sections", "s", 1, ["politics"]], 'data-section="politics"', False),
        (["not-paths", "p", 0, ["/*"]], "", True),
        (["only-languages", "l", 1, ["uk"]], "", True),
        (["only-countries", "c", 1, ["ua"]], 'data-country="UA"', False),
    ],
    ids=str,
)
def test_the_page_is_read_from_the_element(
    ruled: Newsroom, reader: Reader, at: list[Any], attributes: str, refused: bool
) -> None:
    ruled.prints(fragment(rules=True), attributes=f'lang="en" {attributes}')
    rules(ruled, at=[at])
    page = reader.opens()
    if refused:
        wait_until(lambda: state(page) == "off")
    else:
        expect(headline(page)).to_have_text(NEW)


def test_the_pages_own_meta_tags_will_do(ruled: Newsroom, reader: Reader) -> None:
    meta = '<meta property="article:tag" content="Sea"><meta property="article:tag" content="Obituary">'
    ruled.prints(fragment(rules=True), above=meta)
    rules(ruled, at=[["quiet", "t", 0, ["obituary"]]])
    page = reader.opens()
    wait_until(lambda: state(page) == "off")


def test_a_member_by_the_sites_own_sign_in_is_left_alone(ruled: Newsroom, reader: Reader) -> None:
    ruled.prints(fragment(rules=True), attributes='lang="en" data-member="1"')
    page = reader.opens()
    wait_until(lambda: state(page) == "off")


THANKS = {"": ["Thank you for being with us, today and for all of this year."], "ar": ["شكرًا لأنكم معنا."]}


@pytest.mark.parametrize("width", [360, 1000])
@pytest.mark.parametrize("shape", ["card", "thin", "bottom"])
@pytest.mark.parametrize("attributes", ['lang="en"', 'lang="ar" dir="rtl"'], ids=["en", "ar"])
def test_who_joined_is_thanked_in_place_of_call_and_button_and_nothing_moves(
    ruled: Newsroom, reader: Reader, width: int, shape: str, attributes: str
) -> None:
    values = {"lang": "ar", "dir": "rtl"} if "ar" in attributes else {}
    ruled.prints(fragment(rules=True, thanks=True, shape=shape, **values), attributes=attributes)
    ruled.says(path="/g/25k.ar.json", rules=1)
    rules(ruled, thanks=THANKS, most=1)
    page = reader.opens(viewport={"width": width, "height": 800})
    page.locator(".mg-later").wait_for()
    place = page.get_by_text("After the banner.").bounding_box()
    page = reader.opens(after="#mg=joined-25k", before=WATCH_SHIFTS, viewport={"width": width, "height": 800})
    thanks = page.locator(".mg-thanks")
    thanks.wait_for()
    expect(thanks).to_have_text(THANKS["ar" if values else ""][0])
    assert thanks.evaluate("e => e.scrollHeight <= e.clientHeight && e.scrollWidth <= e.clientWidth"), "it fits"
    expect(page.locator(".mg-button")).not_to_be_visible()
    expect(page.locator(".mg-call")).not_to_be_visible()
    assert page.get_by_text("After the banner.").bounding_box() == place
    page.reload()
    thanks.wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Not now", "what is not seen is not reached"
    page.keyboard.press("Escape")
    expect(page.locator(".mg")).not_to_be_visible()
    page.wait_for_timeout(100)
    assert page.evaluate("shifts") == []
    assert kept(page)["all"] == 0, "thanks are no showing"
    assert reader.console == []


def test_the_sites_own_sign_in_is_word_enough_and_below_the_fold_too(ruled: Newsroom, reader: Reader) -> None:
    printed = fragment(rules=True, thanks=True)
    ruled.prints(printed, attributes='lang="en" data-member="1"', above=STORY)
    rules(ruled, thanks=THANKS)
    page = reader.opens(viewport={"width": 390, "height": 600})
    page.get_by_text("After the banner.").scroll_into_view_if_needed()
    expect(page.locator(".mg-thanks")).to_have_text(THANKS[""][0])
    expect(page.get_by_role("button", name="I am a member")).to_have_count(0)
    page.get_by_role("button", name="Not now").click()
    wait_until(lambda: state(page) == "off")
    rules(ruled)
    page.reload()
    wait_until(lambda: state(page) is not None)


def test_thanks_that_are_taken_back_leave_the_member_alone_in_an_open_page(ruled: Newsroom, reader: Reader) -> None:
    printed = fragment(rules=True, thanks=True)
    ruled.prints(printed, attributes='lang="en" refresh="1" data-member="1"')
    rules(ruled, thanks=THANKS)
    page = reader.opens(before=WATCH_SHIFTS)
    page.locator(".mg-thanks").wait_for()
    rules(ruled)
    wait_until(lambda: state(page) == "off")
    rules(ruled, thanks=THANKS)
    wait_until(lambda: state(page) is None)
    assert page.locator(".mg-thanks").count() == 1
    assert page.evaluate("shifts") == []


def test_a_reader_who_saw_it_often_enough_sees_it_no_more(ruled: Newsroom, reader: Reader) -> None:
    rules(ruled, most=1)
    page = reader.opens()
    expect(headline(page)).to_have_text(NEW)
    page.reload()
    wait_until(lambda: state(page) == "off")


def test_without_storage_it_is_shown_less(ruled: Newsroom, reader: Reader) -> None:
    no_storage = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } });"
    page = reader.opens(before=no_storage + "Math.random = () => .5")
    wait_until(lambda: state(page) == "off")
    page = reader.opens(before=no_storage + "Math.random = () => .05")
    expect(headline(page)).to_have_text(NEW)
    assert reader.console == []


def test_an_empty_element_that_is_refused_stays_empty(ruled: Newsroom, reader: Reader) -> None:
    ruled.prints("", attributes='lang="en" data-member="1"')
    page = reader.opens()
    wait_until(lambda: state(page) == "off")
    assert page.locator("member-goal").inner_html() == ""


def test_rules_that_can_not_be_had_change_nothing(ruled: Newsroom, reader: Reader) -> None:
    ruled.ours.answers["/g/25k/rules.json"] = Answer(b"<html>", status=500)
    page = reader.opens()
    wait_until(lambda: "/g/25k/rules.json" in ruled.ours.asked)
    page.wait_for_timeout(400)
    expect(headline(page)).to_have_text("24,613 out of 25,000")
    expect(page.locator(".mg")).to_be_visible()


def test_words_under_test_are_told_apart_in_the_link(ruled: Newsroom, reader: Reader) -> None:
    rules(ruled, vary=[["a", 0], ["b", 10_000]])
    ruled.says(path="/g/25k/v-b.en.json", rules=1, w="b", text="386 people are missing")
    page = reader.opens()
    expect(headline(page)).to_have_text("386 people are missing")
    link = page.get_by_role("link", name="Become a member").get_attribute("href")
    assert link == ruled.ours.address + "/g/25k/go?v=b&a=%2F"


BAR = ".mg:has(> .mg-later)"
LONG = "24,613 of 25,000 members, and every one of them makes the next harbour report a little more certain to appear"


@pytest.mark.parametrize("height", [700, 390])
@pytest.mark.parametrize(
    ("attributes", "says"),
    [('lang="en"', {}), ('lang="ar"', {"lang": "ar", "dir": "rtl"}), ('lang="en"', {"headline": LONG, "plain": LONG})],
    ids=["short", "right to left", "long"],
)
def test_a_bottom_bar_moves_nothing_leaves_most_of_a_phone_and_can_always_be_closed(
    ruled: Newsroom, reader: Reader, height: int, attributes: str, says: dict[str, str]
) -> None:
    ruled.prints(fragment(rules=True, shape="bottom", **says), attributes=attributes, above="<p>One line.</p>")
    ruled.says(rules=1, text=says.get("headline", NEW))
    ruled.says(path="/g/25k.ar.json", rules=1, text="٢٤٬٦١٤ من ٢٥٬٠٠٠ عضو")
    page = reader.opens(before=WATCH_SHIFTS, viewport={"width": 390, "height": height})
    after = page.get_by_text("After the banner.")
    place = after.bounding_box()
    bar = page.locator(BAR)
    bar.wait_for()
    box, close = bar.bounding_box(), page.locator(".mg-later button").first
    assert box is not None
    assert box["height"] <= height / 4
    assert box["y"] + box["height"] == pytest.approx(height, abs=1)
    expect(close).to_be_in_viewport(ratio=1)
    assert after.bounding_box() == place
    page.locator(".mg-headline").evaluate("e => e.scrollTo(0, 999)")
    bar.evaluate("e => e.scrollTo(0, 999)")
    expect(close).to_be_in_viewport(ratio=1)
    on_top = "([x, y]) => document.elementFromPoint(x, y).closest('.mg-later') != null"
    at = close.bounding_box()
    assert at is not None
    assert page.evaluate(on_top, [at["x"] + at["width"] / 2, at["y"] + at["height"] / 2])
    close.click()
    expect(bar).not_to_be_visible()
    assert after.bounding_box() == place
    page.wait_for_timeout(100)
    assert page.evaluate("shifts") == []
    assert reader.console == []


def test_a_bottom_bar_comes_where_its_place_in_the_text_is_read_and_goes_by_escape(
    ruled: Newsroom, reader: Reader
) -> None:
    ruled.prints(fragment(rules=True, shape="bottom"), above=STORY)
    page = reader.opens(before=WATCH_SHIFTS, viewport={"width": 390, "height": 700})
    expect(page.locator(".mg")).not_to_be_visible()
    page.get_by_text("After the banner.").scroll_into_view_if_needed()
    bar = page.locator(BAR)
    bar.wait_for()
    page.evaluate("scrollTo(0, 0)")
    expect(bar).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    expect(bar).not_to_be_visible()
    page.get_by_text("After the banner.").scroll_into_view_if_needed()
    page.wait_for_timeout(100)
    assert page.evaluate("shifts") == []


def test_without_script_a_bottom_bar_is_a_card_in_the_text(ruled: Newsroom, reader: Reader) -> None:
    ruled.prints(fragment(rules=True, shape="bottom"))
    page = reader.opens(java_script_enabled=False)
    card = page.locator(".mg").bounding_box()
    after = page.get_by_text("After the banner.").bounding_box()
    assert card is not None
    assert after is not None
    assert card["y"] + card["height"] <= after["y"]
    expect(page.locator(".mg")).to_be_visible()


def test_a_strict_page_reports_nothing_through_all_of_it(ruled: Newsroom, reader: Reader) -> None:
    ruled.prints(fragment(rules=True), csp=STRICT_CSP)
    page = reader.opens()
    page.get_by_role("button", name="Not this campaign").click()
    wait_until(lambda: state(page) == "off")
    assert reader.console == []


def test_today_is_said_by_the_open_page_only_until_the_day_is_over(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment())
    newsroom.says(text="Until 31 December: 24,614", soon="3 days left: 24,614")
    expect(headline(reader.opens())).to_have_text("3 days left: 24,614")
    newsroom.says(text="Until 31 December: 24,614", soon="3 days left", until="2020-01-01T00:00:00Z", plain="24,614")
    expect(headline(reader.opens())).to_have_text("24,614")


def test_words_under_test_in_an_empty_element_can_be_closed_too(ruled: Newsroom, reader: Reader) -> None:
    ruled.prints("")
    rules(ruled, vary=[["a", 0], ["b", 10_000]])
    ruled.says(path="/g/25k/v-b.en.json", rules=1, w="b", text="386 people are missing", delay_seconds=0.3)
    page = reader.opens()
    expect(headline(page)).to_have_text("386 people are missing")
    page.get_by_role("button", name="Not now").click()
    wait_until(lambda: state(page) == "off")
    assert reader.console == []
