"""WCAG 2.2 AA on every surface, as far as a machine can tell: docs/accessibility.md is the walk by hand.

axe-core in light and dark; as wide as a phone with wider spaced text; and by the keyboard alone.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page

from campaign.domain.look import Theme
from tests.browser.installation import Installation

pytestmark = pytest.mark.browser

TALL: Any = {"width": 1280, "height": 3000}
"""The banner of an article is in view, and so has its ways to close."""
ONLY_COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
"""All that another scheme changes."""
WITH_TARGETS = {"rules": {"target-size": {"enabled": True}}}
PHONE: Any = {"width": 320, "height": 640}
"""As wide as a page of 1,280 points is at 400 %."""
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
  p { margin-block-end: 2em !important }"""
"""WCAG 2.2, 1.4.12."""
# A part that is cut off: its text is wider or higher than the box that hides what is over. Fields scroll.
CUT_OFF = """() => [...document.querySelectorAll("body *:not(input)")].filter(one => {
  const style = getComputedStyle(one), hides = way => ["hidden", "clip"].includes(style[`overflow${way}`]);
  if (one.closest(".visually-hidden, thead") || !one.checkVisibility() || one.clientWidth < 3) return false;
  if (style.textIndent.startsWith("-")) return false;
  return hides("X") && one.scrollWidth > one.clientWidth + 1 || hides("Y") && one.scrollHeight > one.clientHeight + 1;
}).map(one => one.outerHTML.slice(0, 80))"""
FOCUS = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
  if (one == document.body) return null;
  const middle = [box.x + box.width / 2, box.y + box.height / 2];
  const spots = [middle, [box.x + 3, box.y + 3], [box.right - 3, box.bottom - 3]];
  return {
    name: one.outerHTML.slice(0, 80),
    seen: spots.some(spot => {
      const there = document.elementFromPoint(...spot);
      return there && (one.contains(there) || there.closest("label")?.control == one);
    }),
    marked: one.tagName == "IFRAME" || style.outlineStyle != "none" && parseFloat(style.outlineWidth) >= 2,
  };
}"""
# Relative luminance and contrast as WCAG 2.2 defines them, on the nearest ground that is painted.
CONTRASTS = """skin => {
  const rgb = colour => {
    const spot = new OffscreenCanvas(1, 1).getContext("2d");
    spot.fillStyle = colour;
    spot.fillRect(0, 0, 1, 1);
    return [...spot.getImageData(0, 0, 1, 1).data];
  };
  const light = colour => colour.slice(0, 3)
    .map(part => part / 255)
    .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const contrast = (one, other) => {
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const style = part => getComputedStyle(document.querySelector(part));
  const ground = part => {
    for (let one = document.querySelector(part); one; one = one.parentElement) {
      const colour = rgb(getComputedStyle(one).backgroundColor);
      if (colour[3] == 255) return colour;
    }
  };
  document.querySelector(".mg").dataset.skin = skin;
  const words = [".mg-headline", ".mg-call", ".mg-asof", ".mg-button", ".mg-later button"];
  const found = Object.fromEntries(words.map(part => [part, contrast(rgb(style(part).color), ground(part))]));
  const bar = rgb(style(".mg-bar").color), card = ground(".mg");
  document.querySelector(".mg-button").focus();
  return { words: found, parts: {
    "bar on the card": contrast(bar, card),
    "bar on its rest": contrast(bar, rgb(style(".mg-bar").backgroundColor)),
    "ring of focus": contrast(rgb(style(".mg-button").outlineColor), card),
  } };
}"""
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
        problems[name, "light"] = page.evaluate(RUN, WITH_TARGETS)
        page.emulate_media(color_scheme="dark")
        problems[name, "dark"] = page.evaluate(RUN, ONLY_COLOURS)
        problems[name, "narrow and spaced"] = narrow(page)
    context.close()
    return {where: what for where, what in problems.items() if what}


def narrow(page: Page) -> list[str]:
    """What is wider than a phone, or cut off, once the text has the room that its reader asks for."""
    before = page.viewport_size
    assert before is not None
    page.set_viewport_size(PHONE)
    page.add_style_tag(content=SPACED)
    width = page.evaluate("document.documentElement.scrollWidth")
    found = page.evaluate(CUT_OFF)
    page.set_viewport_size(before)
    return found + ([f"{width} wide"] if width > PHONE["width"] else [])


def walked(page: Page, most: int) -> list[dict[str, Any]]:
    """Every stop of the Tab key, up to so many or to the end of the page."""
    stops: list[dict[str, Any]] = []
    while len(stops) < most:
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop is None:
            break
        if not stop["seen"]:  # a bar comes up when one scrolls to it: what stands at that edge makes room a frame later
            page.wait_for_timeout(250)
            stop = page.evaluate(FOCUS)
        stops.append(stop)
    return stops


def test_what_readers_are_shown(browser: Browser, installation: Installation) -> None:
    addresses = {name: installation.address + path for name, path in installation.readers.items()}
    assert len(addresses) > 15
    assert found(browser.new_context(bypass_csp=True, viewport=TALL), addresses) == {}


def test_what_staff_are_shown(browser: Browser, installation: Installation) -> None:
    addresses = {path: installation.address + path for path in installation.staff}
    assert len(addresses) > 35
    problems = found(installation.at_the_desk(browser, bypass_csp=True), addresses)
    assert problems == {}, problems


@pytest.mark.parametrize("width", [320, 1280])
def test_the_keyboard_reaches_everything_and_one_sees_where_it_is(
    browser: Browser, installation: Installation, width: int
) -> None:
    options: Any = {"viewport": {"width": width, "height": 640}, "reduced_motion": "reduce"}
    context = installation.at_the_desk(browser, **options)
    page = context.new_page()
    of_readers = ("article", "article, at the lower edge", "campaign page", "giving", "sign-up")
    paths = [installation.readers[name] for name in of_readers]
    for path in [*paths, "/staff/campaigns/25k", "/staff/campaigns/25k/edit", "/staff/campaigns/25k/previews"]:
        page.goto(installation.address + path)
        stops = walked(page, 40)
        assert stops, path
        assert [stop for stop in stops if not stop["seen"] or not stop["marked"]] == [], path
    context.close()


def test_the_last_line_of_a_page_is_reached_above_a_bar_at_the_lower_edge(
    browser: Browser, installation: Installation
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 640}, reduced_motion="reduce")
    page.goto(installation.address + installation.readers["article, at the lower edge"])
    page.locator("member-goal").scroll_into_view_if_needed()
    bar = page.locator(".mg:has(> .mg-later)")
    bar.wait_for()
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    last, edge = page.get_by_role("link", name="Staff pages").bounding_box(), bar.bounding_box()
    page.close()
    assert last is not None
    assert edge is not None
    assert last["y"] + last["height"] <= edge["y"]


def test_words_and_parts_of_every_theme_have_contrast_in_light_and_dark(
    browser: Browser, installation: Installation
) -> None:
    page = browser.new_page(viewport=TALL)
    page.goto(installation.address + installation.readers["article"])
    page.locator(".mg-later button").first.wait_for()
    for scheme, theme in itertools.product(("light", "dark"), Theme):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = page.evaluate(CONTRASTS, theme.value)
        assert min(found["words"].values()) >= 4.5, (theme, scheme, found)
        assert min(found["parts"].values()) >= 3, (theme, scheme, found)
    page.close()
