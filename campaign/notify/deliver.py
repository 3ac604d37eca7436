"""Delivers the outbox: claim, say, note how it ended; each in its own transaction, so that nothing is said twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from campaign.domain.errors import DatabaseUnavailable
from campaign.notify import mail, posts, render
from campaign.notify.mail import NotSaid, PerhapsSaid
from campaign.store import outbox
from campaign.store.engine import Database
from campaign.store.outbox import Message

MOST_TRIES = 8
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
MOST_AT_ONCE = 50
UNSENT_ARE_KEPT = timedelta(days=7)
"""To whom a message should have gone is forgotten then, as a sign-up's address is."""
ROWS_ARE_KEPT = timedelta(days=60)


class NotifySettings(Protocol):
    """What of the environment concerns saying things."""

    @property
    def secret_key(self) -> str: ...
    @property
    def public_url(self) -> str: ...
    @property
    def smtp_url(self) -> str | None: ...
    @property
    def mail_from(self) -> str | None: ...
    @property
    def alert_webhook_url(self) -> str | None: ...


def deliver_due(db: Database, settings: NotifySettings, now: Callable[[], datetime]) -> str | None:
    """What was due is said, or noted as not said; returns in words what that came to."""
    ends: dict[str, int] = {}
    with db.write() as session:
        dead = outbox.release_dead_claims(session, now())
        outbox.forget_old(session, now(), UNSENT_ARE_KEPT, ROWS_ARE_KEPT)
    if dead:
        ends["unsure"] = dead
    for _ in range(MOST_AT_ONCE):
        with db.write() as session:
            message = outbox.claim(session, settings.secret_key, now())
        if message is None:
            break
        end = _deliver(db, settings, message, now)
        ends[end] = ends.get(end, 0) + 1
    return ", ".join(f"{number} {end}" for end, number in sorted(ends.items())) or None


def _deliver(db: Database, settings: NotifySettings, message: Message, now: Callable[[], datetime]) -> str:
    try:
        _say(settings, message)
    except NotSaid as error:
        return _not_said(db, message, error, now())
    except PerhapsSaid as error:
        with db.write() as session:
            outbox.leave_unsure(session, message.id, str(error), now())
        return "unsure"
    except DatabaseUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - one message that can't be made must not stop the others
        return _not_said(db, message, NotSaid(f"it can't be made: {type(error).__name__}", is_final=True), now())
    with db.write() as session:
        outbox.sent(session, message.id, now())
    return "sent"


def _say(settings: NotifySettings, message: Message) -> None:
    if message.channel == outbox.WEBHOOK:
        posts.post(message.to, message.values, message.id)
        return
    if settings.smtp_url is None or settings.mail_from is None:
        raise NotSaid("no mail server is set (SMTP_URL, MAIL_FROM)", is_final=False)
    mail.send(settings.smtp_url, render.as_mail(message, settings.mail_from, settings.public_url))


def _not_said(db: Database, message: Message, error: NotSaid, now: datetime) -> str:
    with db.write() as session:
        if error.is_final or message.attempts >= MOST_TRIES:
            outbox.fail(session, message.id, str(error), now)
            return "failed"
        outbox.postpone(session, message.id, str(error), now + pause_after(message.attempts))
        return "postponed"


def pause_after(attempts: int) -> timedelta:
    """1, 2, 4, … minutes, at most six hours."""
    return min(FIRST_PAUSE * 2 ** max(0, attempts - 1), LONGEST_PAUSE)
