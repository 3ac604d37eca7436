"""Bursts of tiny or failing payments: somebody tries stolen cards, which is no giving."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=10)
LEAST_SUSPECTS = 20
LEAST_SHARE_PERCENT = 60


@dataclass(frozen=True, slots=True, order=True)
class Attempt:
    """A payment somebody tried to make. `tiny`: below what anybody gives; `failed`: it did not go through."""

    occurred_at: datetime
    payment_id: int
    tiny: bool
    failed: bool

    @property
    def suspect(self) -> bool:
        return self.tiny or self.failed


@dataclass(frozen=True, slots=True)
class Burst:
    """A stretch [starts_at, ends_at] of suspect attempts; `payment_ids`: the tiny payments in it that went through."""

    starts_at: datetime
    ends_at: datetime
    attempts: int
    suspects: int
    payment_ids: tuple[int, ...]

    @property
    def reason(self) -> str:
        return f"{self.suspects} of {self.attempts} attempts within minutes were tiny or failed: cards were tried out"


def find_bursts(attempts: Iterable[Attempt]) -> list[Burst]:
    """The bursts among the attempts of one source, in order of time.

    Ten minutes belong to a burst when at least 20 attempts in them, and 60 % of all of them, are suspect; stretches
    that overlap are one.
    """
    ordered = sorted(attempts)
    stretches: list[tuple[int, int]] = []
    first = suspects = 0
    for last, attempt in enumerate(ordered):
        suspects += attempt.suspect
        while attempt.occurred_at - ordered[first].occurred_at > WINDOW:
            suspects -= ordered[first].suspect
            first += 1
        if suspects >= LEAST_SUSPECTS and suspects * 100 >= (last - first + 1) * LEAST_SHARE_PERCENT:
            if stretches and first <= stretches[-1][1]:
                stretches[-1] = (stretches[-1][0], last)
            else:
                stretches.append((first, last))
    return [_burst(ordered[first : last + 1]) for first, last in stretches]


def _burst(attempts: Sequence[Attempt]) -> Burst:
    suspects = [a for a in attempts if a.suspect]
    return Burst(
        starts_at=suspects[0].occurred_at,
        ends_at=suspects[-1].occurred_at,
        attempts=len(attempts),
        suspects=len(suspects),
        payment_ids=tuple(a.payment_id for a in suspects if a.tiny and not a.failed),
    )
