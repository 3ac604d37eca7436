"""The provider's own answer, case by case, each worked out by hand from the page on counting.

A period of the first month is 30 days long; a renewal is paid an hour after it is drafted.
"""

from __future__ import annotations

import pytest

from tests.demo.conftest import START
from tests.stripe_world import StripeWorld

NOW, DAY, HOUR = START + 1, 86_400, 3600
MONTH, GRACE = 30 * DAY, 14 * DAY
JANE = "jane@example.org"
Spans = list[tuple[int, int | None]]


def spans(stripe: StripeWorld, price: str, **how: bool | int) -> Spans:
    return stripe.truth(price, **how).people.get(JANE, [])  # type: ignore[arg-type]


def test_nobody_is_a_member_before_the_first_payment_settled(stripe: StripeWorld) -> None:
    price = stripe.price()
    jane = stripe.join(price, JANE, payment="fails")
    assert spans(stripe, price) == []
    stripe.advance(hours=5)
    stripe.card_fixed(jane.customer)
    assert spans(stripe, price) == [(NOW + 5 * HOUR, None)]


def test_grace_runs_from_the_end_of_what_was_paid(stripe: StripeWorld) -> None:
    price = stripe.price()
    jane = stripe.join(price, JANE)
    stripe.fail_next_payments(jane.customer)
    stripe.behave(after_retries="unpaid")
    stripe.advance(days=43)
    assert stripe.truth(price).members == {JANE}
    stripe.advance(days=2)
    assert spans(stripe, price) == [(NOW, NOW + MONTH + GRACE)]
    stripe.card_fixed(jane.customer)
    assert spans(stripe, price) == [(NOW, NOW + MONTH + GRACE), (NOW + 45 * DAY, None)]


def test_a_payment_in_grace_makes_no_gap(stripe: StripeWorld) -> None:
    price = stripe.price()
    jane = stripe.join(price, JANE)
    stripe.fail_next_payments(jane.customer, 2)
    stripe.advance(days=50)
    assert spans(stripe, price) == [(NOW, None)]


def test_a_cancellation_ends_grace_at_its_own_instant(stripe: StripeWorld) -> None:
    price = stripe.price()
    jane = stripe.join(price, JANE)
    stripe.fail_next_payments(jane.customer)
    stripe.advance(days=35)
    stripe.leave(jane.subscription)
    assert spans(stripe, price) == [(NOW, NOW + 35 * DAY)]
    stripe.stay(jane.subscription)
    assert spans(stripe, price) == [(NOW, None)]


def test_canceled_with_the_period_it_ends_with_the_period(stripe: StripeWorld) -> None:
    price = stripe.price()
    jane = stripe.join(price, JANE)
    stripe.leave(jane.subscription)
    assert stripe.truth(price).members == {JANE}
    stripe.advance(days=40)
    assert spans(stripe, price) == [(NOW, NOW + MONTH)]


def test_canceled_now_it_ends_now_and_a_return_opens_another(stripe: StripeWorld) -> None:
    price = stripe.price()
    jane = stripe.join(price, JANE)
    stripe.advance(days=10)
    stripe.leave(jane.subscription, now=True)
    stripe.advance(days=10)
    stripe.come_back(jane.subscription)
    assert spans(stripe, price) == [(NOW, NOW + 10 * DAY), (NOW + 20 * DAY, None)]
    assert stripe.truth(price, at=NOW + 15 * DAY).count == 0


@pytest.mark.parametrize(("behavior", "grace"), [("void", 0), ("keep_as_draft", GRACE), ("mark_uncollectible", GRACE)])
def test_paused_it_counts_until_what_is_paid_runs_out(stripe: StripeWorld, behavior: str, grace: int) -> None:
    price = stripe.price()
    jane = stripe.join(price, JANE)
    stripe.pause(jane.subscription, behavior)
    stripe.advance(days=50)
    assert spans(stripe, price) == [(NOW, NOW + MONTH + grace)]


def test_a_void_invoice_ends_grace_from_its_voiding(stripe: StripeWorld) -> None:
    price = stripe.price()
    jane = stripe.join(price, JANE)
    stripe.fail_next_payments(jane.customer)
    stripe.advance(days=33)
    stripe.void(stripe.client.v1.invoices.list({"subscription": jane.subscription}).data[0].id)
    stripe.advance(days=15)
    assert spans(stripe, price) == [(NOW, NOW + 33 * DAY)]


