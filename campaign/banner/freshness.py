"""Whether readers get a fresh number, for those who operate the product."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from campaign.domain.errors import DatabaseUnavailable, SchemaMismatch
from campaign.store import inbox, job_runs, migrate, publications
from campaign.store.engine import Database

OLDEST_AS_OF = timedelta(minutes=10)
JOBS_SILENT_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Number:
    """A published number as it stands."""

    slug: str
    count: int | None
    target: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Readiness:
    """`problems`: in words, by what is not ready; empty when all is."""

    problems: dict[str, str]
    numbers: tuple[Number, ...] = ()
    jobs_seconds: float | None = None
    waiting_seconds: float | None = None


def readiness(db: Database, now: datetime) -> Readiness:
    """What is not ready: database, schema, snapshots, jobs."""
    try:
        migrate.require_current(db)
    except DatabaseUnavailable as error:
        return Readiness({"database": f"can't be reached: {error}"})
    except SchemaMismatch as error:
        return Readiness({"schema": str(error)})
    with db.read() as session:
        numbers = tuple(_number(f.file.body) for f in publications.standing(session) if _is_number(f.file.path))
        finished = [run.succeeded_at for run in job_runs.list_runs(session) if run.succeeded_at is not None]
        waiting_since = inbox.waiting_since(session)
    problems: dict[str, str] = {}
    old = [n for n in numbers if now - n.as_of > OLDEST_AS_OF]
    if old:
        problems["snapshot"] = ", ".join(f"{n.slug} is as of {n.as_of.isoformat()}" for n in old)
    jobs_seconds = (now - max(finished)).total_seconds() if finished else None
    if jobs_seconds is None or jobs_seconds > JOBS_SILENT_AFTER.total_seconds():
        problems["jobs"] = "no job has finished within ten minutes"
    waiting = None if waiting_since is None else (now - waiting_since).total_seconds()
    return Readiness(problems, numbers, jobs_seconds, waiting)


def _is_number(path: str) -> bool:
    """`/g/<slug>.json`, not those of a language or of a folder."""
    name = path.removeprefix("/g/")
    return name.endswith(".json") and "/" not in name and name.count(".") == 1


def _number(body: bytes) -> Number:
    known = cast(dict[str, Any], json.loads(body))
    return Number(known["slug"], known["count"], known["target"], datetime.fromisoformat(known["as_of"]))
