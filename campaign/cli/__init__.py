"""The command line: `python -m campaign …`. A command opens the runtime when it runs, so --help needs no settings."""

from __future__ import annotations

import click

from campaign.cli.campaigns import campaigns
from campaign.cli.copies import backup, restore
from campaign.cli.db import db
from campaign.cli.files import import_file, list_imports, undo_import
from campaign.cli.jobs import jobs
from campaign.cli.output import OneSentence
from campaign.cli.people import people
from campaign.cli.rates import rates
from campaign.cli.serve import serve
from campaign.cli.sources import sources_group
from campaign.cli.staff import staff


@click.group(cls=OneSentence, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Run and look after campaigns: readers see a number, and this is how it is kept true."""


for _command in (serve, campaigns, sources_group, people, rates, staff, jobs, db, backup, restore):
    main.add_command(_command)
for _command in (import_file, undo_import, list_imports):
    campaigns.add_command(_command)
sources_group.add_command(import_file, "import-file")
