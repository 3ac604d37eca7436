"""Reading an object of Stripe's: each getter gives a typed value or raises MalformedFact; the unknown is ignored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from campaign.domain.errors import Invalid, MalformedFact
from campaign.domain.money import exponent, share

Json = dict[str, Any]

_LATEST = 1 << 33
_DECIMALS_AT_STRIPE = {"ISK": 2, "UGX": 2, "MGA": 0}
"""Where Stripe's minor units are not those of ISO 4217 (docs.stripe.com/currencies, zero-decimal and special cases).

HUF and TWD have two decimals in both; only their payouts are whole, which is no fact of ours. The currencies with
three decimals have three in both; that Stripe takes no last digit but 0 matters to what is asked, not to what is told.
"""


@dataclass(frozen=True, slots=True)
class Thing:
    """An object, or a part of one, named for errors by the kind and id of the whole."""

    kind: str
    key: str
    body: Json

    @classmethod
    def of(cls, body: Any, kind: str) -> Thing:
        """The object, which must be of this kind and have an id."""
        if not isinstance(body, dict):
            raise MalformedFact(kind, "?", "is no object")
        fields = cast(Json, body)
        key = fields.get("id")
        if not isinstance(key, str) or not key or len(key) > 255:
            raise MalformedFact(kind, "?", "has no id")
        if fields.get("object") not in (kind, None):
            raise MalformedFact(kind, key, f"is a {str(fields.get('object'))[:40]}")
        return cls(kind, key, fields)

    def wrong(self, problem: str) -> MalformedFact:
        return MalformedFact(self.kind, self.key, problem)

    def part(self, name: str) -> Thing | None:
        """The object inside; None where there is none."""
        value = self.body.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.wrong(f"{name} is no object")
        return Thing(self.kind, self.key, cast(Json, value))

    def parts(self, name: str) -> list[Thing]:
        """The objects of a list, Stripe's kind of list or a plain one; none where there is no list."""
        value = self.body.get(name)
        if isinstance(value, dict):
            value = cast(Json, value).get("data")
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in cast(list[Any], value)):
            raise self.wrong(f"{name} is no list of objects")
        return [Thing(self.kind, self.key, row) for row in cast(list[Json], value)]

    def text(self, name: str) -> str:
        value = self.optional_text(name)
        if not value:
            raise self.wrong(f"{name} is missing")
        return value

    def optional_text(self, name: str) -> str | None:
        value = self.body.get(name)
        if value is not None and not isinstance(value, str):
            raise self.wrong(f"{name} is no text")
        return value

    def number(self, name: str, default: int | None = None) -> int:
        value = self.body.get(name, default)
        value = default if value is None else value
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(f"{name} is no whole number")
        if abs(value) >= 1 << 53:
            raise self.wrong(f"{name} is too large")
        return value

    def instant(self, name: str) -> datetime:
        value = self.optional_instant(name)
        if value is None:
            raise self.wrong(f"{name} is missing")
        return value

    def optional_instant(self, name: str) -> datetime | None:
        value = self.body.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < _LATEST:
            raise self.wrong(f"{name} is no time")
        return datetime.fromtimestamp(value, UTC)

    def yes(self, name: str) -> bool:
        return self.body.get(name) is True

    def id_of(self, name: str) -> str | None:
        """The id of the object referred to, expanded or not; None where there is none."""
        value = self.body.get(name)
        if isinstance(value, dict):
            value = cast(Json, value).get("id")
        if value is None:
            return None
        if not isinstance(value, str) or not value or len(value) > 255:
            raise self.wrong(f"{name} has no id")
        return value

    def currency(self, name: str = "currency") -> str:
        """An ISO 4217 code; an unknown one is refused."""
        code = self.text(name).upper()
        try:
            exponent(code)
        except Invalid as error:
            raise self.wrong(f"{code[:8]!r} is no currency we know") from error
        return code

    def minor(self, name: str, currency: str) -> int:
        """The amount in ISO 4217 minor units."""
        return from_stripe(self.number(name), currency)


def from_stripe(value: int, currency: str) -> int:
    """Stripe's minor units in ISO 4217's. A fraction that ISO has no unit for (krona before 2023): half-even."""
    places = exponent(currency) - _DECIMALS_AT_STRIPE.get(currency, exponent(currency))
    return share(value, 10**-places, 1) if places < 0 else value * 10**places


def to_stripe(minor: int, currency: str) -> int:
    """ISO 4217 minor units in Stripe's, as it takes them: with three decimals, the last digit is rounded to 0."""
    if exponent(currency) == 3:
        return share(minor, 10, 1) * 10
    places = _DECIMALS_AT_STRIPE.get(currency, exponent(currency)) - exponent(currency)
    return share(minor, 10**-places, 1) if places < 0 else minor * 10**places
