"""Many new rows at once: their ids are taken first, then each table is written by what its database is fastest at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import JSON, Column, Table, func, select, text
from sqlalchemy.orm import Session

from campaign.store.copy_text import as_text
from campaign.store.tables import Base

Cells = tuple[Any, ...]
End = Any
"""The last cells of a row as its database takes them: values, or the text of a COPY."""
_Convert = Callable[[Any], Any]


def take_ids(session: Session, table: type[Base], number: int) -> Sequence[int]:
    """Ids of rows to come, in order. SQLite: its one writer has them alone until the end of the transaction."""
    of = cast(Table, table.__table__)
    if session.get_bind().dialect.name == "sqlite":
        first = session.scalar(select(func.coalesce(func.max(of.c.id), 0))) or 0
        return range(first + 1, first + 1 + number)
    return session.scalars(
        text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :number)"),
        {"name": of.name, "number": number},
    ).all()


def write(
    session: Session,
    table: type[Base],
    names: Sequence[str],
    rows: Iterable[Cells],
    ends: tuple[Sequence[str], Iterable[End]] | None = None,
) -> None:
    """The rows are in the table. `names`: the columns of their cells; the others keep their defaults.

    `ends`: further columns, and for each row how it ends with them (`end_of`).
    """
    cells = list(rows)
    if not cells:
        return
    of = cast(Table, table.__table__)
    dialect = session.get_bind().dialect
    columns = [*names, *(ends[0] if ends else ())]
    into = f"{of.name} ({', '.join(columns)})"
    if dialect.name == "sqlite":
        cells = _converted(cells, [_converter(of.c[name], dialect) for name in names])
        if ends:
            cells = [(*row, *end) for row, end in zip(cells, ends[1], strict=True)]
        places = ", ".join("?" * len(columns))
        session.connection().exec_driver_sql(f"INSERT INTO {into} VALUES ({places})", cells)  # noqa: S608 - our own names
        return
    texts = [
        map(as_text(of.c[name].type), column) for name, column in zip(names, zip(*cells, strict=True), strict=True)
    ]
    if ends:
        texts.append(cast(Any, ends[1]))
    session.flush()
    driver = cast(Any, session.connection().connection.driver_connection)
    with driver.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        copy.write("\n".join(map("\t".join, zip(*texts, strict=True))) + "\n")


def end_of(session: Session, table: type[Base], names: Sequence[str], cells: Cells) -> End:
    """How rows that end with these cells are written; made once for many rows."""
    of = cast(Table, table.__table__)
    dialect = session.get_bind().dialect
    if dialect.name != "sqlite":
        return "\t".join(as_text(of.c[name].type)(cell) for name, cell in zip(names, cells, strict=True))
    converters = [_converter(of.c[name], dialect) for name in names]
    return tuple(cell if c is None else c(cell) for c, cell in zip(converters, cells, strict=True))


def add_up(
    session: Session, table: type[Base], keys: Sequence[str], sums: Sequence[str], rows: Iterable[Cells]
) -> None:
    """Each row's last cells are added to those of the row with its key; the row is made if needed."""
    of = cast(Table, table.__table__)
    names = (*keys, *sums)
    dialect = session.get_bind().dialect
    cells = _converted(list(rows), [_converter(of.c[name], dialect) for name in names])
    if not cells:
        return
    added = ", ".join(f"{name} = {of.name}.{name} + excluded.{name}" for name in sums)
    into = f"INSERT INTO {of.name} ({', '.join(names)})"
    then = f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {added}"
    session.flush()
    if dialect.name == "sqlite":
        places = ", ".join("?" * len(names))
        session.connection().exec_driver_sql(f"{into} VALUES ({places}) {then}", cells)
        return
    columns = [f"unnest(CAST(%s AS {of.c[name].type.compile(dialect)}[]))" for name in names]
    told = tuple(list(column) for column in zip(*cells, strict=True))
    session.connection().exec_driver_sql(f"{into} SELECT {', '.join(columns)} {then}", told)


def among(session: Session, column: Any, values: Iterable[str], source_id: int | None = None) -> set[str]:
    """Those of the values that stand in a column (of one source); one statement, however many there are."""
    wanted = sorted(set(values))
    if not wanted:
        return set()
    where = "" if source_id is None else " AND source_id = :source_id"
    if session.get_bind().dialect.name == "sqlite":
        listed = "(SELECT value FROM json_each(:wanted))"
    else:
        listed = "(SELECT json_array_elements_text(CAST(:wanted AS json)))"
    told = json.dumps(wanted)
    query = f"SELECT {column.name} FROM {column.table.name} WHERE {column.name} IN {listed}{where}"  # noqa: S608 - our own names
    params = {"wanted": told} if source_id is None else {"wanted": told, "source_id": source_id}
    return set(session.scalars(text(query), params))


def _converted(rows: list[Cells], converts: Sequence[_Convert | None]) -> list[Cells]:
    """The rows with each column converted, column by column: that is what takes the time."""
    if not rows or not any(converts):
        return rows
    columns = list(zip(*rows, strict=True))
    for place, convert in enumerate(converts):
        if convert is not None:
            columns[place] = tuple(map(convert, columns[place]))
    return list(zip(*columns, strict=True))


def _converter(column: Column[Any], dialect: Any) -> _Convert | None:
    """What a value becomes on its way to the driver, as SQLAlchemy would do it."""
    return _converter_of(column.type, dialect)


@lru_cache(maxsize=100)
def _converter_of(kind: Any, dialect: Any) -> _Convert | None:
    convert = kind.dialect_impl(dialect).bind_processor(dialect)
    if convert is None:
        return None
    return _by_list(convert) if isinstance(kind, JSON) else _remembering(convert)


def _remembering(convert: _Convert) -> _Convert:
    @lru_cache(maxsize=50_000)
    def converted(value: Any) -> Any:
        return None if value is None else convert(value)

    return converted


def _by_list(convert: _Convert) -> _Convert:
    """JSON columns of lists hold the same few again and again."""

    @lru_cache(maxsize=10_000)
    def packed(value: tuple[Any, ...]) -> Any:
        return convert(list(value))

    def converted(value: Any) -> Any:
        return packed(tuple(cast(list[Any], value))) if isinstance(value, list) else convert(value)

    return converted
