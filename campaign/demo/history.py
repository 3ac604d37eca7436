"""Eight weeks of members at the provider before the first start, so that the first import has something to import."""

from __future__ import annotations

import time
from typing import Any

from campaign.demo.stand_in import StandIn

DAY = 86_400
WEEKS = 8
MEMBERS_AT_LEAST = 2_600
"""Together with the stated opening of 22,000 the demo begins in the middle of 24,500 to 24,950."""
JOINED_IN_WEEK = (640, 400, 280, 245, 235, 255, 285, 360)
"""A launch, a lull, and more again as the deadline comes near."""
PRICES = (("$5 a month", 500, 65), ("$10 a month", 1000, 30), ("$20 a month", 2000, 5))
"""What it is called, cents, and out of a hundred members how many choose it."""


def begins_at(now: float) -> int:
    """What the provider's clock says at its very first start: a day before the first member."""
    return int(now) - (7 * WEEKS + 1) * DAY


def make_history(provider: StandIn) -> str:
    """Members have joined, paid and left at the provider over eight weeks; returns the key of the first price."""
    now = int(time.time())
    prices = _make_prices(provider)
    provider.control("clock", advance_to=now)
    number = 0
    for week, count in enumerate(JOINED_IN_WEEK):
        begins = now - (WEEKS - week) * 7 * DAY
        _join(provider, prices, seed=week, first_number=number, count=count, begins=begins, ends=begins + 7 * DAY)
        number += count
    missing = MEMBERS_AT_LEAST - int(provider.ask("truth", summary=1)["count"])
    if missing > 0:
        _join(provider, prices, seed=99, first_number=number, count=missing, begins=now - 50 * DAY, ends=now, churn=0.0)
    return prices[0]


def _make_prices(provider: StandIn) -> list[str]:
    product = provider.post("products", ("name", "Membership of The Saltmere Courier"))["id"]
    made: list[str] = []
    for name, cents, _ in PRICES:
        form = (
            ("product", product),
            ("currency", "usd"),
            ("unit_amount", str(cents)),
            ("recurring[interval]", "month"),
            ("nickname", name),
        )
        made.append(provider.post("prices", *form)["id"])
    return made


def _join(
    provider: StandIn,
    prices: list[str],
    *,
    seed: int,
    first_number: int,
    count: int,
    begins: int,
    ends: int,
    churn: float = 0.06,
) -> None:
    asked: dict[str, Any] = {
        "count": count,
        "seed": seed,
        "first_number": first_number,
        "prices": prices,
        "weights": [share for _, _, share in PRICES],
        "from": begins,
        "to": ends - 1,
        "churn": churn,
        "churn_days": 60,
        "fails": churn / 3,
        "debits": 0.02,
        "ids": False,
    }
    provider.control("bulk", **asked)
