"""Who gave and who signed up: once each, net of what was taken back, inside the window."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from campaign.domain.about import Scope
from campaign.domain.campaign import GoalKind, Rule
from campaign.domain.facts import Conversion, PaymentState, Person, SignUp, SourceRule
from campaign.domain.standing import payment_standing, person_standing
from tests.domain.test_standing_properties import DAYS, NOW
from tests.stories import campaign, day, dispute, membership, paid, payment, person, refund

GIVERS = campaign(GoalKind.GIVERS, rule=Rule(count_one_off=True))
PETITION = campaign(GoalKind.SIGNUPS)
FAR = day(3_000)


def timeline(who: Person, of=GIVERS, now=FAR, sources=None) -> list[tuple[str, int, float]]:
    entries = person_standing(who, of, sources or {}, now).entries
    return [(e.kind.value, e.amount, (e.occurred_at - day(0)).total_seconds() / 86_400) for e in entries]


def gave(*payments) -> Person:
    return person(payments=payments)


def sign_up(confirmed: float | None, withdrawn: float | None = None, slug: str | None = None) -> SignUp:
    at = None if confirmed is None else day(confirmed)
    return SignUp(1, 1, "s", slug, at, None if withdrawn is None else day(withdrawn))


def signed(*sign_ups: SignUp) -> Person:
    return replace(person(), sign_ups=sign_ups)


def test_a_person_who_gives_often_is_one_giver() -> None:
    assert timeline(gave(payment(at=3), payment(at=9), payment(at=40))) == [("joined", 1, 3)]


def test_a_full_refund_takes_the_giver_back_and_a_partial_one_does_not() -> None:
    assert timeline(gave(payment(at=3, reductions=(refund(5, 499),)))) == [("joined", 1, 3)]
    assert timeline(gave(payment(at=3, reductions=(refund(5, 499), refund(8, 1))))) == [
        ("joined", 1, 3),
        ("left", -1, 8),
    ]


def test_an_open_dispute_makes_no_giver_until_it_is_won() -> None:
    disputed = timeline(gave(payment(at=3, reductions=(dispute(5, won_at=20),))))
    assert disputed == [("joined", 1, 3), ("left", -1, 5 + 1 / 24), ("returned", 1, 20)]


def test_another_payment_keeps_the_giver() -> None:
    assert timeline(gave(payment(at=3, reductions=(refund(5),)), payment(at=4))) == [("joined", 1, 3)]
    assert timeline(gave(payment(at=3, reductions=(refund(5),)), payment(at=9))) == [
        ("joined", 1, 3), ("left", -1, 5), ("returned", 1, 9),
    ]  # fmt: skip


def test_only_the_window_counts_and_a_refund_after_it_stands_beside() -> None:
    assert timeline(gave(payment(at=-1), payment(at=365))) == []
    assert timeline(gave(payment(at=300, reductions=(refund(370),)))) == [("joined", 1, 300), ("left", -1, 370)]


def test_pending_failed_and_set_apart_payments_make_no_giver() -> None:
    nothing = (payment(state=PaymentState.PENDING), payment(state=PaymentState.FAILED), payment(set_apart=True))
    assert timeline(gave(*nothing, payment(amount=0))) == []


def test_another_currency_makes_a_giver_and_only_a_minimum_asks_for_its_rate() -> None:
    foreign = payment(at=2, currency="EUR", amount=1_000)
    assert timeline(gave(foreign)) == [("joined", 1, 2)]
    strict = replace(GIVERS, rule=Rule(count_one_off=True, minimum_minor=900))
    assert person_standing(gave(foreign), strict, {}, FAR).waits == "no rate from EUR to USD is known yet"
    for amount, expected in ((899, []), (900, [("joined", 1, 2)])):
        known = replace(foreign, conversion=Conversion("USD", amount, day(0).date(), "1", "1", "t"))
        assert timeline(gave(known), strict) == expected


def test_a_sign_up_counts_from_its_confirmation_until_it_is_withdrawn() -> None:
    assert timeline(signed(sign_up(None)), PETITION) == []
    assert timeline(signed(sign_up(4)), PETITION) == [("signed_up", 1, 4)]
    assert timeline(signed(sign_up(4, 9)), PETITION) == [("signed_up", 1, 4), ("withdrawn", -1, 9)]
    assert timeline(signed(sign_up(-3), sign_up(365)), PETITION) == []


def test_two_sign_ups_are_one_person_and_one_for_another_campaign_is_none() -> None:
    assert timeline(signed(sign_up(4, 9), sign_up(6, slug="25k")), PETITION) == [("signed_up", 1, 4)]
    assert timeline(signed(sign_up(4, slug="roof")), PETITION) == []
    both = replace(PETITION, rule=Rule(scope=Scope(campaigns=("roof",))))
    assert timeline(signed(sign_up(4, slug="roof"), sign_up(2)), both) == [("signed_up", 1, 4)]


SOURCE = {1: SourceRule(1, frozenset({"price_month", "price_year"}), {"price_month": "prod_1", "price_year": "prod_2"})}


def scoped(kind: GoalKind, **scope: tuple[str, ...]):
    return campaign(kind, rule=Rule(scope=Scope(**scope)))


def test_a_scope_of_prices_counts_memberships_and_money_of_those_prices_only() -> None:
    who = person(membership(paid(1, 31, key="a")), payments=(payment("a", at=1),))
    for scope, is_in in (({"prices": ("price_month",)}, True), ({"products": ("prod_1",)}, True),
                         ({"products": ("prod_2",)}, False), ({"tags": ("roof",)}, False)):  # fmt: skip
        members, fund = scoped(GoalKind.MEMBERS, **scope), scoped(GoalKind.AMOUNT, **scope)
        assert bool(timeline(who, members, sources=SOURCE)) is is_in
        assert bool(payment_standing(who.payments[0], fund, SOURCE, FAR).entries) is is_in
        assert bool(timeline(who, scoped(GoalKind.GIVERS, **scope), sources=SOURCE)) is is_in


def test_a_tag_or_a_named_campaign_is_enough() -> None:
    for said in ({"tags": ("roof",)}, {"campaign_slug": "roof"}, {"campaign_slug": "25k"}):
        fund = scoped(GoalKind.AMOUNT, tags=("roof",), campaigns=("roof",))
        assert payment_standing(payment(**said), fund, SOURCE, FAR).entries
        who = person(membership(paid(1, 31), **said))
        assert timeline(who, scoped(GoalKind.MEMBERS, tags=("roof",), campaigns=("roof",)), sources=SOURCE)
    assert not payment_standing(payment(tags=("door",)), scoped(GoalKind.AMOUNT, tags=("roof",)), SOURCE, FAR).entries


def test_a_membership_in_a_scope_still_needs_a_price_that_counts() -> None:
    shop = {1: SourceRule(1, frozenset({"price_other"}), {"price_month": "prod_1"})}
    who = person(membership(paid(1, 31), tags=("roof",)))
    assert timeline(who, scoped(GoalKind.MEMBERS, tags=("roof",)), sources=shop) == []
    assert timeline(who, scoped(GoalKind.MEMBERS, products=("prod_1",)), sources=shop) == []


GIVEN = st.lists(
    st.tuples(
        DAYS, st.lists(st.tuples(st.sampled_from(["refund", "dispute", "won"]), DAYS, st.integers(1, 700)), max_size=4)
    ),
    max_size=5,
)


def person_of(told) -> Person:
    return gave(
        *(
            payment(
                at=at,
                reductions=tuple(
                    refund(when, amount)
                    if kind == "refund"
                    else dispute(when, amount, won_at=when + 9 if kind == "won" else None)
                    for kind, when, amount in taken
                ),
            )
            for at, taken in told
        )
    )


@given(GIVEN, NOW, st.randoms())
def test_givers_are_one_or_none_and_agree_with_the_money_that_stands(told, now, random) -> None:
    who = person_of(told)
    entries = person_standing(who, GIVERS, {}, now).entries
    assert set(accumulate((e.amount for e in entries), initial=0)) <= {0, 1}
    fund = campaign(GoalKind.AMOUNT, rule=Rule(count_one_off=True))
    nets = [sum(e.amount for e in payment_standing(p, fund, {}, now).entries) for p in who.payments]
    assert sum(e.amount for e in entries) == any(net > 0 for net in nets)
    mixed = replace(who, payments=tuple(random.sample(who.payments, len(who.payments))))
    assert person_standing(mixed, GIVERS, {}, now).entries == entries


@given(GIVEN, NOW, NOW)
def test_time_only_cuts_what_givers_book(told, one, other) -> None:
    early, late = sorted((one, other))
    before, after = (person_standing(person_of(told), GIVERS, {}, now) for now in (early, late))
    assert before.entries == tuple(e for e in after.entries if e.occurred_at <= early)
    later = [e.occurred_at for e in after.entries if e.occurred_at > early]
    assert not later or before.recheck_at == min(later)


@given(st.lists(st.tuples(DAYS, st.none() | DAYS, st.sampled_from([None, "25k", "roof"])), max_size=5), NOW, NOW)
def test_sign_ups_are_one_or_none_and_time_only_cuts(told, one, other) -> None:
    who = signed(*(sign_up(at, until, slug) for at, until, slug in told))
    early, late = sorted((one, other))
    before, after = (person_standing(who, PETITION, {}, now) for now in (early, late))
    assert before.entries == tuple(e for e in after.entries if e.occurred_at <= early)
    assert set(accumulate((e.amount for e in after.entries), initial=0)) <= {0, 1}
