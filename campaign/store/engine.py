"""Opens the database. Reads and writes ask for different sessions, and it shows.

SQLite: write sessions begin IMMEDIATE (a deferred one loses updates), WAL, full sync, one writer a process at a time.
PostgreSQL: READ COMMITTED; unique numbers and row locks keep writers apart.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from campaign.domain.errors import DatabaseUnavailable

BUSY_TIMEOUT_SECONDS = 15
ASKS_AGAIN_SECONDS = 0.003


class Database:
    """One database; thread-safe. `read()` and `write()` give a session, one transaction each; `write()` commits."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._writer = threading.Lock() if self.is_sqlite else None
        self._followers: list[Callable[[], None]] = []

    @contextmanager
    def read(self) -> Generator[Session]:
        """A session that sees one moment of the database; changes are thrown away. Raises DatabaseUnavailable."""
        with _translated(), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with Session(connection) as session:
                yield session

    @contextmanager
    def write(self) -> Generator[Session]:
        """A session committed at the end of the block, rolled back by an exception. Raises DatabaseUnavailable."""
        with self.begin() as connection, Session(connection, join_transaction_mode="rollback_only") as session:
            yield session
            session.flush()

    @contextmanager
    def begin(self) -> Generator[Connection]:
        """A bare connection in a write transaction, for paths where a session costs too much (receiving a delivery)."""
        lock = self._writer
        if lock is not None:
            lock.acquire()
        try:
            with _translated(), self.engine.connect() as connection:
                connection.execution_options(**{_WRITES: True})
                with connection.begin():
                    yield connection
        finally:
            if lock is not None:
                lock.release()

    def before_dispose(self, stop: Callable[[], None]) -> None:
        """`stop` is called before connections close: whoever follows the database in a thread of its own ends there."""
        self._followers.append(stop)

    def dispose(self) -> None:
        """Close every pooled connection, after those who follow the database have stopped."""
        while self._followers:
            self._followers.pop()()
        self.engine.dispose()


_WRITES = "campaign_writes"


@contextmanager
def _translated() -> Generator[None]:
    """Turn what a database that is gone or full raises into DatabaseUnavailable; leave mistakes of ours as they are."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout, sqlite3.OperationalError) as error:
        raise DatabaseUnavailable(str(error).splitlines()[0]) from error
    except DBAPIError as error:
        if error.connection_invalidated or _is_full(error):
            raise DatabaseUnavailable(str(error).splitlines()[0]) from error
        raise


def _is_full(error: DBAPIError) -> bool:
    return "disk" in str(error).lower() or "full" in str(error).lower()


def open_database(url: str) -> Database:
    """A Database at a URL (`sqlite:///file` or `postgresql://…`); nothing is connected yet."""
    if url.startswith(("postgresql://", "postgres://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(
            url, pool_size=16, max_overflow=16, pool_pre_ping=True, connect_args={"connect_timeout": 5}
        )
    return Database(engine)


PAGES_BEFORE_COPYING = 8_000
"""32 MB of changes gather before they are copied into the database file: a page that changes often is copied once."""


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    raw = cast(sqlite3.Connection, connection)
    raw.isolation_level = None  # we begin transactions ourselves
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_SECONDS}000",
        f"wal_autocheckpoint={PAGES_BEFORE_COPYING}",
    ):
        raw.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    if not writes:
        connection.exec_driver_sql("BEGIN")
        return
    raw = cast(sqlite3.Connection, connection.connection.driver_connection)
    raw.execute("PRAGMA busy_timeout=0").close()
    try:
        _begin_writing(raw)
    finally:
        raw.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_SECONDS}000").close()


def _begin_writing(raw: sqlite3.Connection) -> None:
    """The transaction is the one that writes. SQLite's own waiting asks ten times a second, and would miss every gap
    between the steps of long work.
    """
    until = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            raw.execute("BEGIN IMMEDIATE").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(ASKS_AGAIN_SECONDS)
        else:
            return


def insert_into(session: Session, table: type[Any]) -> Any:
    """An INSERT of the database's own dialect, for `on_conflict_do_update` and `on_conflict_do_nothing`."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(table)


__all__ = ["BUSY_TIMEOUT_SECONDS", "Database", "Session", "insert_into", "open_database"]
