"""One core for what is measured, the others for the load: whoever shares a core with wrk pays for its own moves."""

from __future__ import annotations

import os
from collections.abc import Iterator, Set
from contextlib import contextmanager

_ALL = sorted(os.sched_getaffinity(0))


class Cores:
    """Where servers and load run. `apart` is False where there is one core only, or where the system is to choose."""

    def __init__(self) -> None:
        self.apart = len(_ALL) > 1

    @contextmanager
    def of_servers(self) -> Iterator[None]:
        """What is started within runs on the servers' core."""
        with _on({_ALL[0]} if self.apart else set(_ALL)):
            yield

    @contextmanager
    def of_load(self) -> Iterator[None]:
        """What runs within, or is started within, leaves the servers' core alone."""
        with _on(set(_ALL[1:]) if self.apart else set(_ALL)):
            yield


@contextmanager
def _on(cores: Set[int]) -> Iterator[None]:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


CORES = Cores()
