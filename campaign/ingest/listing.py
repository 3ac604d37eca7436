"""Every few minutes each source is asked what changed: what was never delivered is found, and goes the same way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from campaign.ingest.accounts import Accounts
from campaign.ingest.kinds import KINDS
from campaign.store import sources, sweeps
from campaign.store.engine import Database
from campaign.store.sources import SourceSeen

CURSOR = "events"
OVERLAP = timedelta(minutes=10)
FIRST_LOOK_BACK = timedelta(hours=1)
KEPT_RUNS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Listed:
    """What one listing saw, and how much of it had never been delivered."""

    source_id: int
    events: int
    never_delivered: int


def list_all_events(db: Database, accounts: Accounts, now: datetime) -> list[Listed]:
    """Every enabled source that can be asked is; one that fails keeps its error with its run and stops no other."""
    with db.read() as session:
        enabled = [s for s in sources.listing(session) if s.enabled and s.kind in KINDS]
    listed: list[Listed] = []
    problems: list[Exception] = []
    for source in enabled:
        try:
            listed.append(list_events(db, accounts, source, now))
        except Exception as error:  # noqa: BLE001 - raised below, when the others were listed
            problems.append(error)
    if problems:
        raise problems[0]
    return listed


def list_events(db: Database, accounts: Accounts, source: SourceSeen, now: datetime) -> Listed:
    """What changed since the last listing is known or asked for. Raises what the gateway raises; the run keeps it."""
    kind = KINDS[source.kind]
    with db.write() as session:
        sweeps.forget_listings(session, now - KEPT_RUNS)
        since = _since(sweeps.cursor(session, source.id, CURSOR), now, kind.longest_look_back)
        run_id = sweeps.begin(session, source.id, sweeps.LISTING, now)
    try:
        asking = replace(accounts.asking(source.id, lambda: now), run_id=run_id)
        caught = kind.catch_up(asking, since - OVERLAP)
    except Exception as error:
        with db.write() as session:
            sweeps.finish(session, run_id, now, f"{type(error).__name__}: {error}"[:500])
        raise
    with db.write() as session:
        reached = max(int(since.timestamp()), int(caught.newest.timestamp()))
        sweeps.set_cursor(session, source.id, CURSOR, str(reached), now)
        sweeps.report(session, run_id, {"events": caught.seen, "never_delivered": caught.news})
        sweeps.finish(session, run_id, now)
    return Listed(source.id, caught.seen, caught.news)


def _since(cursor: str | None, now: datetime, longest: timedelta) -> datetime:
    if cursor is None:
        return now - FIRST_LOOK_BACK
    return max(now - longest, datetime.fromtimestamp(int(cursor), now.tzinfo))
