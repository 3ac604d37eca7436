"""How a campaign is shown, as it is kept in its row: words, look, rules of showing. Used by store.campaigns only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any, cast

from campaign.domain.campaign import Words
from campaign.domain.display import Display, Variant
from campaign.domain.look import Look, Shape, Theme


def words(body: dict[str, dict[str, dict[str, str]]]) -> dict[str, dict[str, Words]]:
    """Language and stage to words."""
    return {language: {stage: Words(**w) for stage, w in stages.items()} for language, stages in body.items()}


def words_body(kept: Mapping[str, Mapping[str, Words]]) -> dict[str, Any]:
    """The same as plain values."""
    return {language: {stage: asdict(w) for stage, w in stages.items()} for language, stages in kept.items()}


def look(body: dict[str, Any]) -> Look:
    """The look; what an older release did not keep has its default."""
    kept = Look(**body)
    return replace(kept, shape=Shape(kept.shape), theme=Theme(kept.theme))


def display(body: dict[str, Any]) -> Display:
    """Lists come back as tuples, days as dates; what an older release did not keep has its default."""
    values: dict[str, Any] = {
        name: tuple(cast(list[Any], value)) if isinstance(value, list) else value for name, value in body.items()
    }
    for name in ("shows_on", "hides_after"):
        values[name] = date.fromisoformat(body[name]) if body.get(name) else None
    if body:
        values["variants"] = tuple(Variant(**variant) for variant in body["variants"])
    return Display(**values)


def display_body(display: Display) -> dict[str, Any]:
    """The rules as plain values."""
    return cast(dict[str, Any], json.loads(json.dumps(asdict(display), default=str)))
