"""How wide a line of text is in the fonts we ship, so that a picture can break its lines."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, cast

from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent / "fonts"
FAMILIES = ("Noto Sans", "Noto Sans Arabic")
_SLACK = 1.04
"""Shaping and other people's fonts may need a little more room."""


def font_files() -> list[str]:
    """Every font file we ship."""
    return [str(path) for path in sorted(FONTS.glob("*.ttf"))]


def lines_of(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """The text broken at spaces, so that no line is wider than `width`; one word that is too long stays whole.

    No-break spaces hold together, so that a number and its groups stay on one line.
    """
    lines: list[str] = []
    for word in text.split(" "):
        if lines and width_of(f"{lines[-1]} {word}", size, bold=bold) <= width:
            lines[-1] += f" {word}"
        elif word:
            lines.append(word)
    return lines


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a text at a size, both in pixels."""
    widths = _widths("Bold" if bold else "Regular")
    return sum(widths.get(ord(letter), 0.6) for letter in text) * size * _SLACK


@cache
def _widths(weight: str) -> dict[int, float]:
    """Code point to advance width, in parts of the font's size."""
    widths: dict[int, float] = {}
    for family in FAMILIES:
        font = cast(Any, TTFont(FONTS / f"{family.replace(' ', '')}-{weight}.ttf", lazy=True))
        units = font["head"].unitsPerEm
        advances = font["hmtx"].metrics
        for code, name in font.getBestCmap().items():
            widths.setdefault(code, advances[name][0] / units)
        font.close()
    return widths
