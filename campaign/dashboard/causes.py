"""Why the number changed: each entry in words, with what caused it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from campaign.dashboard.event_words import event_words
from campaign.domain.standing import EntryKind
from campaign.store import entries_shown, inbox, overview, sources
from campaign.store.engine import Session
from campaign.store.inbox import EventSeen
from campaign.store.ledger import Entry
from campaign.store.sweeps import SweepSeen

KINDS = {
    EntryKind.OPENING: "Opening",
    EntryKind.JOINED: "Joined",
    EntryKind.LEFT: "Left",
    EntryKind.RETURNED: "Returned",
    EntryKind.SEATS: "Seats",
    EntryKind.PAYMENT: "Payment",
    EntryKind.REFUND: "Refund",
    EntryKind.DISPUTE: "Dispute",
    EntryKind.DISPUTE_WON: "Dispute won",
    EntryKind.SIGNED_UP: "Signed up",
    EntryKind.WITHDRAWN: "Withdrawn",
    EntryKind.ADJUSTMENT: "Adjustment",
    EntryKind.CORRECTION: "Correction",
}

_SWEEPS = {"sweep": "Sweep", "import": "Import", "listing": "Listing of events"}


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry with its kind and cause in words. `is_reversed`: a later correction took it back."""

    entry: Entry
    kind: str
    cause: str
    is_reversed: bool


def lines(session: Session, entries: Sequence[Entry]) -> tuple[EntryLine, ...]:
    """The entries with their causes; three queries however many there are."""
    events = inbox.load_many(session, _ids(entries, ("inbox",)))
    runs = overview.sweeps(session, _ids(entries, ("sweep", "import")))
    names = {source.id: source.name for source in sources.listing(session)}
    reversed_ids = entries_shown.reversed_ids(session, [e.id for e in entries])
    return tuple(
        EntryLine(e, KINDS[e.kind], cause_words(e, events, runs, names), e.id in reversed_ids) for e in entries
    )


def cause_words(entry: Entry, events: dict[int, EventSeen], runs: dict[int, SweepSeen], names: dict[int, str]) -> str:
    """What made us book it, in a few words."""
    note = entry.note or ""
    match entry.cause_kind:
        case "inbox":
            event = events.get(entry.cause_id or 0)
            if event is None:
                return "An event of its source"
            how = ", found by listing" if event.origin == "listed" else ""
            words = event_words(event.type)
            named = words if words == event.type else f"{words} ({event.type})"
            return f"{named} at {names.get(event.source_id, 'a source')}{how}"
        case "sweep" | "import":
            run = runs.get(entry.cause_id or 0)
            if run is None:
                return _SWEEPS[entry.cause_kind]
            return f"{_SWEEPS.get(run.kind, 'Sweep')} of {names.get(run.source_id, 'a source')}"
        case "staff":
            return f"{entry.author or 'Staff'}: {note}" if note else (entry.author or "Staff")
        case "file":
            return f"List brought in ({note})" if note else "List brought in"
        case "rule":
            return f"Rule edited by {entry.author or 'staff'}" + (f": {note}" if note else "")
        case "time":
            return "Time passed: what was paid began or ran out"
        case other:
            return f"{other} {note}".strip()


def _ids(entries: Sequence[Entry], kinds: tuple[str, ...]) -> set[int]:
    return {e.cause_id for e in entries if e.cause_kind in kinds and e.cause_id is not None}
