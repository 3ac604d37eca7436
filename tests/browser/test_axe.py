"""axe-core finds nothing on any surface: what readers and staff are shown, light and dark."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext

from tests.browser.installation import Installation

pytestmark = pytest.mark.browser

TALL: Any = {"width": 1280, "height": 3000}
"""The banner of an article is in view, and so has its ways to close."""
ONLY_COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
"""All that another scheme changes."""
RUN = """rules => axe.run(document, { resultTypes: ["violations"], ...rules }).then(({ violations }) => violations
  .flatMap(one => one.nodes.map(node => `${one.id}: ${node.target} ${node.failureSummary}`)))"""


def found(context: BrowserContext, addresses: dict[str, str]) -> dict[tuple[str, str], list[str]]:
    """What axe-core finds, by name of the page and scheme."""
    problems: dict[tuple[str, str], list[str]] = {}
    page = context.new_page()
    for name, address in addresses.items():
        page.goto(address)
        assert page.url == address
        if name.startswith("article") or page.frames[1:]:
            page.frames[-1].locator(".mg-later button").first.wait_for(state="attached")
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        for frame in page.frames:
            frame.evaluate(AXE_SCRIPT)
        problems[name, "light"] = page.evaluate(RUN, {})
        page.emulate_media(color_scheme="dark")
        problems[name, "dark"] = page.evaluate(RUN, ONLY_COLOURS)
    context.close()
    return {where: what for where, what in problems.items() if what}


def test_what_readers_are_shown(browser: Browser, installation: Installation) -> None:
    addresses = {name: installation.address + path for name, path in installation.readers.items()}
    assert len(addresses) > 15
    assert found(browser.new_context(bypass_csp=True, viewport=TALL), addresses) == {}


def test_what_staff_are_shown(browser: Browser, installation: Installation) -> None:
    addresses = {path: installation.address + path for path in installation.staff}
    assert len(addresses) > 35
    problems = found(installation.at_the_desk(browser, bypass_csp=True), addresses)
    assert problems == {}, problems
