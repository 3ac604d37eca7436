"""The outbox: said once or shown as not said, to a real mail server and a real web address on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaign.notify.alarms import raise_alarms, standing
from campaign.notify.deliver import deliver_due
from campaign.store import job_runs, outbox
from campaign.store.engine import Database
from campaign.store.outbox import MessageSeen
from config import Settings, SettingsError
from tests.ingest.stand import settings_for
from tests.notify.post_office import Inbox, PostOffice, open_inbox, open_post_office

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
VALUES = {
    "language": "en",
    "name": "25,000 members & friends",
    "confirm_url": "https://goal.example.org/c?a=1&b=2",
    "withdraw_url": "https://goal.example.org/w",
}


class Desk:
    """An installation with an outbox, at a time that the test sets."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.settings = settings
        self.now = NOW

    def put(self, to: str = "reader@example.org", **values: object) -> int:
        with self.db.write() as session:
            return outbox.put(
                session,
                self.settings.secret_key,
                outbox.MAIL,
                "sign_up_confirm",
                to=to,
                values={**VALUES, **values},
                now=self.now,
                expires_at=self.now + timedelta(days=7),
            )

    def deliver(self) -> str | None:
        return deliver_due(self.db, self.settings, lambda: self.now)

    def seen(self) -> MessageSeen:
        with self.db.read() as session:
            return outbox.listing(session, 10)[0]


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_post_office() as office:
        yield office


@pytest.fixture
def desk(db: Database, tmp_path: Path, office: PostOffice) -> Desk:
    settings = settings_for(tmp_path, smtp_url=office.url, mail_from="Our News <news@example.org>")
    return Desk(db, settings)


def test_a_mail_is_sent_once_in_text_and_html_and_its_receiver_is_forgotten(desk: Desk, office: PostOffice) -> None:
    desk.put()
    assert desk.deliver() == "1 sent"
    assert desk.deliver() is None
    (mail,) = office.mails
    assert (mail["To"], mail["From"]) == ("reader@example.org", "Our News <news@example.org>")
    assert mail["Subject"] == "Please confirm: 25,000 members & friends"
    assert "https://goal.example.org/c?a=1&b=2" in office.text()
    html = mail.get_body(("html",))
    assert html is not None
    assert "members &amp; friends" in html.get_content()
    assert desk.seen().state == "sent"
    with desk.db.write() as session, pytest.raises(Exception, match="can't be sent again"):
        outbox.send_again(session, desk.seen().id, NOW)


@pytest.mark.parametrize("language", ["en", "uk", "de", "ar", "uk-UA"])
def test_the_mail_speaks_the_campaign_s_languages(desk: Desk, office: PostOffice, language: str) -> None:
    desk.put(language=language)
    desk.deliver()
    html = office.mails[0].get_body(("html",))
    assert html is not None
    assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in html.get_content()
    assert "{" not in office.text()


def test_a_server_that_is_gone_is_tried_again_later_and_the_message_then_sent(desk: Desk, office: PostOffice) -> None:
    working = desk.settings
    desk.settings = replace(working, smtp_url="smtp://127.0.0.1:1")
    desk.put()
    assert desk.deliver() == "1 postponed"
    assert "can't be reached" in (desk.seen().error or "")
    assert desk.deliver() is None
    desk.settings = working
    desk.now += timedelta(minutes=1)
    assert desk.deliver() == "1 sent"
    assert len(office.mails) == 1


def test_a_refused_receiver_is_final_and_named_nowhere(desk: Desk, office: PostOffice) -> None:
    office.refuse_receiver = "550 no reader@example.org here"
    desk.put()
    assert desk.deliver() == "1 failed"
    assert desk.seen().error == "the mail server refuses the receiver (code 550)"


def test_a_server_that_is_busy_is_asked_again_and_given_up_in_the_end(desk: Desk, office: PostOffice) -> None:
    office.refuse_message = "451 later"
    desk.put()
    for _ in range(20):
        desk.deliver()
        desk.now += timedelta(hours=6)
    assert (desk.seen().state, desk.seen().attempts) == ("failed", 8)
    office.refuse_message = ""
    with desk.db.write() as session:
        outbox.send_again(session, desk.seen().id, desk.now)
    assert desk.deliver() == "1 sent"


def test_what_may_have_arrived_is_shown_and_never_sent_again_by_itself(desk: Desk, office: PostOffice) -> None:
    office.hang_up = True
    desk.put()
    assert desk.deliver() == "1 unsure"
    office.hang_up = False
    desk.now += timedelta(days=1)
    assert desk.deliver() is None
    assert office.mails == []


