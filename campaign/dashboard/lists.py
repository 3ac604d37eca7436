"""Lists brought in as files, as staff see them: what each would do, what was refused, what looks the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from campaign.domain.campaign import Campaign
from campaign.domain.money import Money
from campaign.store import campaigns, file_duplicates, file_imports, sources
from campaign.store.engine import Database
from campaign.store.file_duplicates import DuplicateSeen
from campaign.store.file_imports import ImportSeen, RefusalSeen, State
from campaign.store.sources import SourceSeen

SHOWN = 50
REFUSALS_SHOWN = 20

STATES: Mapping[State, tuple[str, str]] = {
    State.READING: ("is being read", "info"),
    State.READ: ("is being looked at", "info"),
    State.SHOWN: ("waits for you", "warn"),
    State.BOOKING: ("is being counted", "info"),
    State.BOOKED: ("is counted", "good"),
    State.UNDOING: ("is being undone", "info"),
    State.UNDONE: ("is undone", ""),
    State.DROPPED: ("was not counted", ""),
}
"""What became of a list, in words, with the tone of its badge."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a list does to one campaign; `entries` by kind: added, reversed."""

    campaign: Campaign
    before: int
    after: int
    entries: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Same:
    """A row that looks like another one of its list."""

    id: int
    line: int
    words: str
    counts: bool | None
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class ListPage:
    """One list. `said`: the figures of its preview; `columns`: what was read from which column."""

    seen: ImportSeen
    said: Mapping[str, Any]
    effects: tuple[Effect, ...]
    reasons: tuple[tuple[str, str, int], ...]
    refusals: tuple[RefusalSeen, ...]
    same: tuple[Same, ...]
    unanswered: tuple[Campaign, ...]

    @property
    def words(self) -> str:
        return STATES[self.seen.state][0]

    @property
    def tone(self) -> str:
        return STATES[self.seen.state][1]

    @property
    def is_under_way(self) -> bool:
        """Whether the page is worth looking at again in a moment."""
        return self.seen.state in (State.READING, State.READ, State.BOOKING, State.UNDOING)


@dataclass(frozen=True, slots=True)
class ListsPage:
    """All lists, and the rows nobody has decided about."""

    lists: tuple[ImportSeen, ...]
    states: Mapping[State, tuple[str, str]]
    undecided: int


def lists_page(db: Database) -> ListsPage:
    """The newest lists."""
    with db.read() as session:
        undecided = len(file_duplicates.listing(session))
        return ListsPage(tuple(file_imports.listing(session, SHOWN)), STATES, undecided)


def list_page(db: Database, import_id: int, unanswered: tuple[Campaign, ...] = ()) -> ListPage:
    """One list. Raises NotFound."""
    with db.read() as session:
        seen = file_imports.load(session, import_id)
        known = {c.id: c for c in campaigns.all_campaigns(session)}
        return ListPage(
            seen=seen,
            said=seen.preview or {},
            effects=_effects(seen, known),
            reasons=tuple(file_imports.reasons(session, import_id)),
            refusals=tuple(file_imports.refusals(session, import_id, REFUSALS_SHOWN)),
            same=tuple(_same(one) for one in file_duplicates.listing(session, import_id)),
            unanswered=unanswered,
        )


def refusals_of(db: Database, import_id: int) -> tuple[ImportSeen, list[RefusalSeen]]:
    """Every refused row that is kept, for a file. Raises NotFound."""
    with db.read() as session:
        return file_imports.load(session, import_id), file_imports.refusals(session, import_id)


def choices(db: Database) -> tuple[list[SourceSeen], list[Campaign]]:
    """Sources that are lists, and campaigns a list may be for."""
    with db.read() as session:
        lists = [source for source in sources.listing(session) if source.kind == sources.FILE]
        return lists, campaigns.all_campaigns(session)


def _effects(seen: ImportSeen, known: Mapping[int, Campaign]) -> tuple[Effect, ...]:
    found: list[Effect] = []
    for one in (seen.preview or {}).get("campaigns", ()):
        if one["id"] in known:
            kinds = sorted({*one["added"], *one["taken"]})
            entries = tuple((kind, one["added"].get(kind, 0), one["taken"].get(kind, 0)) for kind in kinds)
            found.append(Effect(known[one["id"]], one["before"], one["after"], entries))
    return tuple(found)


def _same(one: DuplicateSeen) -> Same:
    row = one.body["row"]
    at, amount, currency = row[4], row[5], row[6]
    paid = Money(amount, currency)
    words = f"{paid.major():,f} {paid.currency} on {datetime.fromtimestamp(at, UTC):%-d %B %Y}"
    return Same(one.id, one.line, words, one.counts, one.decided_by)
