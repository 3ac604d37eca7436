"""Who is a member: every situation of the counting rule, as a timeline of days."""

from __future__ import annotations

from dataclasses import replace

import pytest

from campaign.domain.campaign import Campaign, GoalKind, Opening, OpeningSource, Rule
from campaign.domain.facts import InvoiceState, Person, SourceRule
from campaign.domain.standing import EntryKind, person_standing
from tests.stories import (
    campaign,
    day,
    dispute,
    line,
    membership,
    paid,
    payment,
    person,
    refund,
    unpaid,
    void,
)

FAR = day(3_000)


def timeline(who: Person, of: Campaign | None = None, now=FAR) -> list[tuple[str, float]]:
    """(kind, day) of what stands."""
    rules = {1: SourceRule(1), 2: SourceRule(2)}
    standing = person_standing(who, of or campaign(), rules, now)
    return [(e.kind.value, (e.occurred_at - day(0)).total_seconds() / 86_400) for e in standing.entries]


def test_nobody_is_a_member_before_the_first_payment_settled() -> None:
    assert timeline(person(membership(unpaid(0, 30)))) == []


def test_a_member_counts_from_the_settling_of_the_first_payment() -> None:
    assert timeline(person(membership(paid(0, 30, at=2))))[0] == ("joined", 2)


def test_grace_follows_what_was_paid_and_ends_by_the_clock_alone() -> None:
    who = person(membership(paid(0, 30), unpaid(30, 60)))
    assert timeline(who) == [("joined", 0), ("left", 44)]
    before = person_standing(who, campaign(), {}, day(43))
    assert [e.kind for e in before.entries] == [EntryKind.JOINED]
    assert before.recheck_at == day(44)


def test_a_payment_after_grace_is_a_return() -> None:
    who = person(membership(paid(0, 30), paid(30, 60, at=50)))
    assert timeline(who) == [("joined", 0), ("left", 44), ("returned", 50), ("left", 74)]


def test_a_period_paid_after_its_end_entitles_for_what_is_left_of_its_grace() -> None:
    assert timeline(person(membership(paid(0, 30, at=35)))) == [("joined", 35), ("left", 44)]
    assert timeline(person(membership(paid(0, 30, at=50)))) == []


def test_a_payment_within_grace_changes_nothing() -> None:
    assert timeline(person(membership(paid(0, 30), paid(30, 60, at=43)))) == [("joined", 0), ("left", 74)]


def test_a_renewal_settled_an_hour_late_changes_nothing() -> None:
    assert timeline(person(membership(paid(0, 30), paid(30, 60, at=30 + 1 / 24)))) == [("joined", 0), ("left", 74)]


def test_a_cancellation_at_period_end_counts_until_the_period_ends() -> None:
    who = person(membership(paid(0, 30), cancelled_at=day(10), cancel_at=day(30)))
    assert timeline(who) == [("joined", 0), ("left", 30)]


def test_a_cancellation_during_grace_ends_it_at_its_own_instant() -> None:
    who = person(membership(paid(0, 30), unpaid(30, 60), cancelled_at=day(35), cancel_at=day(60)))
    assert timeline(who) == [("joined", 0), ("left", 35)]


def test_a_cancellation_taken_back_retells_the_past() -> None:
    who = person(membership(paid(0, 30), unpaid(30, 60)))
    assert timeline(who) == [("joined", 0), ("left", 44)]


def test_an_ended_membership_counts_no_longer_from_that_instant() -> None:
    assert timeline(person(membership(paid(0, 30), ended_at=day(12)))) == [("joined", 0), ("left", 12)]


def test_a_cancellation_planned_for_a_later_day_does_not_break_a_renewal_settled_late() -> None:
    who = person(membership(paid(0, 30), paid(30, 60, at=30.1), cancelled_at=day(5), cancel_at=day(60)))
    assert timeline(who) == [("joined", 0), ("left", 60)]


@pytest.mark.parametrize(("count_trials", "expected"), [(False, []), (True, [("joined", 0), ("left", 28)])])
def test_a_trial_without_payment_counts_only_where_the_campaign_says_so(count_trials: bool, expected: object) -> None:
    trial = paid(0, 14, total=0, lines=(line(0, 14, 0),))
    who = person(membership(trial, trial_starts_at=day(0), trial_ends_at=day(14)))
    assert timeline(who, campaign(rule=Rule(count_trials=count_trials, count_complimentary=True))) == expected


