"""The jobs process: leads or stands by; while it leads, the two loops and the clock's jobs run."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from campaign.domain.errors import DatabaseUnavailable
from campaign.jobs.clock import Clock
from campaign.jobs.job import Job
from campaign.jobs.loops import Loop
from campaign.jobs.runner import Runner
from campaign.runtime import Runtime
from campaign.store import job_runs, migrate
from campaign.store.leader import Leadership

log = logging.getLogger(__name__)

_WATCH_SECONDS = 0.5
_STAND_BY_SECONDS = 1.0
_GRACE_SECONDS = 10.0
"""How long a run may go on after a stop was asked for."""

MakeLoops = Callable[[Runtime, Runner, threading.Event], list[Loop]]


class JobsProcess:
    """Runs the jobs of one database until told to stop. The database may come and go."""

    def __init__(self, runtime: Runtime, jobs: tuple[Job, ...], make_loops: MakeLoops) -> None:
        self._runtime = runtime
        self._jobs = jobs
        self._make_loops = make_loops
        self.stop = threading.Event()
        self.is_leading = threading.Event()

    def run(self) -> bool:
        """Lead or stand by until `stop` is set; True when everything ended in time. Raises SchemaMismatch."""
        leadership = Leadership(self._runtime.db, self._runtime.settings.data_dir)
        ended = True
        while not self.stop.is_set():
            if not self._is_ready() or not leadership.acquire():
                self.stop.wait(_STAND_BY_SECONDS)
                continue
            try:
                ended = self._lead(leadership)
            except DatabaseUnavailable as error:
                log.warning("the database is unavailable: %s", error)
                self.stop.wait(_STAND_BY_SECONDS)
            finally:
                leadership.release()
        return ended

    def _is_ready(self) -> bool:
        try:
            migrate.require_current(self._runtime.db)
        except DatabaseUnavailable as error:
            log.warning("waiting for the database: %s", error)
            return False
        return True

    def _lead(self, leadership: Leadership) -> bool:
        log.info("this process leads")
        stop = threading.Event()
        runner = Runner(self._runtime, self._jobs)
        runner.prepare()
        loops = self._make_loops(self._runtime, runner, stop)
        clock = Clock(runner.start)
        with self._runtime.db.read() as session:
            last = job_runs.list_runs(session)
        for loop in loops:
            loop.start()
        clock.begin(self._jobs, last, self._runtime)
        self.is_leading.set()
        try:
            self._watch(leadership, runner, loops)
        finally:
            self.is_leading.clear()
            stop.set()
            clock.end()
        return _join(loops, runner)

    def _watch(self, leadership: Leadership, runner: Runner, loops: list[Loop]) -> None:
        while not self.stop.wait(_WATCH_SECONDS):
            if not leadership.is_held():
                log.warning("the leadership is lost")
                return
            runner.mark_overdue()
            try:
                runner.start_requested()
            except DatabaseUnavailable as error:
                log.warning("the database is unavailable: %s", error)
            dead = [loop.name for loop in loops if not loop.is_alive()]
            if dead:
                raise RuntimeError(f"{', '.join(dead)} ended unasked")


def _join(loops: list[Loop], runner: Runner) -> bool:
    pause = threading.Event()
    for _ in range(int(_GRACE_SECONDS / 0.1)):
        if not runner.running() and not any(loop.is_alive() for loop in loops):
            return True
        pause.wait(0.1)
    log.warning("stopping although %s still run", ", ".join(runner.running()) or "loops")
    return False
