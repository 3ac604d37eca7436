"""Five campaigns counted by a plain script from the provider's log, sharing no code with the product.

    python -m tests.proofs.plain_count truth.log

Each answer is a list of (instant, change), from which a number and its days follow. Who is a member when is the
provider's own fold; the rest is read straight from the log's lines.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from campaign.demo.provider.truth import Question, answer, read

Line = dict[str, Any]
Changes = list[tuple[int, int]]


class PlainLog:
    """The lines of the log up to an instant."""

    def __init__(self, path: Path, at: int) -> None:
        self.at = at
        self.lines = [line for line in read(path) if line["at"] <= at]
        self.addresses = {line["customer"]: line["email"] for line in self.lines if line["what"] == "customer"}
        self.charges = [line for line in self.lines if line["what"] == "captured"]
        self.prices = self._prices_of_intents()
        self.moves = self._moves()

    def _prices_of_intents(self) -> dict[str, set[str]]:
        prices: dict[str, set[str]] = defaultdict(set)
        for line in self.lines:
            if line["what"] == "settled" and line["intent"]:
                prices[line["intent"]] |= {price for price, _, _, amount, _ in line["lines"] if amount > 0}
        return prices

    def _moves(self) -> dict[str, list[tuple[int, str, int]]]:
        """By charge: (when, id, how much more is taken from then on)."""
        undone = {line["refund"] for line in self.lines if line["what"] == "refund_undone"}
        of: dict[str, str] = {}
        moves: dict[str, list[tuple[int, str, int]]] = defaultdict(list)
        amounts: dict[str, int] = {}
        for line in self.lines:
            if line["what"] == "refunded" and line["refund"] not in undone:
                moves[line["charge"]].append((line["at"], line["refund"], line["amount"]))
            elif line["what"] == "disputed":
                of[line["dispute"]], amounts[line["dispute"]] = line["charge"], line["amount"]
                moves[line["charge"]].append((line["at"], line["dispute"], line["amount"]))
            elif line["what"] == "dispute_won":
                back = -amounts[line["dispute"]]
                moves[of[line["dispute"]]].append((line["at"], line["dispute"], back))
        return moves

    def giver(self, charge: Line) -> str:
        told = self.addresses.get(charge["customer"]) if charge["customer"] else charge["email"]
        return (told or "").strip().casefold() or charge["customer"] or charge["charge"]

    def taken(self, charge: Line) -> Iterable[tuple[int, int]]:
        """(when, how much of the charge is taken from then on), never more than the whole."""
        total = 0
        for at, _, amount in sorted(self.moves[charge["charge"]]):
            total += amount
            yield at, min(charge["amount"], total)


def members(log: PlainLog, **asked: Any) -> Changes:
    changes: Changes = []
    for stretches in answer(log.lines, Question(log.at, **asked))["people"].values():
        for starts, ends in stretches:
            changes.append((starts, 1))
            if ends is not None:
                changes.append((ends, -1))
    return changes


def new_members(log: PlainLog, first: int, deadline: int) -> Changes:
    changes: Changes = []
    for stretches in answer(log.lines, Question(log.at))["people"].values():
        was_before = any(starts < first for starts, _ in stretches)
        for starts, ends in [] if was_before else stretches:
            if starts < deadline:
                changes.append((starts, 1))
                if ends is not None and ends < deadline:
                    changes.append((ends, -1))
    return changes


def givers(log: PlainLog, first: int, deadline: int) -> Changes:
    steps: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for charge in log.charges:
        if first <= charge["made_at"] < deadline:
            person = log.giver(charge)
            steps[person].append((charge["made_at"], 1))
            stands = True
            for at, taken in log.taken(charge):
                still = taken < charge["amount"]
                if still != stands:
                    steps[person].append((at, 1 if still else -1))
                stands = still
    changes: Changes = []
    for moves in steps.values():
        by_instant: dict[int, int] = defaultdict(int)
        for at, step in moves:
            by_instant[at] += step
        standing = 0
        for at in sorted(by_instant):
            before, standing = standing, standing + by_instant[at]
            if (before > 0) != (standing > 0):
                changes.append((at, 1 if standing > 0 else -1))
    return changes


def raised(log: PlainLog, first: int, deadline: int, price: str, tagged: set[str]) -> Changes:
    changes: Changes = []
    for charge in log.charges:
        is_meant = price in log.prices[charge["intent"]] or charge["charge"] in tagged
        if is_meant and first <= charge["made_at"] < deadline:
            changes.append((charge["made_at"], charge["amount"]))
            before = 0
            for at, taken in log.taken(charge):
                changes.append((at, before - taken))
                before = taken
    return changes


def by_day(changes: Changes, zone: str) -> dict[date, int]:
    """What each local day changed; days that change nothing left out."""
    days: dict[date, int] = defaultdict(int)
    for at, change in changes:
        days[(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at)).astimezone(ZoneInfo(zone)).date()] += change
    return {day: change for day, change in sorted(days.items()) if change}


if __name__ == "__main__":
    whole = PlainLog(Path(sys.argv[1]), 1 << 60)
    always = (0, 1 << 60)
    counted = {"members": members(whole), "new members": new_members(whole, *always), "givers": givers(whole, *always)}
    print(json.dumps({name: sum(change for _, change in changes) for name, changes in counted.items()}))
