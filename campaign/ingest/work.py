"""The work: dirty objects are claimed, fetched side by side, and what they say is booked (architecture.md)."""

from __future__ import annotations

import logging
import random
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from campaign.counting import book, recounts
from campaign.domain.errors import CampaignTrackerError, DatabaseUnavailable, MalformedFact
from campaign.ingest.accounts import Accounts
from campaign.ingest.errors import RefusedBySource, SourceUnavailable, UnknownAtSource
from campaign.ingest.kinds import LATER, kind_of
from campaign.ingest.reading import Reading
from campaign.store import facts, objects, prices, sign_ups, sources
from campaign.store.engine import Database, Session
from campaign.store.ledger import Cause
from campaign.store.objects import ABSENT, DIRTY, FAILED, Claim, Later, Ref

WIDTH = 16
"""How many objects are fetched at once."""
LEASE = timedelta(seconds=60)
LONGEST_WAIT = timedelta(seconds=5)
MOST_TRIES = 12
LONGEST_PAUSE = timedelta(minutes=10)
FAILED_PAUSE = timedelta(hours=1)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of one claim: a reading, or why there is none."""

    claim: Claim
    reading: Reading | None = None
    error: Exception | None = None


@dataclass(slots=True)
class Worker:
    """Works off dirty objects of every source; several may run beside each other, in any process."""

    db: Database
    accounts: Accounts
    now: Callable[[], datetime]
    width: int = WIDTH
    _pool: ThreadPoolExecutor = field(init=False)
    _running: set[Future[Fetched]] = field(init=False, default_factory=set[Future[Fetched]])

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(self.width, thread_name_prefix="fetch")

    def step(self, wait_seconds: float = 0.05) -> int:
        """Claim what is due, book what has arrived; returns how much is in hand, 0 when there is nothing to do."""
        free = self.width - len(self._running)
        claims = claim_due(self.db, free, self.now(), idle=not self._running) if free else []
        self._running |= {self._pool.submit(fetch, self.accounts, claim, self.now) for claim in claims}
        if not self._running:
            return 0
        done, _ = wait(self._running, wait_seconds, FIRST_COMPLETED)
        in_hand = len(self._running)
        self._running -= done
        book_fetched(self.db, [future.result() for future in done], self.now())
        return in_hand

    def drain(self) -> int:
        """Steps until nothing is due and nothing is on its way; returns the number of steps that did something."""
        steps = 0
        while self.step():
            steps += 1
        return steps

    def close(self) -> None:
        """Nothing is fetched any more; what was not booked stays dirty."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def work_once(db: Database, accounts: Accounts, now: Callable[[], datetime]) -> int:
    """Everything that is due is fetched and booked; returns the number of steps it took."""
    worker = Worker(db, accounts, now)
    try:
        return worker.drain()
    finally:
        worker.close()


def retry(db: Database, source_id: int, kind: str, key: str, now: datetime) -> bool:
    """By hand: the object is due now; False when it is not known."""
    with db.write() as session:
        return objects.retry(session, source_id, Ref(kind, key), now)


def claim_due(db: Database, limit: int, now: datetime, *, idle: bool) -> list[Claim]:
    """Up to `limit` due objects, leased to the caller; asks before it takes the lock."""
    with db.read() as session:
        if not objects.any_due(session, now):
            return []
    with db.write() as session:
        return objects.claim_due(session, limit, now, LEASE, Later(LATER, now - LONGEST_WAIT), idle=idle)


def fetch(accounts: Accounts, claim: Claim, now: Callable[[], datetime]) -> Fetched:
    """What the source says of the claimed object; every failure becomes an answer."""
    try:
        asking = accounts.asking(claim.source_id, now)
        return Fetched(claim, kind_of(asking.source.kind).fetch(asking, claim.ref))
    except Exception as error:  # noqa: BLE001 - one bad object never stops the next; what it is stays with the object
        return Fetched(claim, error=error)


def book_fetched(db: Database, fetched: Sequence[Fetched], now: datetime) -> None:
    """Facts, entries and the state of each object change together; one that can't be booked keeps its error alone."""
    if not fetched:
        return
    with db.write() as session:
        facts.lock_facts(session)
        for one in fetched:
            error = one.error
            if one.reading is not None:
                error = _try_to_take_in(session, one.claim, one.reading, now)
            if error is not None:
                _postpone(session, one.claim, error, now)


def take_in(
    session: Session, source_id: int, reading: Reading, stamp: int, asked_since: int, cause: Cause, now: datetime
) -> None:
    """The reading is kept under its stamp, what it changes is booked, and objects it is whole for are clean.

    `asked_since`: what was told under a later stamp need not be asked again.
    """
    saved = facts.save(session, source_id, reading.told, stamp)
    recounts.products_changed(session, prices.save(session, source_id, reading.prices, stamp), now)
    if reading.sign_up is not None:
        sign_ups.end(session, source_id, reading.sign_up.session_key, reading.sign_up.state, now)
    book.recount(session, saved.touched, cause, now)
    objects.settle(session, source_id, reading.whole, stamp)
    kind = kind_of(sources.load(session, source_id).kind)
    wanted = {r for r in reading.dirties - reading.whole if not kind.is_told(session, source_id, r, asked_since)}
    wanted |= {ref for key in saved.untold_accounts if (ref := kind.account_ref(key)) is not None}
    if wanted:
        objects.mark_dirty(session, source_id, wanted, now, cause.kind, cause.id)


def _try_to_take_in(session: Session, claim: Claim, reading: Reading, now: datetime) -> Exception | None:
    try:
        with session.begin_nested():
            cause = Cause(claim.cause_kind, claim.cause_id)
            take_in(session, claim.source_id, reading, claim.stamp, claim.dirty_seq, cause, now)
    except DatabaseUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - the others of this transaction must be booked all the same
        return error
    return None


def _postpone(session: Session, claim: Claim, error: Exception, now: datetime) -> None:
    tries = claim.attempts + 1
    if isinstance(error, UnknownAtSource):
        objects.postpone(session, claim, str(error) or "unknown at its source", now, ABSENT)
    elif isinstance(error, SourceUnavailable) and tries < MOST_TRIES:
        objects.postpone(session, claim, str(error), now + pause_before(tries), DIRTY)
    else:
        _log.warning("object %s %s of source %s: %s", claim.ref.kind, claim.ref.key, claim.source_id, _said(error))
        objects.postpone(session, claim, _said(error), now + FAILED_PAUSE, FAILED)


def pause_before(tries: int) -> timedelta:
    """1 s, 2 s, 4 s and so on up to ten minutes, each up to a half shorter, so that many don’t come back at once."""
    longest = min(timedelta(seconds=2 ** min(tries - 1, 30)), LONGEST_PAUSE)
    return longest * (1 - random.random() / 2)  # noqa: S311 - nothing secret


def _said(error: Exception) -> str:
    """Our own errors in their words; of any other only where it was raised, since its text may repeat an address."""
    if isinstance(error, (MalformedFact, RefusedBySource, SourceUnavailable, CampaignTrackerError)):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
