"""What is raised: payments in the window, and what happens to those payments."""

from __future__ import annotations

from campaign.domain.campaign import GoalKind, Rule
from campaign.domain.facts import Payment, PaymentState, SourceRule
from campaign.domain.standing import payment_standing
from tests.stories import campaign, day, dispute, payment, refund

FUND = campaign(GoalKind.AMOUNT, rule=Rule(count_one_off=True))
FAR = day(3_000)


def booked(what: Payment, of=FUND) -> list[tuple[str, int]]:
    standing = payment_standing(what, of, {1: SourceRule(1)}, FAR)
    return [(e.kind.value, e.amount) for e in standing.entries]


def test_a_payment_in_the_window_is_raised() -> None:
    assert booked(payment(at=5)) == [("payment", 500)]


def test_a_payment_outside_the_window_is_not() -> None:
    assert booked(payment(at=-1)) == []
    assert booked(payment(at=365)) == []


def test_refunds_and_disputes_take_at_most_the_payment() -> None:
    what = payment(at=1, reductions=(refund(2, 300), dispute(3, 500)))
    assert booked(what) == [("payment", 500), ("refund", -300), ("dispute", -200)]


def test_a_won_dispute_gives_back_what_it_took() -> None:
    what = payment(at=1, reductions=(dispute(3, 500, won_at=9),))
    assert booked(what) == [("payment", 500), ("dispute", -500), ("dispute_won", 500)]


def test_a_dispute_won_over_a_refunded_payment_gives_back_only_what_is_not_refunded() -> None:
    what = payment(at=1, reductions=(dispute(3, 500, won_at=9), refund(4, 200)))
    assert booked(what) == [("payment", 500), ("dispute", -500), ("dispute_won", 300)]


def test_a_pending_or_failed_payment_never_counts() -> None:
    assert booked(payment(state=PaymentState.PENDING)) == []
    assert booked(payment(state=PaymentState.FAILED)) == []


def test_a_payment_in_another_currency_waits_for_its_rate_and_is_then_booked() -> None:
    waiting = payment(currency="EUR", amount=1_000)
    assert payment_standing(waiting, FUND, {}, FAR).waits is not None
    settled = payment(currency="EUR", amount=1_000, settled_minor=1_087, settled_currency="USD")
    assert booked(settled) == [("payment", 1_087)]


def test_the_last_refund_takes_the_remainder_of_the_conversion() -> None:
    reductions = (refund(1, 333), refund(2, 333), refund(3, 334))
    what = payment(currency="EUR", amount=1_000, settled_minor=1_087, settled_currency="USD", reductions=reductions)
    amounts = [amount for _, amount in booked(what)]
    assert sum(amounts) == 0
    assert amounts == [1_087, -362, -362, -363]


def test_a_currency_without_decimals_counts_in_its_own_units() -> None:
    yen = campaign(GoalKind.AMOUNT, rule=Rule(count_one_off=True), currency="JPY")
    assert booked(payment(currency="JPY", amount=700), yen) == [("payment", 700)]


def test_a_payment_below_the_minimum_does_not_count() -> None:
    assert booked(payment(amount=50), campaign(GoalKind.AMOUNT, rule=Rule(count_one_off=True, minimum_minor=100))) == []


def test_a_payment_set_apart_does_not_count() -> None:
    assert booked(payment(set_apart=True)) == []


def test_one_off_payments_count_only_where_the_campaign_takes_them_or_they_name_it() -> None:
    strict = campaign(GoalKind.AMOUNT)
    assert booked(payment(), strict) == []
    assert booked(payment(campaign_slug="25k"), strict) == [("payment", 500)]


def test_a_payment_waits_for_its_invoice() -> None:
    assert payment_standing(payment("in_x", price_keys=None), FUND, {}, FAR).waits == "its invoice is not known yet"
