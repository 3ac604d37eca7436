"""Sweeps and imports: what an account holds, held against what is known; the difference is reported, then taken in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from campaign.domain.errors import Conflict
from campaign.ingest.accounts import Accounts
from campaign.ingest.kinds import KINDS, kind_of
from campaign.ingest.listing import CURSOR
from campaign.ingest.reading import Found
from campaign.ingest.source_kind import Importing, Progress
from campaign.store import batches, campaigns, objects, sources, sweeps
from campaign.store.engine import Database, Session
from campaign.store.ledger import Cause
from campaign.store.objects import Ref

OVERLAP = timedelta(days=3)
REFS_A_STEP = 100


@dataclass(frozen=True, slots=True)
class Swept:
    """One finished sweep or import. `report`: what it found before it took it in."""

    run_id: int
    source_id: int
    report: Mapping[str, Any]
    calls: int


def import_all(
    db: Database,
    accounts: Accounts,
    source_id: int,
    now: Callable[[], datetime],
    actor: str,
    progress: Progress | None = None,
    calls_per_second: float | None = None,
) -> Swept:
    """Everything the source holds is taken in, in steps, and published once.

    Raises Conflict while a campaign's opening names the source and nobody said whether its list includes the opening's
    people; else what the gateway raises, and the run keeps it.
    """
    began_at = now()
    with db.write() as session:
        _refuse_unanswered(session, source_id)
        run_id = sweeps.begin(session, source_id, sweeps.IMPORT, began_at)
        batch_id = batches.begin(session, "import", None, source_id, actor, began_at)
    cause = Cause("import", run_id, author=actor)
    try:
        asking = accounts.asking(source_id, now, calls_per_second)
        done = kind_of(asking.source.kind).take_in_all(asking, Importing(batch_id, cause, progress or _silent))
    except Exception as error:
        _fail(db, run_id, now(), error, batch_id)
        raise
    with db.write() as session:
        if sweeps.cursor(session, source_id, CURSOR) is None:
            sweeps.set_cursor(session, source_id, CURSOR, str(int(began_at.timestamp())), now())
        sweeps.report(session, run_id, done.report)
        sweeps.finish(session, run_id, now())
        batches.finish(session, batch_id, now())
    return Swept(run_id, source_id, done.report, done.calls)


def sweep(
    db: Database,
    accounts: Accounts,
    source_id: int,
    now: Callable[[], datetime],
    progress: Progress | None = None,
    calls_per_second: float | None = None,
) -> Swept:
    """What is unknown or different is reported, then marked to be fetched, the same way deliveries are.

    A source that was never imported is imported. Raises what the gateway raises, and the run keeps it.
    """
    began_at = now()
    with db.write() as session:
        before = sweeps.last_finished(session, source_id, sweeps.SWEEP, sweeps.IMPORT)
        run_id = 0 if before is None else sweeps.begin(session, source_id, sweeps.SWEEP, began_at)
    if before is None:
        return import_all(db, accounts, source_id, now, "sweep", progress, calls_per_second)
    since = before.began_at - OVERLAP
    try:
        asking = accounts.asking(source_id, now, calls_per_second)
        compared = kind_of(asking.source.kind).compare(asking, since, progress or _silent)
    except Exception as error:
        _fail(db, run_id, now(), error, None)
        raise
    report = compared.found.report()
    with db.write() as session:
        sweeps.report(session, run_id, report)
    _ask_for(db, source_id, compared.found, run_id, now)
    with db.write() as session:
        sweeps.finish(session, run_id, now())
    return Swept(run_id, source_id, report, compared.calls)


def sweep_all(db: Database, accounts: Accounts, now: Callable[[], datetime]) -> list[Swept]:
    """Every enabled source that was imported is swept; a failing one stops no other and is raised last."""
    with db.read() as session:
        due = [
            s
            for s in sources.listing(session)
            if s.enabled and s.kind in KINDS and sweeps.last_finished(session, s.id, sweeps.SWEEP, sweeps.IMPORT)
        ]
    swept: list[Swept] = []
    problems: list[Exception] = []
    for source in due:
        try:
            swept.append(sweep(db, accounts, source.id, now))
        except Exception as error:  # noqa: BLE001 - raised below, when the others were swept
            problems.append(error)
    if problems:
        raise problems[0]
    return swept


def _refuse_unanswered(session: Session, source_id: int) -> None:
    for campaign in campaigns.all_campaigns(session):
        if campaign.opening is not None and source_id in campaign.opening.unanswered_source_ids():
            raise Conflict(
                f"The opening of {campaign.slug!r} names this source: say first whether the source's list includes "
                "the people of the opening."
            )


def _ask_for(db: Database, source_id: int, found: Found, run_id: int, now: Callable[[], datetime]) -> None:
    refs: list[Ref] = sorted(found.unknown | found.different)
    for at in range(0, len(refs), REFS_A_STEP):
        with db.write() as session:
            objects.mark_dirty(session, source_id, refs[at : at + REFS_A_STEP], now(), "sweep", run_id)


def _fail(db: Database, run_id: int, now: datetime, error: Exception, batch_id: int | None) -> None:
    with db.write() as session:
        sweeps.finish(session, run_id, now, f"{type(error).__name__}: {error}"[:500])
        if batch_id is not None:
            batches.finish(session, batch_id, now)


def _silent(_seen: Mapping[str, int]) -> None:
    """Nobody watches."""
