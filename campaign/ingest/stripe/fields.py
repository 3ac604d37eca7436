"""Reading an object of Stripe's, with its times and its minor units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from campaign.domain.errors import MalformedFact
from campaign.domain.money import exponent, share
from campaign.ingest.bodies import Json
from campaign.ingest.fields import Part

_LATEST = 1 << 33
_DECIMALS_AT_STRIPE = {"ISK": 2, "UGX": 2, "MGA": 0}
"""Where Stripe's minor units are not those of ISO 4217 (docs.stripe.com/currencies, zero-decimal and special cases).

HUF and TWD have two decimals in both; only their payouts are whole, which is no fact of ours. The currencies with
three decimals have three in both; that Stripe takes no last digit but 0 matters to what is asked, not to what is told.
"""


@dataclass(frozen=True, slots=True)
class Thing(Part):
    """An object of Stripe's."""

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

    def listed(self, name: str) -> Any:
        """Stripe's kind of list, or a plain one."""
        value = self.body.get(name)
        return cast(Json, value).get("data") if isinstance(value, dict) else value

    def number(self, name: str, default: int | None = None) -> int:
        value = self.body.get(name, default)
        value = default if value is None else value
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(f"{name} is no whole number")
        if abs(value) >= 1 << 53:
            raise self.wrong(f"{name} is too large")
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
