"""Stages: what readers are shown when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.domain.campaign import Campaign, Frozen, GoalKind, Look, first_instant
from campaign.domain.stage import Stage, days_left, is_shown_at, next_change, stage_at

START, END = date(2026, 10, 1), date(2026, 12, 31)
BEFORE = datetime(2026, 9, 1, tzinfo=UTC)
MIDDLE = datetime(2026, 11, 1, tzinfo=UTC)
LAST_DAYS = datetime(2026, 12, 25, tzinfo=UTC)
AFTER = datetime(2027, 1, 5, tzinfo=UTC)


def campaign(**values: object) -> Campaign:
    return replace(
        Campaign(1, "25k", "Members", GoalKind.MEMBERS, 25_000, None, START, END, "Europe/Kyiv"),
        **values,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("value", "now", "before", "stage"),
    [
        (24_000, BEFORE, None, Stage.SCHEDULED),
        (24_000, AFTER, None, Stage.ENDED_COUNTING),
        (25_000, MIDDLE, None, Stage.REACHED),
        (24_999, MIDDLE, None, Stage.NEAR),
        (24_999, MIDDLE, Stage.REACHED, Stage.REACHED),
        (24_875, MIDDLE, Stage.REACHED, Stage.REACHED),
        (24_874, MIDDLE, Stage.REACHED, Stage.NEAR),
        (25_000, LAST_DAYS, None, Stage.REACHED),
        (24_000, LAST_DAYS, None, Stage.LAST_DAYS),
        (20_000, MIDDLE, None, Stage.NEAR),
        (19_999, MIDDLE, None, Stage.RUNNING),
        (7_500, MIDDLE, None, Stage.RUNNING),
        (7_499, MIDDLE, None, Stage.EARLY),
        (-3, MIDDLE, None, Stage.EARLY),
        (None, MIDDLE, Stage.REACHED, Stage.EARLY),
        (None, LAST_DAYS, None, Stage.LAST_DAYS),
    ],
)
def test_the_first_stage_that_matches_is_the_stage(
    value: int | None, now: datetime, before: Stage | None, stage: Stage
) -> None:
    assert stage_at(value, campaign(), now, before) is stage


def test_the_frozen_result_decides_how_it_ended_whatever_was_learned_later() -> None:
    reached = campaign(frozen=Frozen(25_000, 7, AFTER))
    assert stage_at(24_000, reached, AFTER, None) is Stage.ENDED_REACHED
    assert stage_at(26_000, campaign(frozen=Frozen(24_999, 7, AFTER)), AFTER, None) is Stage.ENDED_MISSED


def test_ten_days_or_fewer_left_begin_at_a_local_midnight() -> None:
    at = datetime(2026, 12, 21, 22, tzinfo=UTC)
    assert stage_at(15_000, campaign(), at, None) is Stage.LAST_DAYS
    assert stage_at(15_000, campaign(), at - timedelta(microseconds=1), None) is Stage.RUNNING
    assert days_left(campaign(), at) == 10
    assert days_left(campaign(), campaign().deadline - timedelta(seconds=1)) == 1
    assert days_left(campaign(), campaign().deadline) == 0
    assert next_change(Stage.RUNNING, campaign(), MIDDLE) == at


def test_the_result_is_shown_for_its_window_and_then_nothing() -> None:
    ended = campaign(frozen=Frozen(25_000, 7, AFTER), look=Look(showing_days=14))
    gone_at = AFTER + timedelta(days=14)
    assert is_shown_at(Stage.ENDED_REACHED, ended, gone_at - timedelta(seconds=1))
    assert not is_shown_at(Stage.ENDED_REACHED, ended, gone_at)
    assert next_change(Stage.ENDED_REACHED, ended, AFTER) == gone_at
    assert next_change(Stage.ENDED_REACHED, ended, gone_at) is None
    assert not is_shown_at(Stage.SCHEDULED, campaign(), BEFORE)


@st.composite
def _campaigns(draw: st.DrawFn) -> Campaign:
    start = draw(st.dates(date(2026, 1, 1), date(2027, 12, 31)))
    made = campaign(
        starts_on=start,
        ends_on=start + timedelta(days=draw(st.integers(0, 120))),
        zone=draw(st.sampled_from(["Europe/Kyiv", "UTC", "America/St_Johns", "Pacific/Apia", "Africa/Cairo"])),
        target=1_000,
        look=Look(
            last_days=draw(st.integers(0, 30)),
            quiet_percent=draw(st.integers(0, 60)),
            near_percent=draw(st.integers(61, 100)),
            showing_days=3,
        ),
    )
    frozen_after = draw(st.none() | st.timedeltas(timedelta(0), timedelta(days=5)))
    if frozen_after is None:
        return made
    return replace(made, frozen=Frozen(draw(st.integers(0, 2_000)), 1, made.deadline + frozen_after))


campaigns = _campaigns()
values = st.none() | st.integers(-10, 1_500)


@given(campaigns, values, st.sampled_from([None, *Stage]), st.timedeltas(timedelta(days=-30), timedelta(days=180)))
def test_time_alone_changes_the_stage_at_the_next_change_and_not_before(
    c: Campaign, value: int | None, before: Stage | None, offset: timedelta
) -> None:
    now = c.starts_at + offset
    if c.frozen is not None and now < c.frozen.at:
        c = replace(c, frozen=None)
    stage = stage_at(value, c, now, before)
    at = next_change(stage, c, now)
    if at is None:
        assert stage in (Stage.ENDED_COUNTING, Stage.ENDED_REACHED, Stage.ENDED_MISSED)
        later = now + timedelta(days=400)
        assert stage_at(value, c, later, stage) is stage
        assert is_shown_at(stage, c, later) == is_shown_at(stage, c, now)
        return
    assert at > now
    just_before = at - timedelta(microseconds=1)
    assert stage_at(value, c, just_before, stage) is stage
    assert is_shown_at(stage, c, just_before) == is_shown_at(stage, c, now)
    assert (stage_at(value, c, at, stage), is_shown_at(stage, c, at)) != (stage, is_shown_at(stage, c, now))


@given(campaigns, values, st.sampled_from([None, *Stage]), st.timedeltas(timedelta(days=-30), timedelta(days=180)))
def test_publishing_again_without_any_change_keeps_the_stage(
    c: Campaign, value: int | None, before: Stage | None, offset: timedelta
) -> None:
    now = c.starts_at + offset
    stage = stage_at(value, c, now, before)
    assert stage_at(value, c, now, stage) is stage


@given(st.integers(900, 1_100), st.integers(900, 1_100))
def test_the_thanks_come_at_the_target_and_go_only_half_a_percent_below(first: int, second: int) -> None:
    c = campaign(target=1_000)
    stage = stage_at(second, c, MIDDLE, stage_at(first, c, MIDDLE, None))
    assert (stage is Stage.REACHED) == (second >= 1_000 or (first >= 1_000 and second >= 995))


def test_a_day_that_a_zone_skips_is_no_error() -> None:
    skipped = campaign(starts_on=date(2011, 12, 29), ends_on=date(2011, 12, 30), zone="Pacific/Apia")
    assert first_instant(date(2011, 12, 31), "Pacific/Apia") == skipped.deadline
    assert stage_at(0, skipped, skipped.starts_at, None) is Stage.LAST_DAYS
