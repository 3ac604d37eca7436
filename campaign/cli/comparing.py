"""`sources compare`: the number held against the newsroom's own list."""

from __future__ import annotations

import csv
from pathlib import Path

import click

from campaign.cli.campaigns import actor
from campaign.cli.output import as_json, open_runtime, print_value
from campaign.ingest.addresses import hasher_of
from campaign.ingest.own_list import Comparison, compare
from campaign.store import campaigns


@click.command("compare")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--campaign", "slug", required=True, help="The campaign whose members are compared.")
@click.option("--rows", type=click.Path(dir_okay=False, path_type=Path), help="Write each difference here.")
@as_json
def compare_list(file: Path, slug: str, rows: Path | None, as_json: bool) -> None:
    """Hold the number against FILE, a list of addresses: who is only there, only here, and why. No address is kept."""
    runtime = open_runtime()
    with runtime.db.read() as session:
        campaign = campaigns.by_slug(session, slug)
    hashed = hasher_of(runtime.settings)
    found = compare(runtime.db, campaign, file.read_bytes(), file.name, hashed, actor(), runtime.now())
    if rows is not None:
        with rows.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow(["side", "line", "person", "why"])
            writer.writerows([one.side, one.line or "", one.person or "", one.reason] for one in found.differences)
    print_value(found.numbers(), as_json, lambda: _described(found))


def _described(found: Comparison) -> str:
    lines = [f"{found.people:,} people on the list, {found.both:,} of them are counted here."]
    for title, counts in (("Only on the list", found.only_there), ("Only here", found.only_here)):
        lines.append(f"{title}: {sum(counts.values()):,}")
        lines += [f"  {number:>6,}  {reason}" for reason, number in counts.items()]
    if found.unreadable or found.repeated:
        lines.append(f"{found.unreadable:,} rows hold no address, {found.repeated:,} repeat one.")
    return "\n".join(lines)
