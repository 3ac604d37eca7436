"""The jobs process with real threads and databases: what hangs, fails, is asked for, or stands by."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from campaign.jobs.job import Job
from campaign.jobs.loops import Loop
from campaign.jobs.process import JobsProcess, MakeLoops
from campaign.jobs.runner import Runner
from campaign.runtime import Runtime
from campaign.store import job_runs
from campaign.store.changes import INBOX, Changes, announce
from campaign.store.engine import open_database
from campaign.store.job_runs import Run
from campaign.store.leader import Leadership

Until = Callable[[Callable[[], object]], None]


def no_loops(_runtime: Runtime, _runner: Runner, _stop: threading.Event) -> list[Loop]:
    return []


@contextmanager
def running(runtime: Runtime, *jobs: Job, make_loops: MakeLoops = no_loops) -> Iterator[JobsProcess]:
    process = JobsProcess(runtime, jobs, make_loops)
    thread = threading.Thread(target=process.run, daemon=True)
    thread.start()
    try:
        yield process
    finally:
        process.stop.set()
        thread.join(timeout=15)


def row(runtime: Runtime, name: str) -> Run:
    with runtime.db.read() as session:
        found = job_runs.find(session, name)
    return found or Run(name, None, None, None, None, None, 0, 0, None, None)


def job(name: str, run: Callable[[Runtime], str | None], *, limit: float = 60, every: float = 60) -> Job:
    return Job(name, "for a test", run, timedelta(seconds=limit), every=timedelta(seconds=every))


def test_a_job_leaves_a_row_of_when_it_ran_and_what_it_did(runtime: Runtime, until: Until) -> None:
    with running(runtime, job("good", lambda _: "counted 3")):
        until(lambda: row(runtime, "good").succeeded_at)
    done = row(runtime, "good")
    assert (done.outcome, done.runs, done.failures_in_a_row, done.error) == ("counted 3", 1, 0, None)
    assert not done.is_running


def test_a_failing_job_keeps_its_error_and_stops_no_other(runtime: Runtime, until: Until) -> None:
    def fail(_: Runtime) -> None:
        raise ValueError("the list was empty")

    with running(runtime, job("bad", fail, every=0.2), job("good", lambda _: None)):
        until(lambda: row(runtime, "bad").failures_in_a_row >= 2 and row(runtime, "good").succeeded_at)
    assert row(runtime, "bad").error == "ValueError: the list was empty"
    assert row(runtime, "bad").succeeded_at is None


def test_a_job_that_recovers_says_so_and_keeps_its_last_error(runtime: Runtime, until: Until) -> None:
    outcomes = iter([ValueError("once"), None])

    def recover(_: Runtime) -> None:
        if error := next(outcomes, None):
            raise error

    with running(runtime, job("shaky", recover, every=0.2)):
        until(lambda: row(runtime, "shaky").succeeded_at)
    assert (row(runtime, "shaky").failures_in_a_row, row(runtime, "shaky").error) == (0, "ValueError: once")


def test_a_hanging_job_is_shown_as_still_running_and_stops_no_other(runtime: Runtime, until: Until) -> None:
    let_go = threading.Event()
    good_runs: list[int] = []

    def hang(_: Runtime) -> None:
        let_go.wait(30)

    def work(_: Runtime) -> str:
        good_runs.append(1)
        return "went on"

    with running(runtime, job("hangs", hang, limit=0.2, every=0.3), job("good", work, every=0.3)):
        until(lambda: row(runtime, "hangs").error)
        seen = len(good_runs)
        until(lambda: len(good_runs) >= seen + 3)
        hanging = row(runtime, "hangs")
        let_go.set()
    assert hanging.is_running
    assert hanging.runs == 1, "no second run is started beside one that hangs"
    assert (hanging.error or "").startswith("still running since")


def test_what_staff_ask_for_runs_within_about_a_second(runtime: Runtime, until: Until) -> None:
    runs: list[int] = []
    with running(runtime, job("sweep", lambda _: runs.append(1), every=3600)):
        until(lambda: len(runs) == 1)
        with runtime.db.write() as session:
            job_runs.request(session, "sweep", runtime.now())
            job_runs.request(session, "no such job", runtime.now())
        until(lambda: len(runs) == 2)
        until(lambda: row(runtime, "sweep").requested_at is None and row(runtime, "no such job").requested_at is None)


def test_a_run_that_a_dead_process_left_open_is_closed_by_the_next(runtime: Runtime, until: Until) -> None:
    with runtime.db.write() as session:
        job_runs.ensure(session, ["sweep"])
        job_runs.begin(session, "sweep", runtime.now())
    with running(runtime) as process:
        until(process.is_leading.is_set)
    assert row(runtime, "sweep").error == "the process stopped while this was running"
    assert not row(runtime, "sweep").is_running


def test_only_one_process_leads_and_another_takes_over(runtime: Runtime, until: Until) -> None:
    with running(runtime) as second:
        until(second.is_leading.is_set)
        with running(runtime) as other:
            assert not other.is_leading.wait(1.5)
            second.stop.set()
            until(other.is_leading.is_set)


def test_leadership_is_one_per_database(runtime: Runtime, tmp_path: Path) -> None:
    first, second = Leadership(runtime.db, tmp_path), Leadership(runtime.db, tmp_path)
    assert first.acquire()
    assert not second.acquire()
    assert first.is_held()
    first.release()
    assert second.acquire()
    second.release()


def test_a_loop_works_until_nothing_is_left_and_goes_on_when_woken(runtime: Runtime, until: Until) -> None:
    pending = [1, 1, 1]
    steps: list[int] = []

    def step() -> int:
        steps.append(1)
        return pending.pop() if pending else 0

    def make(rt: Runtime, runner: Runner, stop: threading.Event) -> list[Loop]:
        changes = Changes(rt.db, INBOX)
        limit = timedelta(seconds=60)
        return [Loop("inbox", "", step, runner=runner, wakes=changes, stop=stop, idle_seconds=30, limit=limit)]

    with running(runtime, make_loops=make):
        until(lambda: not pending and len(steps) >= 4)
        until(lambda: row(runtime, "inbox").succeeded_at)
        pending.append(1)
        with runtime.db.write() as session:
            job_runs.request(session, "inbox", runtime.now())
            announce(session, INBOX)
        until(lambda: not pending)


def test_a_loop_that_fails_pauses_goes_on_and_says_why(runtime: Runtime, until: Until) -> None:
    troubles = [OSError("disk"), OSError("disk")]
    worked: list[int] = []

    def step() -> int:
        if troubles:
            raise troubles.pop()
        worked.append(1)
        return 0

    def make(rt: Runtime, runner: Runner, stop: threading.Event) -> list[Loop]:
        changes = Changes(rt.db, INBOX)
        limit = timedelta(seconds=60)
        return [Loop("inbox", "", step, runner=runner, wakes=changes, stop=stop, idle_seconds=0.05, limit=limit)]

    with running(runtime, make_loops=make):
        until(lambda: len(worked) > 3 and row(runtime, "inbox").succeeded_at)
    assert row(runtime, "inbox").error == "OSError: disk"
    assert row(runtime, "inbox").failures_in_a_row == 0


def test_changes_wake_when_another_connection_commits(runtime: Runtime, database_url: str) -> None:
    changes = Changes(runtime.db, INBOX)
    changes.wait(0.5)  # the first wait only opens
    changes.wait(0.05)
    assert not changes.wait(0.1)
    other = open_database(database_url)

    def commit() -> None:
        with other.write() as session:
            job_runs.request(session, "anything", runtime.now())
            announce(session, INBOX)

    timer = threading.Timer(0.2, commit)
    timer.start()
    assert changes.wait(10)
    timer.join()
    changes.close()
    other.dispose()
