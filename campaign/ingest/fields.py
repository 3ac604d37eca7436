"""Reading an object of a source: each getter gives a typed value or raises MalformedFact; the unknown is ignored."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self, cast

from campaign.domain.errors import Invalid, MalformedFact
from campaign.domain.money import exponent
from campaign.ingest.bodies import Json, kept_text

_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Part(ABC):
    """An object, or a part of one, named for errors by the kind and id of the whole; how times are told is its own."""

    kind: str
    key: str
    body: Json

    def wrong(self, problem: str) -> MalformedFact:
        """The error that says so of this object."""
        return MalformedFact(self.kind, self.key, problem)

    def part(self, name: str) -> Self | None:
        """The object inside; None where there is none."""
        value = self.body.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.wrong(f"{name} is no object")
        return replace(self, body=cast(Json, value))

    def parts(self, name: str) -> list[Self]:
        """The objects of a list; none where there is no list."""
        value = self.listed(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in cast(list[Any], value)):
            raise self.wrong(f"{name} is no list of objects")
        return [replace(self, body=row) for row in cast(list[Json], value)]

    def listed(self, name: str) -> Any:
        """Where a list stands."""
        return self.body.get(name)

    def text(self, name: str) -> str:
        """A text that is there."""
        value = self.optional_text(name)
        if not value:
            raise self.wrong(f"{name} is missing")
        return value

    def optional_text(self, name: str) -> str | None:
        """A text, None where there is none."""
        value = self.body.get(name)
        if value is not None and not isinstance(value, str):
            raise self.wrong(f"{name} is no text")
        return value

    def currency(self, name: str = "currency") -> str:
        """An ISO 4217 code; an unknown one is refused."""
        code = self.text(name).upper()
        try:
            exponent(code)
        except Invalid as error:
            raise self.wrong(f"{code[:8]!r} is no currency we know") from error
        return code

    def instant(self, name: str) -> datetime:
        """A time that is there."""
        value = self.optional_instant(name)
        if value is None:
            raise self.wrong(f"{name} is missing")
        return value

    @abstractmethod
    def optional_instant(self, name: str) -> datetime | None:
        """A time as this source writes it; None where there is none."""


@dataclass(frozen=True, slots=True)
class Fields(Part):
    """An object whose source writes times as texts."""

    @classmethod
    def of(cls, body: Any, kind: str) -> Fields:
        """The object, which must have an id."""
        key = kept_text(cast(Json, body).get("id"), _LONGEST_KEY) if isinstance(body, dict) else None
        if key is None:
            raise MalformedFact(kind, "?", "has no id")
        return cls(kind, key, cast(Json, body))

    def id_text(self, name: str) -> str | None:
        """An id, None where there is none; the empty text is none."""
        value = self.optional_text(name)
        if not value:
            return None
        if kept_text(value, _LONGEST_KEY) is None:
            raise self.wrong(f"{name} is no id")
        return value

    def minor(self, name: str) -> int:
        """A whole number of minor units, 0 where there is none."""
        value = self.body.get(name)
        if value is None:
            return 0
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 1 << 53:
            raise self.wrong(f"{name} is no whole number")
        return value

    def yes(self, name: str) -> bool:
        """Whether it says true; some databases behind a service say 1."""
        value = self.body.get(name)
        return value is True or value == 1

    def optional_instant(self, name: str) -> datetime | None:
        """An ISO 8601 time, of UTC where it names no zone; None where there is none."""
        value = self.optional_text(name)
        if not value:
            return None
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            raise self.wrong(f"{name} is no time") from None
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        if not 1990 <= at.year < 9000:
            raise self.wrong(f"{name} is no time")
        return at
