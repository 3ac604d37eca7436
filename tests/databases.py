"""Real, migrated databases for tests: SQLite files, and PostgreSQL from a package, cloned for each test."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from campaign.store.engine import open_database
from campaign.store.migrate import upgrade
from tests.postgres import PostgresServer

KINDS = ("sqlite", "postgresql")


class Databases:
    """Hands out fresh databases of one kind; each is a copy of one that the real migrations have built."""

    def __init__(self, kind: str, folder: Path, server: PostgresServer | None) -> None:
        self.kind = kind
        self._folder = folder
        self._server = server
        self._numbers = itertools.count(1)
        self._template_url: str | None = None

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The address of a database without any table, gone afterwards."""
        with self._database(f"empty_{next(self._numbers)}", template=None) as url:
            yield url

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The address of a migrated database without any row, gone afterwards."""
        template = self._template()
        with self._database(f"test_{next(self._numbers)}", template=template) as url:
            yield url

    def _template(self) -> str:
        if self._template_url is None:
            url = self._create("template_migrated", template=None)
            database = open_database(url)
            try:
                upgrade(database)
            finally:
                database.dispose()
            if self._server is None:
                with sqlite3.connect(self._path("template_migrated")) as connection:
                    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.close()
            self._template_url = url
        return "template_migrated"

    @contextmanager
    def _database(self, name: str, *, template: str | None) -> Iterator[str]:
        url = self._create(name, template=template)
        try:
            yield url
        finally:
            self._drop(name)

    def _create(self, name: str, *, template: str | None) -> str:
        if self._server is not None:
            source = f" TEMPLATE {template} STRATEGY file_copy" if template else ""
            self._server.execute(f"CREATE DATABASE {name}{source}")
            return self._server.url(name)
        if template:
            shutil.copyfile(self._path(template), self._path(name))
        return f"sqlite:///{self._path(name)}"

    def _drop(self, name: str) -> None:
        if self._server is not None:
            # A process that a test has killed may not have been noticed yet, so its connection may still stand.
            self._server.execute(f"DROP DATABASE {name} WITH (FORCE)")
            return
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self._path(name)}{suffix}").unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.sqlite3"
