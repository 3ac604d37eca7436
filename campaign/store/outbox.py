"""The outbox: whoever has something to say to somebody outside writes it here, in the transaction of its reason.

To whom and with which values is sealed under SECRET_KEY, and gone once it is said. A row is claimed before it is sent,
in a transaction of its own: a process that dies in between leaves `sending`, which becomes `unsure` and is shown to
staff; it is never sent a second time by itself (docs/decisions/0023).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from campaign.domain.errors import Conflict, Invalid, NotFound
from campaign.store.sealing import seal_text, unseal_text
from campaign.store.tables import OutboxRow

MAIL, WEBHOOK = "mail", "webhook"
WAITING, SENDING, SENT, FAILED, UNSURE, DROPPED = "waiting", "sending", "sent", "failed", "unsure", "dropped"
OPEN_STATES = (WAITING, SENDING, FAILED, UNSURE)

LEASE = timedelta(minutes=10)
"""A claim older than this belongs to a process that died."""
PURPOSE = "outbox"


@dataclass(frozen=True, slots=True)
class Message:
    """Something to say: `to` whom, and the values its words are filled with. `attempts`: this one included."""

    id: int
    channel: str
    kind: str
    to: str = field(repr=False)
    values: Mapping[str, Any] = field(repr=False)
    created_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class MessageSeen:
    """The same as staff see it: never to whom."""

    id: int
    channel: str
    kind: str
    state: str
    created_at: datetime
    due_at: datetime
    ended_at: datetime | None
    attempts: int
    error: str | None
    is_sealed: bool
    """Whether it is still known what to say to whom."""


def put(
    session: Session,
    secret_key: str,
    channel: str,
    kind: str,
    *,
    to: str,
    values: Mapping[str, Any],
    now: datetime,
    expires_at: datetime | None = None,
) -> int:
    """It is said as soon as this transaction is committed, but not after `expires_at`; returns our id.

    `channel`: MAIL (`to` an address) or WEBHOOK (`to` an https address); `kind` names its template.
    """
    sealed = seal_text(json.dumps({"to": to, "values": dict(values)}), secret_key, PURPOSE)
    row = OutboxRow(
        channel=channel,
        kind=kind,
        sealed=sealed,
        state=WAITING,
        created_at=now,
        due_at=now,
        expires_at=expires_at,
        attempts=0,
    )
    session.add(row)
    session.flush()
    return row.id


def claim(session: Session, secret_key: str, now: datetime) -> Message | None:
    """The message that waits longest and is due, now `sending`; None when there is none.

    What can't be read any more, or has expired, fails on the way.
    """
    while True:
        query = select(OutboxRow).where(OutboxRow.state == WAITING, OutboxRow.due_at <= now)
        query = query.order_by(OutboxRow.due_at, OutboxRow.id).limit(1).with_for_update(skip_locked=True)
        row = session.scalars(query).first()
        if row is None:
            return None
        if row.expires_at is not None and row.expires_at <= now:
            _end(row, FAILED, now, "it could not be sent in time")
            row.sealed = None
        elif (message := _opened(row, secret_key)) is None:
            _end(row, FAILED, now, "it was sealed under another SECRET_KEY")
            row.sealed = None
        else:
            row.state, row.claimed_at = SENDING, now
            row.attempts += 1
            return message
        session.flush()


def sent(session: Session, message_id: int, now: datetime) -> None:
    """It was said; to whom is forgotten."""
    row = _row(session, message_id)
    _end(row, SENT, now, None)
    row.sealed = None


def postpone(session: Session, message_id: int, error: str, due_at: datetime) -> None:
    """It was certainly not said, and is tried again."""
    row = _row(session, message_id)
    row.state, row.error, row.due_at, row.claimed_at = WAITING, error, due_at, None


def fail(session: Session, message_id: int, error: str, now: datetime) -> None:
    """It was certainly not said, and trying again would not help; staff see it."""
    _end(_row(session, message_id), FAILED, now, error)


def leave_unsure(session: Session, message_id: int, error: str, now: datetime) -> None:
    """It may have been said; staff see it, and only they send it again."""
    _end(_row(session, message_id), UNSURE, now, error)


def release_dead_claims(session: Session, now: datetime) -> int:
    """What a process was sending when it died is `unsure`; returns how many that were."""
    stale = (OutboxRow.state == SENDING, OutboxRow.claimed_at < now - LEASE)
    words = "the process ended while it was being sent: it may have arrived"
    changed = session.execute(
        update(OutboxRow)
        .where(*stale)
        .values(state=UNSURE, ended_at=now, error=words)
        .execution_options(synchronize_session=False)
    )
    return int(cast(Any, changed).rowcount)


def send_again(session: Session, message_id: int, now: datetime) -> None:
    """A message that failed, or may not have arrived, is tried again. Raises NotFound, Conflict."""
    row = _row(session, message_id)
    if row.state not in (FAILED, UNSURE) or row.sealed is None:
        raise Conflict("this message can't be sent again")
    row.state, row.due_at, row.attempts, row.ended_at, row.claimed_at = WAITING, now, 0, None, None


def drop(session: Session, message_id: int, now: datetime) -> None:
    """A message is not sent, and to whom is forgotten. Raises NotFound, Conflict."""
    row = _row(session, message_id)
    if row.state not in (WAITING, FAILED, UNSURE):
        raise Conflict("this message is being sent, or was sent")
    _end(row, DROPPED, now, row.error)
    row.sealed = None


def listing(session: Session, limit: int) -> list[MessageSeen]:
    """What is open first, then the newest."""
    is_over = OutboxRow.state.in_([SENT, DROPPED])
    rows = session.scalars(select(OutboxRow).order_by(is_over, OutboxRow.id.desc()).limit(limit))
    return [_seen(row) for row in rows]


def number_in(session: Session, *states: str) -> int:
    """How many messages are in these states."""
    return session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.state.in_(states))) or 0


def forget_old(session: Session, now: datetime, unsent_for: timedelta, kept_for: timedelta) -> None:
    """To whom is forgotten of what failed long ago, and what is over long ago is forgotten altogether."""
    old = or_(OutboxRow.created_at < now - unsent_for, OutboxRow.expires_at < now)
    session.execute(update(OutboxRow).where(OutboxRow.state.in_([FAILED, UNSURE]), old).values(sealed=None))
    session.execute(delete(OutboxRow).where(OutboxRow.ended_at < now - kept_for))


def _opened(row: OutboxRow, secret_key: str) -> Message | None:
    if row.sealed is None:
        return None
    try:
        body = cast(dict[str, Any], json.loads(unseal_text(row.sealed, secret_key, PURPOSE)))
    except Invalid:
        return None
    return Message(row.id, row.channel, row.kind, body["to"], body["values"], row.created_at, row.attempts + 1)


def _end(row: OutboxRow, state: str, now: datetime, error: str | None) -> None:
    row.state, row.ended_at, row.error, row.claimed_at = state, now, error, None


def _row(session: Session, message_id: int) -> OutboxRow:
    row = session.get(OutboxRow, message_id)
    if row is None:
        raise NotFound("message", message_id)
    return row


def _seen(row: OutboxRow) -> MessageSeen:
    return MessageSeen(
        row.id,
        row.channel,
        row.kind,
        row.state,
        row.created_at,
        row.due_at,
        row.ended_at,
        row.attempts,
        row.error,
        row.sealed is not None,
    )
