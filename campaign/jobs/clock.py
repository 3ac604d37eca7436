"""Starts jobs when their time comes: a thin typed layer over APScheduler, which is untyped."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from campaign.jobs.job import Job
from campaign.runtime import Runtime
from campaign.store.job_runs import Run

_FIRST_AFTER = timedelta(seconds=0.5)
_MISSED_AFTER = timedelta(hours=25)
_GRACE_SECONDS = 3600


class Clock:
    """Calls `start` with a job's name when the job is due; `start` must return at once."""

    def __init__(self, start: Callable[[str], object]) -> None:
        self._start = start
        self._scheduler: Any = BackgroundScheduler(timezone=UTC)

    def begin(self, jobs: Iterable[Job], last: Iterable[Run], runtime: Runtime) -> None:
        """The jobs are due from now on; a daily one whose hour passed while no process was there is due at once."""
        now = runtime.now()
        real_now = now - timedelta(seconds=runtime.settings.clock_offset_seconds)  # the only one APScheduler knows
        runs = {run.name: run for run in last}
        for number, job in enumerate(jobs):
            first = real_now + _FIRST_AFTER + number * timedelta(seconds=0.2)
            trigger: dict[str, Any] = {"trigger": "interval", "seconds": job.every.total_seconds() if job.every else 0}
            if job.daily_at is not None:
                trigger = {"trigger": "cron", "hour": job.daily_at.hour, "minute": job.daily_at.minute}
            if job.daily_at is None or _was_missed(runs.get(job.name), now):
                trigger["next_run_time"] = first
            self._scheduler.add_job(
                self._start,
                args=[job.name],
                id=job.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=_GRACE_SECONDS,
                **trigger,
            )
        self._scheduler.start()

    def end(self) -> None:
        """Nothing is started any more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


def _was_missed(run: Run | None, now: datetime) -> bool:
    return run is None or run.succeeded_at is None or now - run.succeeded_at > _MISSED_AFTER
