"""Histories: what supporters, banks and staff at the provider might do, drawn by Hypothesis and lived out there."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from campaign.demo.provider.events import event_shape
from campaign.demo.provider.records import Event
from tests.stripe_world import ControlRefused, Joined, StripeWorld

STARTS_AT = 1_768_000_000
"""9 January 2026: the provider's clock at the beginning of every history."""

DAY = 86_400
WEEK = 7 * DAY
ADDRESSES = ("jane@example.org", "thabo@example.org", "Zoë.Ünal@bücher.example", "nomsa+news@example.org")
SPELLINGS = (str, str.upper, str.title, lambda address: f"  {address} ")


@dataclass(frozen=True)
class Step:
    """One thing that happens, and how many seconds pass afterwards; `which` chooses among what exists by then."""

    does: str
    which: int = 0
    then: int = 0
    told: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class History:
    """What is chosen once, and the steps."""

    steps: tuple[Step, ...]
    currency: str = "usd"
    grace_days: int = 14
    count_trials: bool = False
    count_complimentary: bool = False
    count_returned: bool = False
    after_retries: str = "canceled"


_pauses = st.sampled_from([0, 0, 1, 3600, DAY, 3 * DAY, 8 * DAY, 15 * DAY, 31 * DAY])


def _step(does: str, **told: Any) -> st.SearchStrategy[Step]:
    drawn = st.tuples(*(st.tuples(st.just(name), values) for name, values in told.items()))
    return st.builds(Step, st.just(does), st.integers(0, 5), _pauses, drawn)


_join = _step(
    "join",
    address=st.integers(0, len(ADDRESSES) * len(SPELLINGS)),
    price=st.integers(0, 2),
    quantity=st.sampled_from([1, 1, 1, 2]),
    payment=st.sampled_from(["card", "card", "card", "fails", "debit", "debit_fails"]),
    trial_days=st.sampled_from([None, None, None, 7, 14]),
    coupon_percent=st.sampled_from([None, None, None, None, 50, 100]),
)
_steps = st.one_of(
    _join,
    _step("leave", now=st.booleans(), prorate=st.booleans()),
    _step("leave_at", days=st.integers(1, 50)),
    _step("stay"),
    _step("come_back", payment=st.sampled_from(["card", "fails", "debit"])),
    _step("fail_next_payments", count=st.integers(0, 2)),
    _step("card_fixed", pay=st.booleans()),
    _step("pay_open_invoice", outside=st.booleans()),
    _step("refund", part=st.sampled_from([None, None, 100, 250])),
    _step("refund_fails", status=st.sampled_from(["failed", "canceled"])),
    _step("dispute", status=st.sampled_from(["needs_response", "needs_response", "warning_needs_response"])),
    _step("close_dispute", status=st.sampled_from(["won", "lost", "warning_closed"])),
    _step("pause", behavior=st.sampled_from(["void", "keep_as_draft", "mark_uncollectible"])),
    _step("resume"),
    _step("switch", price=st.integers(0, 2), quantity=st.sampled_from([None, 1, 3]), invoice_now=st.booleans()),
    _step("one_off", address=st.integers(-1, len(ADDRESSES) - 1), amount=st.integers(1, 9000)),
    _step("change_address", address=st.integers(0, len(ADDRESSES) - 1)),
)


def histories(least: int = 1, most: int = 10) -> st.SearchStrategy[History]:
    return st.builds(
        History,
        st.tuples(_join, st.lists(_steps, min_size=least, max_size=most)).map(lambda both: (both[0], *both[1])),
        currency=st.sampled_from(["usd", "usd", "eur", "jpy"]),
        grace_days=st.sampled_from([14, 14, 0, 30]),
        count_trials=st.booleans(),
        count_complimentary=st.booleans(),
        count_returned=st.booleans(),
        after_retries=st.sampled_from(["canceled", "canceled", "unpaid", "past_due"]),
    )


