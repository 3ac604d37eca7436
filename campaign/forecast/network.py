"""The rule learnt from past campaigns: a small network from shape to the quantiles of what is still to come."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from campaign.forecast.history import Array

LEVELS = (np.arange(25) + 0.5) / 25
"""The levels of the quantiles that the rule gives."""
HIDDEN = (48, 32)
OUTPUTS = len(LEVELS) + 1


@dataclass(frozen=True, slots=True)
class Network:
    """Weights and biases by layer. The last layer gives the steps between quantiles, then the log-odds of the goal."""

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]

    def answer(self, inputs: Array, due: Array) -> tuple[Array, Array]:
        """(G, 25) quantiles of log((total + 1) / (seen + 1)), and (G,) the share that reaches its goal.

        `due`: (G,) the growth that a straight line foresees; the quantiles are multiples of it.
        """
        layer = inputs
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            layer = layer @ weight + bias
            layer = layer * sigmoid(layer)
        out = layer @ self.weights[-1] + self.biases[-1]
        return np.cumsum(softplus(out[:, :-1]), axis=1) * due[:, None], sigmoid(out[:, -1])


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a network learns from, a row for each moment: inputs, growth due, growth seen, goal reached, is it asked."""

    inputs: Array
    due: Array
    growth: Array
    reached: Array
    asked: Array


@dataclass(frozen=True, slots=True)
class Course:
    """How a network is taught."""

    epochs: int = 9
    batch: int = 256
    rate: float = 3e-3
    decay: float = 1e-4
    dropped: float = 0.1
    goal_share: float = 0.25
    """The weight of the goal's likelihood beside the loss of the quantiles."""


def learn(lesson: Lesson, seed: int, course: Course | None = None) -> Network:
    """The network after its course (Adam, cosine rate): pinball loss of the quantiles, likelihood of the goal."""
    course = course or Course()
    random = np.random.default_rng(seed)
    sizes = (lesson.inputs.shape[1], *HIDDEN, OUTPUTS)
    layers = len(sizes) - 1
    parameters = [random.normal(0, np.sqrt(2 / a), (a, b)) for a, b in pairwise(sizes)]
    parameters += [np.zeros(b) for b in sizes[1:]]
    parameters[layers - 1] *= 0.1
    parameters[-1][:-1], parameters[-1][0] = -3.0, -1.0
    parameters = [part.astype(np.float32) for part in parameters]
    mean: list[Array] = [np.zeros_like(p) for p in parameters]
    spread: list[Array] = [np.zeros_like(p) for p in parameters]
    steps = course.epochs * (len(lesson.inputs) // course.batch)
    step = 0
    for _ in range(course.epochs):
        order = random.permutation(len(lesson.inputs))
        for begin in range(0, len(order) - course.batch + 1, course.batch):
            step += 1
            slopes = _slopes(parameters, lesson, order[begin : begin + course.batch], course, random)
            rate = course.rate * min(1.0, step / 200) * (0.5 + 0.5 * np.cos(np.pi * step / steps)) + 1e-6
            for i, slope in enumerate(slopes):
                mean[i] = 0.9 * mean[i] + 0.1 * slope
                spread[i] = 0.999 * spread[i] + 0.001 * slope * slope
                move = (mean[i] / (1 - 0.9**step)) / (np.sqrt(spread[i] / (1 - 0.999**step)) + 1e-8)
                parameters[i] -= rate * (move + (course.decay * parameters[i] if i < layers else 0))
    exact = [part.astype(np.float64) for part in parameters]
    return Network(tuple(exact[:layers]), tuple(exact[layers:]))


def softplus(x: Array) -> Array:
    return np.logaddexp(0, x)


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-np.clip(x, -30, 30)))


def _slopes(
    parameters: list[Array], lesson: Lesson, rows: Array, course: Course, random: np.random.Generator
) -> list[Array]:
    """The gradient of the loss over a batch, by hand: weights first, then biases."""
    layers = len(parameters) // 2
    weights, biases = parameters[:layers], parameters[layers:]
    reached = [lesson.inputs[rows]]
    kept: list[tuple[Array, Array]] = []
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        before = reached[-1] @ weight + bias
        stays = ((random.random(before.shape) > course.dropped) / (1 - course.dropped)).astype(np.float32)
        kept.append((before, stays))
        reached.append(before * sigmoid(before) * stays)
    slope = _loss_slope(reached[-1] @ weights[-1] + biases[-1], lesson, rows, course)
    slopes = [np.zeros(0)] * (2 * layers)
    for i in range(layers - 1, -1, -1):
        slopes[i], slopes[layers + i] = reached[i].T @ slope, slope.sum(axis=0)
        if i:
            before, stays = kept[i - 1]
            bent = sigmoid(before)
            slope = (slope @ weights[i].T) * stays * (bent * (1 + before * (1 - bent)))
    return slopes


def _loss_slope(out: Array, lesson: Lesson, rows: Array, course: Course) -> Array:
    due = lesson.due[rows, None]
    quantiles = np.cumsum(softplus(out[:, :-1]), axis=1) * due
    above = lesson.growth[rows, None] > quantiles
    pinball = np.where(above, -LEVELS, 1 - LEVELS) * (2 / len(LEVELS)) * due
    slope = np.empty_like(out)
    slope[:, :-1] = np.cumsum(pinball[:, ::-1], axis=1)[:, ::-1] * sigmoid(out[:, :-1])
    slope[:, -1] = course.goal_share * (sigmoid(out[:, -1]) - lesson.reached[rows]) * lesson.asked[rows]
    return (slope / len(rows)).astype(np.float32)
