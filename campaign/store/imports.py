"""How far the import of a source has got: who wanted it, since when, and for each list the last row taken in."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from campaign.store.fact_rows import parts
from campaign.store.sweeps import cursor, set_cursor
from campaign.store.tables import Account, Batch, InvoiceLineRow, InvoiceRow, MembershipRow, SourceCursor

_MAIN, _LIST, _SEEN, _KNOWN = "import", "import.list.", "import.seen", "known_since"
_DONE = "*"


@dataclass(frozen=True, slots=True)
class ImportState:
    """An import that was wanted and is not complete. `since` None: everything, however old it is.

    `first_stamp`: every fact it told has at least this one. `lists`: the last row taken in; None: read to its end.
    """

    wanted_by: str
    wanted_at: datetime
    since: datetime | None
    first_stamp: int
    lists: Mapping[str, str | None]
    seen: Mapping[str, int]


def want(
    session: Session, source_id: int, actor: str, since: datetime | None, stamp: int, now: datetime
) -> ImportState:
    """An import is wanted from now on; one that was begun before is forgotten."""
    forget(session, source_id)
    told = {
        "by": actor[:100],
        "at": now.timestamp(),
        "since": None if since is None else since.timestamp(),
        "stamp": stamp,
    }
    set_cursor(session, source_id, _MAIN, json.dumps(told), now)
    return ImportState(actor[:100], now, since, stamp, {}, {})


def state(session: Session, source_id: int) -> ImportState | None:
    """How far the import is; None: none is wanted."""
    main = cursor(session, source_id, _MAIN)
    if main is None:
        return None
    told = cast(dict[str, Any], json.loads(main))
    rows = session.execute(
        select(SourceCursor.name, SourceCursor.value).where(
            SourceCursor.source_id == source_id, SourceCursor.name.startswith(_LIST)
        )
    )
    return ImportState(
        told["by"],
        datetime.fromtimestamp(told["at"], UTC),
        None if told["since"] is None else datetime.fromtimestamp(told["since"], UTC),
        told["stamp"],
        {name.removeprefix(_LIST): None if value == _DONE else value for name, value in rows},
        cast(dict[str, int], json.loads(cursor(session, source_id, _SEEN) or "{}")),
    )


def got_to(
    session: Session, source_id: int, name: str, last: str | None, seen: Mapping[str, int], now: datetime
) -> None:
    """The list is taken in up to this row; None: to its end."""
    set_cursor(session, source_id, _LIST + name, _DONE if last is None else last, now)
    set_cursor(session, source_id, _SEEN, json.dumps(dict(seen)), now)


def complete(session: Session, source_id: int, since: datetime | None, now: datetime) -> None:
    """The import is complete: what the source holds is known since then, None: all of it."""
    forget(session, source_id)
    set_cursor(session, source_id, _KNOWN, "" if since is None else str(int(since.timestamp())), now)


def known_since(session: Session, source_id: int) -> datetime | None:
    """Since when payments of the source are known; None: all of them, or nothing was imported."""
    told = cursor(session, source_id, _KNOWN)
    return datetime.fromtimestamp(int(told), UTC) if told else None


def forget(session: Session, source_id: int) -> None:
    """Nobody wants an import any more."""
    session.execute(
        delete(SourceCursor)
        .where(SourceCursor.source_id == source_id)
        .where((SourceCursor.name == _MAIN) | SourceCursor.name.startswith("import."))
        .execution_options(synchronize_session=False)
    )
    session.expire_all()


def is_worked_on(session: Session, source_id: int, since: datetime) -> bool:
    """Whether a process that takes the source in has shown life since an instant."""
    query = select(Batch.id).where(
        Batch.kind == "import", Batch.source_id == source_id, Batch.finished_at.is_(None), Batch.beat_at > since
    )
    return session.execute(query.limit(1)).first() is not None


def people_without_memberships_since(session: Session, source_id: int, stamp: int) -> list[int]:
    """People with an account at the source, of whose memberships there none was told under this stamp or later."""
    told = exists().where(MembershipRow.account_id == Account.id, MembershipRow.fetched_seq >= stamp)
    query = (
        select(Account.person_id).where(Account.source_id == source_id, ~told).distinct().order_by(Account.person_id)
    )
    return list(session.scalars(query))


def people_of_memberships(session: Session, source_id: int, membership_keys: Collection[str]) -> set[int]:
    """Whose memberships these are."""
    found: set[int] = set()
    for some in parts(sorted(membership_keys)):
        found |= set(
            session.scalars(
                select(Account.person_id)
                .join(MembershipRow, MembershipRow.account_id == Account.id)
                .where(MembershipRow.source_id == source_id, MembershipRow.key.in_(some))
            )
        )
    return found


def billed_until(session: Session, source_id: int, membership_keys: Collection[str]) -> dict[str, datetime]:
    """The end of the last period that any invoice bills, whatever its state, by membership."""
    i, line = InvoiceRow, InvoiceLineRow
    found: dict[str, datetime] = {}
    for some in parts(sorted(set(membership_keys))):
        rows = session.execute(
            select(i.membership_key, func.max(line.ends_at))
            .join(line, line.invoice_id == i.id)
            .where(i.source_id == source_id, i.membership_key.in_(some), line.amount_minor >= 0)
            .group_by(i.membership_key)
        )
        found |= {key: until for key, until in rows if key is not None}
    return found
