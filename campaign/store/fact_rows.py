"""Rows of facts under their guard: a fact changes only by a reading with a newer stamp than the one it has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, text, update
from sqlalchemy.orm import Session

from campaign.store.locks import AdvisoryLock
from campaign.store.tables import Base

Row = Mapping[str, Any]
Values = dict[str, Any]

CHUNK = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """A row after keeping: our id, what stood before (None: it is new) and whether anything of it changed."""

    id: int
    before: Row | None
    changed: bool


def lock_facts(session: Session) -> None:
    """Until the end of the transaction nobody else writes facts.

    A reading that names a membership and one that names its invoice must see each other, whichever is kept first; rows
    that don't exist yet can't be locked. SQLite has its one writer already.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": AdvisoryLock.FACTS.value})


def keep_newer(
    session: Session,
    table: type[Base],
    source_id: int,
    told: Mapping[str, Values],
    stamp: int,
    carry: Callable[[Row, Values], Values] | None = None,
) -> dict[str, Kept]:
    """Each fact told is kept where the stamp is newer; the answer leaves out those that stand under one as new.

    `carry` may take over from the row that stands what the new reading does not tell.
    """
    into = _table(table)
    standing = rows_by_key(session, table, source_id, told)
    kept: dict[str, Kept] = {}
    new: list[Values] = []
    different: list[Values] = []
    same: list[int] = []
    for key in sorted(told):
        before = standing.get(key)
        if before is None:
            new.append({"source_id": source_id, "key": key, "fetched_seq": stamp, **told[key]})
        elif before["fetched_seq"] < stamp:
            values = told[key] if carry is None else carry(before, told[key])
            changed = any(before[name] != value for name, value in values.items())
            kept[key] = Kept(before["id"], before, changed)
            if changed:
                different.append({"b_id": before["id"], "b_fetched_seq": stamp, **_bound(values)})
            else:
                same.append(before["id"])
    for part in parts(new):
        for row in session.execute(insert(into).returning(into.c.id, into.c.key), part):
            kept[row.key] = Kept(row.id, None, changed=True)
    _rewrite(session, into, different)
    for ids in parts(same):
        session.execute(update(into).where(into.c.id.in_(ids)).values(fetched_seq=stamp))
    return kept


def compare(
    session: Session, table: type[Base], source_id: int, told: Mapping[str, Values], stamp: int
) -> tuple[set[str], set[str]]:
    """Keys that are not known, and keys of which something else is known under an older stamp; nothing is written."""
    standing = rows_by_key(session, table, source_id, told)
    different = {
        key
        for key, row in standing.items()
        if row["fetched_seq"] < stamp and any(row[name] != value for name, value in told[key].items())
    }
    return set(told) - set(standing), different


def rows_by_key(session: Session, table: type[Base], source_id: int, keys: Collection[str]) -> dict[str, Row]:
    """The rows of one source with these keys."""
    of = _table(table)
    found: dict[str, Row] = {}
    for part in parts(sorted(keys)):
        rows = session.execute(select(of).where(of.c.source_id == source_id, of.c.key.in_(part))).mappings()
        found.update({row["key"]: row for row in rows})
    return found


def replace_parts(
    session: Session, table: type[Base], owner: str, told: Mapping[int, Sequence[Values]], is_new: Collection[int]
) -> set[int]:
    """The rows that belong to each owner are those told; returns the owners for whom that changed something."""
    into = _table(table)
    names = [column.name for column in into.c if column.name != owner]
    standing: dict[int, list[tuple[Any, ...]]] = {}
    for ids in parts(i for i in sorted(told) if i not in is_new):
        for row in session.execute(select(into).where(into.c[owner].in_(ids))).mappings():
            standing.setdefault(row[owner], []).append(tuple(row[name] for name in names))
    changed = {
        i
        for i, rows in told.items()
        if _sorted(standing.get(i, [])) != _sorted([tuple(r[n] for n in names) for r in rows])
    }
    for ids in parts(i for i in sorted(changed) if i in standing):
        session.execute(into.delete().where(into.c[owner].in_(ids)))
    for part in parts({owner: i, **row} for i in sorted(changed) for row in told[i]):
        session.execute(insert(into), part)
    return changed


def parts(rows: Iterable[Any]) -> Iterable[list[Any]]:
    """The rows in lists short enough for one statement."""
    everything = list(rows)
    return (everything[at : at + CHUNK] for at in range(0, len(everything), CHUNK))


def _rewrite(session: Session, into: Table, different: Sequence[Values]) -> None:
    if not different:
        return
    names = [name for name in different[0] if name != "b_id"]
    statement = (
        update(into)
        .where(into.c.id == bindparam("b_id"))
        .values({name[2:]: bindparam(name, type_=into.c[name[2:]].type) for name in names})
    )
    session.connection().execute(statement, list(different))


def _bound(values: Values) -> Values:
    return {f"b_{name}": value for name, value in values.items()}


def _sorted(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=repr)


def _table(table: type[Base]) -> Table:
    return cast(Table, table.__table__)
