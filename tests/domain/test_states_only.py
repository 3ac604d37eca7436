"""Sources that tell only a state: what runs, by what, and until when, as a timeline of days."""

from __future__ import annotations

from dataclasses import replace

import pytest

from campaign.domain.campaign import GoalKind, Rule
from campaign.domain.facts import How, SourceRule
from campaign.domain.standing import person_standing
from tests.domain.test_membership_rule import timeline
from tests.stories import campaign, day, membership, paid, person

FAR = day(400_000)


def state(start: float, end: float | None, how: How = How.PAID, **more: object):
    until = None if end is None else day(end)
    return membership(started=start, running_from=day(start), running_until=until, how=how, **more)


def test_what_runs_without_an_end_is_never_left_and_never_asked_again() -> None:
    who = person(state(5, None))
    assert timeline(who, now=FAR) == [("joined", 5)]
    assert person_standing(who, campaign(), {}, day(6)).recheck_at is None


def test_what_ran_without_an_end_ends_where_its_source_ends_it() -> None:
    assert timeline(person(state(5, None, ended_at=day(50)))) == [("joined", 5), ("left", 50)]


def test_new_members_whose_membership_has_no_end_are_counted_once() -> None:
    who = person(state(5, None))
    assert timeline(who, campaign(GoalKind.NEW_MEMBERS), now=FAR) == [("joined", 5)]


def test_seats_of_what_has_no_end_are_never_given_back() -> None:
    who = person(state(5, None, quantity=3))
    assert timeline(who, campaign(rule=Rule(count_seats=True)), now=FAR) == [("joined", 5), ("seats", 5)]


def test_a_paid_state_has_grace_after_its_end() -> None:
    assert timeline(person(state(0, 30))) == [("joined", 0), ("left", 44)]


def test_a_gift_counts_for_who_received_it_and_ends_where_its_source_says() -> None:
    assert timeline(person(state(0, 30, How.GIFTED, cancel_at=day(30)))) == [("joined", 0), ("left", 30)]


@pytest.mark.parametrize(
    ("how", "rule"),
    [(How.COMPLIMENTARY, Rule(count_complimentary=True)), (How.TRIAL, Rule(count_trials=True))],
)
def test_complimentary_and_trial_states_count_only_where_the_campaign_says_so(how: How, rule: Rule) -> None:
    who = person(state(0, None, how))
    assert timeline(who) == []
    assert timeline(who, campaign(rule=rule)) == [("joined", 0)]


def test_a_state_without_a_price_counts_where_everything_counts_and_nowhere_else() -> None:
    who = person(state(0, None, price_keys=()))
    assert timeline(who) == [("joined", 0)]
    only = {1: SourceRule(1, frozenset({"tier_gold"}))}
    assert person_standing(who, campaign(), only, FAR).entries == ()


def test_the_source_that_holds_the_payments_speaks_for_a_membership_another_source_shows_too() -> None:
    stripe = membership(paid(0, 30), key="sub_1")
    ghost = replace(state(0, 30), source_id=2, key="m1:sub_1", same_as="sub_1", quantity=2)
    assert timeline(person(ghost, stripe), campaign(rule=Rule(count_seats=True))) == [("joined", 0), ("left", 44)]
    only_ghost = campaign(rule=Rule(sources=(2,)))
    assert timeline(person(ghost, stripe), only_ghost) == [("joined", 0), ("left", 44)]
