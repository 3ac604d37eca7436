"""`db`: the database's schema."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from campaign.cli.output import as_json, open_runtime, print_value
from campaign.store import migrate
from campaign.store.engine import open_database


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
def upgrade() -> None:
    """Bring the database to this release's schema. Harmless when it has it."""
    runtime = open_runtime()
    click.echo(f"The database has schema {migrate.upgrade(runtime.db)}.")


@db.command()
@as_json
def status(as_json: bool) -> None:
    """Say which schema the database has. Exit status 1 when it is not this release's."""
    runtime = open_runtime()
    has, needs = migrate.current_revision(runtime.db), migrate.needed_revision()
    print_value(
        {"has": has, "needs": needs, "current": has == needs},
        as_json,
        lambda: f"The database has schema {has or 'none'}, this release needs {needs}.",
    )
    raise SystemExit(0 if has == needs else 1)


@db.command("check-models")
def check_models() -> None:
    """Say whether the migrations agree with the models, on a temporary SQLite database. For developers."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'check.db'}")
        migrate.upgrade(database)
        differences = migrate.model_differences(database)
        database.dispose()
    for difference in differences:
        click.echo(difference, err=True)
    if differences:
        click.echo("The migrations do not agree with the models.", err=True)
        raise SystemExit(1)
    click.echo("The migrations agree with the models.")
