"""What is wrong now, and what was to be said to somebody outside: for staff, who never see to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaign.store import alarms, audit, outbox
from campaign.store.alarms import Alarm
from campaign.store.engine import Database
from campaign.store.outbox import MessageSeen

SHOWN = 100
_KINDS = {"sign_up_confirm": "Confirmation of a sign-up", "alarm": "Alarm"}
_STATES = {
    outbox.WAITING: ("waits", "info"),
    outbox.SENDING: ("is being sent", "info"),
    outbox.SENT: ("sent", "good"),
    outbox.FAILED: ("not sent", "bad"),
    outbox.UNSURE: ("may not have arrived", "warn"),
    outbox.DROPPED: ("dropped", ""),
}


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message in words. `can_go_again`: it failed, or nobody knows, so that only staff send it once more."""

    message: MessageSeen
    what: str
    state: str
    tone: str
    can_go_again: bool
    can_be_dropped: bool


@dataclass(frozen=True, slots=True)
class MessagesPage:
    """Alarms that stand, and the newest messages, the open ones first."""

    alarms: tuple[Alarm, ...]
    lines: tuple[MessageLine, ...]


def messages_page(db: Database) -> MessagesPage:
    """The page's content."""
    with db.read() as session:
        return MessagesPage(tuple(alarms.standing(session)), tuple(_line(m) for m in outbox.listing(session, SHOWN)))


def send_again(db: Database, message_id: int, *, actor: str, now: datetime) -> None:
    """The message is tried once more. Raises NotFound, Conflict."""
    with db.write() as session:
        outbox.send_again(session, message_id, now)
        audit.write(session, actor, "message.send_again", f"message {message_id}", now)


def drop(db: Database, message_id: int, *, actor: str, now: datetime) -> None:
    """The message is not sent, and to whom is forgotten. Raises NotFound, Conflict."""
    with db.write() as session:
        outbox.drop(session, message_id, now)
        audit.write(session, actor, "message.drop", f"message {message_id}", now)


def _line(m: MessageSeen) -> MessageLine:
    state, tone = _STATES[m.state]
    can_go_again = m.state in (outbox.FAILED, outbox.UNSURE) and m.is_sealed
    can_be_dropped = m.state in (outbox.WAITING, outbox.FAILED, outbox.UNSURE)
    return MessageLine(m, _KINDS.get(m.kind, m.kind), state, tone, can_go_again, can_be_dropped)
