"""Publishing: once per change, never an invented number, `as_of` that never goes back."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from campaign.banner import folder as public_folder
from campaign.banner.publish import Publisher
from campaign.banner.snapshot import as_of_after
from campaign.domain.campaign import EditorState, Frozen, Hold
from campaign.store import batches, campaigns, objects, publications, sources
from campaign.store.engine import Database
from campaign.store.objects import Ref
from tests.banner.newsroom import NOON, PUBLIC_URL, Newsroom, a_campaign

SECOND = timedelta(seconds=1)


@pytest.fixture
def newsroom(db: Database, tmp_path: Path) -> Newsroom:
    room = Newsroom(db, tmp_path / "public", a_campaign(languages=("en", "uk")))
    room.book(24_600)
    return room


def number(room: Newsroom, path: str = "/g/25k.json") -> dict[str, Any]:
    with room.db.read() as session:
        body = publications.body_at(session, path)
    assert body is not None
    return json.loads(body)


def versions(room: Newsroom) -> int:
    with room.db.read() as session:
        return publications.last_version(session)


def kept(room: Newsroom) -> list[int | None]:
    with room.db.read() as session:
        return [s.body["value"] for s in publications.snapshots(session, room.campaign.id, 50)]


def test_a_booked_change_is_published_in_every_file(newsroom: Newsroom) -> None:
    assert newsroom.publish().published == ("25k",)
    newsroom.book(13)
    assert newsroom.publish().published == ("25k",)
    assert number(newsroom)["count"] == 24_613
    assert number(newsroom)["text"] == "387 to go: 24,613 of 25,000 members"
    assert number(newsroom, "/g/25k/data.json")["remaining"] == 387
    for name in ("25k.html", "25k.en.html", "25k/index.html"):
        assert "24,613 of 25,000" in (newsroom.folder / "g" / name).read_text()
    assert "24\xa0613 із 25\xa0000 учасників" in (newsroom.folder / "g" / "25k.uk.html").read_text()
    assert kept(newsroom) == [24_613, 24_600]


def test_nothing_is_published_while_nothing_changes(newsroom: Newsroom) -> None:
    newsroom.publish()
    before = versions(newsroom)
    assert not newsroom.publish().published
    assert versions(newsroom) == before


def test_as_of_is_refreshed_every_minute_without_a_new_snapshot(newsroom: Newsroom) -> None:
    newsroom.publish()
    assert not newsroom.publish(timedelta(seconds=59)).published
    assert newsroom.publish(timedelta(seconds=1)).published
    assert number(newsroom)["as_of"] == "2026-11-22T12:01:01Z"
    assert kept(newsroom) == [24_600]


def test_a_campaign_is_published_at_most_every_quarter_of_a_second(newsroom: Newsroom) -> None:
    newsroom.publish()
    newsroom.book(1)
    assert not newsroom.publish(timedelta(milliseconds=240)).published
    assert newsroom.publish(timedelta(milliseconds=10)).published


def test_a_number_that_changed_within_the_second_of_its_as_of_is_told_again_in_the_next(newsroom: Newsroom) -> None:
    newsroom.publish()
    newsroom.book(1)
    newsroom.publish(timedelta(milliseconds=300))
    assert (number(newsroom)["count"], number(newsroom)["as_of"]) == (24_601, "2026-11-22T12:00:01Z")
    assert newsroom.publish(timedelta(milliseconds=700)).published
    assert (number(newsroom)["count"], number(newsroom)["as_of"]) == (24_601, "2026-11-22T12:00:02Z")
    assert not newsroom.publish().published


def test_a_draft_has_no_file_and_an_archived_campaign_loses_its_files(db: Database, tmp_path: Path) -> None:
    room = Newsroom(db, tmp_path / "public", a_campaign(state=EditorState.DRAFT))
    room.book(5)
    assert not room.publish().published
    room.edit(state=EditorState.PUBLIC)
    room.publish()
    assert number(room)["count"] == 5
    room.edit(state=EditorState.ARCHIVED)
    room.publish()
    with db.read() as session:
        assert publications.body_at(session, "/g/25k.json") is None
        assert publications.standing(session) == []
    assert public_folder.read(room.folder) == []
    assert not room.publish().published


def test_files_of_a_language_given_up_are_taken_back(newsroom: Newsroom) -> None:
    newsroom.publish()
    newsroom.edit(languages=("uk",))
    newsroom.publish()
    with newsroom.db.read() as session:
        assert publications.body_at(session, "/g/25k.en.json") is None
    assert "учасників" in number(newsroom)["text"]
    assert not (newsroom.folder / "g" / "25k.en.json").exists()


def test_without_any_entry_a_members_campaign_has_words_and_no_number(db: Database, tmp_path: Path) -> None:
    room = Newsroom(db, tmp_path / "public", a_campaign())
    room.publish()
    assert number(room)["count"] is None
    assert number(room)["percent"] is None
    assert number(room)["text"] == "Our goal: 25,000 members"
    fragment = (room.folder / "g" / "25k.html").read_text()
    assert "<progress" not in fragment
    assert ">0" not in fragment


def test_a_running_batch_holds_its_campaign_back_until_it_is_complete(newsroom: Newsroom) -> None:
    newsroom.publish()
    with newsroom.db.write() as session:
        batch = batches.begin(session, "edit", newsroom.campaign.id, None, "editor", newsroom.now)
    newsroom.book(100)
    assert not newsroom.publish().published
    with newsroom.db.write() as session:
        batches.finish(session, batch, newsroom.now)
    newsroom.publish()
    assert kept(newsroom) == [24_700, 24_600]


def test_while_staff_hold_the_number_it_stays_and_then_ends_by_itself(newsroom: Newsroom) -> None:
    newsroom.publish()
    as_of = number(newsroom)["as_of"]
    newsroom.edit(hold=Hold(newsroom.now + timedelta(minutes=30), "editor", "a jump"))
    newsroom.book(300)
    newsroom.publish()
    newsroom.publish(timedelta(minutes=10))
    assert (number(newsroom)["count"], number(newsroom)["as_of"]) == (24_600, as_of)
    newsroom.publish(timedelta(minutes=21))
    assert number(newsroom)["count"] == 24_900


def test_time_alone_changes_the_stage_at_the_instant_that_was_told(newsroom: Newsroom) -> None:
    newsroom.publish()
    until = datetime.fromisoformat(number(newsroom)["until"])
    newsroom.now = until - 2 * SECOND
    newsroom.publish()
    assert number(newsroom)["stage"] == "near"
    newsroom.publish()
    assert number(newsroom)["stage"] == "last_days"
    assert number(newsroom)["text"] == "Until December 31, 2026: 24,600 of 25,000 members"


def test_the_thanks_stay_when_one_member_leaves(newsroom: Newsroom) -> None:
    for change in (399, 1, -1):
        newsroom.book(change)
        newsroom.publish()
    assert (number(newsroom)["count"], number(newsroom)["stage"]) == (24_999, "reached")
    assert number(newsroom)["percent"] == 99


def test_after_the_showing_window_nothing_is_shown(newsroom: Newsroom) -> None:
    newsroom.publish()
    newsroom.now = newsroom.campaign.deadline
    newsroom.publish()
    assert number(newsroom)["text"] == "The count is being finished"
    newsroom.edit(frozen=Frozen(24_600, 1, newsroom.now, ("Patreon",)))
    newsroom.publish()
    assert number(newsroom)["stage"] == "ended_missed"
    assert "Patreon" in (newsroom.folder / "g" / "25k" / "index.html").read_text()
    newsroom.publish(timedelta(days=15))
    assert number(newsroom)["text"] == ""
    assert "hidden" in (newsroom.folder / "g" / "25k.html").read_text()


def test_public_corrections_stand_on_the_campaign_page(newsroom: Newsroom) -> None:
    newsroom.book(-12, note="Counted twice <on Monday>")
    newsroom.publish()
    page = (newsroom.folder / "g" / "25k" / "index.html").read_text()
    assert "−12" in page
    assert "Counted twice &lt;on Monday&gt;" in page
    assert number(newsroom, "/g/25k/data.json")["corrections"][0]["amount"] == -12


def test_a_folder_that_can_not_be_written_is_reported_and_made_good_later(newsroom: Newsroom) -> None:
    newsroom.folder.parent.mkdir(parents=True, exist_ok=True)
    newsroom.folder.write_text("a file where the folder should be")
    report = newsroom.publish()
    assert report.published == ("25k",)
    assert report.problems
    assert number(newsroom)["count"] == 24_600
    newsroom.folder.unlink()
    assert not newsroom.publish().problems
    assert (newsroom.folder / "g" / "25k.json").exists()


def test_a_lost_folder_is_written_again_after_a_start(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.publish()
    elsewhere = tmp_path / "other"
    Publisher(PUBLIC_URL, elsewhere).publish_due(newsroom.db, newsroom.now)
    assert {f.file.path for f in public_folder.read(elsewhere)} == {
        f.file.path for f in public_folder.read(newsroom.folder)
    }


def test_the_folder_gives_back_what_the_database_holds(newsroom: Newsroom) -> None:
    newsroom.publish()
    with newsroom.db.read() as session:
        published = {
            f.file.path: (f.file, f.last_modified.replace(microsecond=0)) for f in publications.standing(session)
        }
    assert {f.file.path: (f.file, f.last_modified) for f in public_folder.read(newsroom.folder)} == published


def test_two_publishers_at_once_publish_each_change_once(newsroom: Newsroom) -> None:
    publishers = [Publisher(PUBLIC_URL, newsroom.folder) for _ in range(4)]
    for _ in range(5):
        newsroom.book(1)
        newsroom.now += SECOND
        threads = [threading.Thread(target=p.publish_due, args=(newsroom.db, newsroom.now)) for p in publishers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    newsroom.publish()
    assert number(newsroom)["count"] == 24_605
    assert kept(newsroom) == [24_605, 24_604, 24_603, 24_602, 24_601]


def test_what_the_banner_said_at_an_instant_can_be_looked_up(newsroom: Newsroom) -> None:
    newsroom.publish()
    first = newsroom.now
    newsroom.book(1)
    newsroom.publish()
    with newsroom.db.read() as session:
        said = publications.snapshot_at(session, newsroom.campaign.id, first + timedelta(milliseconds=500))
        assert said is not None
        assert said.body["words"]["en"]["headline"] == "400 to go: 24,600 of 25,000 members"
        assert publications.snapshot_at(session, newsroom.campaign.id, NOON) is None


def at(seconds: float) -> datetime:
    return datetime(2026, 11, 22, 12, tzinfo=UTC) + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("before", "waiting", "now", "changed", "after"),
    [
        (None, None, 10.7, False, 10),
        (5, None, 10, False, 10),
        (5, 8.9, 10, True, 8),
        (5, 3, 10, False, 5),
        (5, 3, 10, True, 6),
        (10, 3, 10.9, True, 10),
        (20, None, 10, True, 20),
    ],
)
def test_as_of_is_when_all_was_counted_and_never_goes_back(
    before: float | None, waiting: float | None, now: float, changed: bool, after: float
) -> None:
    as_of = as_of_after(
        None if before is None else at(before),
        None if waiting is None else at(waiting),
        at(now),
        number_changed=changed,
    )
    assert as_of == at(after)


def test_one_campaign_that_can_not_be_rendered_does_not_stop_the_others(newsroom: Newsroom) -> None:
    with newsroom.db.write() as session:
        campaigns.create(session, a_campaign(slug="broken", zone="Europe/Kyiv"), "editor", "new", NOON)
        row = session.connection().exec_driver_sql("SELECT id FROM campaign WHERE slug = 'broken'").scalar_one()
        session.connection().exec_driver_sql(f"UPDATE campaign SET zone = 'Nowhere/None' WHERE id = {row}")
    report = newsroom.publish()
    assert report.published == ("25k",)
    assert "broken" in report.problems[0]


def test_while_a_delivery_waits_as_of_says_since_when_and_jumps_when_it_is_counted(newsroom: Newsroom) -> None:
    newsroom.publish()
    source = a_source(newsroom)
    with newsroom.db.write() as session:
        objects.mark_dirty(session, source, [Ref("subscription", "sub_1")], newsroom.now, "inbox", None)
    since = number(newsroom)["as_of"]
    newsroom.publish(timedelta(minutes=3))
    assert number(newsroom)["as_of"] == since
    assert not newsroom.publish(timedelta(minutes=1)).published
    newsroom.book(1)
    newsroom.publish()
    later = number(newsroom)
    assert later["count"] == 24_601
    assert since < later["as_of"] < "2026-11-22T12:00:10Z"
    with newsroom.db.write() as session:
        objects.settle(session, source, [Ref("subscription", "sub_1")], 10**9)
    newsroom.publish(timedelta(seconds=10))
    assert datetime.fromisoformat(number(newsroom)["as_of"]) == newsroom.now


def a_source(room: Newsroom) -> int:
    with room.db.write() as session:
        settings = room.runtime().settings
        secrets = sources.SourceSecrets(api_key="rk_test_" + "x" * 20, webhook_secrets=())
        return sources.add(session, "shop", "Shop", secrets, settings, room.now).id


def picture(room: Newsroom, path: str = "/g/25k.svg") -> str:
    with room.db.read() as session:
        body = publications.body_at(session, path)
    assert body is not None
    return body.decode()


def test_pictures_follow_within_half_a_minute_and_never_disappear_meanwhile(newsroom: Newsroom) -> None:
    newsroom.publish()
    assert "24,600" in picture(newsroom)
    newsroom.book(13)
    newsroom.publish()
    assert number(newsroom)["count"] == 24_613
    assert "24,600" in picture(newsroom)
    assert newsroom.publish(timedelta(seconds=30)).published
    assert "24,613" in picture(newsroom)
    assert picture(newsroom, "/g/25k.en.svg") == picture(newsroom)


def test_a_picture_never_says_an_as_of_of_more_than_five_minutes_ago(newsroom: Newsroom) -> None:
    newsroom.publish()
    for _ in range(5):
        newsroom.publish(timedelta(seconds=60))
    assert "2:05" in picture(newsroom)
