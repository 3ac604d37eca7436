"""The command line: `python -m campaign …`. Each command opens the runtime when it runs, so --help needs no settings."""

from __future__ import annotations

import click

from campaign.cli.db import db
from campaign.cli.output import OneSentence


@click.group(cls=OneSentence, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Run and look after campaigns: readers see a number, and this is how it is kept true."""


main.add_command(db)
