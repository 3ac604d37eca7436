"""Steps of a campaign as its settings hold them, and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from campaign.domain.steps import Match, Step


def ladder_body(ladder: Sequence[Step]) -> list[dict[str, Any]]:
    """Plain values."""
    return [{"at": step.at, "promise": dict(step.promise)} for step in ladder]


def ladder(body: Sequence[dict[str, Any]]) -> tuple[Step, ...]:
    """The steps of plain values."""
    return tuple(Step(step["at"], dict(step["promise"])) for step in body)


def match_body(match: Match | None) -> dict[str, Any] | None:
    """Plain values."""
    if match is None:
        return None
    days = {"starts_on": match.starts_on.isoformat(), "ends_on": match.ends_on.isoformat()}
    return {"sponsor": match.sponsor, "cap_minor": match.cap_minor, "tag": match.tag, **days}


def match(body: dict[str, Any] | None) -> Match | None:
    """The match of plain values."""
    if body is None:
        return None
    starts_on, ends_on = date.fromisoformat(body["starts_on"]), date.fromisoformat(body["ends_on"])
    return Match(body["sponsor"], body["cap_minor"], starts_on, ends_on, body["tag"])
