"""The figures and the chart of the overview: days of the campaign's zone, no forecast."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.dashboard.chart import HEIGHT, WIDTH, chart
from campaign.dashboard.pace import line_at, movements, pace
from campaign.domain.campaign import Campaign, GoalKind
from campaign.domain.progress import DayTotal, Progress, fold
from campaign.domain.standing import EntryKind
from tests.stories import campaign as a_campaign

START = date(2026, 1, 1)


def at(value: int, *, opening: int = 0) -> Progress:
    return Progress(value=value, opening=opening, joined=0, left=0, returned=0, raised=0, refunded=0)


def days(campaign: Campaign, *changes: tuple[int, EntryKind, int]) -> list[DayTotal]:
    """(day of the campaign, kind, number of people)."""
    sign = {EntryKind.LEFT: -1}
    return [DayTotal(START + timedelta(days=n), kind, 1, sign.get(kind, 1) * m, m) for n, kind, m in changes]


def test_what_is_needed_a_day_is_rounded_up_and_today_is_a_day_left() -> None:
    campaign = a_campaign(target=100, ends_on=date(2026, 1, 10))
    standing = pace(campaign, at(79), datetime(2026, 1, 8, 23, tzinfo=UTC))
    assert (standing.days_left, standing.remaining, standing.needed_per_day) == (3, 21, 7)
    assert pace(campaign, at(80), datetime(2026, 1, 8, tzinfo=UTC)).needed_per_day == 7
    assert pace(campaign, at(100), datetime(2026, 1, 8, tzinfo=UTC)).needed_per_day == 0
    assert pace(campaign, at(130), datetime(2026, 1, 8, tzinfo=UTC)).remaining == 0


def test_days_are_those_of_the_campaigns_zone() -> None:
    campaign = a_campaign(ends_on=date(2026, 1, 10), zone="Europe/Kyiv")
    assert pace(campaign, at(0), datetime(2026, 1, 9, 21, 59, tzinfo=UTC)).days_left == 2
    assert pace(campaign, at(0), datetime(2026, 1, 9, 22, 1, tzinfo=UTC)).days_left == 1
    assert pace(campaign, at(0), datetime(2026, 1, 10, 22, 1, tzinfo=UTC)).days_left is None


def test_before_the_start_there_is_no_pace() -> None:
    standing = pace(a_campaign(), at(0), datetime(2025, 12, 30, tzinfo=UTC))
    assert (standing.days_to_start, standing.days_left, standing.needed_per_day) == (2, None, None)


def test_the_straight_line_leads_from_the_opening_to_the_target() -> None:
    campaign = a_campaign(target=300, ends_on=date(2026, 1, 10))
    assert line_at(campaign, 100, campaign.starts_at) == 100
    assert line_at(campaign, 100, campaign.starts_at + timedelta(days=5)) == 200
    assert line_at(campaign, 100, campaign.deadline + timedelta(days=9)) == 300


def test_movements_count_people_and_their_net() -> None:
    campaign = a_campaign()
    totals = days(
        campaign, (0, EntryKind.OPENING, 50), (1, EntryKind.JOINED, 5), (8, EntryKind.LEFT, 2),
        (9, EntryKind.JOINED, 3), (9, EntryKind.RETURNED, 1), (9, EntryKind.LEFT, 1),
    )  # fmt: skip
    today, week, all_of_it = movements(campaign, totals, START + timedelta(days=9))
    assert (today.came, today.went, today.net) == (4, 1, 3)
    assert (week.came, week.went, week.net) == (4, 3, 1)
    assert (all_of_it.came, all_of_it.went, all_of_it.net) == (9, 3, 6)


def test_money_counts_what_was_raised_and_paid_back() -> None:
    campaign = a_campaign(GoalKind.AMOUNT)
    totals = [
        DayTotal(START, EntryKind.PAYMENT, 1, 5000, 2),
        DayTotal(START, EntryKind.REFUND, 1, -1000, 1),
        DayTotal(START, EntryKind.DISPUTE_WON, 1, 500, 1),
    ]
    today = movements(campaign, totals, START)[0]
    assert (today.came, today.went, today.net) == (5000, 500, 4500)


def test_the_chart_has_each_day_in_its_table_the_newest_first() -> None:
    campaign = a_campaign(ends_on=date(2026, 1, 31))
    totals = days(campaign, (0, EntryKind.OPENING, 50), (2, EntryKind.JOINED, 5), (4, EntryKind.LEFT, 2))
    drawn = chart(campaign, totals, fold(totals, campaign), datetime(2026, 1, 6, 12, tzinfo=UTC))
    assert drawn is not None
    assert [(row.day.day, row.value, row.change) for row in drawn.rows] == [
        (6, 53, 0), (5, 53, -2), (4, 55, 0), (3, 55, 5), (2, 50, 0), (1, 50, 0),
    ]  # fmt: skip


def test_there_is_no_chart_before_the_start() -> None:
    assert chart(a_campaign(), [], at(0), datetime(2025, 12, 31, tzinfo=UTC)) is None


a_change = st.tuples(st.integers(0, 400), st.sampled_from([EntryKind.JOINED, EntryKind.LEFT]), st.integers(0, 9_999))


@pytest.mark.parametrize("zone", ["Europe/Kyiv", "America/New_York", "Pacific/Apia"])
@given(
    changes=st.lists(a_change),
    target=st.integers(1, 10**7),
    length=st.integers(0, 380),
    now=st.integers(0, 400 * 24),
)  # fmt: skip
def test_whatever_happened_the_chart_stays_in_its_box_and_ends_at_the_number(
    zone: str, changes: list[tuple[int, EntryKind, int]], target: int, length: int, now: int
) -> None:
    campaign = a_campaign(target=target, ends_on=START + timedelta(days=length), zone=zone)
    instant = campaign.starts_at + timedelta(hours=now)
    past = [c for c in changes if START + timedelta(days=c[0]) <= campaign.local_day(instant)]
    totals = sorted(days(campaign, *past), key=lambda t: t.day)
    progress = fold(totals, campaign)
    drawn = chart(replace(campaign), totals, progress, instant)
    assert drawn is not None
    assert drawn.rows[0].value == progress.value
    numbers = [float(part.lstrip("ML")) for part in f"{drawn.line} {drawn.goal}".split()]
    assert all(0 <= x <= WIDTH for x in numbers[::2])
    assert all(0 <= y <= HEIGHT for y in numbers[1::2])
    assert 1 <= len(drawn.values) <= 9
