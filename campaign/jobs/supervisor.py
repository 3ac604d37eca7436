"""Keeps child processes running: restarts one that dies, passes signals on, and ends them all together."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

log = logging.getLogger(__name__)

_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
_WELL_AFTER_SECONDS = 60.0
"""A child that lived this long is restarted without a pause."""
_TERMINATE_SECONDS = 15.0
_LOOK_SECONDS = 0.1
REFUSES_TO_START = 2
"""A child that ends with this status was told something wrong; starting it again would not help."""


@dataclass(frozen=True, slots=True)
class Program:
    """A command that is to run all the time, with its whole environment, and a file for what it says."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    output: Path | None = None


@dataclass(slots=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = _FIRST_PAUSE_SECONDS
    start_at: float = 0.0
    restarts: int = field(default=0)


class Supervisor:
    """Runs programs until `stop` is set or one refuses to start."""

    def __init__(self, programs: Sequence[Program]) -> None:
        self._children = [_Child(program) for program in programs]
        self.stop = threading.Event()

    def add(self, program: Program) -> None:
        """One more program is to run."""
        self._children = [*self._children, _Child(program)]

    def take_signals(self) -> None:
        """SIGTERM and SIGINT end everything; SIGHUP too, for a terminal that is closed."""

        def end(_signal: int, _frame: FrameType | None) -> None:
            self.stop.set()

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, end)

    def run(self) -> int:
        """Keep the programs running; returns 0 after `stop`, the status of one that refuses to start otherwise."""
        status = 0
        try:
            while not self.stop.is_set():
                refused = [child for child in self._children if self._look_after(child)]
                if refused:
                    status = REFUSES_TO_START
                    break
                self.stop.wait(_LOOK_SECONDS)
        finally:
            self._end()
        return status

    def pids(self) -> dict[str, int]:
        """Process ids of the programs that run now."""
        return {c.program.name: c.process.pid for c in self._children if c.process and c.process.poll() is None}

    def _look_after(self, child: _Child) -> bool:
        now = time.monotonic()
        if child.process is None:
            if now >= child.start_at:
                self._start(child, now)
            return False
        status = child.process.poll()
        if status is None:
            return False
        _signal_group(child.process, signal.SIGKILL)  # workers without their parent would keep the port
        child.process = None
        if status == REFUSES_TO_START:
            log.error("%s refuses to start", child.program.name)
            return True
        if now - child.started >= _WELL_AFTER_SECONDS:
            child.pause = _FIRST_PAUSE_SECONDS
        log.error("%s ended with status %s; it is started again in %.1f s", child.program.name, status, child.pause)
        child.start_at = now + child.pause
        child.pause = min(2 * child.pause, _LONGEST_PAUSE_SECONDS)
        child.restarts += 1
        return False

    def _start(self, child: _Child, now: float) -> None:
        program = child.program
        with contextlib.ExitStack() as stack:
            output = stack.enter_context(program.output.open("ab")) if program.output is not None else None
            # A group of its own: Ctrl-C reaches this parent only, which ends the children in its own time.
            child.process = subprocess.Popen(  # noqa: S603 - the commands are ours
                program.command, env=dict(program.environ), start_new_session=True, stdout=output, stderr=output
            )
        child.started = now

    def _end(self) -> None:
        alive = [c.process for c in self._children if c.process is not None and c.process.poll() is None]
        for process in alive:
            _signal_group(process, signal.SIGTERM)
        give_up = time.monotonic() + _TERMINATE_SECONDS
        for process in alive:
            try:
                process.wait(timeout=max(0.1, give_up - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("process %s does not end and is killed", process.pid)
                _signal_group(process, signal.SIGKILL)
                process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Workers that a dying child left behind must not go on serving."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
