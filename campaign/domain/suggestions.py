"""Who might be one person: only what can be said in a sentence, by what sources tell beside addresses. Staff decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ONE_DAY = timedelta(days=1)
LEAST_ID = 8
"""Shorter ids are counted up in many systems and mean nothing beside each other."""


class Evidence(StrEnum):
    """Why two accounts might be one person, the strongest first."""

    MEMBERSHIP = "membership"
    PAYMENT = "payment"
    ACCOUNT = "account"
    AMOUNT = "amount"


_WEIGHT = {Evidence.MEMBERSHIP: 90, Evidence.PAYMENT: 90, Evidence.ACCOUNT: 60, Evidence.AMOUNT: 30}


@dataclass(frozen=True, slots=True)
class Mark:
    """Something an account has that another may have too. `of`: what it is; `at`: when, for what has a time."""

    account: int
    source_id: int
    evidence: Evidence
    of: str
    has_address: bool = True
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two accounts, and every reason to think that they are one person, the strongest first."""

    account: int
    other: int
    reasons: tuple[tuple[Evidence, str], ...]

    @property
    def weight(self) -> int:
        """By which they are ordered."""
        return sum(_WEIGHT[evidence] for evidence, _ in self.reasons)


def suggest(marks: Iterable[Mark], ruled_out: Collection[frozenset[int]]) -> tuple[Suggestion, ...]:
    """The pairs that share a mark at two sources, the likeliest first; `ruled_out`: what is decided or one already.

    The same id is only told by two sources where one was copied from the other. The same amount within a day says
    something only where either source had it once in that day, and where one side has no address to tell better.
    """
    by_mark: dict[tuple[Evidence, str], list[Mark]] = defaultdict(list)
    for mark in marks:
        if mark.evidence is Evidence.AMOUNT or len(mark.of) >= LEAST_ID:
            by_mark[mark.evidence, mark.of].append(mark)
    found: dict[frozenset[int], set[tuple[Evidence, str]]] = defaultdict(set)
    for (evidence, of), some in by_mark.items():
        for pair in _near(some) if evidence is Evidence.AMOUNT else _everywhere(some):
            if pair not in ruled_out:
                found[pair].add((evidence, of))
    suggestions = [
        Suggestion(min(pair), max(pair), tuple(sorted(reasons, key=lambda r: (-_WEIGHT[r[0]], r))))
        for pair, reasons in found.items()
    ]
    return tuple(sorted(suggestions, key=lambda s: (-s.weight, s.account, s.other)))


def _everywhere(marks: Sequence[Mark]) -> set[frozenset[int]]:
    return {
        frozenset((one.account, other.account))
        for at, one in enumerate(marks)
        for other in marks[at + 1 :]
        if one.source_id != other.source_id and one.account != other.account
    }


def _near(marks: Sequence[Mark]) -> set[frozenset[int]]:
    """Of one amount: pairs within a day, each alone in it at its source."""
    found: set[frozenset[int]] = set()
    timed = sorted(((m.at, m) for m in marks if m.at is not None), key=lambda item: (item[0], item[1].account))
    for at, one in timed:
        near = [m for when, m in timed if abs(when - at) <= ONE_DAY]
        others = [m for m in near if m.source_id != one.source_id]
        alone = sum(m.source_id == one.source_id for m in near) == 1
        if alone and len(others) == 1 and not one.has_address:
            found.add(frozenset((one.account, others[0].account)))
    return found
