"""Runs jobs, each in a thread of its own: one that fails or hangs stops no other, and leaves a row that says so."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from campaign.domain.errors import DatabaseUnavailable
from campaign.jobs.job import FREQUENT, Job
from campaign.runtime import Runtime
from campaign.store import job_runs
from campaign.store.engine import Session

log = logging.getLogger(__name__)


class _Live:
    """A run that goes on."""

    def __init__(self, job: Job, since: datetime, *, begin_is_kept: bool) -> None:
        self.job = job
        self.since = since
        self.begin_is_kept = begin_is_kept
        self.is_marked = False


class Runner:
    """Runs jobs and keeps their rows. Thread-safe; never raises what a job raises."""

    def __init__(self, runtime: Runtime, jobs: Sequence[Job]) -> None:
        self._runtime = runtime
        self._jobs = {job.name: job for job in jobs}
        self._live: dict[str, _Live] = {}
        self._kept_at: dict[str, datetime] = {}
        self._failing: set[str] = set()
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Every job has a row, and runs that a dead process left open are closed. Raises DatabaseUnavailable."""
        with self._runtime.db.write() as session:
            job_runs.ensure(session, self._jobs)
            job_runs.close_interrupted(session, self._runtime.now())

    def start(self, name: str) -> bool:
        """The job runs in a thread of its own; False when its last run still goes on."""
        job = self._jobs[name]
        live = self._claim(job)
        if live is None:
            log.warning("%s is not started: its run since %s goes on", name, self._live_since(name))
            return False
        threading.Thread(target=self._run_claimed, args=(live,), name=f"job-{name}", daemon=True).start()
        return True

    def run(self, job: Job) -> Exception | None:
        """Run the job in this thread; returns what it raised, after keeping that in its row."""
        live = self._claim(job)
        return self._run_claimed(live) if live is not None else None

    def running(self) -> list[str]:
        """Names of the jobs that run now."""
        with self._lock:
            return sorted(self._live)

    def mark_overdue(self) -> None:
        """Runs that go on for longer than their limit are shown to staff, once each."""
        now = self._runtime.now()
        with self._lock:
            overdue = [one for one in self._live.values() if not one.is_marked and now - one.since > one.job.limit]
        for live in overdue:
            error = f"still running since {live.since:%Y-%m-%d %H:%M:%S} UTC; it should take {live.job.limit} at most"
            log.error("%s is %s", live.job.name, error)
            live.is_marked = self._keep(lambda session, live=live, error=error: _overdue(session, live, error, now))

    def start_requested(self) -> None:
        """Jobs that staff asked for run; one whose last run still goes on keeps waiting. Raises DatabaseUnavailable."""
        with self._runtime.db.read() as session:
            names = job_runs.requested(session)
        for name in names:
            if name not in self._jobs:
                self._keep(lambda session, name=name: job_runs.forget_request(session, name))
            elif name not in self.running():
                self.start(name)

    def _live_since(self, name: str) -> datetime | None:
        live = self._live.get(name)
        return live.since if live else None

    def _claim(self, job: Job) -> _Live | None:
        with self._lock:
            if job.name in self._live:
                return None
            live = _Live(job, self._runtime.now(), begin_is_kept=False)
            self._live[job.name] = live
            return live

    def _run_claimed(self, live: _Live) -> Exception | None:
        name = live.job.name
        if not live.job.is_frequent:
            live.begin_is_kept = self._keep(lambda session: job_runs.begin(session, name, live.since))
        try:
            outcome = live.job.run(self._runtime)
        except Exception as error:  # noqa: BLE001 - whatever a job raises is its row's to tell, and stops no other job
            self._failed(live, error)
            return error
        else:
            self._succeeded(live, outcome)
            return None
        finally:
            with self._lock:
                self._live.pop(name, None)

    def _succeeded(self, live: _Live, outcome: str | None) -> None:
        name, now = live.job.name, self._runtime.now()
        kept_at = self._kept_at.get(name)
        recent = kept_at is not None and now - kept_at < FREQUENT
        if live.job.is_frequent and recent and not live.is_marked and name not in self._failing:
            return
        if outcome:
            log.info("%s: %s", name, outcome)
        if self._keep(lambda session: _end(session, live, None, outcome, now)):
            self._kept_at[name] = now
            self._failing.discard(name)

    def _failed(self, live: _Live, error: Exception) -> None:
        name = live.job.name
        if isinstance(error, DatabaseUnavailable):
            log.warning("%s: the database is unavailable: %s", name, error)
        else:
            log.error("%s failed", name, exc_info=error)
        self._failing.add(name)
        words = f"{type(error).__name__}: {error}"
        self._keep(lambda session: _end(session, live, words, None, self._runtime.now()))

    def _keep(self, write: Callable[[Session], None]) -> bool:
        try:
            with self._runtime.db.write() as session:
                write(session)
        except Exception as error:  # noqa: BLE001 - a row that can't be written must not stop the work it tells of
            log.warning("a job's row can't be kept: %s", error)
            return False
        return True


def _end(session: Session, live: _Live, error: str | None, outcome: str | None, now: datetime) -> None:
    if not live.begin_is_kept:
        job_runs.begin(session, live.job.name, live.since)
    if error is not None:
        job_runs.fail(session, live.job.name, error, now)
    else:
        job_runs.succeed(session, live.job.name, outcome, now)


def _overdue(session: Session, live: _Live, error: str, now: datetime) -> None:
    if not live.begin_is_kept:
        job_runs.begin(session, live.job.name, live.since)
        live.begin_is_kept = True
    job_runs.mark_overdue(session, live.job.name, error, now)
