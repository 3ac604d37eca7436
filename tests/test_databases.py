"""What the fixtures promise about the databases that they hand out."""

from __future__ import annotations

import sqlite3
from urllib.parse import urlsplit

import psycopg
import pytest

from campaign.store.engine import Database, open_database
from tests.databases import Databases
from tests.postgres import PostgresServer


def tables_of(url: str) -> set[str]:
    if url.startswith("sqlite"):
        with sqlite3.connect(urlsplit(url).path[1:]) as connection:
            rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        connection.close()
    else:
        with psycopg.connect(url) as connection:
            rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {name for (name,) in rows}


def test_a_fresh_database_has_the_tables_of_the_migrations(database_url: str) -> None:
    assert {"alembic_version", "entry", "inbox_event"} <= tables_of(database_url)


def test_a_fresh_database_opens(db: Database) -> None:
    assert db is not None


def test_an_empty_database_has_no_table(empty_database_url: str) -> None:
    assert tables_of(empty_database_url) == set()


def test_two_fresh_databases_share_nothing(databases: Databases) -> None:
    with databases.fresh() as one, databases.fresh() as other:
        assert one != other
        open_database(one).dispose()
        assert tables_of(one) == tables_of(other)


def test_a_killed_durable_postgresql_comes_back_with_what_it_had_committed() -> None:
    try:
        server = PostgresServer(durable=True)
    except RuntimeError as error:
        pytest.skip(f"PostgreSQL can't run here: {error}")
    try:
        server.execute("CREATE TABLE kept (id bigint PRIMARY KEY)")
        server.execute("INSERT INTO kept VALUES (1)")
        server.kill()
        server.restart()
        with psycopg.connect(server.url("postgres")) as connection:
            assert connection.execute("SELECT id FROM kept").fetchall() == [(1,)]
    finally:
        server.stop()
