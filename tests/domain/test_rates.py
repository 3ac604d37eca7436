"""Conversion: the last rate of a day before the payment's day, cross by the euro, half-even, whatever comes first."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.domain.money import EXPONENTS, exponent
from campaign.domain.rates import Cross, cross_before

FRIDAY, MONDAY, TUESDAY = date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 24)
USD = {FRIDAY: Decimal("1.0500"), MONDAY: Decimal("1.0600")}
GBP = {FRIDAY: Decimal("0.8400"), MONDAY: Decimal("0.8500")}


@pytest.mark.parametrize(
    ("paid_on", "rate_on"),
    [(FRIDAY, None), (FRIDAY + timedelta(1), FRIDAY), (MONDAY, FRIDAY), (TUESDAY, MONDAY)],
    ids=["nothing before", "saturday", "monday", "tuesday"],
)
def test_the_rate_is_of_the_last_day_before_the_payments_day(paid_on: date, rate_on: date | None) -> None:
    cross = cross_before(paid_on, USD, GBP)
    assert (cross.day if cross else None) == rate_on


def test_a_payment_waits_until_the_table_reaches_the_day_before_it() -> None:
    assert cross_before(TUESDAY, {FRIDAY: Decimal("1.05")}, None) is None
    assert cross_before(TUESDAY, USD, {FRIDAY: Decimal("0.84")}) is None


def test_a_rate_that_is_too_old_says_nothing() -> None:
    assert cross_before(date(2026, 12, 10), {FRIDAY: Decimal(1), date(2026, 12, 10): Decimal(1)}, None) is None


@pytest.mark.parametrize(
    ("of", "into", "minor", "expected"),
    [
        ("EUR", "USD", 1_000, 1_050),
        ("USD", "EUR", 1_050, 1_000),
        ("EUR", "JPY", 100, 160),
        ("JPY", "EUR", 161, 101),
        ("KWD", "EUR", 10_000, 312),
        ("KWD", "EUR", 30_000, 938),
        ("EUR", "KWD", 313, 10_016),
        ("HUF", "EUR", 40_000, 100),
        ("EUR", "USD", 10, 10),
        ("EUR", "USD", 30, 32),
        ("EUR", "EUR", 7, 7),
    ],
)
def test_amounts_are_converted_half_even_between_units_of_any_size(
    of: str, into: str, minor: int, expected: int
) -> None:
    per_euro = {"EUR": "1", "USD": "1.05", "JPY": "160", "KWD": "3.2", "HUF": "400"}
    assert Cross(FRIDAY, Decimal(per_euro[of]), Decimal(per_euro[into])).convert(minor, of, into) == expected


@given(
    st.integers(0, 10**12),
    st.sampled_from(sorted(EXPONENTS)),
    st.sampled_from(sorted(EXPONENTS)),
    st.decimals("0.0001", "100000", places=4),
    st.decimals("0.0001", "100000", places=4),
)
def test_a_conversion_is_off_by_half_a_unit_at_most(
    minor: int, of: str, into: str, one: Decimal, other: Decimal
) -> None:
    got = Cross(FRIDAY, one, other).convert(minor, of, into)
    exact = Decimal(minor).scaleb(exponent(into) - exponent(of)) * other
    assert abs(got * one - exact) * 2 <= one * (1 + Decimal("1e-12")) + abs(exact) * Decimal("1e-24")
