"""Imports that staff asked for, or that were stopped, are gone on with by the jobs process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from campaign.domain.errors import CampaignTrackerError, Conflict
from campaign.ingest.accounts import Accounts
from campaign.ingest.sweep import import_all, want_import
from campaign.store import audit, batches, imports, sources, sweeps
from campaign.store.engine import Database

PAUSE_AFTER_FAILURE = timedelta(minutes=10)


def ask_for(db: Database, source_id: int, *, everything: bool, actor: str, now: datetime) -> None:
    """The jobs process takes the source in as soon as it can. Raises Conflict as `import_all`, NotFound."""
    with db.write() as session:
        source = sources.load(session, source_id)
        if not source.enabled:
            raise Conflict("This source is out of use; take it into use first.")
        want_import(session, source_id, actor, now, everything=everything)
        audit.write(session, actor, "source.import", source.slug, now, {"everything": everything})


def give_up(db: Database, source_id: int, *, actor: str, now: datetime) -> bool:
    """Nobody goes on with the import; what it took in stays. False: none was wanted. Raises Conflict, NotFound."""
    with db.write() as session:
        source = sources.load(session, source_id)
        if imports.is_worked_on(session, source_id, now - batches.ABANDONED_AFTER):
            raise Conflict("A process is taking this source in right now; take the source out of use to stop it.")
        if imports.state(session, source_id) is None:
            return False
        imports.forget(session, source_id)
        audit.write(session, actor, "source.import_given_up", source.slug, now)
        return True


def go_on(accounts: Accounts, now: Callable[[], datetime]) -> int:
    """Wanted imports of sources in use are completed, one after the other; returns how many were.

    One that fails is tried again ten minutes later and stops no other; it is raised last.
    """
    problems: list[Exception] = []
    done = 0
    for source_id, wanted_by in _due(accounts.db, now()):
        try:
            import_all(accounts.db, accounts, source_id, now, wanted_by)
            done += 1
        except Conflict:
            continue  # another process is at it, or the opening must be answered first
        except CampaignTrackerError as error:
            problems.append(error)
    if problems:
        raise problems[0]
    return done


def _due(db: Database, now: datetime) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    with db.read() as session:
        for source in sources.listing(session):
            state = imports.state(session, source.id) if source.enabled else None
            if state is None:
                continue
            last = next((r for r in sweeps.recent(session, 5, source.id) if r.kind == sweeps.IMPORT), None)
            has_just_failed = (
                last is not None
                and last.error is not None
                and last.finished_at is not None
                and now - last.finished_at < PAUSE_AFTER_FAILURE
            )
            is_worked_on = imports.is_worked_on(session, source.id, now - batches.ABANDONED_AFTER)
            if not has_just_failed and not is_worked_on:
                found.append((source.id, state.wanted_by))
    return found
