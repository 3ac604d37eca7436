"""Forecasts are made by the job, kept, judged by results; pushes move them; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from campaign.dashboard import forecasts as staff
from campaign.domain.campaign import EditorState, Frozen
from campaign.domain.errors import Invalid, NotFound
from campaign.domain.forecast import Forecast, Outcome, Record, Spread
from campaign.forecast.own import width_after, with_own
from campaign.forecast.run import forecast_all
from campaign.forecast.table import reference
from campaign.store import audit, campaigns, day_totals, forecasts, job_runs
from campaign.store.engine import Database
from tests.forecast.courses import IN_A_U, a_drive, at, stand, totals_of


def told(db: Database, campaign_id: int) -> list[Forecast]:
    with db.read() as session:
        return forecasts.of_campaign(session, campaign_id)


def test_the_job_keeps_what_is_new_and_nothing_twice(db: Database) -> None:
    drive = stand(db, a_drive(id=0), totals_of(a_drive(), IN_A_U[:16]))
    assert forecast_all(db, at(drive, 15.5)) == ["drive"]
    assert forecast_all(db, at(drive, 15.5)) == []
    (kept,) = told(db, drive.id)
    assert kept.outcome is Outcome.ON_TRACK
    assert kept.final is not None
    assert kept.final.low80 <= kept.final.median <= kept.final.high80
    assert kept.fan[-1][0] == drive.ends_on
    assert kept.fan[-1][1] == kept.final
    with db.write() as session:
        day_totals.replace(session, drive.id, totals_of(drive, IN_A_U[:18]))
    assert forecast_all(db, at(drive, 17.5)) == ["drive"]
    assert [f.value for f in told(db, drive.id)] == [sum(IN_A_U[:16]), sum(IN_A_U[:18])]


def test_a_draft_and_one_that_has_not_begun_have_no_forecast(db: Database) -> None:
    drive = stand(db, a_drive(id=0, state=EditorState.DRAFT), totals_of(a_drive(), IN_A_U[:16]))
    assert forecast_all(db, at(drive, 15.5)) == []
    later = stand(db, a_drive(id=0, slug="later"), [])
    assert forecast_all(db, at(later, -1)) == []


def test_a_planned_push_raises_the_forecast_and_taking_it_out_lowers_it_again(db: Database) -> None:
    drive = stand(db, a_drive(id=0), totals_of(a_drive(), IN_A_U[:16]))
    now = at(drive, 15.5)
    forecast_all(db, now)
    staff.plan_push(db, "drive", drive.starts_on + timedelta(days=20), 100, "letter", actor="ana", now=now)
    forecast_all(db, now)
    with db.read() as session:
        (push,) = forecasts.pushes(session, drive.id)
        assert job_runs.requested(session) == ["forecast"]
    staff.withdraw_push(db, "drive", push.id, actor="ana", now=now)
    forecast_all(db, now)
    before, planned, after = told(db, drive.id)
    assert before.final is not None
    assert planned.final is not None
    assert planned.final.median >= before.final.median + 40
    assert planned.pushes == 70
    assert after.final == before.final
    with db.read() as session:
        assert [line.action for line in audit.lines(session, 2)] == ["push.withdraw", "push.plan"]
    with pytest.raises(NotFound):
        staff.withdraw_push(db, "drive", push.id, actor="ana", now=now)
    with pytest.raises(Invalid):
        staff.plan_push(db, "drive", drive.ends_on + timedelta(days=1), 10, "late", actor="ana", now=now)


def test_when_a_campaign_has_its_result_its_forecasts_are_judged_by_it(db: Database) -> None:
    drive = stand(db, a_drive(id=0), totals_of(a_drive(), IN_A_U[:8]))
    for days in (8, 16, 24):
        with db.write() as session:
            day_totals.replace(session, drive.id, totals_of(drive, IN_A_U[:days]))
        forecast_all(db, at(drive, days - 0.01))
    with db.write() as session:
        day_totals.replace(session, drive.id, totals_of(drive, IN_A_U))
        frozen = replace(campaigns.load(session, drive.id), frozen=Frozen(sum(IN_A_U), 1, at(drive, 31)))
        campaigns.save(session, frozen, "clock", "the count is finished", at(drive, 31))
    forecast_all(db, at(drive, 31))
    with db.read() as session:
        record = forecasts.record(session)
    ranges = [f.final for f in told(db, drive.id) if f.final is not None]
    held = sum(r.low80 <= sum(IN_A_U) <= r.high80 for r in ranges)
    assert (record.held, record.of) == (held, 3)


def test_readers_are_told_a_range_only_when_staff_say_so(db: Database) -> None:
    drive = stand(db, a_drive(id=0), totals_of(a_drive(), IN_A_U[:16]))
    now = at(drive, 15.5)
    forecast_all(db, now)
    with db.read() as session:
        assert forecasts.range_for_readers(session, drive.id) is None
    for is_public in (True, False, True):
        staff.show_to_readers(db, "drive", is_public=is_public, actor="ana", now=now)
        with db.read() as session:
            assert (forecasts.range_for_readers(session, drive.id) is not None) is is_public


def test_ranges_widen_when_they_held_too_rarely_and_narrow_when_too_often() -> None:
    assert width_after(Record(8, 10)) == 1
    assert width_after(Record(0, 9)) == 1
    assert width_after(Record(5, 10)) > 1.3
    assert 0.7 <= width_after(Record(20, 20)) < 1


def test_own_campaigns_that_ended_are_nearest_to_a_campaign_like_them() -> None:
    from campaign.forecast.course import course_of, own_series
    from campaign.forecast.rule import outlook

    drive = a_drive()
    ended = own_series(course_of(drive, totals_of(drive, IN_A_U), drive.deadline))
    table = with_own(reference(), [ended] * 6)
    assert table.own == 6
    history = course_of(drive, totals_of(drive, IN_A_U[:16]), at(drive, 15.999)).history(16)
    with_them, without = outlook(history, table), outlook(history, reference())
    truth = sum(IN_A_U)
    assert with_them.unlike <= without.unlike
    assert with_them.range_of(0.8)[0] <= truth <= with_them.range_of(0.8)[1]


def test_leavers_of_a_members_campaign_are_expected_from_its_own_churn(db: Database) -> None:
    from campaign.domain.campaign import GoalKind
    from campaign.forecast.course import course_of
    from campaign.forecast.tell import tell

    drive = a_drive(kind=GoalKind.MEMBERS, target=25_000)
    now = at(drive, 15.5)

    def leaving(a_day: int) -> int:
        rows = totals_of(drive, IN_A_U[:16], [a_day] * 16, 24_000)
        told = tell(course_of(drive, rows, now), reference(), [], now)
        assert told.leaving is not None
        return told.leaving

    assert leaving(0) < leaving(8) < leaving(40)
    assert 100 < leaving(8) < 160
    assert Spread(1, 2, 3, 4, 5, 6, 7).as_list == [1, 2, 3, 4, 5, 6, 7]