def test_a_paused_membership_counts_until_what_is_paid_runs_out() -> None:
    """A void invoice ends grace from its voiding, so a pause that voids ends at the end of what was paid."""
    who = person(membership(paid(0, 30), void(30, 60, at=30)))
    assert timeline(who) == [("joined", 0), ("left", 30)]


def test_a_void_invoice_ends_grace_from_its_voiding() -> None:
    assert timeline(person(membership(paid(0, 30), void(30, 60, at=37)))) == [("joined", 0), ("left", 37)]


def test_a_void_upgrade_takes_no_grace_but_a_void_renewal_that_bills_one_does() -> None:
    assert timeline(person(membership(paid(0, 30), void(15, 30, at=20)))) == [("joined", 0), ("left", 44)]
    renewal = void(30, 60, at=37)
    both = replace(renewal, lines=(line(15, 30, -250), line(15, 30, 500), *renewal.lines))
    assert timeline(person(membership(paid(0, 30), both))) == [("joined", 0), ("left", 37)]


def test_a_void_invoice_of_an_earlier_time_takes_no_grace_from_a_later_payment() -> None:
    who = person(membership(paid(0, 30), void(30, 60, at=31), paid(60, 90)))
    assert timeline(who) == [("joined", 0), ("left", 31), ("returned", 60), ("left", 104)]


@pytest.mark.parametrize(("count", "expected"), [(False, []), (True, [("joined", 0), ("left", 30)])])
def test_a_complimentary_membership_counts_only_where_the_campaign_says_so(count: bool, expected: object) -> None:
    who = person(membership(paid(0, 30, total=0, lines=(line(0, 30, 500),))))
    assert timeline(who, campaign(rule=Rule(count_complimentary=count))) == expected


def test_a_counted_trial_lends_grace_to_what_is_complimentary_after_it() -> None:
    free = paid(14, 44, total=0, lines=(line(14, 44, 0),))
    who = person(membership(free, trial_starts_at=day(0), trial_ends_at=day(14)))
    both = campaign(rule=Rule(count_trials=True, count_complimentary=True))
    assert timeline(who, both) == [("joined", 0), ("left", 58)]


def test_a_full_refund_ends_the_span_without_grace() -> None:
    who = person(membership(paid(0, 30, key="a")), payments=(payment("a", reductions=(refund(10),)),))
    assert timeline(who) == [("joined", 0), ("left", 10)]


def test_a_full_refund_after_the_period_ends_the_grace_it_lent() -> None:
    who = person(membership(paid(0, 30, key="a")), payments=(payment("a", reductions=(refund(33),)),))
    assert timeline(who) == [("joined", 0), ("left", 33)]


def test_a_partial_refund_changes_nothing() -> None:
    who = person(membership(paid(0, 30, key="a")), payments=(payment("a", reductions=(refund(10, 499),)),))
    assert timeline(who) == [("joined", 0), ("left", 44)]


def test_parts_refunded_to_the_whole_end_the_span_at_the_last() -> None:
    reductions = (refund(10, 200), refund(12, 300))
    who = person(membership(paid(0, 30, key="a")), payments=(payment("a", reductions=reductions),))
    assert timeline(who) == [("joined", 0), ("left", 12)]


def test_a_later_payment_refunded_lends_no_grace_to_the_one_before_and_the_next_entitles_again() -> None:
    invoices = (paid(0, 30), paid(30, 60, key="b"), paid(60, 90))
    who = person(membership(*invoices), payments=(payment("b", at=30, reductions=(refund(32),)),))
    assert timeline(who) == [("joined", 0), ("left", 32), ("returned", 60), ("left", 104)]


def test_an_open_dispute_leaves_a_member() -> None:
    who = person(membership(paid(0, 30, key="a")), payments=(payment("a", reductions=(dispute(10),)),))
    assert timeline(who) == [("joined", 0), ("left", 44)]


def test_a_lost_dispute_retells_the_past_from_its_opening() -> None:
    who = person(membership(paid(0, 30, key="a")), payments=(payment("a", reductions=(dispute(10, lost=True),)),))
    assert timeline(who) == [("joined", 0), ("left", 10)]


def test_an_upgrade_with_proration_changes_nothing() -> None:
    change = paid(10, 30, total=250, lines=(line(10, 30, -250), line(10, 30, 500, "price_big")), at=10.5)
    assert timeline(person(membership(paid(0, 30), change))) == [("joined", 0), ("left", 44)]


def test_a_downgrade_whose_credit_exceeds_its_price_changes_nothing() -> None:
    change = paid(10, 30, total=-100, lines=(line(10, 30, -250), line(10, 30, 150, "price_small")))
    assert timeline(person(membership(paid(0, 30), change))) == [("joined", 0), ("left", 44)]


