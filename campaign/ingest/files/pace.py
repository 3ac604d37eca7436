"""How much one transaction takes, so that no delivery is kept waiting, on whatever machine this is."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from time import monotonic

from campaign.counting.bulk import Remembered

LONG_SECONDS = 0.1
LEAST_PEOPLE, MOST_PEOPLE = 40, 2_000


class Pace:
    """How many people one transaction takes, and what the rule said of those before."""

    def __init__(self) -> None:
        self.people = 300
        self.remembered = Remembered()

    @contextmanager
    def timed(self) -> Generator[None]:
        """What happens inside is a step; after a long one the next is shorter."""
        began = monotonic()
        yield
        took = monotonic() - began
        if took > LONG_SECONDS:
            self.people = max(LEAST_PEOPLE, self.people // 2)
        elif took < LONG_SECONDS / 3:
            self.people = min(MOST_PEOPLE, self.people * 3 // 2)
