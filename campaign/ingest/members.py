"""Sources that tell of members as they are now: their lists taken in, held against what is known, and one by one.

Such a source never says what ended before or was paid late; that is remembered from what it told earlier.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from campaign.counting import book, recounts, renewal
from campaign.domain.errors import Conflict, MalformedFact
from campaign.ingest.bodies import Json, kept_text
from campaign.ingest.reading import Found, Reading
from campaign.ingest.source_kind import Asking, Importing, Progress
from campaign.store import batches, erasures, facts, imports, objects, prices, remembered, sources
from campaign.store.objects import Ref
from campaign.store.prices import ToldPrice
from campaign.store.remembered import Remembered
from campaign.store.stamps import next_stamp

MEMBER = "member"
ROWS_A_STEP = 100
"""Rows taken in by one transaction, so that a delivery is never kept waiting."""


class Listed(NamedTuple):
    """Members as a list gave them. `following`: where the list goes on behind them; None: that was all."""

    rows: list[Json]
    following: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list, asked for under `stamp`."""

    stamp: int
    rows: list[Json]
    following: str | None


Read = Callable[[Json, Remembered, datetime], Reading]
"""A member's body, what was told of it before and when it was seen now, to facts; pure. Raises MalformedFact."""


def take_in_all(
    asking: Asking, run: Importing, sold: Iterable[ToldPrice], pages: Callable[[str | None], Iterator[Page]], read: Read
) -> Mapping[str, int]:
    """What is sold, and every member of the list, is taken in, in steps; returns how many were seen, with earlier runs.

    `pages`: the list from where an earlier run has got to, None: from its beginning. Raises Conflict where staff have
    taken the source out of use meanwhile.
    """
    seen = Counter[str](run.state.seen)
    after = run.state.lists.get(MEMBER)
    save_prices(asking, sold)
    if after is None and MEMBER in run.state.lists:
        return seen
    for page in pages(after):
        for at in range(0, len(page.rows), ROWS_A_STEP):
            some = page.rows[at : at + ROWS_A_STEP]
            seen[MEMBER] += len(some)
            _take_in(asking, run, page, some, read, seen, is_last=at + ROWS_A_STEP >= len(page.rows))
            run.progress(dict(seen))
    return seen


def pages_of(asking: Asking, listed: Iterator[Listed]) -> Iterator[Page]:
    """Each part of a list under a stamp taken before it was asked for."""
    while True:
        stamp = take_stamp(asking)
        part = next(listed, None)
        if part is None:
            return
        yield Page(stamp, part.rows, part.following)


def save_prices(asking: Asking, sold: Iterable[ToldPrice]) -> None:
    """What the source sells is known, so that staff can tick what counts. `sold` may ask the source."""
    stamp = take_stamp(asking)
    told = list(sold)
    with asking.db.write() as session:
        other = prices.save(session, asking.source_id, told, stamp)
        recounts.products_changed(session, other, asking.now())


def compare(asking: Asking, pages: Iterable[Page], read: Read, progress: Progress, *, complete: bool) -> Found:
    """Members that are not known, or otherwise; those missing in a complete list are different too."""
    found = Found()
    seen: set[str] = set()
    first_stamp = 0
    for page in pages:
        first_stamp = first_stamp or page.stamp
        reading = _read_rows(asking, page.rows, read)
        renewal.renew(asking.db, (a.address_hash for a in reading.told.accounts.values()), asking.now())
        with asking.db.read() as session:
            unknown, different = remembered.differences(session, asking.source_id, reading.told, page.stamp)
        found.note(MEMBER, unknown, different)
        found.different |= reading.dirties
        found.seen[MEMBER] += len(page.rows)
        seen |= {key for row in page.rows if (key := member_key(row)) is not None}
        progress(dict(found.seen))
    if complete and first_stamp:
        with asking.db.read() as session:
            missing = remembered.unended_accounts(session, asking.source_id, first_stamp) - seen
            missing -= set(erasures.aliases(session, asking.source_id, seen))
        found.note(MEMBER, set(), missing)
    return found


def read_one(asking: Asking, key: str, body: Json | None, read: Read) -> Reading:
    """The member as its source tells it now; None: it is gone there, so what it had has ended when that was seen."""
    now = asking.now()
    with asking.db.read() as session:
        before = remembered.of_accounts(session, asking.source_id, [key]).get(key, Remembered())
    reading = gone(before, now) if body is None else read(body, before, now)
    reading.whole.add(Ref(MEMBER, key))
    return reading


def gone(before: Remembered, seen_at: datetime) -> Reading:
    """What was told of somebody who is no longer there: ended, withdrawn."""
    reading = Reading()
    for membership in before.memberships.values():
        if membership.ended_at is None:
            reading.told.add(replace(membership, ended_at=min(seen_at, membership.cancel_at or seen_at)))
    for sign_up in before.sign_ups.values():
        if sign_up.withdrawn_at is None:
            reading.told.add(replace(sign_up, withdrawn_at=seen_at))
    return reading


def take_stamp(asking: Asking) -> int:
    """A stamp above all that was seen before; to be taken before the source is asked."""
    with asking.db.write() as session:
        return next_stamp(session)


def member_key(row: Json) -> str | None:
    """The member's id, None where it can't be used as a key."""
    return kept_text(row.get("id"), 200)


def _take_in(
    asking: Asking, run: Importing, page: Page, rows: list[Json], read: Read, seen: Mapping[str, int], *, is_last: bool
) -> None:
    """A row that can't be read is asked for by itself, so that its error is kept with it.

    With the last of a page, how far the list was taken in is kept: one that is stopped goes on there.
    """
    reading = _read_rows(asking, rows, read)
    now = asking.now()
    with asking.db.write() as session:
        if not sources.load(session, asking.source_id).enabled:
            raise Conflict("The source was taken out of use; its import goes on when it is in use again.")
        saved = facts.save(session, asking.source_id, reading.told, page.stamp)
        book.recount(session, saved.touched, run.cause, now)
        if objects.any_unsettled(session, asking.source_id):
            objects.settle(session, asking.source_id, reading.whole, page.stamp)
        if reading.dirties:
            objects.mark_dirty(session, asking.source_id, reading.dirties, now, run.cause.kind, run.cause.id)
        if is_last:
            imports.got_to(session, asking.source_id, MEMBER, page.following, seen, now)
        batches.beat(session, run.batch_id, dict(seen), now)


def _read_rows(asking: Asking, rows: list[Json], read: Read) -> Reading:
    keys = {key for row in rows if (key := member_key(row)) is not None}
    now = asking.now()
    with asking.db.read() as session:
        before = remembered.of_accounts(session, asking.source_id, keys)
    reading = Reading()
    for row in rows:
        key = member_key(row)
        if key is None:
            continue  # nothing can be kept of it, and nothing can be asked for
        try:
            reading.update(read(row, before.get(key, Remembered()), now))
            reading.whole.add(Ref(MEMBER, key))
        except MalformedFact:
            reading.dirties.add(Ref(MEMBER, key))
    return reading
