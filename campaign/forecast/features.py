"""The shape of a campaign at one moment, as numbers; many variants of its last day at once."""

from __future__ import annotations

import numpy as np

from campaign.forecast.history import Array, History, Kind, Scaled

WINDOWS = ((0, 1), (1, 2), (2, 4), (4, 8), (8, 16), (16, 32))
PROFILE = (0.25, 0.5, 0.75)

NEAR_NAMES = ("share of time", "length", "last 7 days", "last 3 days", "first days", "biggest day", "concentration",
              "empty days", "progress", "size", "kind: soft", "kind: legal")  # fmt: skip
NEAR_WEIGHTS = np.array([2.5, 0.5, 0.7, 0.4, 1.0, 1.0, 0.5, 1.0, 1.2, 0.4, 1.0, 1.0])
"""How much each shape feature matters for how alike two campaigns are, after scaling to unit spread."""


def cumulated(weights: Array, weekday: int, duration: int) -> Array:
    """(duration + 1,) the weekday-adjusted days passed after 0, 1, … days."""
    days = weights[(weekday + np.arange(duration)) % 7]
    return np.concatenate([np.zeros(1), np.cumsum(days)])


def features(history: History, scaled: Scaled, variants: Array, passed: Array) -> tuple[Array, Array]:
    """(G, F) for the rule and (G, 12) for likeness, one row for each value of the last day in `variants`, in gifts.

    `passed` is `cumulated` of this history. All of it is finite for any history of one day or more.
    """
    t = history.days_seen
    x = np.repeat(scaled.values[None, :], len(variants), axis=0)
    x[:, -1] = variants
    seen = x.sum(axis=1)
    overall = seen / passed[t]
    safe = np.maximum(seen, 1e-9)
    rest = passed[history.duration] - passed[t]
    goal = np.full(len(x), scaled.goal) if scaled.goal is not None else overall * passed[-1] + 1.0
    gap, due = np.maximum(goal - seen, 0.0), np.maximum(scale_of(history), 1e-6)
    rel = {k: _relative(x, overall, passed, t, k) for k in (1, 3, 7, 14)}
    shares = x / safe[:, None]
    biggest, squares = shares.max(axis=1), np.log((shares**2).sum(axis=1) * t + 1e-3)
    empty, progress = (x <= 0).mean(axis=1), np.log(seen / np.maximum(goal, 1e-9) + 0.01)
    size, first = np.log1p(seen), x[:, :3].sum(axis=1) / safe
    log_gap = np.log(np.maximum(goal, seen) + 1) - size
    week = x[:, -7:].sum(axis=1) / (passed[t] - passed[max(t - 7, 0)])
    ones = np.ones(len(x))
    soft, legal = float(history.kind is Kind.SOFT), float(history.kind is Kind.LEGAL)
    columns = [
        ones * t / history.duration, ones * np.log(history.duration), ones * np.log(t), ones * np.log(rest + 1e-3),
        size, progress, rel[7], rel[3], rel[14], rel[1], first, x[:, 0] / safe, biggest, squares, empty,
        np.log1p(_quiet_days(x)), _halves(x, passed, t), np.log((gap + 1) / ((week + 0.1 * overall) * rest + 1)),
        np.log((gap + 1) / (overall * rest + 1)), ones * soft, ones * legal, np.log(goal + 1),
        np.minimum(seen / np.maximum(goal, 1e-9), 1.5), ones * ((history.weekday + history.duration - 1) % 7 >= 5),
        ones * ((history.weekday + t) % 7 >= 5), np.minimum(log_gap / due, 8), ones * due, np.minimum(log_gap, 4),
        (gap > 0) * ones, np.log(np.partition(x, -2, axis=1)[:, -2] + 1) if t > 1 else ones * 0,
        *(ones * value for value in _of_other(scaled.other, passed, t)),
        *(_window(x, seen, passed, t, a, b) for a, b in WINDOWS), *_profile(x, safe, t),
    ]  # fmt: skip
    near = [columns[0], columns[1], rel[7], rel[3], first, biggest, squares, empty, progress, size, ones * soft,
            ones * legal]  # fmt: skip
    return np.stack(columns, axis=1), np.stack(near, axis=1)


def scale_of(history: History) -> float:
    """The growth a straight line foresees, as a logarithm: what outcomes are measured in."""
    return float(np.log(history.duration / history.days_seen))


def _relative(x: Array, overall: Array, passed: Array, t: int, days: int) -> Array:
    days = min(days, t)
    expected = overall * (passed[t] - passed[t - days])
    return np.log((x[:, t - days :].sum(axis=1) + 1) / (expected + 1))


def _window(x: Array, seen: Array, passed: Array, t: int, begin: int, end: int) -> Array:
    """The days from `end` to `begin` before the last, against what an even course has there."""
    a, b = max(t - end, 0), max(t - begin, 0)
    expected = seen * (passed[b] - passed[a]) / passed[t]
    return np.log((x[:, a:b].sum(axis=1) + 1) / (expected + 1))


def _profile(x: Array, safe: Array, t: int) -> list[Array]:
    """The share of what was seen that had come by each quarter of the days seen."""
    course = np.cumsum(x, axis=1) / safe[:, None]
    return [course[:, int(t * share) - 1] if int(t * share) else np.zeros(len(x)) for share in PROFILE]


def _quiet_days(x: Array) -> Array:
    """Days since the last payment."""
    backwards = x[:, ::-1] > 0
    return np.where(x.sum(axis=1) > 0, backwards.argmax(axis=1) * 1.0, float(x.shape[1]))


def _halves(x: Array, passed: Array, t: int) -> Array:
    """The second half of the days seen against the first."""
    half = t // 2
    course = np.log((x[:, half:].sum(axis=1) + 2) / (x[:, :half].sum(axis=1) + 2))
    return course - np.log((passed[t] - passed[half]) / (passed[half] + 0.5))


def _of_other(other: Array, passed: Array, t: int) -> list[float]:
    """The companion series, without the last day: windows, course, concentration, days with anything."""
    z = other[None, :] if len(other) else np.zeros((1, 1))
    seen = z.sum(axis=1)
    safe = np.maximum(seen, 1e-9)
    days = z.shape[1]
    course = passed[: days + 1]
    values = [float(_window(z, seen, course, days, a, b)[0]) for a, b in WINDOWS]
    values += [float(part[0]) for part in _profile(z, safe, days)]
    shares = z[0] / safe[0]
    values += [float(shares.max()), float(np.log((shares**2).sum() * t + 1e-3)), float(np.log1p((z > 0).sum())),
               float(np.log1p(seen[0]))]  # fmt: skip
    return values
