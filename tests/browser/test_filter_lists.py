"""What ad blockers do to us: nothing. Addresses go through a real engine, and its hiding rules over the real pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import adblock
import pytest
from playwright.sync_api import Browser, Page

from campaign.banner.files import files_of
from campaign.domain.stage import Stage
from tests.banner.newsroom import a_campaign
from tests.banner.stages import example
from tests.browser.installation import Installation
from tests.proofs.figures import prove_command, record

pytestmark = pytest.mark.browser

SITE = "https://www.news-example.org/politics/budget.html"
OURS = "https://goal.news-example.org"
"""A sub-domain of the newsroom's own site, as advised."""
LISTS = Path("/usr/share/chromium/extensions/ublock-origin/assets")
"""Where Debian's webext-ublock-origin-chromium keeps EasyList, EasyPrivacy and uBlock Origin's own."""
USUAL = """
/ads/*
/ad.js
/adserver/*
/banner/*
/banners/*
-banner.$image
/promo/*
/sponsor.
/track.js
/track/*$ping
/pixel.
/beacon/*
/beacon?
/collect?$ping
/event?$ping
/impression?
/counter.
/analytics.js
/newsletter/popup
/subscribe-popup
/donate-banner
/donation-bar
||doubleclick.net^
##.ad
##.ads
##.ad-banner
##.banner-ad
##.ad_container
##.adsbygoogle
##.sponsor
##.promo-box
##.popup-overlay
##.newsletter-popup
##.donation-banner
##.donate-bar
##.sticky-footer-bar
##.cookie-notice
###ad
###banner
###popup
###sponsor
###newsletter
##[class^="ad-"]
##[id^="ad_"]
##div[class*="-advert"]
"""
"""Written by us after what such lists are full of, for where they are not installed."""
KINDS = {".json": "xmlhttprequest", ".html": "subdocument", ".txt": "xmlhttprequest", ".svg": "image", ".png": "image"}
ASKED_BY_PAGES = {
    "/mg.js": "script",
    "/static/mg-0a1b2c3d.js": "script",
    "/mg-p.js": "script",
    "/mg.css": "stylesheet",
    "/static/mg-0a1b2c3d.css": "stylesheet",
    "/static/public.css": "stylesheet",
    "/oembed?url=x": "xmlhttprequest",
    "/g/25k/go?v=a&a=%2Fpolitics%2Fbudget.html": "document",
    "/g/25k/join": "document",
    "/g/25k/thanks": "document",
    "/g/25k/seen": "ping",
    "/g/25k/preview?t=a": "xmlhttprequest",
    "/g/25k/v-a.en.json": "xmlhttprequest",
    "/g/25k.png": "image",
    "/g/25k/share.en.png": "image",
    "/g/25k/sign-up": "document",
    "/g/25k/sign-up/sent": "document",
}
BY_BROWSER = {"fetch": "xmlhttprequest", "manifest": "other"}
HIDDEN = (
    """selectors => selectors.filter(one => { try { return document.querySelector(one) } catch { return false } })"""
)
NAMES = """() => ["class", "id"].map(name => [...new Set(
  [...document.querySelectorAll(`[${name}]`)].flatMap(one => one.getAttribute(name).split(/\\s+/).filter(Boolean)))])"""


def engine_of(text: str) -> adblock.Engine:
    filters = adblock.FilterSet()
    filters.add_filter_list(text)
    return adblock.Engine(filters)


def addresses() -> dict[str, str]:
    """Every public path to the kind of request that asks for it."""
    campaign = a_campaign(languages=("en", "uk", "de", "ar"))
    paths = {file.path for file in files_of(example(campaign, Stage.NEAR), OURS, pictures=False)}
    return {path: KINDS.get(Path(path).suffix, "document") for path in paths} | ASKED_BY_PAGES


def blocked(engine: adblock.Engine, asked: dict[str, str]) -> list[str]:
    return [path for path, kind in asked.items() if engine.check_network_urls(OURS + path, SITE, kind).matched]


def hidden(engine: adblock.Engine, page: Page, address: str) -> list[str]:
    """The hiding rules that would hide something of the page, asked of the engine as an ad blocker asks."""
    told = engine.url_cosmetic_resources(address)
    classes, ids = page.evaluate(NAMES)
    rules = set(told.hide_selectors)
    if not told.generichide:
        rules |= set(engine.hidden_class_id_selectors(classes, ids, set(told.exceptions)))
    return page.evaluate(HIDDEN, sorted(rules))


@pytest.fixture(scope="module")
def visited(browser: Browser, installation: Installation) -> Iterator[tuple[dict[str, Page], dict[str, str]]]:
    """Every page of readers', open; and all that they asked for."""
    asked: dict[str, str] = {}
    context = browser.new_context(viewport={"width": 1280, "height": 3000})

    def note(request: Any) -> None:
        parts = urlsplit(request.url)
        asked[parts.path + ("?" + parts.query if parts.query else "")] = BY_BROWSER.get(
            request.resource_type, request.resource_type
        )

    context.on("request", note)
    pages = {name: context.new_page() for name in installation.readers}
    for name, path in installation.readers.items():
        pages[name].goto(installation.address + path, wait_until="commit")
    for name, page in pages.items():
        page.wait_for_load_state()
        if name.startswith("article"):
            page.locator(".mg-later button").first.wait_for(state="attached")
    yield (
        pages,
        {path: kind for path, kind in asked.items() if not path.startswith(("/article/", "/newsroom/", "/staff/"))},
    )
    context.close()


def test_the_usual_patterns_block_and_hide_nothing_of_ours(visited: Any) -> None:
    pages, asked = visited
    engine = engine_of(USUAL)
    assert engine.check_network_urls("https://www.news-example.org/banners/a.png", SITE, "image").matched
    assert {"/mg.js", "/g/25k.en.json", "/g/25k/rules.json", "/g/25k/seen"} <= set(asked)
    assert blocked(engine, addresses() | asked) == []
    assert {name: found for name, page in pages.items() if (found := hidden(engine, page, SITE))} == {}


def test_an_element_that_such_a_rule_fits_would_be_found(visited: Any) -> None:
    page = visited[0]["thanks"]
    engine = engine_of("##.sheet.is-short\n##main h1\n##.sheet.ad")
    assert hidden(engine, page, SITE) == [".sheet.is-short", "main h1"]


@pytest.mark.prove
def test_the_lists_in_use_block_and_hide_nothing_of_ours(visited: Any) -> None:
    lists = sorted(LISTS.rglob("easy*.txt")) + sorted((LISTS / "ublock").glob("*.txt"))
    if not lists:
        pytest.skip("the lists of Debian's webext-ublock-origin-chromium are not on this machine")
    engine = engine_of("\n".join(path.read_text(encoding="utf-8") for path in lists))
    assert engine.check_network_urls("https://ad.doubleclick.net/ads.js", SITE, "script").matched
    pages, seen = visited
    asked = addresses() | seen
    found = blocked(engine, asked)
    fits = {name: rules for name, page in pages.items() if (rules := hidden(engine, page, SITE))}
    counted = {
        "lists": len(lists),
        "lines of rules": sum(path.read_text(encoding="utf-8").count("\n") for path in lists),
        "addresses": len(asked),
        "blocked": len(found),
        "pages": len(pages),
        "with something hidden": len(fits),
    }
    record("Filter lists", "EasyList, EasyPrivacy, uBlock Origin's own", counted, command=prove_command(__file__))
    assert found == []
    assert fits == {}