def test_a_process_that_dies_while_sending_leaves_it_unsure(desk: Desk, office: PostOffice) -> None:
    desk.put()
    with desk.db.write() as session:
        assert outbox.claim(session, desk.settings.secret_key, desk.now) is not None
    assert desk.deliver() is None
    desk.now += timedelta(minutes=11)
    assert desk.deliver() == "1 unsure"
    assert office.mails == []


def test_nothing_is_sent_too_late_or_sealed_under_another_key(desk: Desk, office: PostOffice) -> None:
    desk.put()
    desk.now += timedelta(days=8)
    desk.deliver()
    assert desk.seen().error == "it could not be sent in time"
    desk.put()
    desk.settings = replace(desk.settings, secret_key="t" * 40)
    desk.deliver()
    assert "another SECRET_KEY" in (desk.seen().error or "")
    assert office.mails == []


def test_no_address_stands_in_the_outbox(sqlite_url: str, tmp_path: Path) -> None:
    from campaign.store.engine import open_database

    db = open_database(sqlite_url)
    Desk(db, settings_for(tmp_path)).put("someone.special@example.org")
    db.dispose()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    files = [f for f in (path, Path(f"{path}-wal")) if f.exists()]
    assert not any(b"someone.special" in file.read_bytes() for file in files)


def test_without_a_mail_server_a_message_waits(db: Database, tmp_path: Path) -> None:
    desk = Desk(db, settings_for(tmp_path))
    desk.put()
    assert desk.deliver() == "1 postponed"
    assert desk.seen().error == "no mail server is set (SMTP_URL, MAIL_FROM)"


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"SMTP_URL": "mail.example.org", "MAIL_FROM": "a@b"}, "SMTP_URL"),
        ({"SMTP_URL": "smtp://mail.example.org:port", "MAIL_FROM": "a@b"}, "SMTP_URL"),
        ({"SMTP_URL": "smtp://mail.example.org"}, "MAIL_FROM"),
        ({"MAIL_FROM": "nobody"}, "MAIL_FROM"),
        ({"ALERT_WEBHOOK_URL": "somewhere"}, "ALERT_WEBHOOK_URL"),
    ],
)
def test_a_wrong_setting_is_named(environ: dict[str, str], name: str) -> None:
    needed = {"SECRET_KEY": "s" * 40, "PERSON_KEY": "p" * 40, "PUBLIC_URL": "https://goal.example.org"}
    with pytest.raises(SettingsError, match=name):
        Settings.from_env(needed | environ)


# -- alarms ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def hook() -> Iterator[Inbox]:
    with open_inbox() as inbox:
        yield inbox


def test_a_failing_job_is_told_once_and_once_when_it_is_over(db: Database, tmp_path: Path, hook: Inbox) -> None:
    desk = Desk(db, settings_for(tmp_path, alert_webhook_url=hook.url))
    for failure in range(4):
        with db.write() as session:
            job_runs.ensure(session, ["sweep"])
            job_runs.begin(session, "sweep", NOW)
            job_runs.fail(session, "sweep", "OSError: no", NOW)
        raised = raise_alarms(db, desk.settings, NOW)
        assert raised == ("1 raised, 0 over" if failure == 2 else None)
        desk.deliver()
    assert [post["state"] for post in hook.posts] == ["raised"]
    assert [alarm.key for alarm in standing(db)] == ["job:sweep"]
    with db.write() as session:
        job_runs.begin(session, "sweep", NOW)
        job_runs.succeed(session, "sweep", None, NOW)
    assert raise_alarms(db, desk.settings, NOW) == "0 raised, 1 over"
    desk.deliver()
    assert [post["state"] for post in hook.posts] == ["raised", "over"]
    assert standing(db) == []


def test_an_alarm_that_can_t_be_posted_is_tried_again(db: Database, tmp_path: Path, hook: Inbox) -> None:
    desk = Desk(db, settings_for(tmp_path, alert_webhook_url=hook.url))
    with db.write() as session:
        outbox.put(session, desk.settings.secret_key, outbox.WEBHOOK, "alarm", to=hook.url, values={"a": 1}, now=NOW)
    hook.status = 503
    assert desk.deliver() == "1 postponed"
    hook.status = 200
    desk.now += timedelta(minutes=1)
    assert desk.deliver() == "1 sent"
    assert hook.posts == [{"a": 1}]
