"""Time passes: whatever is due is lived through in order, at the instant at which it was due."""

from __future__ import annotations

import heapq

from campaign.demo.provider.collecting import advance, bank_answers
from campaign.demo.provider.endings import OVER
from campaign.demo.provider.lives import live
from campaign.demo.provider.money import book_late_balance
from campaign.demo.provider.records import Charge, Invoice, PaymentIntent, Planned, Record, Session, Subscription
from campaign.demo.provider.sessions import bank_told, expire
from campaign.demo.provider.state import KINDS
from campaign.demo.provider.supporters import carry_out
from campaign.demo.provider.world import World


def live_until(world: World, instant: int, *, at_most: int = 1 << 30) -> bool:
    """Afterwards it is `instant` at the provider and true is returned; or `at_most` things were lived through."""
    for _ in range(at_most):
        if not world.due or world.due[0][0] > instant:
            world.now = max(world.now, instant)
            return True
        due_at, _, kind, wanted = heapq.heappop(world.due)
        record = world.state.table(KINDS[kind]).rows[wanted]
        if getattr(record, "due_at", None) == due_at:
            world.now = max(world.now, due_at)
            _live(world, record)
    return False


def _live(world: World, record: Record) -> None:
    if isinstance(record, Subscription) and record.status not in OVER:
        live(world, record)
    elif isinstance(record, Invoice):
        record.due_at = None
        advance(world, record)
    elif isinstance(record, PaymentIntent):
        bank_answers(world, record)
        bank_told(world, record)
    elif isinstance(record, Charge):
        book_late_balance(world, record)
    elif isinstance(record, Session):
        expire(world, record)
    elif isinstance(record, Planned):
        carry_out(world, record)
