"""The forecast's promises, on random campaigns: it rises with each payment, is settled at the end, never fails."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.domain.campaign import GoalKind
from campaign.domain.forecast import Outcome
from campaign.forecast.course import course_of
from campaign.forecast.features import NEAR_NAMES
from campaign.forecast.history import History, Kind
from campaign.forecast.neighbours import UNSEEN
from campaign.forecast.rule import READ, like_this, outlook
from campaign.forecast.table import reference
from campaign.forecast.tell import tell
from tests.forecast.courses import IN_A_U, a_drive, at, totals_of

FEW = settings(max_examples=40)


@st.composite
def histories(draw: st.DrawFn) -> History:
    counts = np.array(draw(st.lists(st.integers(0, 60), min_size=1, max_size=50)), dtype=float)
    money = draw(st.booleans())
    gifts = np.array(draw(st.lists(st.floats(1, 500), min_size=len(counts), max_size=len(counts))))
    goal = draw(st.floats(1, 200_000) if money else st.integers(1, 3_000).map(float))
    return History(
        counts=counts,
        amounts=counts * gifts if money else None,
        duration=len(counts) + draw(st.integers(0, 60)),
        weekday=draw(st.integers(0, 6)),
        goal=goal,
        goal_is_money=money,
        of_money=money,
        kind=draw(st.sampled_from(list(Kind))),
    )


def one_more(history: History, gift: float) -> History:
    counts = history.counts.copy()
    counts[-1] += 1
    amounts = None if history.amounts is None else history.amounts.copy()
    if amounts is not None:
        amounts[-1] += gift
    return History(counts, amounts, history.duration, history.weekday, history.goal, history.goal_is_money,
                   history.of_money, history.kind)  # fmt: skip


@FEW
@given(histories(), st.floats(0.01, 5_000))
def test_one_more_payment_lowers_neither_the_median_nor_the_probability(history: History, gift: float) -> None:
    before, after = outlook(history, reference()), outlook(one_more(history, gift), reference())
    assert history.goal is not None
    assert after.at(0.5) >= before.at(0.5) - 0.01 * history.goal
    assert before.probability is not None
    assert after.probability is not None
    assert after.probability >= before.probability - 0.01


@FEW
@given(histories())
def test_a_forecast_is_ordered_not_below_what_is_there_and_the_same_each_time(history: History) -> None:
    told, again = outlook(history, reference()), outlook(history, reference())
    assert np.isfinite(told.quantiles).all()
    assert (np.diff(told.quantiles) >= 0).all()
    assert told.quantiles[0] >= history.seen - 1e-6 * max(1.0, history.seen)
    assert told.probability is None or 0 <= told.probability <= 1
    assert (told.quantiles == again.quantiles).all()
    assert told.probability == again.probability


@FEW
@given(histories())
def test_a_goal_that_is_reached_is_certain_and_at_the_deadline_all_is(history: History) -> None:
    assert history.goal is not None
    told = outlook(history, reference())
    if history.seen >= history.goal:
        assert told.probability == 1
    if history.days_left == 0:
        assert told.quantiles[0] == told.quantiles[-1] == history.seen
        assert told.probability == float(history.seen >= history.goal)


@FEW
@given(
    st.lists(st.integers(0, 80), min_size=1, max_size=30),
    st.lists(st.integers(0, 9), max_size=30),
    st.floats(0, 0.999),
    st.sampled_from(list(GoalKind)),
    st.integers(1, 10**9),
    st.integers(0, 30_000),
)
def test_no_campaign_makes_it_fail_and_one_more_today_never_harms(
    came: list[int], went: list[int], part: float, kind: GoalKind, target: int, opening: int
) -> None:
    drive = a_drive(kind=kind, target=target, currency="EUR")
    opening = opening if kind is GoalKind.MEMBERS else 0
    now = at(drive, len(came) - 1 + part)

    def told(extra: int):
        rows = totals_of(drive, [*came[:-1], came[-1] + extra], went[: len(came)], opening, 100)
        return tell(course_of(drive, rows, now), reference(), [], now)

    before, after = told(0), told(1)
    if before.final and after.final:
        assert after.final.median >= before.final.median - 0.01 * target - 1
    if before.chance is not None and after.chance is not None and Outcome.ENDED not in (before.outcome, after.outcome):
        assert after.chance >= before.chance - 0.01


def test_the_chance_goes_to_zero_or_one_as_the_deadline_comes() -> None:
    for target, end in ((440, 1.0), (480, 0.0)):
        drive = a_drive(target=target)
        rows = totals_of(drive, IN_A_U[:30])
        chances = [
            tell(course_of(drive, rows, now), reference(), [], now).chance
            for now in (at(drive, 29 + part) for part in (0.5, 0.9, 0.99, 0.9999))
        ]
        assert chances[-1] is not None
        assert abs(chances[-1] - end) < 0.02
        after = tell(course_of(drive, rows, at(drive, 30)), reference(), [], at(drive, 30))
        assert (after.outcome, after.chance) == (Outcome.ENDED, end)


def test_the_levels_that_are_read_hold_every_range_that_is_shown() -> None:
    assert {0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975} <= {round(float(level), 4) for level in READ}


def test_each_state_has_its_campaign() -> None:
    drive = a_drive()

    def outcome(came: list[int], days: float) -> Outcome:
        now = at(drive, days)
        return tell(course_of(drive, totals_of(drive, came), now), reference(), [], now).outcome

    half = list(IN_A_U[:16])
    assert outcome(half[:2], 1.5) is Outcome.TOO_EARLY
    assert outcome([1, 0, 1, 1, 1, 0, 0], 6.5) is Outcome.TOO_EARLY
    assert outcome(half, 15.5) is Outcome.ON_TRACK
    assert outcome([n // 4 for n in half], 15.5) is Outcome.BEHIND
    assert outcome([n * 2 for n in half], 15.5) is Outcome.REACHED
    assert outcome(list(IN_A_U), 31) is Outcome.ENDED
    strange = a_drive(target=40_000_000)
    now = at(strange, 15.5)
    rows = totals_of(strange, [0] * 14 + [2_000_000, 3])
    assert tell(course_of(strange, rows, now), reference(), [], now).outcome is Outcome.UNLIKE


def test_a_kind_the_table_holds_none_of_counts_as_farther_and_widens_the_ranges() -> None:
    table = reference()
    scale = table.near_scale.copy()
    of_legal = NEAR_NAMES.index("kind: legal")
    scale[:, of_legal] = 0.0
    without = replace(table, near_scale=scale)
    counts = np.array([12.0, 9, 4, 5, 3, 6, 2, 4, 5, 3])
    petition = History(counts, None, 40, 0, 400.0, False, False, Kind.LEGAL)
    all_or_nothing = replace(petition, kind=Kind.HARD)
    found = like_this(petition, without)
    assert found.unlike == UNSEEN * like_this(all_or_nothing, without).unlike
    as_near = replace(found, unlike=found.unlike / UNSEEN)
    wide, narrow = outlook(petition, without), outlook(petition, without, found=as_near)
    assert np.diff(wide.range_of(0.8)) > np.diff(narrow.range_of(0.8))
