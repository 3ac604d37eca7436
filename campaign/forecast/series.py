"""Campaigns that ended, read from a file of daily rows (the columns of the reference file)."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from campaign.domain.errors import Invalid
from campaign.forecast.history import Array, History, Kind

LONGEST_DAYS = 3_660
NEEDED = ("series_id", "source", "mode", "start_date", "duration", "goal_amount", "goal_count", "day", "n", "amount")


@dataclass(frozen=True, slots=True)
class Series:
    """One ended campaign day by day. `amounts` is None where only payments (signatures) are known."""

    key: str
    source: str
    kind: Kind
    starts_on: date
    counts: Array
    amounts: Array | None
    goal: float | None
    goal_is_money: bool

    @property
    def duration(self) -> int:
        return len(self.counts)

    @property
    def units(self) -> tuple[bool, ...]:
        """What can be forecast of it: the number of payments, and their money where it is known."""
        return (False, True) if self.amounts is not None and self.amounts.sum() > 0 else (False,)

    def history(self, days: int, *, of_money: bool) -> History:
        """What was known of it after its first `days` days."""
        amounts = None if self.amounts is None else self.amounts[:days]
        return History(self.counts[:days], amounts, self.duration, self.starts_on.weekday(), self.goal,
                       self.goal_is_money, of_money, self.kind)  # fmt: skip

    def total(self, *, of_money: bool) -> float:
        """What it had at its deadline."""
        return float(np.maximum(self.amounts if of_money and self.amounts is not None else self.counts, 0).sum())

    def made_it(self) -> bool | None:
        """Whether it reached its goal; None where it had none that can be told."""
        if self.goal is None or (self.goal_is_money and self.amounts is None):
            return None
        return self.total(of_money=self.goal_is_money) >= self.goal


def read_series(path: Path) -> list[Series]:
    """The campaigns of a file, gzipped or not, in the order of the file. Raises Invalid naming what is wrong."""
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise Invalid("file", f"{path} can't be read: {error}") from error
    return read_rows(csv.DictReader(io.StringIO(text)))


def read_rows(rows: Iterable[Mapping[str, str]]) -> list[Series]:
    """The campaigns of rows with the columns of the file. Raises Invalid naming what is wrong."""
    by_key: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        if missing := [name for name in NEEDED if name not in row]:
            raise Invalid("file", f"The file has no column {missing[0]!r}.")
        by_key.setdefault(row["series_id"], []).append(row)
    return [_series(key, its_rows) for key, its_rows in by_key.items()]


def day_of(series: Series, day: int) -> date:
    """The date of a day of the campaign."""
    return series.starts_on + timedelta(days=day)


def _series(key: str, rows: list[Mapping[str, str]]) -> Series:
    first = rows[0]
    try:
        duration = int(first["duration"])
        if not 1 <= duration <= LONGEST_DAYS:
            raise Invalid("file", f"{key}: a duration of {duration} days is not one of a campaign.")
        counts, amounts, has_money = np.zeros(duration), np.zeros(duration), False
        for row in rows:
            day = min(max(int(row["day"]), 0), duration - 1)
            counts[day] += float(row["n"] or 0)
            if row["amount"]:
                amounts[day] += float(row["amount"])
                has_money = True
        money, people = float(first["goal_amount"] or 0), float(first["goal_count"] or 0)
        goal = money or people or None
        starts_on = date.fromisoformat(first["start_date"])
    except ValueError as error:
        raise Invalid("file", f"{key}: {error}.") from error
    kind = Kind(first["mode"]) if first["mode"] in list(Kind) else Kind.SOFT
    return Series(key, first["source"], kind, starts_on, counts, amounts if has_money else None, goal, money > 0)
