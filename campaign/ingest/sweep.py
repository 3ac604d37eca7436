"""Sweeps and imports: what an account holds, held against what is known; the difference is reported, then taken in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from campaign.domain.campaign import EditorState
from campaign.domain.errors import CampaignTrackerError, Conflict
from campaign.ingest.accounts import Accounts
from campaign.ingest.kinds import KINDS, kind_of
from campaign.ingest.listing import CURSOR
from campaign.ingest.reading import Found
from campaign.ingest.source_kind import Importing, Progress
from campaign.store import batches, campaigns, imports, objects, sources, sweeps
from campaign.store.engine import Database, Session
from campaign.store.imports import ImportState
from campaign.store.ledger import Cause
from campaign.store.objects import Ref
from campaign.store.stamps import next_stamp

OVERLAP = timedelta(days=3)
LOOKS_BACK = timedelta(days=365)
"""An import reads a year at least, and as far back as any campaign looks."""
GOES_ON_WITHIN = timedelta(days=7)
"""An import that was stopped is gone on with; later it begins again."""
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
    *,
    everything: bool = False,
) -> Swept:
    """What matters of the source is taken in, in steps, and published once; a run that was stopped is gone on with.

    `everything`: however old it is. Raises Conflict while another process takes it in, and while a campaign's opening
    names the source and nobody said whether its list includes the opening's people; else what the gateway raises and
    AllowanceSpent, and the run keeps it.
    """
    began_at = now()
    with db.write() as session:
        state = want_import(session, source_id, actor, began_at, everything=everything)
        run_id = sweeps.begin(session, source_id, sweeps.IMPORT, began_at)
        batch_id = batches.begin(session, "import", None, source_id, actor, began_at)
    run = Importing(batch_id, Cause("import", run_id, author=actor), progress or _silent, state)
    try:
        asking = accounts.asking(source_id, now, calls_per_second)
        done = kind_of(asking.source.kind).take_in_all(asking, run)
    except Exception as error:
        _fail(db, run_id, now(), error, batch_id)
        raise
    with db.write() as session:
        if sweeps.cursor(session, source_id, CURSOR) is None:
            sweeps.set_cursor(session, source_id, CURSOR, str(int(state.wanted_at.timestamp())), now())
        imports.complete(session, source_id, state.since, now())
        sweeps.report(session, run_id, done.report)
        sweeps.finish(session, run_id, now())
        batches.finish(session, batch_id, now())
    return Swept(run_id, source_id, done.report, done.calls)


def want_import(
    session: Session, source_id: int, actor: str, now: datetime, *, everything: bool = False
) -> ImportState:
    """An import of the source is wanted: how far an earlier one has got, or a new one. Raises Conflict as `import_all`.

    The jobs process takes it up where nobody else does.
    """
    _refuse_unanswered(session, source_id)
    if imports.is_worked_on(session, source_id, now - batches.ABANDONED_AFTER):
        raise Conflict("This source is being taken in right now by another process; its page shows how far it is.")
    state = imports.state(session, source_id)
    if state is None or now - state.wanted_at > GOES_ON_WITHIN or (everything and state.since is not None):
        since = None if everything else _first_instant_that_matters(session, now)
        return imports.want(session, source_id, actor, since, next_stamp(session), now)
    return state


def _first_instant_that_matters(session: Session, now: datetime) -> datetime:
    looked_at = [c for c in campaigns.all_campaigns(session) if c.state is not EditorState.ARCHIVED]
    starts = [c.starts_at for c in looked_at] + [c.opening.at for c in looked_at if c.opening is not None]
    return min([now - LOOKS_BACK, *starts])


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
        said = str(error) if isinstance(error, CampaignTrackerError) else f"{type(error).__name__}: {error}"
        sweeps.finish(session, run_id, now, said[:500])
        if batch_id is not None:
            batches.finish(session, batch_id, now)


def _silent(_seen: Mapping[str, int]) -> None:
    """Nobody watches."""
