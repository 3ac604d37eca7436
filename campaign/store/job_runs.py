"""The last run of each job: when it began, how it ended, and whether staff ask for another one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaign.store.tables import JobRun

_LONGEST_ERROR = 2000


@dataclass(frozen=True, slots=True)
class Run:
    """One job as staff see it. `error` stays after a later good run: `failures_in_a_row` says whether it is over."""

    name: str
    started_at: datetime | None
    finished_at: datetime | None
    succeeded_at: datetime | None
    error: str | None
    error_at: datetime | None
    runs: int
    failures_in_a_row: int
    outcome: str | None
    requested_at: datetime | None

    @property
    def is_running(self) -> bool:
        """Whether a run began that has not ended."""
        return self.started_at is not None and (self.finished_at is None or self.finished_at < self.started_at)


def list_runs(session: Session) -> list[Run]:
    """The last run of every job that ever began or was asked for, by name."""
    return [_run(row) for row in session.scalars(select(JobRun).order_by(JobRun.name))]


def find(session: Session, name: str) -> Run | None:
    """The last run of one job; None when it never began."""
    row = session.get(JobRun, name)
    return _run(row) if row is not None else None


def ensure(session: Session, names: Iterable[str]) -> None:
    """Every job has a row, also one that never ran."""
    known = set(session.scalars(select(JobRun.name)))
    session.add_all(JobRun(name=name, runs=0, failures_in_a_row=0) for name in names if name not in known)
    session.flush()


def begin(session: Session, name: str, now: datetime) -> None:
    """A run of the job began at `now`; what was asked for is answered by it."""
    row = _row(session, name)
    row.started_at, row.requested_at = now, None
    if row.finished_at is not None and row.finished_at >= now:
        row.finished_at = None
    row.runs += 1


def succeed(session: Session, name: str, outcome: str | None, now: datetime) -> None:
    """The job's run ended well; `outcome` says in words what it did."""
    row = _row(session, name)
    row.finished_at = row.succeeded_at = now
    row.outcome, row.failures_in_a_row = outcome, 0


def fail(session: Session, name: str, error: str, now: datetime) -> None:
    """The job's run ended with an error."""
    row = _row(session, name)
    row.finished_at = row.error_at = now
    row.error = error[:_LONGEST_ERROR]
    row.failures_in_a_row += 1


def mark_overdue(session: Session, name: str, error: str, now: datetime) -> None:
    """The run goes on for longer than it ever should, and staff see it; the run itself is left as it is."""
    row = _row(session, name)
    row.error, row.error_at = error, now
    row.failures_in_a_row += 1


def close_interrupted(session: Session, now: datetime) -> None:
    """Runs that a process left open when it died have ended, with that as their error."""
    for row in session.scalars(select(JobRun)):
        if _run(row).is_running:
            fail(session, row.name, "the process stopped while this was running", now)


def request(session: Session, name: str, now: datetime) -> None:
    """The job will run within about a second, when a jobs process is there."""
    _row(session, name).requested_at = now


def requested(session: Session) -> list[str]:
    """Names of jobs that somebody asked for and that have not begun since."""
    return list(session.scalars(select(JobRun.name).where(JobRun.requested_at.is_not(None)).order_by(JobRun.name)))


def forget_request(session: Session, name: str) -> None:
    """Nobody asks for the job any more (there is none of that name)."""
    session.execute(update(JobRun).where(JobRun.name == name).values(requested_at=None))


def _row(session: Session, name: str) -> JobRun:
    row = session.get(JobRun, name)
    if row is None:
        row = JobRun(name=name, runs=0, failures_in_a_row=0)
        session.add(row)
    return row


def _run(row: JobRun) -> Run:
    return Run(
        name=row.name,
        started_at=row.started_at,
        finished_at=row.finished_at,
        succeeded_at=row.succeeded_at,
        error=row.error,
        error_at=row.error_at,
        runs=row.runs,
        failures_in_a_row=row.failures_in_a_row,
        outcome=row.outcome,
        requested_at=row.requested_at,
    )
