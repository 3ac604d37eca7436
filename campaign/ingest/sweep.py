"""Sweeps and imports: what an account holds, held against what is known; the difference is reported, then taken in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from campaign.domain.errors import Conflict
from campaign.ingest.accounts import Accounts
from campaign.ingest.listing import CURSOR
from campaign.ingest.stripe.importing import Importer
from campaign.ingest.stripe.pages import CALLS_PER_SECOND, Lister
from campaign.ingest.stripe.reading import Reader
from campaign.ingest.stripe.sweeping import Found, Sweeper
from campaign.store import batches, campaigns, objects, sources, sweeps
from campaign.store.engine import Database, Session
from campaign.store.ledger import Cause
from campaign.store.objects import Ref

OVERLAP = timedelta(days=3)
REFS_A_STEP = 100

Progress = Callable[[Mapping[str, int]], None]


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
    calls_per_second: float = CALLS_PER_SECOND,
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
    reader = Reader(accounts.hash_address)
    try:
        lister = Lister(db, accounts.gateway(source_id), calls_per_second)
        importer = Importer(db, lister, reader, source_id, batch_id, cause, now, progress or _silent)
        importer.run()
    except Exception as error:
        _fail(db, run_id, now(), error, batch_id)
        raise
    report = {"seen": dict(importer.found)}
    with db.write() as session:
        if sweeps.cursor(session, source_id, CURSOR) is None:
            sweeps.set_cursor(session, source_id, CURSOR, str(int(began_at.timestamp())), now())
        sweeps.report(session, run_id, report)
        sweeps.finish(session, run_id, now())
        batches.finish(session, batch_id, now())
    return Swept(run_id, source_id, report, lister.calls)


def sweep(
    db: Database,
    accounts: Accounts,
    source_id: int,
    now: Callable[[], datetime],
    progress: Progress | None = None,
    calls_per_second: float = CALLS_PER_SECOND,
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
    reader = Reader(accounts.hash_address)
    try:
        lister = Lister(db, accounts.gateway(source_id), calls_per_second)
        sweeper = Sweeper(db, lister, reader, source_id, since, progress or _silent)
        found = sweeper.run()
    except Exception as error:
        _fail(db, run_id, now(), error, None)
        raise
    report = found.report()
    with db.write() as session:
        sweeps.report(session, run_id, report)
    _ask_for(db, source_id, found, run_id, now)
    with db.write() as session:
        sweeps.finish(session, run_id, now())
    return Swept(run_id, source_id, report, lister.calls)


def sweep_all(db: Database, accounts: Accounts, now: Callable[[], datetime]) -> list[Swept]:
    """Every enabled Stripe source that was imported is swept; a failing one stops no other and is raised last."""
    with db.read() as session:
        due = [
            s
            for s in sources.listing(session)
            if s.enabled
            and s.kind == sources.STRIPE
            and sweeps.last_finished(session, s.id, sweeps.SWEEP, sweeps.IMPORT)
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
