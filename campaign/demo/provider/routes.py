"""The register of addresses under /v1: each with its parameters and what answers it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from campaign.demo.provider.forms import EXPAND, PAGE
from campaign.demo.provider.records import Json
from campaign.demo.provider.world import World

Answer = Callable[..., Json]


@dataclass(frozen=True)
class Route:
    method: str
    pattern: str
    matches: re.Pattern[str]
    schema: Json
    required: tuple[str, ...]
    answer: Answer


ROUTES: list[Route] = []


def route(
    method: str, pattern: str, schema: dict[str, Any] | None = None, required: tuple[str, ...] = ()
) -> Callable[[Answer], Answer]:
    """`{id}` in the pattern is handed to the answer after the world and the parameters."""

    def register(answer: Answer) -> Answer:
        matches = re.compile("^/v1" + re.sub(r"\{\w+\}", r"([^/]+)", pattern) + "$")
        ROUTES.append(
            Route(
                method,
                "/v1" + pattern,
                matches,
                {**(schema or {}), **({} if method == "DELETE" else EXPAND)},
                required,
                answer,
            )
        )
        return answer

    return register


def page_route(pattern: str, schema: dict[str, Any] | None = None) -> Callable[[Answer], Answer]:
    return route("GET", pattern, {**PAGE, **(schema or {})})


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
    for one in ROUTES:
        if one.method == method and (match := one.matches.match(path)):
            return one, match.groups()
    return None


def answer(world: World, found: Route, ids: tuple[str, ...], asked: Json) -> Json:
    return found.answer(world, asked, *ids)
