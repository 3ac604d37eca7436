"""The two loops: work off what was received, and publish what that changed. Each is woken by the database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from campaign.jobs.job import Job
from campaign.jobs.runner import Runner
from campaign.runtime import Runtime

_LONGEST_PAUSE_SECONDS = 10.0
_FIRST_PAUSE_SECONDS = 0.25


class Wakes(Protocol):
    """What a loop waits for while there is nothing to do."""

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """True when there may be something to do, False when the time is over."""
        ...

    def close(self) -> None:
        """Nobody waits any more."""
        ...


class Nudge:
    """Lets one loop wake another of the same process."""

    def __init__(self) -> None:
        self._given = threading.Event()

    def give(self) -> None:
        """Whoever waits goes on at once."""
        self._given.set()

    def wait(self, seconds: float, stop: threading.Event) -> bool:  # noqa: ARG002 - it waits so briefly that it may miss it
        """True as soon as a nudge was given."""
        given = self._given.wait(seconds)
        self._given.clear()
        return given

    def close(self) -> None:
        """Nothing is held."""


class Loop(threading.Thread):
    """Takes one step again and again: at once while there is something to do, else when woken or after `idle_seconds`.

    A step that fails is repeated after a pause that doubles up to ten seconds, also when the database is gone.
    """

    def __init__(
        self,
        name: str,
        what: str,
        step: Callable[[], int],
        *,
        runner: Runner,
        wakes: Wakes,
        stop: threading.Event,
        idle_seconds: float,
        limit: timedelta,
    ) -> None:
        super().__init__(name=f"loop-{name}", daemon=True)
        self._step = step
        self._did = 0
        self._runner = runner
        self._wakes = wakes
        self._stop_event = stop
        self._idle_seconds = idle_seconds
        self.job = Job(name, what, self._take_step, limit=limit, every=timedelta(seconds=idle_seconds))

    def run(self) -> None:
        """Step until told to stop."""
        pause = _FIRST_PAUSE_SECONDS
        while not self._stop_event.is_set():
            self._did = 0
            if self._runner.run(self.job) is not None:
                self._stop_event.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
                continue
            pause = _FIRST_PAUSE_SECONDS
            if not self._did:
                self._wakes.wait(self._idle_seconds, self._stop_event)
        self._wakes.close()

    def _take_step(self, _runtime: Runtime) -> None:
        self._did = self._step()
