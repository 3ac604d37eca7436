"""The origin is stopped and its deadline a day over: what each surface says behind nginx is still true."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from campaign.banner.formats import Formats
from campaign.domain.campaign import Campaign, Join, Opening, OpeningSource
from campaign.domain.default_words import phrases
from tests import nginx
from tests.banner.newsroom import a_campaign
from tests.browser.stand import ROOT, Answer, Stand
from tests.browser.test_element import wait_until
from tests.running import JOBS, Running, free_port
from tests.stripe_world import StripeWorld

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(nginx.command() is None, reason="there is no nginx here"),
]
LANGUAGES = ("en", "uk", "de", "ar")
NUMBER = "24,600 of 25,000 members"


@dataclass
class Gone:
    """A newspaper whose campaign's origin has been stopped; nginx stands in front of where it was."""

    address: str
    paper: Stand
    campaign: Campaign
    as_of: datetime
    browser: Browser
    contexts: dict[str, BrowserContext] = field(default_factory=dict[str, BrowserContext])

    def opens(self, address: str, *, scripts: bool = True, reader: str = "") -> Page:
        """A reader a day after the deadline; `reader`: one who remembers nothing of the others."""
        page = self.context(scripts=scripts, reader=reader).new_page()
        if scripts:
            page.clock.set_fixed_time(self.campaign.deadline + timedelta(days=1))
        page.goto(address)
        return page

    def context(self, *, scripts: bool = True, reader: str = "") -> BrowserContext:
        name = f"{reader} {scripts}"
        if name not in self.contexts:
            self.contexts[name] = self.browser.new_context(java_script_enabled=scripts)
            self.contexts[name].set_default_timeout(10_000)
        return self.contexts[name]

    def file(self, path: str) -> str:
        answer = self.context().request.get(f"{self.address}{path}")
        assert answer.status == 200, path
        return answer.text()


def begun(home_url: str) -> Campaign:
    """25,000 members until in two days, of whom 24,600 are there."""
    today = datetime.now(UTC).date()
    days = {"starts_on": today - timedelta(days=60), "ends_on": today + timedelta(days=2)}
    plain = a_campaign(zone="UTC", languages=LANGUAGES, name="25,000", join=Join(home_url=home_url), **days)
    return replace(plain, opening=Opening(24_600, plain.starts_at, (OpeningSource("The list"),)))


@contextlib.contextmanager
def in_front(folder: Path, port: int, origin: int, kept: Path) -> Iterator[None]:
    """The site that we ship, without TLS, in front of the origin's port."""
    site = (ROOT / "deploy" / "nginx.conf").read_text()
    for told, here in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        ("http://127.0.0.1:8000", f"http://127.0.0.1:{origin}"),
        ("/srv/campaign/public/", f"{kept}/"),
        ("/var/cache/nginx/campaign", f"{folder}/cache"),
    ):
        assert told in site
        site = site.replace(told, here)
    site = re.sub(r"\n *ssl_certificate.*", "", site)
    with nginx.serving(folder, site):
        yield


@pytest.fixture(scope="module")
def gone(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gone]:
    folder, port = tmp_path_factory.mktemp("gone"), free_port()
    kept, address = folder / "cdn", f"http://127.0.0.1:{port}"
    with Stand().serving() as paper, StripeWorld.start(folder / "stripe") as world:
        campaign = begun(f"{paper.address}/")
        told = {"PUBLISH_TO": str(kept), "PUBLIC_URL": address, "TRUSTED_PROXIES": "1"}
        running = Running.start(folder, world, campaigns=(campaign,), **told)
        with running, in_front(folder, port, running.port, kept):
            running.wait_for_number("25k", 24_600)
            running.wait_until(lambda: (kept / "g/25k/share.ar.png").exists() and (kept / "g/25k/go").exists())
            live = running.live("25k")
            assert live["stage"] == "last_days"
            assert "3 days left" in live["soon"]
            printed = running.get("/g/25k.en.html")[1].decode()
            running.stop()
            assert running.get("/healthz")[0] == 0
            assert JOBS not in running.processes
            snippet = (
                f'<link rel="stylesheet" href="{address}/mg.css"><member-goal campaign="25k" lang="en">%s</member-goal>'
            )
            for path, inside in (("/", printed), ("/empty", "")):
                page = f'<!doctype html><html lang="en"><title>News</title><body>{snippet % inside}'
                page += f'<script async src="{address}/mg.js"></script></body></html>'
                paper.answers[path] = Answer(page.encode())
            paper.answers["/favicon.ico"] = Answer(status=204)
            as_of = datetime.fromisoformat(json.loads((kept / "g/25k.en.json").read_text())["as_of"])
            found = Gone(address, paper, campaign, as_of, browser)
            yield found
            for context in found.contexts.values():
                context.close()


