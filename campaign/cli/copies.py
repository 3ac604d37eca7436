"""`backup` and `restore`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from campaign.cli.output import open_runtime
from campaign.store import backup as copies
from campaign.store import migrate

_PATH = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("to", type=_PATH)
def backup(to: Path) -> None:
    """Copy the database to the new file TO, while everything goes on.

    It holds no supporter's address, only keyed hashes; keep PERSON_KEY and SECRET_KEY with it: without them the copy
    recognises nobody.
    """
    runtime = open_runtime()
    copies.backup(runtime.db, to, _show)
    click.echo(f"The database is copied to {to} ({to.stat().st_size:,} bytes).")


@click.command()
@click.argument("source", type=_PATH)
@click.option("--yes", is_flag=True, help="Don't ask.")
def restore(source: Path, yes: bool) -> None:
    """Put the copy SOURCE in the database's place. Stop web and jobs before."""
    runtime = open_runtime()
    if not yes:
        click.confirm("What the database has now is replaced. Are web and jobs stopped?", abort=True, err=True)
    copies.restore(runtime.db, source, _show)
    click.echo(f"The database is what {source} says, with schema {migrate.upgrade(runtime.db)}.")


def _show(done: int, total: int) -> None:
    if sys.stderr.isatty() and total:
        click.echo(f"\r{done * 100 // total} %", nl=False, err=True)