def test_a_downgrade_billed_with_the_next_renewal_changes_nothing() -> None:
    renewal = paid(
        30, 60, total=300, at=30.1,
        lines=(line(10, 30, -250), line(10, 30, 150, "price_small"), line(30, 60, 400, "price_small")),
    )  # fmt: skip
    assert timeline(person(membership(paid(0, 30), renewal))) == [("joined", 0), ("left", 74)]


def test_a_credit_ends_the_span_it_credits() -> None:
    who = person(membership(paid(0, 30), paid(10, 10, total=-250, lines=(line(10, 30, -250),))))
    assert timeline(who) == [("joined", 0), ("left", 10)]


def test_a_change_paid_by_credit_alone_ends_when_the_money_behind_it_goes_back() -> None:
    change = paid(10, 30, total=0, lines=(line(10, 30, -250), line(10, 30, 250)))
    another = paid(12, 30, total=0, lines=(line(12, 30, -200), line(12, 30, 200)))
    memberships = membership(paid(0, 30, key="in_first"), change, another)
    assert timeline(person(memberships)) == [("joined", 0), ("left", 44)]
    refunded = payment("in_first", reductions=(refund(20),))
    assert timeline(person(memberships, payments=(refunded,))) == [("joined", 0), ("left", 20)]
    before_the_change = payment("in_first", reductions=(refund(5),))
    assert timeline(person(memberships, payments=(before_the_change,))) == [("joined", 0), ("left", 5)]
    in_part = payment("in_first", reductions=(refund(20, 400),))
    assert timeline(person(memberships, payments=(in_part,))) == [("joined", 0), ("left", 44)]


def test_an_upgrade_that_was_paid_for_outlives_the_refund_of_what_it_replaced() -> None:
    change = paid(10, 30, total=250, lines=(line(10, 30, -250), line(10, 30, 500, "price_big")))
    refunded = payment("in_first", reductions=(refund(20),))
    who = person(membership(paid(0, 30, key="in_first"), change), payments=(refunded,))
    assert timeline(who) == [("joined", 0), ("left", 44)]


def test_a_change_to_a_price_that_does_not_count_ends_the_span() -> None:
    change = paid(10, 30, total=250, lines=(line(10, 30, -250), line(10, 30, 500, "price_shop")))
    who = person(membership(paid(0, 30), change))
    rules = {1: SourceRule(1, frozenset({"price_month"}))}
    kinds = [e.kind.value for e in person_standing(who, campaign(), rules, FAR).entries]
    assert kinds == ["joined", "left"]
    assert person_standing(who, campaign(), rules, FAR).entries[1].occurred_at == day(10)


def test_a_product_that_is_no_membership_never_counts() -> None:
    rules = {1: SourceRule(1, frozenset({"price_other"}))}
    assert person_standing(person(membership(paid(0, 30))), campaign(), rules, FAR).entries == ()


def test_two_memberships_of_one_person_count_once() -> None:
    who = person(membership(paid(0, 30)), membership(paid(20, 80)))
    assert timeline(who) == [("joined", 0), ("left", 94)]


def test_touching_memberships_are_one_stay() -> None:
    who = person(membership(paid(0, 30), ended_at=day(30)), membership(paid(30, 60), ended_at=day(60)))
    assert timeline(who) == [("joined", 0), ("left", 60)]


def test_a_bank_debit_counts_from_when_it_was_made() -> None:
    who = person(membership(paid(0, 30, key="d", at=4)), payments=(payment("d", at=0.5, is_debit=True),))
    assert timeline(who)[0] == ("joined", 0.5)


def test_the_running_period_of_a_plain_active_membership_is_evidence() -> None:
    who = person(membership(running_from=day(0), running_until=day(30)))
    assert timeline(who) == [("joined", 0), ("left", 44)]


def test_an_invoice_corrects_the_part_of_the_running_period_it_covers() -> None:
    who = person(membership(paid(0, 30, at=1), running_from=day(0), running_until=day(30)))
    assert timeline(who) == [("joined", 1), ("left", 44)]


def test_a_refunded_period_is_not_entitled_again_by_running_on() -> None:
    who = person(
        membership(paid(0, 30, key="r"), running_from=day(0), running_until=day(30)),
        payments=(payment("r", reductions=(refund(5),)),),
    )
    assert timeline(who) == [("joined", 0), ("left", 5)]


