"""Fixtures that every test may ask for: databases of both kinds, and a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import hypothesis
import pytest

from campaign.store.engine import Database, open_database
from tests.databases import KINDS, Databases
from tests.postgres import PostgresServer

# No deadline: how long one example takes says more about the machine than about the code.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what people see into tests/golden")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running PostgreSQL; where it can't run, what needs it is skipped with the reason."""
    try:
        server = PostgresServer()
    except Exception as error:  # noqa: BLE001 - whatever keeps it from starting is the reason to show
        pytest.skip(f"PostgreSQL can't run here: {error}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    return Databases("sqlite", tmp_path_factory.mktemp("sqlite"), None)


@pytest.fixture(scope="session")
def postgresql_databases(tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer) -> Databases:
    return Databases("postgresql", tmp_path_factory.mktemp("postgresql"), postgres_server)


@pytest.fixture(scope="session", params=KINDS)
def databases(request: pytest.FixtureRequest) -> Databases:
    """Each kind of database in turn. `with databases.fresh() as url` gives one more, for instance for each example."""
    return request.getfixturevalue(f"{request.param}_databases")


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """The address of a fresh migrated database, on SQLite and on PostgreSQL."""
    with databases.fresh() as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """A fresh migrated database, open, on SQLite and on PostgreSQL."""
    database = open_database(database_url)
    yield database
    database.dispose()


@pytest.fixture
def empty_database_url(databases: Databases) -> Iterator[str]:
    """The address of a database without tables, on SQLite and on PostgreSQL."""
    with databases.empty() as url:
        yield url


@pytest.fixture
def sqlite_url(sqlite_databases: Databases) -> Iterator[str]:
    """The address of a fresh migrated SQLite file, where the kind of database makes no difference."""
    with sqlite_databases.fresh() as url:
        yield url


@pytest.fixture
def postgresql_url(postgresql_databases: Databases) -> Iterator[str]:
    """The address of a fresh migrated PostgreSQL database, for what only PostgreSQL does."""
    with postgresql_databases.fresh() as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium; without one, browser tests are skipped with the reason."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if path := shutil.which(name):
            return path
    pytest.skip("no Chromium on this machine")
