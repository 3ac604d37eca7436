"""Stripe's allowance of reads: 500 for each payment of the last 30 days, 10,000 at least (docs.stripe.com/rate-limits).

Imports and sweeps stop at 70 % of it and go on by themselves when days leave the window; what a delivery needs is
always fetched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign.ingest.errors import AllowanceSpent
from campaign.ingest.stripe.client import Gateway
from campaign.store import reads
from campaign.store.engine import Database, Session

WINDOW = timedelta(days=30)
READS_A_PAYMENT = 500
LEAST = 10_000
SHARE_PERCENT = 70
READS_KEPT_TOGETHER = 50
"""Reads for deliveries are written down so many at a time."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Reads of the last 30 days, and how many Stripe allows in them."""

    used: int
    allowed: int

    @property
    def guard(self) -> int:
        """From so many reads on, imports and sweeps wait."""
        return self.allowed * SHARE_PERCENT // 100

    @property
    def is_spent(self) -> bool:
        return self.used >= self.guard


def allowance(session: Session, source_id: int, now: datetime) -> Allowance:
    """The account's allowance as far as we know its payments and are the only ones who read."""
    used = reads.within(session, source_id, now, WINDOW)
    payments = reads.payments_since(session, source_id, now - WINDOW)
    return Allowance(used, max(LEAST, READS_A_PAYMENT * payments))


@dataclass(frozen=True, slots=True)
class Meter:
    """Counts one source's reads in the store."""

    db: Database
    source_id: int
    gateway: Gateway
    now: Callable[[], datetime]

    def count(self, session: Session) -> None:
        """What was read since the last count is kept."""
        reads.add(session, self.source_id, self.gateway.take_reads(), self.now())

    def count_many(self) -> None:
        """The same in a transaction of its own, once there are enough."""
        if taken := self.gateway.take_reads(READS_KEPT_TOGETHER):
            with self.db.write() as session:
                reads.add(session, self.source_id, taken, self.now())

    def require(self, session: Session) -> None:
        """Return while there is room for long reading. Raises AllowanceSpent."""
        if reads.within(session, self.source_id, self.now(), WINDOW) < LEAST * SHARE_PERCENT // 100:
            return
        left = allowance(session, self.source_id, self.now())
        if left.is_spent:
            raise AllowanceSpent(
                f"{left.used:,} of the {left.allowed:,} reads that Stripe allows in 30 days are made; this goes on by "
                f"itself when they are fewer than {left.guard:,}. What deliveries need is still fetched."
            )