def is_still_true(gone: Gone, text: str, language: str = "en", *, has_time: bool = True) -> None:
    """The number with the day it was true; nothing that ended with the deadline."""
    text = " ".join(text.split())
    words = phrases(language)
    ended = [*words.days_left.values(), words.final_day, words.call]
    for pattern in (re.sub(r"\\\{\w+\\\}", ".*", re.escape(one)) for one in ended):
        assert not re.search(pattern, text, re.IGNORECASE), (pattern, text)
    assert re.search("24.600|٢٤٬٦٠٠", text), text
    if has_time:
        assert " ".join(Formats(language, "UTC").short_day(gone.as_of).split()) in text, text


def test_an_open_article_says_the_plain_number_and_calls_nobody(gone: Gone) -> None:
    page = gone.opens(f"{gone.paper.address}/")
    expect(page.locator(".mg-headline")).to_have_text(NUMBER)
    expect(page.locator(".mg-call")).not_to_be_visible()
    is_still_true(gone, page.locator("member-goal").inner_text())


def test_an_element_without_a_fragment_is_filled_from_the_files(gone: Gone) -> None:
    page = gone.opens(f"{gone.paper.address}/empty", reader="who closes it")
    expect(page.locator(".mg-headline")).to_have_text(NUMBER)
    is_still_true(gone, page.locator("member-goal").inner_text(), has_time=False)
    page.get_by_role("button", name="Not now").click()
    wait_until(lambda: page.locator("member-goal").get_attribute("data-mg") == "off")


def test_without_script_the_article_says_when_it_was_true(gone: Gone) -> None:
    page = gone.opens(f"{gone.paper.address}/", scripts=False)
    is_still_true(gone, page.locator("member-goal").inner_text())


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_frames_screen_and_page_say_when_it_was_true(gone: Gone, language: str, scripts: bool) -> None:
    own = "" if language == "en" else f"{language}/"
    for path in (f"frame.{language}.card.html", f"screen.{language}.html", own):
        page = gone.opens(f"{gone.address}/g/25k/{path}", scripts=scripts)
        page.locator(".mg-headline").wait_for()
        if scripts and path.endswith(".html"):
            expect(page.locator(".mg-call")).not_to_be_visible()
        # How long the rule of counting waits for a payment is no day left.
        page.locator("#how").evaluate_all("sections => sections.forEach(one => one.remove())")
        is_still_true(gone, page.locator("body").inner_text(), language)
        expect(page.locator(".mg")).to_have_css("display", "grid")


@pytest.mark.parametrize("language", LANGUAGES)
def test_pictures_sentence_badge_and_number_say_when_it_was_true(gone: Gone, language: str) -> None:
    is_still_true(gone, gone.file(f"/g/25k.{language}.txt"), language)
    page = gone.opens(f"{gone.address}/g/25k.{language}.svg")
    is_still_true(gone, page.evaluate("document.documentElement.textContent"), language)
    is_still_true(gone, json.loads(gone.file(f"/g/25k/badge.{language}.json"))["message"], language)
    number = json.loads(gone.file(f"/g/25k.{language}.json"))
    is_still_true(gone, number["text"], language, has_time=False)
    assert datetime.fromisoformat(number["until"]) <= gone.campaign.deadline, "and until when its words hold"
    share = json.loads(gone.file("/g/25k/data.json"))["share"][language]
    is_still_true(gone, share, language, has_time=False)
    for picture in (f"/g/25k.{language}.png", f"/g/25k/share.{language}.png"):
        answer = gone.context().request.get(f"{gone.address}{picture}")
        assert (answer.headers["content-type"], answer.body()[:4]) == ("image/png", b"\x89PNG")


def test_what_needs_the_origin_leads_to_the_newsroom(gone: Gone) -> None:
    home = f"{gone.paper.address}/"
    page = gone.opens(home, reader="who joins")
    page.get_by_role("link", name="Join us").click()
    page.wait_for_url(home)
    form = f'<form method="post" action="{gone.address}/g/25k/join"><button>Pay</button></form>'
    gone.paper.answers["/form"] = Answer(f"<!doctype html><title>Form</title>{form}".encode())
    page.goto(f"{home}form")
    page.get_by_role("button", name="Pay").click()
    page.wait_for_url(home)
    page.goto(f"{gone.address}/g/25k/thanks?once=1")
    page.wait_for_url(re.compile(re.escape(home) + "(#.*)?"))
    wait_until(lambda: page.evaluate("localStorage['mg-joined-25k']") == "1")
    told = gone.context().request.post(f"{gone.address}/g/25k/seen", data="shown,,/")
    assert (told.status, told.body()) == (204, b"")
    assert gone.context().request.get(f"{gone.address}/g/nobody.json").status == 404
