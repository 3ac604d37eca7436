"""Brings a database to this release's schema, and says whether it is there."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from campaign.domain.errors import SchemaMismatch
from campaign.store.engine import Database
from campaign.store.locks import AdvisoryLock
from campaign.store.tables import Base

_MIGRATIONS = Path(__file__).parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def upgrade(database: Database) -> str:
    """The database has this release's schema; returns its revision. Harmless when it has it already."""
    with database.begin() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({AdvisoryLock.MIGRATION.value})")
        command.upgrade(_config(connection), "head")
        return _current(connection) or ""


def needed_revision() -> str:
    """The revision this release needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current_revision(database: Database) -> str | None:
    """The database's revision, None when it is empty. Raises DatabaseUnavailable."""
    with database.read() as session:
        return _current(session.connection())


def require_current(database: Database) -> None:
    """Return when the schema is this release's; raises SchemaMismatch when it was read as another."""
    current = current_revision(database)
    if current != needed_revision():
        found = current or "empty"
        raise SchemaMismatch(
            f"the database schema is {found}, this release needs {needed_revision()}: run `db upgrade`"
        )


def model_differences(database: Database) -> list[str]:
    """What the models say that the migrated database does not; empty when they agree."""
    with database.read() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        return [str(difference) for difference in compare_metadata(context, Base.metadata)]


def write_migration(database: Database, verb: str) -> None:
    """A new dated migration file with what the models say and the database does not. For developers."""
    with database.begin() as connection:
        command.revision(_config(connection), message=verb, autogenerate=True)


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
