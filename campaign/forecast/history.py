"""What a forecast starts from: the days of a campaign that are known, its length, its goal."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Kind(StrEnum):
    """What a missed goal means: nothing is paid out, nothing changes, or the law's deadline has passed."""

    HARD = "aon"
    SOFT = "flex"
    LEGAL = "deadline"


@dataclass(frozen=True, slots=True)
class History:
    """`counts`: payments (or people) of each day seen, the first day first; `amounts`: their money, where it is known.

    `goal` is money where `goal_is_money`, else payments; None where there is none. `of_money`: what is forecast is
    the money, else the number of payments. `duration` counts the last day. `weekday` of the first day: Monday is 0.
    """

    counts: Array
    amounts: Array | None
    duration: int
    weekday: int
    goal: float | None
    goal_is_money: bool
    of_money: bool
    kind: Kind = Kind.SOFT

    @property
    def days_seen(self) -> int:
        return len(self.counts)

    @property
    def days_left(self) -> int:
        return self.duration - len(self.counts)

    @property
    def values(self) -> Array:
        """What is forecast, day by day: never below zero."""
        chosen = self.amounts if self.of_money and self.amounts is not None else self.counts
        return np.maximum(chosen, 0.0)

    @property
    def seen(self) -> float:
        return float(self.values.sum())

    def until_day(self, days: int) -> History:
        """What was known after the first `days` days."""
        amounts = None if self.amounts is None else self.amounts[:days]
        return History(self.counts[:days], amounts, self.duration, self.weekday, self.goal, self.goal_is_money,
                       self.of_money, self.kind)  # fmt: skip

    def with_today(self, count: float, amount: float | None = None) -> History:
        """The same with one more day."""
        amounts = None if self.amounts is None else np.append(self.amounts, amount if amount is not None else 0.0)
        return History(np.append(self.counts, count), amounts, self.duration, self.weekday, self.goal,
                       self.goal_is_money, self.of_money, self.kind)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scaled:
    """A history in units of one gift. The unit is of the days before the last one, so that it does not move today.

    `goal` is None where it can't be told in this unit. `other`: the companion series, without the last day.
    """

    values: Array
    other: Array
    gift: float
    goal: float | None


def scale(history: History) -> Scaled:
    """The history in gifts: payments are gifts, money is divided by the mean gift before the last day."""
    counts = np.maximum(history.counts, 0.0)
    if history.amounts is None:
        goal = history.goal if not history.goal_is_money and not history.of_money else None
        return Scaled(counts, counts[:-1], 1.0, goal)
    amounts = np.maximum(history.amounts, 0.0)
    gift = _gift(counts[:-1], amounts[:-1], history)
    in_gifts = amounts / gift
    goal = None if history.goal is None else history.goal / (gift if history.goal_is_money else 1.0)
    if history.of_money:
        if not history.goal_is_money:
            goal = None
        return Scaled(in_gifts, counts[:-1], gift, goal)
    return Scaled(counts, in_gifts[:-1], 1.0, goal)


def _gift(counts: Array, amounts: Array, history: History) -> float:
    """The mean gift; without one yet, a hundredth of the goal, which is what is usual."""
    number, money = float(counts.sum()), float(amounts.sum())
    if number > 0 and money > 0:
        return money / number
    return history.goal / 100 if history.goal and history.goal_is_money else 1.0
