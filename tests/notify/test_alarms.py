"""What is wrong becomes an alarm while it is wrong, and nothing that is right does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from campaign.notify.alarms import raise_alarms, standing
from campaign.store import objects, outbox, sources, sweeps
from campaign.store.engine import Database
from tests.banner.newsroom import Newsroom, a_campaign
from tests.ingest.stand import settings_for


@pytest.fixture
def room(db: Database, tmp_path: Path) -> Newsroom:
    room = Newsroom(db, tmp_path / "data" / "public", a_campaign())
    room.settings = settings_for(tmp_path)
    room.book(20_000)
    room.publish()
    return room


def keys(room: Newsroom) -> list[str]:
    assert room.settings is not None
    raise_alarms(room.db, room.settings, room.now)
    return [alarm.key for alarm in standing(room.db)]


def test_nothing_wrong_is_no_alarm(room: Newsroom) -> None:
    assert keys(room) == []


@pytest.mark.parametrize(("by", "told"), [(1_250, False), (1_251, True), (-1_251, True)])
def test_a_published_number_that_falls_or_jumps_is_told_for_an_hour(room: Newsroom, by: int, told: bool) -> None:
    room.publish(timedelta(hours=2))
    room.book(by)
    room.publish()
    assert keys(room) == (["jump:25k"] if told else [])
    text = "".join(alarm.text for alarm in standing(room.db))
    assert ("fell from 20000 to 18749" in text) == (by < 0)
    room.now += timedelta(hours=1, minutes=1)
    assert keys(room) == []


def test_a_source_that_misses_its_night_is_told(room: Newsroom) -> None:
    with room.db.write() as session:
        source = sources.add_pushed(session, sources.GHOST, "ghost", "Ghost", room.now)
    assert keys(room) == [], "one that was never imported is not set up yet"
    with room.db.write() as session:
        run = sweeps.begin(session, source.id, sweeps.SWEEP, room.now)
        sweeps.finish(session, run, room.now)
    room.now += timedelta(hours=36)
    assert keys(room) == []
    room.now += timedelta(minutes=1)
    assert keys(room) == ["source:ghost"]
    with room.db.write() as session:
        sources.change(session, source.id, enabled=False)
    assert keys(room) == []


def test_mail_that_did_not_go_out_is_told(room: Newsroom) -> None:
    with room.db.write() as session:
        number = outbox.put(session, "s" * 40, outbox.MAIL, "sign_up_confirm", to="a@b.org", values={}, now=room.now)
    assert keys(room) == []
    with room.db.write() as session:
        outbox.fail(session, number, "no", room.now)
    assert keys(room) == ["outbox"]


def test_what_is_received_and_not_counted_is_told(room: Newsroom) -> None:
    with room.db.write() as session:
        source = sources.add_pushed(session, sources.GHOST, "ghost", "Ghost", room.now)
        ref = objects.Ref("member", "m1")
        objects.mark_dirty(session, source.id, [ref], room.now, "inbox", None)
    assert keys(room) == []
    room.now += timedelta(minutes=16)
    assert keys(room) == ["inbox"]
