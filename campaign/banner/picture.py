"""The banner as a picture: an SVG with its words as text, and the PNG that resvg draws of it with the fonts we ship."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import resvg_py

from campaign.banner.lettering import FAMILIES, font_files, lines_of, width_of
from campaign.banner.render import FragmentView, environment

PNG_SCALE = 2
"""A newsletter shows the PNG at half its pixels, so that it is sharp everywhere."""
SHARE_WIDTH, SHARE_HEIGHT = 1200, 630
_SMALLEST = 30
"""Pixels; a headline of 200 characters still fits."""


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of a theme, as in mg.css; pictures are light, since mail programs decide on dark themselves."""

    ground: str
    ink: str
    soft: str
    line: str
    accent: str


COLOURS = {
    "paper": Colours("#f7f5f0", "#1c1c1a", "#5b5a55", "#d9d5ca", "#0b5d6c"),
    "bold": Colours("#0b5d6c", "#ffffff", "#d5e8ec", "#3d7f8b", "#ffffff"),
    "plain": Colours("#ffffff", "#1c1c1a", "#5b5a55", "#d9d9d9", "#0b5d6c"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: its baseline, size and colour."""

    text: str
    y: float
    size: float
    colour: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class BarView:
    """A bar's place and how much of it is filled, in pixels."""

    y: float
    height: float
    filled: float


@dataclass(frozen=True, slots=True)
class Picture:
    """What the picture's template gets."""

    width: int
    height: int
    margin: int
    rtl: bool
    lang: str
    title: str
    lines: tuple[Line, ...]
    bar: BarView | None
    colours: Colours
    families: str = ", ".join(f"'{family}'" for family in FAMILIES)

    @property
    def text_x(self) -> int:
        """Where lines begin: left, or right where people write from there."""
        return self.width - self.margin if self.rtl else self.margin

    @property
    def lowest(self) -> float:
        """Where the last line stands."""
        return max((line.y for line in self.lines), default=0.0)

    @property
    def bar_width(self) -> int:
        """From margin to margin."""
        return self.width - 2 * self.margin


@dataclass(frozen=True, slots=True)
class _Sizes:
    width: int
    margin: int
    headline: float
    call: float
    small: float
    bar: float
    least_headline: float


_CARD = _Sizes(width=600, margin=28, headline=32, call=17, small=14, bar=12, least_headline=20)
_SHARE = _Sizes(width=SHARE_WIDTH, margin=80, headline=88, call=40, small=30, bar=28, least_headline=48)


def card_svg(view: FragmentView, theme: str) -> str:
    """The banner's card, 600 pixels wide and as high as its words need; an empty picture when nothing is shown."""
    if not view.show:
        return _drawn(Picture(1, 1, 0, False, view.lang, "", (), None, COLOURS["plain"]))
    texts = [(view.kicker, _CARD.small, False), (view.headline, _headline_size(view, _CARD), True)]
    return _drawn(_picture(view, theme, _CARD, texts, view.call))


def share_svg(view: FragmentView, name: str, theme: str) -> str:
    """The picture that goes with a link, 1200 x 630; with the campaign's name alone while nothing is shown."""
    if not view.show:
        return _drawn(_picture(view, theme, _SHARE, [(name, _SHARE.headline, True)], "", SHARE_HEIGHT))
    size = _headline_size(view, _SHARE)
    while (picture := _share(view, name, theme, size)).lowest > SHARE_HEIGHT - _SHARE.margin / 2 and size > _SMALLEST:
        size *= 0.92
    return _drawn(picture)


@lru_cache(maxsize=32)
def png_of(svg: str, scale: int = PNG_SCALE) -> bytes:
    """The picture as a PNG, drawn by resvg with no font but ours."""
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=scale,
            skip_system_fonts=True,
            font_files=font_files(),
            sans_serif_family=FAMILIES[0],
            font_family=FAMILIES[0],
        )
    )


def _share(view: FragmentView, name: str, theme: str, size: float) -> Picture:
    texts = [(name, _SHARE.small, False), (view.headline, size, True)]
    return _picture(view, theme, _SHARE, texts, "", SHARE_HEIGHT)


def _headline_size(view: FragmentView, sizes: _Sizes) -> float:
    """The headline's size, smaller where its longest word would not fit."""
    longest = max(width_of(word, sizes.headline, bold=True) for word in view.headline.split(" "))
    room = sizes.width - 2 * sizes.margin
    return sizes.headline if longest <= room else max(sizes.least_headline, sizes.headline * room / longest)


def _picture(
    view: FragmentView,
    theme: str,
    sizes: _Sizes,
    texts: list[tuple[str, float, bool]],
    call: str,
    height: int | None = None,
) -> Picture:
    """Kicker and headline, the bar, the call, "as of", one under the other; in the middle where the height is given."""
    colours = COLOURS.get(theme, COLOURS["paper"])
    lines: list[Line] = []
    y = float(sizes.margin)
    for text, size, bold in texts:
        y = _put(lines, text, y, size, colours.ink if bold else colours.soft, sizes, bold=bold)
    bar = None
    if view.bar is not None and view.show:
        y += sizes.bar
        room = sizes.width - 2 * sizes.margin
        bar = BarView(y, sizes.bar, room * view.bar.value / view.bar.max)
        y += sizes.bar * 2
    y = _put(lines, call, y, sizes.call, colours.ink, sizes, bold=True)
    y = _put(lines, view.as_of_text if view.show else "", y, sizes.small, colours.soft, sizes)
    needed = y + sizes.margin * 0.6
    down = max(0.0, (height - needed) / 2) if height is not None else 0.0
    return Picture(
        width=sizes.width,
        height=height or int(needed + 0.5),
        margin=sizes.margin,
        rtl=view.dir == "rtl",
        lang=view.lang,
        title=" ".join(part for part in (view.headline, view.as_of_text) if part),
        lines=tuple(Line(one.text, one.y + down, one.size, one.colour, one.bold) for one in lines),
        bar=None if bar is None else BarView(bar.y + down, bar.height, bar.filled),
        colours=colours,
    )


def _put(
    lines: list[Line], text: str, y: float, size: float, colour: str, sizes: _Sizes, *, bold: bool = False
) -> float:
    """The text stands below `y`; returns where it ends."""
    for line in lines_of(text, size, sizes.width - 2 * sizes.margin, bold=bold):
        y += size * 1.3
        lines.append(Line(line, y - size * 0.28, size, colour, bold))
    return y + (size * 0.3 if text else 0)


def _drawn(picture: Picture) -> str:
    return environment().get_template("banner/picture.svg").render(picture=picture) + "\n"
