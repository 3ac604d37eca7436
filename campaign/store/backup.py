"""A whole copy of the database, taken while it is in use, and put back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

from campaign.domain.errors import Conflict, DatabaseUnavailable, Invalid
from campaign.store.engine import Database

Progress = Callable[[int, int], None]

_PAGES_AT_ONCE = 2000


def backup(db: Database, to: Path, progress: Progress) -> None:
    """`to` is a complete copy of the database as it stands; a file of that name is never overwritten.

    SQLite: a database file. PostgreSQL: pg_dump's custom format. Raises Conflict, Invalid, DatabaseUnavailable.
    """
    if to.exists():
        raise Conflict(f"{to} exists: choose another name")
    part = to.with_name(to.name + ".part")
    try:
        if db.is_sqlite:
            _copy_sqlite(_sqlite_path(db), part, progress)
        else:
            _run(db, "pg_dump", "--format=custom", f"--file={part}")
        part.chmod(0o600)
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)


def restore(db: Database, source: Path, progress: Progress) -> None:
    """The database is what the copy says; nothing else may use it meanwhile. Raises Invalid, DatabaseUnavailable."""
    if not source.is_file():
        raise Invalid("source", f"there is no file {source}")
    if db.is_sqlite:
        _require_sound(source)
        db.dispose()
        _copy_sqlite(source, _sqlite_path(db), progress)
    else:
        _run(db, "pg_restore", "--clean", "--if-exists", "--single-transaction", str(source))


def _copy_sqlite(source: Path, to: Path, progress: Progress) -> None:
    def report(_status: int, remaining: int, total: int) -> None:
        progress(total - remaining, total)

    try:
        reading = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
        writing = sqlite3.connect(to)
        try:
            reading.backup(writing, pages=_PAGES_AT_ONCE, progress=report)
        finally:
            writing.close()
            reading.close()
    except sqlite3.Error as error:
        raise DatabaseUnavailable(f"{source} can't be copied to {to}: {error}") from error


def _require_sound(path: Path) -> None:
    """A file that is no sound database of ours would replace a good one."""
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            ours = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'").fetchone()[0]
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise Invalid("source", f"{path} is no database: {error}") from error
    if not sound or not ours:
        raise Invalid("source", f"{path} is no sound copy of a campaign database")


def _run(db: Database, command: str, *arguments: str) -> None:
    found = shutil.which(command)
    if found is None:
        raise Invalid("database", f"{command} is not installed: it comes with the PostgreSQL client programs")
    url = db.engine.url.set(drivername="postgresql")
    # The password goes by the environment: every user of the machine can read a command line.
    environment = {"PATH": os.defpath, "PGPASSWORD": url.password or ""}
    address = "--dbname=" + url.set(password=None).render_as_string()
    done = subprocess.run(  # noqa: S603 - the words are ours
        [found, address, *arguments], capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no word why"]
        raise DatabaseUnavailable(f"{command} failed: {lines[-1]}")


def _sqlite_path(db: Database) -> Path:
    return Path(db.engine.url.database or "")
