"""`python -m campaign.demo.traffic`: supporters at the provider, one after another, so that the number moves.

Joins, leaves, returns, failed payments and refunds take turns; where the number runs away, the next turn leads back.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from urllib.request import urlopen

from campaign.demo.first_campaign import SLUG
from campaign.demo.history import PRICES
from campaign.demo.stand_in import Refused, StandIn

MIDDLE, LOW, HIGH = 24_700, 24_560, 24_880
"""Within LOW and HIGH turns follow each other as they come; the banner stays well inside 24,500 to 24,950."""
SECONDS_BETWEEN = (1.5, 4.0)
_NAMES = (
    *("Amara", "Bruno", "Clara", "Dov", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas"),
    *("Kaia", "Luca", "Mira", "Nuri", "Olga", "Pavel", "Rhea", "Sami", "Tove", "Uma"),
)


class Traffic:
    """Supporters of one provider, who come and go by chance."""

    def __init__(self, provider: StandIn, rng: random.Random) -> None:
        self._provider = provider
        self._rng = rng
        self._prices = [row["id"] for row in reversed(provider.get("prices", limit=10)["data"])][: len(PRICES)]
        self._returned: set[str] = set()
        self._turn = 0

    def take_turn(self, count: int | None) -> str:
        """Something happens at the provider; says what. `count`: what the banner says, None when it is not known."""
        up, down = self.join, self.leave
        if count is not None and count <= LOW:
            return up()
        if count is not None and count >= HIGH:
            return down()
        turns: tuple[Callable[[], str], ...] = (
            self.join,
            self.leave,
            self.join,
            self.fail,
            self.refund,
            self.come_back,
            self.join,
            self.leave,
        )
        self._turn += 1
        done = turns[self._turn % len(turns)]
        if count is not None and self._rng.random() < abs(count - MIDDLE) / 400:
            done = up if count < MIDDLE else down
        return done()

    def join(self) -> str:
        """Somebody new joins and pays."""
        self._new_member("card")
        return "joined"

    def fail(self) -> str:
        """Somebody wants to join and the card is declined."""
        self._new_member("fails")
        return "payment failed"

    def leave(self) -> str:
        """A member leaves at once, and gets the rest of the month back."""
        self._provider.control("leave", subscription=self._some_subscription("active"), now=True)
        return "left"

    def refund(self) -> str:
        """A member asks for the last payment back, and leaves."""
        subscription = self._some_subscription("active")
        charge = self._provider.ask("newest_charge", subscription=subscription)["charge"]
        if charge is None:
            return self.leave()
        self._provider.control("refund", charge=charge)
        self._provider.control("leave", subscription=subscription, now=True)
        return "refunded"

    def come_back(self) -> str:
        """Somebody who left becomes a member again."""
        subscription = self._some_subscription("canceled")
        if subscription in self._returned:
            return self.join()
        self._returned.add(subscription)
        self._provider.control("return", subscription=subscription, payment="card")
        return "returned"

    def _new_member(self, payment: str) -> None:
        name = self._rng.choice(_NAMES)
        email = f"{name.lower()}.{self._rng.randrange(16**8):08x}@example.org"
        price = self._rng.choices(self._prices, [share for _, _, share in PRICES])[0]
        self._provider.control("join", email=email, name=name, price=price, payment=payment)

    def _some_subscription(self, status: str) -> str:
        rows = self._provider.get("subscriptions", status=status, limit=100)["data"]
        if not rows:
            raise Refused(f"nobody is {status}")
        return self._rng.choice(rows)["id"]


def shown_number(address: str) -> int | None:
    """What the banner says at this address; None when it does not answer."""
    try:
        with urlopen(f"{address}/g/{SLUG}.json", timeout=5) as answer:  # noqa: S310 - on loopback
            count = json.loads(answer.read()).get("count")
    except (OSError, ValueError):
        return None
    return count if isinstance(count, int) else None


def main() -> None:
    """Supporters come and go until this process is ended. A provider or banner that is away is waited for."""
    provider = StandIn(os.environ["STRIPE_API_BASE"], os.environ["STRIPE_API_KEY"])
    rng = random.Random()
    provider.wait_until_it_answers(30)
    traffic = Traffic(provider, rng)
    while True:
        time.sleep(rng.uniform(*SECONDS_BETWEEN))
        count = shown_number(os.environ["PUBLIC_URL"])
        if count is None:
            continue
        with suppress(Refused, OSError):
            print(f"{count:,}: {traffic.take_turn(count)}", flush=True)


if __name__ == "__main__":
    main()
