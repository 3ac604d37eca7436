"""Entries as the rule computes them: signed lines that should stand (counting.md, The ledger 4 and 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EntryKind(StrEnum):
    OPENING = "opening"
    JOINED = "joined"
    LEFT = "left"
    RETURNED = "returned"
    SEATS = "seats"
    PAYMENT = "payment"
    REFUND = "refund"
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"
    SIGNED_UP = "signed_up"
    WITHDRAWN = "withdrawn"
    ADJUSTMENT = "adjustment"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True, order=True)
class StandingEntry:
    """One signed line that should stand: +1 for a person, or minor units of the campaign's currency for money.

    `source_id` is the source of the fact that caused it; None for what names no source.
    """

    occurred_at: datetime
    kind: EntryKind
    amount: int
    source_id: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The entries that should stand now, the next instant to ask again, and why a payment waits (None: it does not)."""

    entries: tuple[StandingEntry, ...]
    recheck_at: datetime | None = None
    waits: str | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """A maximal stretch [starts_at, ends_at) for which something holds; FOREVER: no end is known."""

    starts_at: datetime
    ends_at: datetime
    first_source_id: int
    last_source_id: int


def stays(stretches: Sequence[tuple[datetime, datetime, int]]) -> list[Stay]:
    """Touching and overlapping stretches (start, end, source) as one."""
    found: list[Stay] = []
    for starts_at, ends_at, source_id in sorted(stretches):
        last = found[-1] if found else None
        if last is None or starts_at > last.ends_at:
            found.append(Stay(starts_at, ends_at, source_id, source_id))
        elif ends_at > last.ends_at:
            found[-1] = Stay(last.starts_at, ends_at, last.first_source_id, source_id)
    return found


def cut(timeline: Sequence[StandingEntry], now: datetime, waits: str | None = None) -> Standing:
    """What of a timeline stands at `now`; what comes later is when to ask again."""
    later = [e.occurred_at for e in timeline if e.occurred_at > now]
    due = sorted((e for e in timeline if e.occurred_at <= now), key=lambda e: e.occurred_at)
    return Standing(tuple(due), min(later) if later else None, waits)