def test_a_first_import_assumes_from_the_start_and_invoices_correct_their_part() -> None:
    assumed = membership(started=-60, assumed=True, running_from=day(0), running_until=day(30))
    assert timeline(person(assumed))[0] == ("joined", -60)
    corrected = membership(
        paid(-60, -30, at=-58), started=-60, assumed=True, running_from=day(0), running_until=day(30)
    )
    assert timeline(person(corrected))[0] == ("joined", -58)


def test_an_assumption_begins_after_the_trial() -> None:
    who = membership(
        started=-60, assumed=True, running_from=day(0), running_until=day(30),
        trial_starts_at=day(-60), trial_ends_at=day(-46),
    )  # fmt: skip
    assert timeline(person(who))[0] == ("joined", -46)


def test_a_payment_set_apart_settles_nothing() -> None:
    who = person(membership(paid(0, 30, key="t")), payments=(payment("t", set_apart=True),))
    assert timeline(who) == []


def test_an_invoice_below_the_minimum_settles_nothing() -> None:
    who = person(membership(paid(0, 30, total=50)))
    assert timeline(who, campaign(rule=Rule(minimum_minor=100))) == []


def test_seats_are_counted_only_where_the_campaign_says_so() -> None:
    who = person(membership(paid(0, 30, lines=(line(0, 30, quantity=3),)), ended_at=day(30)))
    assert timeline(who) == [("joined", 0), ("left", 30)]
    entries = person_standing(who, campaign(rule=Rule(count_seats=True)), {}, FAR).entries
    assert [(e.kind.value, e.amount) for e in entries] == [("joined", 1), ("seats", 2), ("left", -1), ("seats", -2)]


def test_written_off_invoices_are_no_evidence_and_end_nothing() -> None:
    who = person(membership(paid(0, 30), paid(30, 60, state=InvoiceState.WRITTEN_OFF, settled_at=None)))
    assert timeline(who) == [("joined", 0), ("left", 44)]


# -- the window

NEW = campaign(GoalKind.NEW_MEMBERS, target=1_000)


def test_a_new_member_joins_inside_the_window() -> None:
    assert timeline(person(membership(paid(5, 35))), NEW) == [("joined", 5), ("left", 49)]


def test_a_member_just_before_the_start_is_no_new_member_even_on_return() -> None:
    who = person(membership(paid(-10, 20), paid(100, 130)))
    assert timeline(who, NEW) == []


def test_a_returner_stands_beside_and_counts_only_where_the_campaign_says_so() -> None:
    who = person(membership(paid(-90, -60), paid(10, 40)))
    assert [e.amount for e in person_standing(who, NEW, {}, FAR).entries] == [0, 0]
    counted = campaign(GoalKind.NEW_MEMBERS, rule=Rule(count_returned=True))
    assert [(e.kind.value, e.amount) for e in person_standing(who, counted, {}, FAR).entries] == [
        ("returned", 1),
        ("left", -1),
    ]


def test_joining_after_the_deadline_is_not_inside() -> None:
    assert timeline(person(membership(paid(365, 395))), NEW) == []


# -- the stated opening

OPENED = campaign(opening=Opening(22_000, day(10), (OpeningSource("old", 1, includes_list=True),)))


def test_a_person_of_the_opening_books_nothing_until_nothing_entitles_them() -> None:
    assert timeline(person(membership(paid(0, 30))), OPENED) == [("left", 44)]


def test_two_memberships_stated_at_the_opening_are_one_person() -> None:
    who = person(membership(paid(0, 30)), membership(paid(0, 30)))
    entries = person_standing(who, OPENED, {}, FAR).entries
    assert [(e.kind.value, e.amount, e.occurred_at) for e in entries] == [
        ("opening", -1, day(10)),
        ("left", -1, day(44)),
    ]


def test_what_ended_by_the_opening_books_nothing_and_coming_back_is_a_return() -> None:
    who = person(membership(paid(-30, 0), paid(40, 70), ended_at=day(70)))
    # the first period's grace runs to day 14 and so over the opening; take it away by an end
    gone = person(membership(paid(-30, 0), ended_at=day(1)), membership(paid(40, 70), ended_at=day(70)))
    assert timeline(who, OPENED) == [("left", 14), ("returned", 40), ("left", 70)]
    assert timeline(gone, OPENED) == [("returned", 40), ("left", 70)]


def test_a_source_the_opening_does_not_list_is_booked_as_usual() -> None:
    apart = campaign(opening=Opening(22_000, day(10), (OpeningSource("old", 1, includes_list=False),)))
    assert timeline(person(membership(paid(0, 30))), apart) == [("joined", 0), ("left", 44)]
