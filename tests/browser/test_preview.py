"""A draft on the newsroom's own page, behind a signed link; and without one, nothing more is asked for."""

from __future__ import annotations

import base64
import json

import pytest
from playwright.sync_api import expect

from tests.browser.stand import STATIC, Answer, Newsroom, Reader, fragment
from tests.browser.test_element import STRICT_CSP, headline, wait_until

pytestmark = pytest.mark.browser
TOKEN = base64.urlsafe_b64encode(json.dumps(["draft", "2026-12-29"]).encode()).rstrip(b"=").decode() + ".signature"
SHOWN = {
    "slug": "draft",
    "lang": "uk",
    "dir": "ltr",
    "label": "Весна",
    "kicker": "",
    "headline": "Залишилося 3 дні",
    "call": "Допоможіть нам.",
    "button": "Приєднатися",
    "bar": {"value": 24600, "max": 25000, "label": "24 600"},
    "as_of_text": "станом на 12:00",
    "stage": "last_days",
    "look": "card",
    "skin": "bold",
    "plain": "24 600",
    "close": ["Не зараз", "Я вже з вами", "Більше не показувати"],
    "note": "Preview: 2026-12-29, 24600",
}


@pytest.fixture
def drafted(newsroom: Newsroom) -> Newsroom:
    newsroom.ours.answers["/mg-p.js"] = Answer(
        (STATIC / "preview.min.js").read_bytes(), "text/javascript; charset=utf-8"
    )
    newsroom.ours.answers["/g/draft/preview"] = Answer(json.dumps(SHOWN).encode(), "application/json")
    newsroom.prints(fragment())
    newsroom.says()
    return newsroom


def test_a_signed_link_shows_the_draft_in_the_place_of_the_banner(drafted: Newsroom, reader: Reader) -> None:
    drafted.prints(fragment(rules=True), csp=STRICT_CSP)
    drafted.says(rules=1)
    drafted.ours.answers["/g/25k/rules.json"] = Answer(b'{"v":1,"off":1}', "application/json")
    page = reader.opens(after=f"#mg-preview={TOKEN}")
    expect(headline(page)).to_have_text("Залишилося 3 дні")
    expect(page.locator(".mg")).to_have_attribute("data-skin", "bold")
    expect(page.get_by_role("progressbar", name="24 600")).to_be_visible()
    expect(page.get_by_text("Preview: 2026-12-29")).to_be_visible()
    assert page.locator("member-goal").count() == 1
    page.wait_for_timeout(400)
    expect(headline(page)).to_have_text("Залишилося 3 дні"), "no news and no rule of another campaign changes it"
    page.get_by_role("button", name="Не зараз").click()
    expect(page.locator(".mg")).not_to_be_visible()
    assert page.evaluate("localStorage.length") == 1, "the reader's own memory of the other campaign, and no more"
    assert reader.console == []


def test_an_empty_element_of_the_draft_is_the_one_that_shows_it(drafted: Newsroom, reader: Reader) -> None:
    drafted.prints(fragment(), above='<member-goal campaign="draft"></member-goal>')
    page = reader.opens(after=f"#mg-preview={TOKEN}")
    expect(page.locator('member-goal[campaign="draft"] .mg-headline')).to_have_text("Залишилося 3 дні")
    expect(page.locator('member-goal[campaign="25k"] .mg-headline')).to_have_text("24,614 out of 25,000")


def test_a_link_that_opens_nothing_leaves_the_page_alone(drafted: Newsroom, reader: Reader) -> None:
    del drafted.ours.answers["/g/draft/preview"]
    page = reader.opens(after=f"#mg-preview={TOKEN}")
    wait_until(lambda: any(path.startswith("/g/draft/preview") for path in drafted.ours.asked))
    expect(headline(page)).to_have_text("24,614 out of 25,000")


def test_nobody_else_asks_for_more_than_before(drafted: Newsroom, reader: Reader) -> None:
    page = reader.opens(after="#mg-other")
    expect(headline(page)).to_have_text("24,614 out of 25,000")
    assert not any("preview" in path or "mg-p" in path for path in drafted.ours.asked)
