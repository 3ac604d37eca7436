"""Money in another currency, converted once: at the last rate of a day before the payment's day, cross by the euro."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal

from campaign.domain.money import exponent

EURO = "EUR"
OLDEST = timedelta(days=10)
"""A rate older than this before the payment says nothing about it; longer than any row of bank holidays."""

_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
_ONE = Decimal(1)

DayRates = Mapping[date, Decimal]
"""Day to units of a currency for one euro."""


@dataclass(frozen=True, slots=True)
class Cross:
    """Two rates of one day."""

    day: date
    from_per_euro: Decimal
    to_per_euro: Decimal

    def convert(self, minor: int, of: str, into: str) -> int:
        """Minor units of `of` in minor units of `into`, half-even, rounded once."""
        major = _EXACT.scaleb(Decimal(minor), -exponent(of))
        value = _EXACT.divide(_EXACT.multiply(major, self.to_per_euro), self.from_per_euro)
        return int(_EXACT.scaleb(value, exponent(into)).quantize(_ONE, ROUND_HALF_EVEN, _EXACT))

    def rate(self) -> str:
        """Units of the one for one of the other, to eight figures, for people."""
        rounded = Context(prec=8).divide(self.to_per_euro, self.from_per_euro)
        return f"{rounded:f}"


def cross_before(paid_on: date, from_rates: DayRates | None, to_rates: DayRates | None) -> Cross | None:
    """The rates of the last day before the payment's day that has both; None is the euro itself.

    None while the table does not reach the last weekday before the payment's day: the answer must not depend on
    whether a payment or its rate comes first. None too where the last rate is older than `OLDEST`.
    """
    if from_rates is None and to_rates is None:
        return Cross(paid_on, _ONE, _ONE)
    reached = min((max(r, default=date.min) for r in (from_rates, to_rates) if r is not None), default=date.min)
    if reached < last_weekday_before(paid_on):
        return None
    day = paid_on - timedelta(days=1)
    while day >= paid_on - OLDEST:
        one = _ONE if from_rates is None else from_rates.get(day)
        other = _ONE if to_rates is None else to_rates.get(day)
        if one is not None and other is not None:
            return Cross(day, one, other)
        day -= timedelta(days=1)
    return None


def last_weekday_before(day: date) -> date:
    """The last Monday to Friday before a day: no rates are told at weekends."""
    before = day - timedelta(days=1)
    while before.weekday() > 4:
        before -= timedelta(days=1)
    return before
