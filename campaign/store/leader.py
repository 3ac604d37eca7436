"""One process leads, others stand by: a file lock beside a SQLite file, an advisory lock in PostgreSQL.

Both are let go by the operating system or the database when the process dies.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from typing import Any

import psycopg

from campaign.store.engine import Database
from campaign.store.locks import AdvisoryLock

# A leader whose network is gone must not hold the lock for the two hours that are the system's default.
_NOTICE_LOST_LEADERS = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"


class Leadership:
    """The right to run the jobs of one database. `acquire` tries, `is_held` asks again, `release` lets go."""

    def __init__(self, db: Database, data_dir: Path) -> None:
        self._db = db
        self._path = data_dir / "jobs.lock"
        self._file: int | None = None
        self._postgres: psycopg.Connection[Any] | None = None

    def acquire(self) -> bool:
        """Whether this process leads now. A database that can't be reached gives no leadership."""
        return self._lock_file() if self._db.is_sqlite else self._lock_advisory()

    def is_held(self) -> bool:
        """Whether this process still leads: a session that PostgreSQL has lost has lost its lock, too."""
        if self._db.is_sqlite:
            return self._file is not None
        if self._postgres is None:
            return False
        try:
            self._postgres.execute("SELECT 1")
        except (psycopg.Error, OSError):
            self.release()
            return False
        return True

    def release(self) -> None:
        """Another process may lead."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        if self._postgres is not None:
            with contextlib.suppress(psycopg.Error):
                self._postgres.close()
            self._postgres = None

    def _lock_file(self) -> bool:
        if self._file is not None:
            return True
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            return False
        self._file = file
        return True

    def _lock_advisory(self) -> bool:
        if self._postgres is not None:
            return self.is_held()
        url = self._db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        try:
            connection = psycopg.connect(url, autocommit=True, connect_timeout=5, options=_NOTICE_LOST_LEADERS)
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", (AdvisoryLock.LEADERSHIP.value,)).fetchone()
        except (psycopg.Error, OSError):
            return False
        if row is None or not row[0]:
            connection.close()
            return False
        self._postgres = connection
        return True
