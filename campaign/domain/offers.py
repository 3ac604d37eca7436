"""What a campaign's page offers: memberships at prices of a source, and giving once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from campaign.domain.campaign import Join
from campaign.domain.errors import Invalid
from campaign.domain.money import exponent

LARGEST_GIFT_MINOR = 10**8
FREE = "free"
"""The choice of an amount of one's own."""


@dataclass(frozen=True, slots=True)
class Offered:
    """One choice. `price_key`: a membership at this price; "": money once. `amount_minor` None: not known."""

    value: str
    amount_minor: int | None
    currency: str
    interval: str | None
    price_key: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody chose: a membership at a price, or an amount once."""

    price_key: str = ""
    amount_minor: int = 0
    currency: str = ""


def gifts(join: Join) -> tuple[Offered, ...]:
    """What one can give once: the amounts suggested, then one's own."""
    suggested = tuple(Offered(f"once-{minor}", minor, join.give_currency, None) for minor in join.give_amounts)
    return (*suggested, Offered(FREE, None, join.give_currency, None)) if join.give_free else suggested


def choose(join: Join, offered: Sequence[Offered], value: str, typed: str) -> Chosen:
    """The choice made on the form; without one, the first. Raises Invalid where the amount can't be taken."""
    known = {one.value: one for one in offered}
    one = known.get(value) or (offered[0] if not value and offered else None)
    if one is None:
        raise Invalid("choice", "This is not offered any more.")
    if one.value == FREE:
        return Chosen("", own_amount(join, typed), join.give_currency)
    return Chosen(one.price_key, one.amount_minor or 0, one.currency)


def own_amount(join: Join, typed: str) -> int:
    """Minor units of an amount as a reader types it: "20", "7.50", "7,50". Raises Invalid."""
    plain = re.sub(r"[\s'’]", "", typed)
    plain = re.sub(r",([0-9]{1,2})$", r".\1", plain).replace(",", "")
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,3})?", plain, re.ASCII):
        raise Invalid("amount", "amount")
    try:
        minor = Decimal(plain).scaleb(exponent(join.give_currency))
    except InvalidOperation:
        raise Invalid("amount", "amount") from None
    if minor != minor.to_integral_value() or not max(1, join.give_minimum_minor) <= minor <= LARGEST_GIFT_MINOR:
        raise Invalid("amount", "amount")
    return int(minor)