def test_a_refund_of_all_ends_it_and_of_a_part_does_not(stripe: StripeWorld) -> None:
    price = stripe.price()
    jane = stripe.join(price, JANE)
    stripe.advance(days=2)
    stripe.refund(jane.charge or "", 200)
    assert stripe.truth(price).members == {JANE}
    stripe.advance(days=2)
    refund = stripe.refund(jane.charge or "")
    assert spans(stripe, price) == [(NOW, NOW + 4 * DAY)]
    assert stripe.truth(price).raised() == 0
    stripe.refund_fails(refund)
    assert spans(stripe, price) == [(NOW, None)]
    assert stripe.truth(price).raised() == 300


def test_a_refunded_renewal_lends_no_grace_to_the_month_before(stripe: StripeWorld) -> None:
    price = stripe.price()
    jane = stripe.join(price, JANE)
    stripe.advance(days=32)
    stripe.refund(stripe.newest_charge(jane.subscription) or "")
    assert spans(stripe, price) == [(NOW, NOW + 32 * DAY)]
    stripe.advance(days=40)
    assert spans(stripe, price) == [(NOW, NOW + 32 * DAY), (NOW + 61 * DAY + HOUR, None)]


def test_a_dispute_counts_only_once_lost_and_then_from_its_opening(stripe: StripeWorld) -> None:
    price = stripe.price()
    jane = stripe.join(price, JANE)
    stripe.advance(days=3)
    dispute = stripe.dispute(jane.charge or "")
    assert (stripe.truth(price).count, stripe.truth(price).raised()) == (1, 0)
    stripe.advance(days=3)
    stripe.close_dispute(dispute, "lost")
    assert spans(stripe, price) == [(NOW, NOW + 3 * DAY)]


def test_a_dispute_won_gives_the_money_back_on_its_day(stripe: StripeWorld) -> None:
    charge = stripe.one_off(2000)
    stripe.advance(days=1)
    dispute = stripe.dispute(charge)
    stripe.advance(days=1)
    stripe.close_dispute(dispute, "won")
    money = stripe.truth().money["usd"]
    assert money == {"total": 2000, "days": {"2026-09-21": 2000, "2026-09-22": -2000, "2026-09-23": 2000}}


def test_refund_and_dispute_never_take_more_than_the_payment(stripe: StripeWorld) -> None:
    charge = stripe.one_off(2000)
    dispute = stripe.dispute(charge)
    stripe.refund(charge, 500)
    assert stripe.truth().raised() == 0
    stripe.close_dispute(dispute, "won")
    assert stripe.truth().raised() == 1500


def test_an_inquiry_takes_nothing(stripe: StripeWorld) -> None:
    stripe.dispute(stripe.one_off(2000), "warning_needs_response")
    assert stripe.truth().raised() == 2000


def test_trials_count_only_where_asked_and_then_have_grace(stripe: StripeWorld) -> None:
    price = stripe.price()
    jane = stripe.join(price, JANE, trial_days=10)
    assert spans(stripe, price) == []
    assert spans(stripe, price, count_trials=True) == [(NOW, None)]
    stripe.fail_next_payments(jane.customer)
    stripe.advance(days=25)
    assert spans(stripe, price) == []
    assert spans(stripe, price, count_trials=True) == [(NOW, NOW + 24 * DAY)]


def test_what_is_free_of_charge_counts_only_where_asked(stripe: StripeWorld) -> None:
    price = stripe.price()
    stripe.join(price, JANE, coupon_percent=100)
    assert spans(stripe, price) == []
    assert spans(stripe, price, count_complimentary=True) == [(NOW, None)]


def test_a_debit_counts_from_when_it_was_made_once_it_succeeded(stripe: StripeWorld) -> None:
    price = stripe.price()
    stripe.join(price, JANE, payment="debit")
    stripe.advance(days=3)
    assert (spans(stripe, price), stripe.truth(price).raised()) == ([], 0)
    stripe.advance(days=2)
    assert spans(stripe, price) == [(NOW, None)]
    assert stripe.truth(price).money["usd"]["days"] == {"2026-09-21": 500}


def test_a_switch_changes_nobody_and_a_person_counts_once(stripe: StripeWorld) -> None:
    price, dear = stripe.price(500), stripe.price(1000)
    jane = stripe.join(price, JANE)
    stripe.join(price, " Jane@Example.org ")
    stripe.advance(days=15)
    stripe.switch_price(jane.subscription, dear)
    stripe.switch_price(jane.subscription, price)
    stripe.advance(days=40)
    assert stripe.truth([price, dear]).count == 1
    assert spans(stripe, [price, dear]) == [(NOW, None)]  # type: ignore[arg-type]


