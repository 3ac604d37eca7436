"""Many new rows at once: their ids are taken first, then each table is written by what its database is fastest at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Column, Table, func, select, text
from sqlalchemy.orm import Session

from campaign.store.tables import Base

Cells = tuple[Any, ...]
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


def write(session: Session, table: type[Base], names: Sequence[str], rows: Iterable[Cells]) -> None:
    """The rows are in the table. `names`: the columns of their cells; the others keep their defaults."""
    of = cast(Table, table.__table__)
    dialect = session.get_bind().dialect
    converts = [_converter(of.c[name], dialect) for name in names]
    at = [(place, convert) for place, convert in enumerate(converts) if convert is not None]
    cells = [_converted(row, at) for row in rows]
    if not cells:
        return
    columns = ", ".join(names)
    if dialect.name == "sqlite":
        places = ", ".join("?" * len(names))
        session.connection().exec_driver_sql(f"INSERT INTO {of.name} ({columns}) VALUES ({places})", cells)  # noqa: S608 - our own names
        return
    session.flush()
    driver = cast(Any, session.connection().connection.driver_connection)
    with driver.cursor() as cursor, cursor.copy(f"COPY {of.name} ({columns}) FROM STDIN") as copy:
        for row in cells:
            copy.write_row(row)


def _converted(row: Cells, at: Sequence[tuple[int, _Convert]]) -> Cells:
    if not at:
        return row
    cells = list(row)
    for place, convert in at:
        if cells[place] is not None:
            cells[place] = convert(cells[place])
    return tuple(cells)


def _converter(column: Column[Any], dialect: Any) -> _Convert | None:
    """What a value becomes on its way to the driver, as SQLAlchemy would do it."""
    return _converter_of(column.type, dialect)


@lru_cache(maxsize=100)
def _converter_of(kind: Any, dialect: Any) -> _Convert | None:
    convert = kind.dialect_impl(dialect).bind_processor(dialect)
    if convert is None:
        return None
    if kind.__class__.__name__ in ("Instant", "Date", "DateTime"):
        return lru_cache(maxsize=50_000)(convert)
    return convert
