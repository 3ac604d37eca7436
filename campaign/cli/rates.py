"""`rates`: exchange rates for money in other currencies."""

from __future__ import annotations

from pathlib import Path

import click

from campaign.cli.campaigns import actor
from campaign.cli.output import as_json, open_runtime, plain, print_value
from campaign.ingest.ecb import Imported, import_rates


@click.group()
def rates() -> None:
    """Exchange rates: money in another currency is converted once, by the last rate of a day before it was paid."""


@rates.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
def import_file(file: Path, as_json: bool) -> None:
    """Take in FILE: the European Central Bank's eurofxref-hist as .csv, .zip or .xml. What waited is booked."""
    runtime = open_runtime()
    done = import_rates(runtime.db, file.read_bytes(), file.name, actor(), runtime.now())
    print_value(plain(done), as_json, lambda: _described(done))


def _described(done: Imported) -> str:
    lines = [
        f"{done.days:,} days from {done.first} to {done.last}: {done.kept.new:,} new rates, {done.kept.same:,} known.",
        f"{done.waited:,} payments waited for a rate; {done.still_waiting:,} still wait.",
    ]
    if done.kept.different:
        lines.append(f"{done.kept.different:,} rates are known otherwise; they stay as they were.")
    return "\n".join(lines)
