"""Small writes of several threads share one commit: waiting for the disk is what such a write costs most."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlalchemy import Connection

from campaign.domain.errors import DatabaseUnavailable
from campaign.store.engine import Database

_MOST_AT_ONCE = 50
"""So short stays the wait of who comes just after the first."""


class SharedCommit:
    """Runs steps that write. Whoever's turn it is writes for all who wait by then; thread-safe."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: list[_Step] = []
        self._turn = threading.Lock()

    def write(self, step: Callable[[Connection], bool]) -> bool:
        """What the step returned, once it is on disk. Its own error is raised here, with nothing of it written.

        Raises DatabaseUnavailable. A step may be run a second time after the first was rolled back.
        """
        if not self._db.is_sqlite:
            return _alone(self._db, step)
        mine = _Step(step)
        self._waiting.append(mine)
        with self._turn:
            while not mine.is_over:
                together = self._waiting[:_MOST_AT_ONCE]
                del self._waiting[: len(together)]
                self._commit(together)
        if mine.error is not None:
            raise mine.error
        return mine.result

    def _commit(self, steps: list[_Step]) -> None:
        """Each step is over: written with the others, or with its own error."""
        try:
            with self._db.begin() as connection:
                for step in steps:
                    step.result = step.run(connection)
        except DatabaseUnavailable as error:
            for step in steps:
                step.error = error
        except Exception:  # noqa: BLE001 - whichever step it was, the others are written without it
            for step in steps:
                self._try_alone(step)
        for step in steps:
            step.is_over = True

    def _try_alone(self, step: _Step) -> None:
        try:
            step.result = _alone(self._db, step.run)
        except Exception as error:  # noqa: BLE001 - raised where the step came from
            step.error = error


class _Step:
    __slots__ = ("error", "is_over", "result", "run")

    def __init__(self, run: Callable[[Connection], bool]) -> None:
        self.run = run
        self.result = False
        self.error: Exception | None = None
        self.is_over = False


def _alone(db: Database, step: Callable[[Connection], bool]) -> bool:
    with db.begin() as connection:
        return step(connection)