@pytest.mark.parametrize("refunded_first", [True, False])
def test_credit_for_money_that_went_back_entitles_to_nothing(stripe: StripeWorld, refunded_first: bool) -> None:
    price = stripe.price(500)
    jane = stripe.join(price, JANE)
    assert jane.charge
    steps = [lambda: stripe.refund(jane.charge), lambda: stripe.switch_price(jane.subscription, price, quantity=1)]
    for step in steps if refunded_first else reversed(steps):
        stripe.advance(days=5)
        step()
    stripe.advance(days=1)
    ended = NOW + (5 if refunded_first else 10) * DAY
    assert stripe.truth(price).count == 0
    assert spans(stripe, price) == [(NOW, ended)]


@pytest.mark.parametrize(("before", "after"), [(500, 1000), (1000, 500), (500, 500)])
def test_a_switch_that_is_billed_with_the_renewal_changes_nobody(stripe: StripeWorld, before: int, after: int) -> None:
    price, other = stripe.price(before), stripe.price(after)
    jane = stripe.join(price, JANE)
    stripe.advance(days=15)
    stripe.switch_price(jane.subscription, other, invoice_now=False)
    stripe.advance(days=16)
    assert spans(stripe, [price, other]) == [(NOW, None)]  # type: ignore[arg-type]


def test_a_downgrade_whose_invoice_is_all_credit_changes_nobody(stripe: StripeWorld) -> None:
    price, other = stripe.price(1000), stripe.price(500)
    jane = stripe.join(price, JANE)
    stripe.advance(days=15)
    stripe.switch_price(jane.subscription, other)
    assert spans(stripe, [price, other]) == [(NOW, None)]  # type: ignore[arg-type]


def test_an_upgrade_that_could_not_be_paid_leaves_what_was_paid(stripe: StripeWorld) -> None:
    price, dear = stripe.price(500), stripe.price(1000)
    jane = stripe.join(price, JANE)
    stripe.advance(days=15)
    stripe.behave(after_retries="unpaid")
    stripe.fail_next_payments(jane.customer)
    stripe.switch_price(jane.subscription, dear)
    stripe.advance(days=35)
    assert spans(stripe, [price, dear]) == [(NOW, NOW + MONTH + GRACE)]  # type: ignore[arg-type]


def test_a_free_price_is_complimentary(stripe: StripeWorld) -> None:
    price = stripe.price(0)
    stripe.join(price, JANE)
    assert (spans(stripe, price), spans(stripe, price, count_complimentary=True)) == ([], [(NOW, None)])


def test_a_switch_to_what_does_not_count_ends_it_there(stripe: StripeWorld) -> None:
    price, shop = stripe.price(500), stripe.price(1000)
    jane = stripe.join(price, JANE)
    stripe.advance(days=15)
    stripe.switch_price(jane.subscription, shop)
    assert spans(stripe, price) == [(NOW, NOW + 15 * DAY)]


def test_paid_with_credit_is_paid(stripe: StripeWorld) -> None:
    price = stripe.price()
    jane = stripe.join(price, JANE)
    stripe.client.v1.customers.update(jane.customer, {"balance": -500})
    stripe.advance(days=31)
    assert spans(stripe, price) == [(NOW, None)]
    assert stripe.truth(price).raised() == 500


def test_another_address_now_is_the_same_person(stripe: StripeWorld) -> None:
    price = stripe.price()
    jane = stripe.join(price, JANE)
    other = stripe.join(price, "other@example.org")
    assert stripe.truth(price).count == 2
    stripe.change_address(other.customer, JANE)
    assert stripe.truth(price).members == {JANE}
    stripe.change_address(jane.customer, None)
    assert stripe.truth(price).members == {JANE, jane.customer}


def test_days_are_those_of_the_zone(stripe: StripeWorld) -> None:
    stripe.advance_to(1_790_035_200 - 3600)  # 23:00 UTC on 21 September
    stripe.one_off(700)
    assert list(stripe.truth().money["usd"]["days"]) == ["2026-09-21"]
    assert list(stripe.truth(zone="Africa/Johannesburg").money["usd"]["days"]) == ["2026-09-22"]


def test_the_past_is_told_as_it_was_known_then(stripe: StripeWorld) -> None:
    price = stripe.price()
    stripe.join(price, JANE, payment="debit")
    stripe.advance(days=5)
    assert stripe.truth(price, at=NOW + 2 * DAY).count == 0
    assert stripe.truth(price).count == 1
