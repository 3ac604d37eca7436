"""Waiting for what others commit, so that a loop need not ask all the time.

SQLite tells of commits by `PRAGMA data_version`; PostgreSQL by LISTEN, for those who announce. Either way a loop asks
again when its time is over: being woken only makes it faster.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from campaign.store.engine import Database

INBOX = "campaign_inbox"
"""PostgreSQL channel: something was received that is to be worked on."""
PUBLIC = "campaign_public"
"""PostgreSQL channel: public files have a new version."""

_SQLITE_POLL_SECONDS = 0.02
_BRIEFLY_SECONDS = 0.25


def announce(on: Session | Connection, channel: str) -> None:
    """Those who wait for the channel are woken when this transaction commits. SQLite needs nothing said."""
    connection = on.connection() if isinstance(on, Session) else on
    if connection.dialect.name != "sqlite":
        connection.execute(text("SELECT pg_notify(:channel, '')"), {"channel": channel})


class Changes:
    """What others commit, from the moment of the first `wait`. One thread's own; `close` it at the end."""

    def __init__(self, db: Database, channel: str) -> None:
        self._db = db
        self._channel = channel
        self._sqlite: sqlite3.Connection | None = None
        self._postgres: psycopg.Connection[Any] | None = None
        self._version = -1

    def wait(self, seconds: float, stop: threading.Event | None = None) -> bool:
        """True as soon as something was committed (or announced), False when the time is over or `stop` is set.

        A database that is gone is no error here: the time passes, and the caller finds out when it asks.
        """
        stop = stop or threading.Event()
        try:
            return self._wait_sqlite(seconds, stop) if self._db.is_sqlite else self._wait_postgres(seconds, stop)
        except (sqlite3.Error, psycopg.Error, OSError):
            self.close()
            stop.wait(seconds)
            return False

    def close(self) -> None:
        """Let go of the connection; the next `wait` opens another."""
        for connection in (self._sqlite, self._postgres):
            if connection is not None:
                with contextlib.suppress(sqlite3.Error, psycopg.Error):
                    connection.close()
        self._sqlite = self._postgres = None

    def _wait_sqlite(self, seconds: float, stop: threading.Event) -> bool:
        if self._sqlite is None:
            path = self._db.engine.url.database or ""
            self._sqlite = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._version = -1
        until = time.monotonic() + seconds
        while not stop.is_set():
            version = int(self._sqlite.execute("PRAGMA data_version").fetchone()[0])
            if version != self._version:
                self._version = version
                return True
            left = until - time.monotonic()
            if left <= 0:
                return False
            stop.wait(min(left, _SQLITE_POLL_SECONDS))
        return False

    def _wait_postgres(self, seconds: float, stop: threading.Event) -> bool:
        if self._postgres is None:
            url = self._db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
            self._postgres = psycopg.connect(url, autocommit=True, connect_timeout=5)
            self._postgres.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
            return True
        until = time.monotonic() + seconds
        while not stop.is_set():
            left = until - time.monotonic()
            if left <= 0:
                return False
            for _ in self._postgres.notifies(timeout=min(left, _BRIEFLY_SECONDS), stop_after=1):
                return True
        return False
