"""What staff see and do about a forecast, and what readers are told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from campaign.banner.publish import Publisher
from campaign.domain.campaign import GoalKind
from campaign.domain.staff import Role
from campaign.forecast.run import forecast_all
from campaign.store import forecasts
from campaign.store.engine import Database, open_database
from tests.forecast.courses import IN_A_U, a_drive, at, stand, totals_of
from tests.web.staff_room import StaffRoom, open_room

HALF = list(IN_A_U[:16])


@pytest.fixture
def one(sqlite_url: str):
    database = open_database(sqlite_url)
    yield database
    database.dispose()


def room_at(one: Database, room: StaffRoom, days: float, came: list[int]) -> None:
    drive = stand(one, a_drive(id=0), totals_of(a_drive(), came))
    room.now = at(drive, days)
    forecast_all(one, room.now)


@pytest.mark.parametrize(
    ("came", "days", "words"),
    [
        (HALF[:2], 1.5, "Too early to say."),
        (HALF, 15.5, "On track."),
        ([n // 4 for n in HALF], 15.5, "Behind."),
        ([n * 2 for n in HALF], 15.5, "Reached, and 170 more."),
        (list(IN_A_U), 31, "We made it: 440 of 400."),
    ],
)
def test_the_overview_says_whether_we_make_it(
    one: Database, tmp_path: Path, came: list[int], days: float, words: str
) -> None:
    with open_room(one, tmp_path) as room:
        room_at(one, room, days, came)
        staff = room.signed_in(Role.VIEWER)
        assert words in staff.text("/campaigns/drive")
        assert words in staff.text("/campaigns/drive/forecast")


def test_an_editor_plans_a_push_and_takes_it_out_and_a_wrong_day_is_said(one: Database, tmp_path: Path) -> None:
    with open_room(one, tmp_path) as room:
        room_at(one, room, 15.5, HALF)
        staff = room.signed_in(Role.EDITOR)
        push = {"day": f"{a_drive().starts_on + timedelta(days=20)}", "size": "100", "note": "letter"}
        page = "/campaigns/drive/forecast"
        assert staff.post("/campaigns/drive/pushes", page, **{**push, "day": "2026-01-01"}).status_code == 400
        assert staff.post("/campaigns/drive/pushes", page, **{**push, "size": "many"}).status_code == 400
        assert staff.post("/campaigns/drive/pushes", page, **push).status_code == 303
        assert "letter, +100 expected" in staff.text(page)
        assert staff.post("/campaigns/drive/pushes/1/withdraw", page).status_code == 303
        assert "letter, +100" not in staff.text(page)


def test_a_viewer_can_neither_plan_nor_show(one: Database, tmp_path: Path) -> None:
    with open_room(one, tmp_path) as room:
        room_at(one, room, 15.5, HALF)
        staff = room.signed_in(Role.VIEWER)
        assert "Tell readers" not in staff.get("/campaigns/drive/forecast").text
        for path in ("/campaigns/drive/pushes", "/campaigns/drive/forecast/readers"):
            assert staff.post(path, "/account", show="yes").status_code == 403


def test_money_is_told_in_whole_units(one: Database, tmp_path: Path) -> None:
    money = a_drive(id=0, kind=GoalKind.AMOUNT, currency="EUR", target=40_000_00)
    drive = stand(one, money, totals_of(money, HALF, gift=3_333))
    forecast_all(one, at(drive, 15.5))
    with one.read() as session:
        told = forecasts.last(session, drive.id)
    assert told is not None
    assert told.final is not None
    assert told.final.median % 100 == 0
    assert told.needed_per_day is not None
    assert told.needed_per_day % 100 == 0


def test_readers_are_told_the_range_once_staff_say_so(one: Database, tmp_path: Path) -> None:
    with open_room(one, tmp_path) as room:
        room_at(one, room, 15.5, HALF)
        staff = room.signed_in(Role.EDITOR)
        publisher = Publisher("https://goal.example.org", tmp_path / "public")
        page = tmp_path / "public" / "g" / "drive" / "index.html"

        def told() -> bool:
            room.now += timedelta(minutes=6)
            publisher.publish_due(one, room.now)
            return any("8 times in 10" in path.read_text() for path in (tmp_path / "public").rglob("*.html"))

        assert not told(), page
        for answer, is_told in (("yes", True), ("no", False)):
            sent = staff.post("/campaigns/drive/forecast/readers", "/campaigns/drive/forecast", show=answer)
            assert sent.status_code == 303
            assert told() is is_told
