"""What must hold for every history: time only cuts, order does not matter, one person is at most one."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from campaign.domain.campaign import GoalKind, Opening, OpeningSource, Rule
from campaign.domain.facts import Person
from campaign.domain.standing import payment_standing, person_standing
from tests.stories import campaign, day, dispute, line, membership, paid, payment, person, refund, unpaid, void

DAYS = st.integers(-60, 400)


@st.composite
def invoices(draw: st.DrawFn):
    start = draw(DAYS)
    end = start + draw(st.integers(1, 60))
    kind = draw(st.sampled_from(["paid", "late", "unpaid", "void", "free", "credit"]))
    if kind == "unpaid":
        return unpaid(start, end)
    if kind == "void":
        return void(start, end, at=start + draw(st.integers(0, 30)))
    if kind == "free":
        return paid(start, end, total=0)
    if kind == "credit":
        return paid(start, end, total=-100, lines=(line(start, end, -300), line(start, end, 200, "price_b")))
    return paid(start, end, at=start + (draw(st.integers(0, 40)) if kind == "late" else 0))


@st.composite
def people(draw: st.DrawFn) -> Person:
    ours = []
    payments = []
    for _ in range(draw(st.integers(1, 3))):
        bills = draw(st.lists(invoices(), max_size=6))
        ended = draw(st.none() | DAYS)
        running = draw(st.none() | DAYS)
        ours.append(
            membership(
                *bills,
                ended_at=None if ended is None else day(ended),
                cancelled_at=None if ended is None else day(ended - draw(st.integers(0, 20))),
                running_from=None if running is None else day(running),
                running_until=None if running is None else day(running + 30),
                assumed=draw(st.booleans()),
            )
        )
        for bill in bills:
            cut = draw(st.sampled_from(["", "", "refund", "dispute", "lost"]))
            at = draw(DAYS)
            taken = {
                "": (),
                "refund": (refund(at),),
                "dispute": (dispute(at),),
                "lost": (dispute(at, lost=True),),
            }[cut]
            payments.append(payment(bill.key, at=at, reductions=taken))
    return person(*ours, payments=tuple(payments))


CAMPAIGNS = st.sampled_from(
    [
        campaign(),
        campaign(rule=Rule(count_seats=True, count_complimentary=True, count_trials=True, grace_days=0)),
        campaign(opening=Opening(100, day(50), (OpeningSource("s", 1, includes_list=True),))),
        campaign(GoalKind.NEW_MEMBERS),
        campaign(GoalKind.NEW_MEMBERS, rule=Rule(count_returned=True)),
    ]
)
NOW = st.integers(-100, 600).map(day)


@given(people(), CAMPAIGNS, NOW, NOW)
def test_time_only_cuts_and_says_when_to_ask_again(who, of, one, other) -> None:
    early, late = sorted((one, other))
    before, after = (person_standing(who, of, {}, now) for now in (early, late))
    assert before.entries == tuple(e for e in after.entries if e.occurred_at <= early)
    later = [e.occurred_at for e in after.entries if e.occurred_at > early]
    assert not later or before.recheck_at == min(later)


@given(people(), CAMPAIGNS, NOW, st.randoms())
def test_the_order_facts_are_read_in_does_not_matter(who, of, now, random) -> None:
    def shuffled(values):
        return tuple(random.sample(values, len(values)))

    mixed = replace(
        who,
        memberships=shuffled([replace(m, invoices=shuffled(m.invoices)) for m in who.memberships]),
        payments=shuffled(who.payments),
    )
    assert person_standing(mixed, of, {}, now) == person_standing(who, of, {}, now)


@given(people(), CAMPAIGNS)
def test_a_person_is_at_any_time_one_member_or_none(who, of) -> None:
    entries = [e for e in person_standing(who, of, {}, day(2_000)).entries if e.kind not in ("seats", "opening")]
    counted_at_opening = of.opening is not None and any(e.kind == "left" for e in entries[:1])
    sums = list(accumulate((e.amount for e in entries), initial=1 if counted_at_opening else 0))
    assert set(sums) <= {0, 1}


@given(st.lists(st.tuples(st.sampled_from(["refund", "dispute", "won"]), DAYS, st.integers(1, 900)), max_size=6), NOW)
def test_what_is_taken_from_a_payment_never_exceeds_it(changes, now) -> None:
    reductions = tuple(
        refund(at, amount) if kind == "refund" else dispute(at, amount, won_at=at + 9 if kind == "won" else None)
        for kind, at, amount in changes
    )
    fund = campaign(GoalKind.AMOUNT, rule=Rule(count_one_off=True))
    entries = payment_standing(payment(at=3, reductions=reductions), fund, {}, now).entries
    sums = list(accumulate(e.amount for e in entries))
    assert all(0 <= s <= 500 for s in sums)
