"""How the banner looks to readers who see little, zoom in, read from the right, or print."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stand import Newsroom, Reader, fragment

pytestmark = pytest.mark.browser

# Relative luminance and contrast as WCAG 2.2 defines them, of each worded part against the card.
CONTRASTS = """() => {
  const rgb = (colour) => {
    const spot = document.createElement("canvas").getContext("2d");
    spot.fillStyle = colour;
    spot.fillRect(0, 0, 1, 1);
    return [...spot.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (colour) => rgb(colour)
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const contrast = (one, other) => {
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const look = (part) => getComputedStyle(document.querySelector(".mg" + part));
  const card = look("").backgroundColor;
  const found = {};
  for (const part of ["-kicker", "-headline", "-call", "-asof"]) found[part] = contrast(look(part).color, card);
  found["-button"] = contrast(look("-button").color, look("-button").backgroundColor);
  found["-bar"] = contrast(look("-bar").color, look("-bar").backgroundColor);
  return found;
}"""


def overflow(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize(
    ("theme", "scheme"),
    [('data-theme="light"', "dark"), ('data-theme="dark"', "light"), ('style="color-scheme: light dark"', "dark"),
     ('style="color-scheme: light dark"', "light"), ("", "dark")],
)  # fmt: skip
def test_words_are_readable_in_light_and_dark(
    newsroom: Newsroom,
    reader: Reader,
    theme: str,
    scheme: Any,
) -> None:
    newsroom.prints(fragment(), page=theme)
    page = reader.opens(color_scheme=scheme)
    contrasts = page.evaluate(CONTRASTS)
    enough = {"-bar": 3}
    assert {part: ratio for part, ratio in contrasts.items() if ratio < enough.get(part, 4.5)} == {}


def test_dark_follows_the_page_not_the_machine(newsroom: Newsroom, reader: Reader) -> None:
    ground = "getComputedStyle(document.querySelector('.mg')).backgroundColor"
    newsroom.prints(fragment())
    white_page = reader.opens(color_scheme="dark").evaluate(ground)
    newsroom.prints(fragment(), page='style="color-scheme: light dark"')
    dark_page = reader.opens(color_scheme="dark").evaluate(ground)
    assert white_page == "rgb(247, 245, 240)"
    assert dark_page != white_page


@pytest.mark.parametrize("size", ["100%", "200%"])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_nothing_is_cut_off_on_a_small_screen(
    newsroom: Newsroom,
    reader: Reader,
    size: str,
    direction: str,
) -> None:
    newsroom.prints(fragment(dir=direction), page=f'dir="{direction}" style="font-size: {size}"')
    page = reader.opens(viewport={"width": 320, "height": 640})
    assert overflow(page) == 0
    button = page.locator(".mg-button").bounding_box()
    assert button is not None
    assert button["height"] >= 44
    assert button["x"] >= 0
    assert button["x"] + button["width"] <= 320


def test_the_card_is_mirrored_where_reading_begins_at_the_right(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment(dir="rtl"), page='dir="rtl"')
    page = reader.opens(viewport={"width": 1000, "height": 700})
    button, call = page.locator(".mg-button").bounding_box(), page.locator(".mg-call").bounding_box()
    assert button is not None
    assert call is not None
    assert button["x"] < call["x"]


def test_the_button_shows_where_the_keyboard_is(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment())
    page = reader.opens()
    page.keyboard.press("Tab")
    expect(page.locator(".mg-button")).to_be_focused()
    assert page.locator(".mg-button").evaluate("part => getComputedStyle(part).outlineWidth") == "3px"


def test_print_keeps_the_number_and_drops_the_button(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment())
    page = reader.opens()
    page.emulate_media(media="print")
    expect(page.locator(".mg-headline")).to_be_visible()
    expect(page.locator(".mg-button")).to_be_hidden()


def test_forced_colours_keep_bar_and_button_visible(newsroom: Newsroom, reader: Reader) -> None:
    newsroom.prints(fragment())
    page = reader.opens(forced_colors="active")
    for part in (".mg-bar", ".mg-button"):
        assert page.locator(part).evaluate("part => getComputedStyle(part).borderTopWidth") == "1px"
