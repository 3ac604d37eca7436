"""How much one transaction takes, so that no delivery is kept waiting, on whatever machine this is; and how seldom the
collector of cycles looks meanwhile.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Generator
from contextlib import contextmanager
from time import monotonic

from campaign.counting.bulk import Remembered

LONG_SECONDS = 0.2
LEAST_PEOPLE, MOST_PEOPLE = 400, 2_500
"""Fewer hold nobody up for less: what a step of them takes is its commit, and with that the disk is kept busy."""

MANY_OBJECTS = 200_000
"""About four steps make so many."""


class _Seldom:
    """How often Python looks for cycles is one setting of the process: the last to leave puts it back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before = gc.get_threshold()

    def enter(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._before = gc.get_threshold()
                gc.set_threshold(MANY_OBJECTS, *self._before[1:])
            self._inside += 1

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                gc.set_threshold(*self._before)


_seldom = _Seldom()


@contextmanager
def seldom_collected() -> Generator[None]:
    """Inside, Python seldom looks for cycles: steps make many objects and next to no cycles, and looking took a third
    of the time.
    """
    _seldom.enter()
    try:
        yield
    finally:
        _seldom.leave()


class Pace:
    """How many people one transaction takes, and what the rule said of those before.

    `is_alone`: while it lasts nobody else can write, as in SQLite; else only whoever writes facts waits for it.
    """

    def __init__(self, *, is_alone: bool = True) -> None:
        self.people = 500
        times = 1 if is_alone else 4
        self._long_seconds = times * LONG_SECONDS
        self._most = times * MOST_PEOPLE
        self.remembered = Remembered()

    @contextmanager
    def timed(self) -> Generator[None]:
        """What happens inside is a step; after a long one the next is shorter."""
        began = monotonic()
        yield
        took = monotonic() - began
        if took > self._long_seconds:
            self.people = max(LEAST_PEOPLE, self.people // 2)
        elif took < self._long_seconds / 2:
            self.people = min(self._most, self.people * 3 // 2)
