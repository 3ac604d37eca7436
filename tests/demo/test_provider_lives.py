from __future__ import annotations

from typing import Any

import pytest

from campaign.demo.provider.months import period_end
from tests.demo.conftest import START
from tests.stripe_world import ControlRefused, StripeWorld

DAY = 86_400


def subscription(stripe: StripeWorld, wanted: str) -> Any:
    return stripe.client.v1.subscriptions.retrieve(wanted)


def status(stripe: StripeWorld, wanted: str) -> str:
    return subscription(stripe, wanted).status


def invoices(stripe: StripeWorld, wanted: str) -> list[Any]:
    """Newest first."""
    return stripe.client.v1.invoices.list({"subscription": wanted, "limit": 100}).data


def told(stripe: StripeWorld, *kinds: str) -> list[str]:
    """The types of the kept events among these, oldest first."""
    listed = stripe.client.v1.events.list({"limit": 100, "types": list(kinds)} if kinds else {"limit": 100})
    return [event.type for event in listed.auto_paging_iter()][::-1]


def test_a_renewal_is_drafted_at_the_periods_end_and_paid_an_hour_later(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org")
    item = subscription(stripe, jane.subscription)["items"].data[0]
    assert item.current_period_end == START + 1 + 30 * DAY
    stripe.advance_to(item.current_period_end)
    draft = invoices(stripe, jane.subscription)[0]
    assert (draft.status, draft.billing_reason, draft.created) == (
        "draft",
        "subscription_cycle",
        item.current_period_end,
    )
    assert draft.lines.data[0].period.start == item.current_period_end
    renewed = subscription(stripe, jane.subscription)
    assert (renewed.status, renewed.latest_invoice) == ("active", draft.id)
    assert renewed["items"].data[0].current_period_start == item.current_period_end
    stripe.advance(hours=1)
    paid = stripe.client.v1.invoices.retrieve(draft.id)
    assert (paid.status, paid.status_transitions.paid_at) == ("paid", item.current_period_end + 3600)


def test_periods_keep_their_day_of_the_month() -> None:
    anchor = 1_769_850_000  # 2026-01-31 09:00 UTC
    ends = [period_end(anchor, "month", 1, cycles) for cycles in (1, 2, 3)]
    assert [end - anchor for end in ends] == [28 * DAY, 59 * DAY, 89 * DAY]
    assert period_end(anchor, "year", 1, 1) - anchor == 365 * DAY


def test_a_first_payment_that_fails_expires_after_23_hours(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org", payment="fails")
    assert jane.status == "incomplete"
    stripe.advance(hours=22)
    assert status(stripe, jane.subscription) == "incomplete"
    stripe.advance(hours=1)
    assert status(stripe, jane.subscription) == "incomplete_expired"
    assert invoices(stripe, jane.subscription)[0].status == "void"
    assert stripe.client.v1.payment_intents.retrieve(jane.payment_intent or "").status == "canceled"


def test_a_first_payment_that_is_made_good_starts_it(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org", payment="fails")
    assert stripe.card_fixed(jane.customer) == [jane.invoice]
    assert status(stripe, jane.subscription) == "active"
    charges = stripe.client.v1.charges.list({"customer": jane.customer}).data
    assert [charge.status for charge in charges] == ["succeeded", "failed"]


@pytest.mark.parametrize("ending", ["canceled", "unpaid", "past_due"])
def test_failed_renewals_are_retried_and_end_as_the_account_is_set(stripe: StripeWorld, ending: str) -> None:
    stripe.behave(after_retries=ending)
    jane = stripe.join(stripe.price(), "jane@example.org")
    stripe.fail_next_payments(jane.customer)
    stripe.advance(days=30, hours=2)
    renewal = invoices(stripe, jane.subscription)[0]
    assert (status(stripe, jane.subscription), renewal.status, renewal.attempt_count) == ("past_due", "open", 1)
    assert renewal.next_payment_attempt == renewal.status_transitions.finalized_at + 3 * DAY
    stripe.advance(days=8)
    assert stripe.client.v1.invoices.retrieve(renewal.id).attempt_count == 3
    assert status(stripe, jane.subscription) == "past_due"
    stripe.advance(days=7)
    assert status(stripe, jane.subscription) == ending
    assert stripe.client.v1.invoices.retrieve(renewal.id).attempt_count == 4


def test_a_card_that_works_again_brings_it_back(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org")
    stripe.fail_next_payments(jane.customer, 1)
    stripe.advance(days=30, hours=2)
    assert stripe.client.v1.customers.retrieve(jane.customer).delinquent
    stripe.advance(days=3)
    assert status(stripe, jane.subscription) == "active"
    assert not stripe.client.v1.customers.retrieve(jane.customer).delinquent


def test_a_trial_costs_nothing_is_announced_and_then_billed(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org", trial_days=14)
    assert (jane.status, jane.charge) == ("trialing", None)
    first = invoices(stripe, jane.subscription)[0]
    assert (first.status, first.total) == ("paid", 0)
    stripe.advance(days=12)
    assert "customer.subscription.trial_will_end" in told(stripe)
    stripe.advance(days=2)
    assert status(stripe, jane.subscription) == "active"
    stripe.advance(hours=1)
    assert invoices(stripe, jane.subscription)[0].amount_paid == 500


def test_canceled_at_period_end_it_runs_on_and_ends(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org")
    stripe.advance(days=3)
    changed = stripe.client.v1.subscriptions.update(jane.subscription, {"cancel_at_period_end": True})
    assert (changed.status, changed.canceled_at) == ("active", START + 1 + 3 * DAY)
    stripe.advance(days=27)
    ended = subscription(stripe, jane.subscription)
    assert (ended.status, ended.ended_at, ended.canceled_at) == ("canceled", START + 1 + 30 * DAY, START + 1 + 3 * DAY)
    assert len(invoices(stripe, jane.subscription)) == 1


def test_a_cancellation_can_be_taken_back(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org")
    stripe.leave(jane.subscription)
    stripe.stay(jane.subscription)
    kept = subscription(stripe, jane.subscription)
    assert (kept.cancel_at_period_end, kept.cancel_at, kept.canceled_at) == (False, None, None)
    stripe.advance(days=31)
    assert status(stripe, jane.subscription) == "active"


def test_canceled_now_with_the_rest_given_back_as_credit(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org")
    stripe.advance(days=15)
    done = stripe.client.v1.subscriptions.cancel(jane.subscription, {"prorate": True, "invoice_now": True})
    assert done.status == "canceled"
    last = invoices(stripe, jane.subscription)[0]
    assert (last.total, last.amount_due, last.status) == (-250, 0, "paid")
    assert stripe.client.v1.customers.retrieve(jane.customer).balance == -250
    back = stripe.come_back(jane.subscription)
    invoice = stripe.client.v1.invoices.retrieve(back.invoice)
    assert (invoice.total, invoice.starting_balance, invoice.amount_due, invoice.status) == (500, -250, 250, "paid")


@pytest.mark.parametrize(
    ("behavior", "left"), [("void", "void"), ("keep_as_draft", "draft"), ("mark_uncollectible", "uncollectible")]
)
def test_while_collecting_is_paused_periods_advance_and_nothing_is_paid(
    stripe: StripeWorld, behavior: str, left: str
) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org")
    stripe.pause(jane.subscription, behavior)
    stripe.advance(days=32)
    paused = subscription(stripe, jane.subscription)
    assert (paused.status, paused.pause_collection.behavior) == ("active", behavior)
    assert paused["items"].data[0].current_period_start > START + DAY
    assert [invoice.status for invoice in invoices(stripe, jane.subscription)] == [left, "paid"]
    stripe.resume(jane.subscription)
    stripe.advance(days=31)
    assert invoices(stripe, jane.subscription)[0].status == "paid"


def test_an_upgrade_credits_the_rest_and_charges_it_anew(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(500), "jane@example.org")
    stripe.advance(days=15)
    stripe.switch_price(jane.subscription, stripe.price(1000))
    latest = invoices(stripe, jane.subscription)[0]
    assert (latest.total, latest.billing_reason, latest.status) == (250, "subscription_update", "paid")
    credit, rest = latest.lines.data
    assert (credit.amount, rest.amount) == (-250, 500)
    details = credit.parent.subscription_item_details
    assert details.proration
    assert details.proration_details.credited_items.invoice == jane.invoice
    assert credit.period.to_dict() == rest.period.to_dict()


def test_a_downgrade_leaves_credit_that_the_renewal_uses(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(1000), "jane@example.org")
    stripe.advance(days=15)
    stripe.switch_price(jane.subscription, stripe.price(500), invoice_now=False)
    assert len(invoices(stripe, jane.subscription)) == 1
    stripe.advance(days=16)
    renewal = invoices(stripe, jane.subscription)[0]
    assert [line.amount for line in renewal.lines.data] == [-500, 250, 500]
    assert (renewal.total, renewal.amount_paid) == (250, 250)


def test_a_switch_from_month_to_year_starts_a_new_period(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(500), "jane@example.org")
    stripe.advance(days=15)
    stripe.switch_price(jane.subscription, stripe.price(5000, interval="year"))
    latest = invoices(stripe, jane.subscription)[0]
    assert [line.amount for line in latest.lines.data] == [-250, 5000]
    item = subscription(stripe, jane.subscription)["items"].data[0]
    assert item.current_period_end - item.current_period_start == 365 * DAY


def test_a_coupon_over_all_of_it_leaves_a_total_of_zero(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org", coupon_percent=100)
    invoice = invoices(stripe, jane.subscription)[0]
    assert (jane.status, invoice.total, invoice.status, jane.charge) == ("active", 0, "paid", None)
    assert (invoice.lines.data[0].amount, invoice.lines.data[0].discount_amounts[0].amount) == (500, 500)


def test_seats_are_on_the_line(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org", quantity=3)
    assert [(line.quantity, line.amount) for line in invoices(stripe, jane.subscription)[0].lines.data] == [(3, 1500)]


def test_a_bank_debit_is_on_its_way_for_days_then_paid(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org", payment="debit")
    assert (jane.status, invoices(stripe, jane.subscription)[0].status) == ("active", "open")
    charge = stripe.client.v1.charges.retrieve(jane.charge or "")
    assert (charge.status, charge.payment_method_details.type) == ("pending", "us_bank_account")  # type: ignore[union-attr]
    stripe.advance(days=5)
    settled = stripe.client.v1.charges.retrieve(charge.id)
    assert (settled.status, settled.created) == ("succeeded", charge.created)
    assert invoices(stripe, jane.subscription)[0].status_transitions.paid_at == START + 1 + 4 * DAY


def test_a_bank_debit_that_bounces_leaves_it_past_due(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org", payment="debit_fails")
    stripe.advance(days=5)
    charge = stripe.client.v1.charges.retrieve(jane.charge or "")
    assert (charge.status, status(stripe, jane.subscription)) == ("failed", "past_due")
    back = stripe.client.v1.balance_transactions.retrieve(str(charge.failure_balance_transaction))
    assert (back.type, back.amount) == ("payment_failure_refund", -500)


def test_a_refund_may_fail_afterwards(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org")
    refund = stripe.refund(jane.charge or "")
    assert stripe.client.v1.charges.retrieve(jane.charge or "").refunded
    with pytest.raises(ControlRefused, match="already been refunded"):
        stripe.refund(jane.charge or "")
    stripe.refund_fails(refund)
    charge = stripe.client.v1.charges.retrieve(jane.charge or "")
    assert (charge.refunded, charge.amount_refunded) == (False, 0)
    assert stripe.client.v1.refunds.retrieve(refund).status == "failed"


def test_a_dispute_takes_the_money_and_gives_it_back_when_won(stripe: StripeWorld) -> None:
    charge = stripe.one_off(2000)
    dispute = stripe.dispute(charge)
    stripe.advance(days=10)
    stripe.close_dispute(dispute, "won")
    moves: Any = stripe.client.v1.disputes.retrieve(dispute).balance_transactions
    assert [(move.amount, move.created) for move in moves] == [(-2000, START + 1), (2000, START + 1 + 10 * DAY)]
    assert told(stripe)[-3:] == [
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ]


def test_an_inquiry_takes_nothing_unless_it_grows(stripe: StripeWorld) -> None:
    closed = stripe.dispute(stripe.one_off(2000), "warning_needs_response")
    stripe.close_dispute(closed, "warning_closed")
    assert stripe.client.v1.disputes.retrieve(closed).balance_transactions == []
    grown = stripe.dispute(stripe.one_off(2000), "warning_needs_response")
    stripe.close_dispute(grown, "needs_response")
    assert len(stripe.client.v1.disputes.retrieve(grown).balance_transactions) == 1


def test_events_tell_the_story_in_order_and_are_kept_for_30_days(stripe: StripeWorld) -> None:
    stripe.join(stripe.price(), "jane@example.org")
    assert told(stripe) == [
        "product.created",
        "price.created",
        "customer.created",
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice_payment.paid",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
    ]
    assert {event.created for event in stripe.client.v1.events.list().data} == {START + 1}
    stripe.advance(days=31)
    assert "customer.created" not in told(stripe)


def test_an_event_keeps_the_object_as_it_was(stripe: StripeWorld) -> None:
    jane = stripe.join(stripe.price(), "jane@example.org")
    stripe.leave(jane.subscription, now=True)
    created = stripe.client.v1.events.list({"type": "customer.subscription.created"}).data[0]
    assert created.data.object["status"] == "incomplete"
    assert status(stripe, jane.subscription) == "canceled"


def test_many_live_their_months_and_the_same_seed_tells_the_same_story(stripe: StripeWorld, tmp_path: Any) -> None:
    def story(world: StripeWorld) -> tuple[int, list[str], int]:
        made = world.bulk(
            300,
            world.price(),
            joined_from=START - 60 * DAY,
            joined_to=START,
            churn=0.2,
            fails=0.1,
            debits=0.1,
            trials=0.1,
            seed=7,
        )
        truth = world.truth(at=START)
        return made["count"], sorted(truth.members), truth.raised()

    first = story(stripe)
    with StripeWorld.start(tmp_path / "other", starts_at=START) as other:
        other.advance_to(START + 1, stop=True)
        assert story(other) == first
    assert first[0] == 300
    assert 200 < len(first[1]) < 300
    listed = stripe.client.v1.subscriptions.list({"status": "all", "limit": 100})
    created = [row.created for row in listed.auto_paging_iter()]
    assert len(created) == 300
    assert created == sorted(created, reverse=True)


def test_random_changes_are_the_same_for_the_same_seed(stripe: StripeWorld) -> None:
    stripe.bulk(20, stripe.price(), joined_from=START - 20 * DAY, joined_to=START, seed=3)
    done = stripe.random_change(60, seed=5)
    assert len(done) == 60
    assert len({one["action"] for one in done}) > 5


def test_what_is_planned_happens_at_its_time(stripe: StripeWorld) -> None:
    price = stripe.price()
    stripe.control("join", price=price, email="later@example.org", at=START + 3600)
    assert stripe.truth(price).count == 0
    stripe.advance(hours=2)
    assert stripe.truth(price).people == {"later@example.org": [(START + 3600, None)]}
