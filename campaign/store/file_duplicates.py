"""Rows of lists that look like other ones: counted with them, as one, until staff decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from campaign.domain.errors import NotFound
from campaign.store.tables import FileDuplicate


@dataclass(frozen=True, slots=True)
class DuplicateSeen:
    """A row that looks like another. `counts` None: nobody has decided."""

    id: int
    source_id: int
    import_id: int
    line: int
    key: str
    body: Mapping[str, Any]
    decided_by: str | None
    counts: bool | None


def keep(session: Session, source_id: int, import_id: int, told: Mapping[str, tuple[int, Mapping[str, Any]]]) -> None:
    """Rows that look like others wait for a decision, each once. `told`: key to line and what the row says."""
    known = set(
        session.scalars(
            select(FileDuplicate.key).where(FileDuplicate.source_id == source_id, FileDuplicate.key.in_(list(told)))
        )
    )
    for key, (line, body) in told.items():
        if key not in known:
            session.add(FileDuplicate(source_id=source_id, import_id=import_id, line=line, key=key, body=dict(body)))


def listing(session: Session, import_id: int | None = None, limit: int = 500) -> list[DuplicateSeen]:
    """Rows that look like others; of one list, or all that nobody has decided about."""
    query = select(FileDuplicate).order_by(FileDuplicate.id).limit(limit)
    if import_id is None:
        query = query.where(FileDuplicate.decided_at.is_(None))
    else:
        query = query.where(FileDuplicate.import_id == import_id)
    return [_duplicate(row) for row in session.scalars(query)]


def load(session: Session, duplicate_id: int) -> DuplicateSeen:
    """One of them. Raises NotFound."""
    row = session.get(FileDuplicate, duplicate_id)
    if row is None:
        raise NotFound("duplicate", duplicate_id)
    return _duplicate(row)


def decide(session: Session, duplicate_id: int, *, counts: bool, actor: str, now: datetime) -> bool:
    """Staff have decided; False: somebody else had."""
    changed = session.execute(
        update(FileDuplicate)
        .where(FileDuplicate.id == duplicate_id, FileDuplicate.decided_at.is_(None))
        .values(counts=counts, decided_by=actor, decided_at=now)
        .execution_options(synchronize_session=False)
    )
    return cast(Any, changed).rowcount == 1


def forget(session: Session, import_id: int) -> None:
    """What the list held twice is open no more."""
    session.execute(delete(FileDuplicate).where(FileDuplicate.import_id == import_id))


def _duplicate(row: FileDuplicate) -> DuplicateSeen:
    return DuplicateSeen(row.id, row.source_id, row.import_id, row.line, row.key, row.body, row.decided_by, row.counts)