@dataclass
class Life:
    """The steps of a history, taken one by one at the provider; what is not possible just then does not happen."""

    world: StripeWorld
    history: History
    joined: list[Joined] = field(default_factory=list[Joined])
    charges: list[str] = field(default_factory=list[str])
    refunds: list[str] = field(default_factory=list[str])
    disputes: list[str] = field(default_factory=list[str])
    told: int = 0

    def __post_init__(self) -> None:
        currency = self.history.currency
        amounts = (500, 1000) if currency != "jpy" else (800, 1500)
        self.prices = [self.world.price(amount, currency=currency) for amount in amounts]
        self.prices.append(self.world.price(amounts[1] * 10, currency=currency, interval="year"))
        self.world.behave(settles_in=currency, after_retries=self.history.after_retries)
        self.world.advance(stop=True)

    def take(self, step: Step) -> Iterator[None]:
        """The step is done; yields then, and whenever a week of what follows has passed."""
        with contextlib.suppress(ControlRefused, IndexError, ZeroDivisionError):
            getattr(self, f"_{step.does}")(step.which, **dict(step.told))
        yield
        for passed in range(0, step.then, WEEK):
            self.world.advance(seconds=min(WEEK, step.then - passed), stop=True)
            yield

    def new_events(self) -> list[bytes]:
        """What happened since the last call, as the provider would deliver it, in order."""
        assert self.world.server is not None
        world = self.world.server.world
        with world.lock:
            rows = list(world.state.table(Event).rows.values())
            new = [json.dumps(event_shape(world, event)).encode() for event in rows[self.told :]]
            self.told = len(rows)
        return new

    def _join(self, _: int, *, address: int, price: int, **told: Any) -> None:
        made = self.world.join(self.prices[price], spelled(address), **told)
        self.joined.append(made)
        if made.charge:
            self.charges.append(made.charge)

    def _chosen(self, which: int) -> Joined:
        return self.joined[-1 - which % len(self.joined)]

    def _leave(self, which: int, *, now: bool, prorate: bool) -> None:
        self.world.leave(self._chosen(which).subscription, now=now, prorate=now and prorate)

    def _leave_at(self, which: int, *, days: int) -> None:
        self.world.leave(self._chosen(which).subscription, cancel_at=self.world.now + days * DAY)

    def _stay(self, which: int) -> None:
        self.world.stay(self._chosen(which).subscription)

    def _come_back(self, which: int, *, payment: str) -> None:
        self.joined.append(self.world.come_back(self._chosen(which).subscription, payment=payment))

    def _fail_next_payments(self, which: int, *, count: int) -> None:
        self.world.fail_next_payments(self._chosen(which).customer, count)

    def _card_fixed(self, which: int, *, pay: bool) -> None:
        self.world.card_fixed(self._chosen(which).customer, pay=pay)

    def _pay_open_invoice(self, which: int, *, outside: bool) -> None:
        subscription = self._chosen(which).subscription
        rows = self.world.client.v1.invoices.list({"subscription": subscription, "status": "open"}).data
        self.world.pay(rows[0].id, outside=outside)

    def _charge(self, which: int) -> str:
        newest = self.world.newest_charge(self._chosen(which).subscription)
        return newest or self.charges[-1 - which % len(self.charges)]

    def _refund(self, which: int, *, part: int | None) -> None:
        self.refunds.append(self.world.refund(self._charge(which), part))

    def _refund_fails(self, which: int, *, status: str) -> None:
        self.world.refund_fails(self.refunds[-1 - which % len(self.refunds)], status)

    def _dispute(self, which: int, *, status: str) -> None:
        self.disputes.append(self.world.dispute(self._charge(which), status))

    def _close_dispute(self, which: int, *, status: str) -> None:
        self.world.close_dispute(self.disputes[-1 - which % len(self.disputes)], status)

    def _pause(self, which: int, *, behavior: str) -> None:
        self.world.pause(self._chosen(which).subscription, behavior)

    def _resume(self, which: int) -> None:
        self.world.resume(self._chosen(which).subscription)

    def _switch(self, which: int, *, price: int, quantity: int | None, invoice_now: bool) -> None:
        self.world.switch_price(
            self._chosen(which).subscription, self.prices[price], quantity=quantity, invoice_now=invoice_now
        )

    def _one_off(self, _: int, *, address: int, amount: int) -> None:
        email = None if address < 0 else ADDRESSES[address]
        self.charges.append(self.world.one_off(amount, self.history.currency, email=email))

    def _change_address(self, which: int, *, address: int) -> None:
        self.world.change_address(self._chosen(which).customer, ADDRESSES[address])


def spelled(number: int) -> str | None:
    """One of a few addresses in one of its spellings; the last number is nobody's."""
    if number == len(ADDRESSES) * len(SPELLINGS):
        return None
    return SPELLINGS[number // len(ADDRESSES)](ADDRESSES[number % len(ADDRESSES)])
