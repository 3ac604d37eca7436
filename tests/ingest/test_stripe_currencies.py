"""Stripe's minor units are not always those of ISO 4217: what it tells becomes ISO's, what it is asked its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.domain.money import EXPONENTS
from campaign.ingest.stripe.fields import from_stripe, to_stripe


@pytest.mark.parametrize(
    ("currency", "told", "minor"),
    [
        *(("USD", 1_050, 1_050), ("JPY", 500, 500), ("ISK", 50_000, 500), ("UGX", 50_000, 500), ("MGA", 500, 50_000)),
        *(
            ("HUF", 1_045, 1_045),
            ("TWD", 80_045, 80_045),
            ("KWD", 5_120, 5_120),
            ("BHD", 10, 10),
            ("TND", 9_990, 9_990),
        ),
    ],
)
def test_amounts_are_read_in_iso_units(currency: str, told: int, minor: int) -> None:
    assert from_stripe(told, currency) == minor
    assert to_stripe(minor, currency) == told


@pytest.mark.parametrize(("told", "minor"), [(4_010, 40), (4_050, 40), (4_150, 42), (-4_150, -42), (4_051, 41)])
def test_a_fraction_of_a_krona_from_before_2023_is_rounded_half_even(told: int, minor: int) -> None:
    assert from_stripe(told, "ISK") == minor


def test_of_three_decimals_the_last_is_asked_as_zero() -> None:
    assert [to_stripe(minor, "KWD") for minor in (5_124, 5_125, 5_126, 5_135)] == [5_120, 5_120, 5_130, 5_140]


@given(st.integers(0, 10**9), st.sampled_from(sorted(c for c, places in EXPONENTS.items() if places < 3)))
def test_asking_and_reading_are_each_others_reverse(minor: int, currency: str) -> None:
    whole = minor * 100 if currency == "MGA" else minor
    assert from_stripe(to_stripe(whole, currency), currency) == whole
