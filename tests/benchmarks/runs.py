"""Alternating runs and their medians: what disturbs the machine for a while disturbs all that is compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from tests.benchmarks.cores import CORES
from tests.benchmarks.load import Load
from tests.benchmarks.servers import Server

RUNS = 5


@dataclass(frozen=True, slots=True)
class Run:
    """One run against one server."""

    answers: int
    wrong: int
    per_second: float
    cpu_microseconds: float


@dataclass(frozen=True, slots=True)
class Figures:
    """The medians of a server's runs, and the runs. `cpu_microseconds`: of all its processes, for one request."""

    per_second: float
    cpu_microseconds: float
    runs: tuple[Run, ...]

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return {**asdict(self), "runs": [asdict(run) for run in self.runs]}


def alternate(servers: Mapping[str, Server], load: Callable[[str, Server], Load], runs: int) -> dict[str, Figures]:
    """Each server is measured `runs` times, in turn with the others. One run before is not counted."""
    kept: dict[str, list[Run]] = {name: [] for name in servers}
    for turn in range(runs + 1):
        for name, server in servers.items():
            run = _run(server, lambda name=name, server=server: load(name, server))
            if turn:
                kept[name].append(run)
    return {name: _figures(tuple(done)) for name, done in kept.items()}


def _run(server: Server, load: Callable[[], Load]) -> Run:
    before = server.cpu_seconds()
    with CORES.of_load():
        done = load()
    spent = server.cpu_seconds() - before
    if not done.answers:
        raise RuntimeError("A server answered nothing.")
    return Run(done.answers, done.wrong, done.answers / done.seconds, spent / done.answers * 1e6)


def _figures(runs: tuple[Run, ...]) -> Figures:
    return Figures(median(run.per_second for run in runs), median(run.cpu_microseconds for run in runs), runs)
