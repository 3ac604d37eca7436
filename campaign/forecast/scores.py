"""How good forecasts were: CRPS against the straight line, how often ranges held, Brier of the goal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from campaign.forecast.history import Array, History
from campaign.forecast.network import LEVELS
from campaign.forecast.rule import READ, Outlook
from campaign.forecast.series import Series

CUT_OFFS = (0.10, 0.25, 0.50, 0.75, 0.90)
FEWEST_DAYS, FEWEST_PAYMENTS = 3, 5
AFTER_THREE_DAYS = 0.0
"""Stands for the moment after the third day, whatever share of the time that is."""
_SCORED = np.isin(READ, LEVELS)


@dataclass(frozen=True, slots=True)
class Scored:
    """One forecast held against what happened. `brier` is None where no open goal is in its unit."""

    source: str
    kind: str
    of_money: bool
    cut_off: float
    crps: float
    line: float
    held50: bool
    held80: bool
    held95: bool
    brier: float | None


def moments(one: Series) -> list[tuple[float, int]]:
    """(cut-off, days seen) of a campaign that the protocol asks for, and the moment after three days."""
    asked = [(cut_off, int(cut_off * one.duration + 0.5)) for cut_off in CUT_OFFS] + [(AFTER_THREE_DAYS, FEWEST_DAYS)]
    return [
        (cut_off, days)
        for cut_off, days in asked
        if FEWEST_DAYS <= days < one.duration and one.counts[:days].sum() >= FEWEST_PAYMENTS
    ]


def score(one: Series, cut_off: float, days: int, *, of_money: bool, told: Outlook) -> Scored:
    """A forecast of a campaign after some days, scored on log(total / unit + 1); the unit of money is the mean gift."""
    history = one.history(days, of_money=of_money)
    unit = _unit(history)
    total = one.total(of_money=of_money)
    truth = np.log1p(total / unit)
    quantiles = np.log1p(told.quantiles[_SCORED] / unit)
    off = truth - quantiles
    line = abs(truth - np.log1p(history.seen / days * one.duration / unit))
    brier = None
    made = one.made_it()
    if made is not None and told.probability is not None and of_money == one.goal_is_money:
        is_open = one.goal is not None and history.seen < one.goal
        brier = (told.probability - float(made)) ** 2 if is_open else None
    missed: Array = np.maximum(LEVELS * off, (LEVELS - 1) * off)
    crps = float(2 * missed.mean())
    return Scored(one.source, one.kind.value, of_money, cut_off, crps, float(line), _holds(total, told.range_of(0.5)),
                  _holds(total, told.range_of(0.8)), _holds(total, told.range_of(0.95)), brier)  # fmt: skip


def summary(scored: Sequence[Scored]) -> dict[str, float | int | None]:
    """Skill, coverage and Brier of some forecasts; None where there is nothing to tell."""
    briers = [s.brier for s in scored if s.brier is not None]
    line = sum(s.line for s in scored)
    return {
        "skill": round(1 - sum(s.crps for s in scored) / line, 4) if line else None,
        "coverage50": _mean(s.held50 for s in scored),
        "coverage80": _mean(s.held80 for s in scored),
        "coverage95": _mean(s.held95 for s in scored),
        "brier": _mean(briers),
        "crps": _mean(s.crps for s in scored),
        "crps_straight_line": _mean(s.line for s in scored),
        "forecasts": len(scored),
        "goals": len(briers),
    }


def by(scored: Sequence[Scored], name: Callable[[Scored], str]) -> Mapping[str, dict[str, float | int | None]]:
    """The same for each group, in order of its name."""
    groups: dict[str, list[Scored]] = {}
    for one in scored:
        groups.setdefault(name(one), []).append(one)
    return {key: summary(groups[key]) for key in sorted(groups)}


def _unit(history: History) -> float:
    if not history.of_money:
        return 1.0
    number = float(history.counts.sum())
    return max(history.seen / number, 1e-9) if number and history.seen else 1.0


def _holds(total: float, span: tuple[float, float]) -> bool:
    return span[0] - 1e-9 - abs(span[0]) * 1e-9 <= total <= span[1] + 1e-9 + abs(span[1]) * 1e-9


def _mean(values: Iterable[float]) -> float | None:
    kept = list(values)
    return round(float(np.mean(kept)), 4) if kept else None
