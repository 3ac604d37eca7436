"""Keeps what the backtests printed, and how long one forecast takes, for docs/measurements.md.

python -m campaign.forecast.backtest FILE --folds 5 --json > folds.json
python -m tests.forecast.figures "left out, 5 folds" "--folds 5" folds.json
python -m tests.forecast.figures speed
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from campaign.forecast.course import course_of
from campaign.forecast.rule import outlook
from campaign.forecast.table import reference
from campaign.forecast.tell import tell
from tests.forecast.courses import IN_A_U, a_drive, at, totals_of
from tests.proofs.figures import record

PROOF = "Forecasts"
NAMES = ("skill", "coverage50", "coverage80", "coverage95", "brier", "crps", "crps_straight_line", "forecasts")


def keep_backtest(name: str, options: str, printed: Path) -> None:
    """The overall figures are one row, each part of them another."""
    figures = json.loads(printed.read_text(encoding="utf-8"))
    command = f"python -m campaign.forecast.backtest FILE {options}"
    record(PROOF, f"{name}: all", {n: figures[n] for n in NAMES if figures[n] is not None}, command=command)
    parts = [(p, k, v) for p in ("by_cutoff", "by_source", "by_mode") for k, v in figures[p].items()]
    for part, key, values in [*parts, ("after 3 days", "", figures["after_3_days"])]:
        shown = {n: values[n] for n in NAMES if values[n] is not None}
        record(PROOF, f"{name}: {part.replace('_', ' ')} {key}".strip(), shown, command=command)


def keep_speed() -> None:
    """CPU time of one forecast of the rule, and of a whole campaign's, against sorting a million numbers."""
    drive = a_drive()
    now = at(drive, 15.5)
    course, numbers = course_of(drive, totals_of(drive, IN_A_U[:16]), now), np.random.default_rng(1).random(1_000_000)
    history = course.history(15)
    rule = _milliseconds(lambda: outlook(history, reference()))
    whole = _milliseconds(lambda: tell(course, reference(), [], now))
    sort = _milliseconds(lambda: np.sort(numbers))
    values = {"ms CPU, the rule once (goal: at most 5)": rule, "ms CPU, a campaign with both its moments": whole,
              "ms CPU, sorting 1,000,000 numbers": sort, "the rule in sorts": rule / sort}  # fmt: skip
    record(PROOF, "time of one forecast", values, command="python -m tests.forecast.figures speed")


def _milliseconds(work: Callable[[], object], times: int = 60) -> float:
    for _ in range(5):
        work()
    begun = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - begun) / times * 1_000


if __name__ == "__main__":
    if sys.argv[1:] == ["speed"]:
        keep_speed()
    else:
        keep_backtest(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
