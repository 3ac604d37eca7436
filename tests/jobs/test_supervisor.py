"""The parent of web and jobs, with real child processes."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from campaign.jobs.supervisor import REFUSES_TO_START, Program, Supervisor

Until = Callable[[Callable[[], object]], None]


def program(name: str, code: str) -> Program:
    return Program(name, [sys.executable, "-c", code], dict(os.environ))


@contextmanager
def running(*programs: Program) -> Iterator[tuple[Supervisor, Callable[[], int]]]:
    supervisor = Supervisor(programs)
    statuses: list[int] = []
    thread = threading.Thread(target=lambda: statuses.append(supervisor.run()))
    thread.start()

    def status() -> int:
        thread.join(timeout=30)
        return statuses[0]

    try:
        yield supervisor, status
    finally:
        supervisor.stop.set()
        thread.join(timeout=30)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


SLEEP = "import time; time.sleep(60)"


def test_a_child_that_is_killed_is_started_again_and_the_other_is_left_alone(until: Until) -> None:
    with running(program("web", SLEEP), program("jobs", SLEEP)) as (supervisor, _):
        until(lambda: len(supervisor.pids()) == 2)
        before = supervisor.pids()
        os.kill(before["jobs"], signal.SIGKILL)
        until(lambda: supervisor.pids().get("jobs", before["jobs"]) != before["jobs"])
        assert supervisor.pids()["web"] == before["web"]


def test_all_children_end_with_the_parent_also_those_they_have_started(until: Until, tmp_path: Path) -> None:
    grandchild = tmp_path / "pid"
    code = f"""
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
pathlib.Path({str(grandchild)!r}).write_text(str(child.pid))
time.sleep(60)
"""
    with running(program("web", code)) as (supervisor, status):
        until(lambda: grandchild.exists() and grandchild.read_text())
        supervisor.stop.set()
        assert status() == 0
        assert supervisor.pids() == {}
        until(lambda: not alive(int(grandchild.read_text())))


def test_a_child_that_refuses_to_start_ends_all(until: Until) -> None:
    with running(program("web", SLEEP), program("jobs", "raise SystemExit(2)")) as (supervisor, status):
        assert status() == REFUSES_TO_START
        assert supervisor.pids() == {}
