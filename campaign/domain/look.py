"""How the banner looks, and at which progress and day its stages begin."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Shape(StrEnum):
    """How the banner stands in a page: in the text, one line, or at the window's lower edge."""

    CARD = "card"
    THIN = "thin"
    BOTTOM = "bottom"


class Theme(StrEnum):
    """Paper is quiet, bold is filled with the accent, plain takes the page's own ground."""

    PAPER = "paper"
    BOLD = "bold"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Look:
    """Thresholds of the stages (counting.md, Stages), for how long the result is shown, and the banner's look."""

    quiet_percent: int = 30
    near_percent: int = 80
    last_days: int = 10
    showing_days: int = 14
    shape: Shape = Shape.CARD
    theme: Theme = Theme.PAPER
