"""`sources`: accounts at Stripe and elsewhere whose members and payments are counted."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click

from campaign.cli.campaigns import actor
from campaign.cli.comparing import compare_list
from campaign.cli.output import as_json, open_runtime, plain, print_value, show_progress, table
from campaign.cli.source_setup import COMMANDS, source_of
from campaign.counting import edit
from campaign.domain.errors import Invalid
from campaign.ingest import endpoints
from campaign.ingest import sweep as sweeping
from campaign.ingest.accounts import Accounts
from campaign.ingest.kinds import KINDS
from campaign.runtime import Runtime
from campaign.store import audit, changes, objects, prices
from campaign.store import sources as store
from campaign.store.objects import Ref
from campaign.store.sources import SourceSeen


@click.group("sources")
def sources_group() -> None:
    """Sources: accounts whose members and payments are counted."""


for _command in (*COMMANDS, compare_list):
    sources_group.add_command(_command)


@sources_group.command("list")
@as_json
def list_sources(as_json: bool) -> None:
    """All sources, with the address their deliveries go to."""
    runtime = open_runtime()
    with runtime.db.write() as session:
        store.ensure_from_env(session, runtime.settings, runtime.now())
        found = store.listing(session)
    rows = [(s.slug, s.name, "live" if s.livemode else "test", _counts(s), _deliveries(runtime, s)) for s in found]
    print_value(
        [{"source": s, "deliveries": _deliveries(runtime, s)} for s in found],
        as_json,
        lambda: table(("slug", "name", "mode", "prices that count", "deliveries to"), rows),
    )


@sources_group.command("prices")
@click.argument("slug")
@click.option("--count", "counted", multiple=True, metavar="KEY", help="Only these prices make a member.")
@click.option("--all-recurring", is_flag=True, help="Every recurring price makes a member.")
@as_json
def list_prices(slug: str, counted: tuple[str, ...], all_recurring: bool, as_json: bool) -> None:
    """The prices of a source, and which of them make a member."""
    runtime = open_runtime()
    if counted or all_recurring:
        _count(runtime, slug, None if all_recurring else counted)
    with runtime.db.read() as session:
        source = store.by_slug(session, slug)
        known = prices.listing(session, source.id)
    rows = [(p.key, p.name, p.amount_minor, p.currency, p.recurring or "once", _says(source, p)) for p in known]
    print_value(
        [{"price": p, "counts": _makes_members(source, p)} for p in known],
        as_json,
        lambda: table(("key", "name", "minor units", "currency", "every", ""), rows),
    )


@sources_group.command("import")
@click.argument("slug")
@click.option("--everything", is_flag=True, help="However old: else a year, and as far back as a campaign looks.")
@click.option("--calls-per-second", type=click.FloatRange(0.1, 25), help="How fast the source is asked. [default: 5]")
@as_json
def import_source(slug: str, everything: bool, calls_per_second: float | None, as_json: bool) -> None:
    """Take in what a source holds: the first step with a new one. Published once, at the end.

    What was stopped is gone on with: repeat the command, or leave it to the jobs process.
    """
    runtime = open_runtime()
    source = source_of(runtime, slug)
    accounts = Accounts(runtime.db, runtime.settings)
    done = sweeping.import_all(
        *(runtime.db, accounts, source.id, runtime.now, actor(), _show_seen, calls_per_second), everything=everything
    )
    print_value(done, as_json, lambda: f"{source.name} is imported with {done.calls} calls. {_words(done.report)}")


@sources_group.command()
@click.argument("slug")
@as_json
def sweep(slug: str, as_json: bool) -> None:
    """Hold everything a source has against what is known; report the difference, then take it in."""
    runtime = open_runtime()
    source = source_of(runtime, slug)
    accounts = Accounts(runtime.db, runtime.settings)
    done = sweeping.sweep(runtime.db, accounts, source.id, runtime.now, _show_seen)
    print_value(done, as_json, lambda: f"{source.name} is swept with {done.calls} calls. {_words(done.report)}")


@sources_group.command()
@click.argument("slug")
@click.argument("kind", type=click.Choice(sorted({name for kind in KINDS.values() for name in kind.objects})))
@click.argument("key")
def replay(slug: str, kind: str, key: str) -> None:
    """Fetch one object again, like `replay stripe subscription sub_1Abc`; the jobs process does it at once."""
    runtime = open_runtime()
    source = source_of(runtime, slug)
    with runtime.db.write() as session:
        objects.mark_dirty(session, source.id, [Ref(kind, key)], runtime.now(), "staff", None)
        audit.write(session, actor(), "inbox.replay", f"{kind} {key}", runtime.now())
        changes.announce(session, changes.INBOX)
    click.echo(f"{kind} {key} is fetched again.")


def _show_seen(seen: Mapping[str, int]) -> None:
    if sys.stderr.isatty():
        click.echo("\r" + ", ".join(f"{count:,} {kind}" for kind, count in seen.items()), nl=False, err=True)


def _words(report: Mapping[str, Any]) -> str:
    return "; ".join(f"{name.replace('_', ' ')}: {said}" for name, said in plain(report).items())


def _count(runtime: Runtime, slug: str, keys: tuple[str, ...] | None) -> None:
    with runtime.db.write() as session:
        source = store.by_slug(session, slug)
        unknown = set(keys or ()) - {p.key for p in prices.listing(session, source.id)}
        if unknown:
            raise Invalid("count", f"{source.name} has no price {min(unknown)}; a sweep brings new ones.")
        store.count_prices(session, source.id, keys)
        audit.write(session, actor(), "source.prices", slug, runtime.now(), {"counted": list(keys) if keys else "all"})
    reason = f"prices of {source.name} that count"
    edit.recount_source(runtime.db, actor(), reason, runtime.now(), show_progress("recounted"))


def _says(source: SourceSeen, price: prices.ToldPrice) -> str:
    return ("counts" if _makes_members(source, price) else "") + ("" if price.active else " (archived)")


def _makes_members(source: SourceSeen, price: prices.ToldPrice) -> bool:
    return price.key in source.counted_prices if source.counted_prices is not None else price.recurring is not None


def _counts(source: SourceSeen) -> str:
    return "all recurring" if source.counted_prices is None else str(len(source.counted_prices))


def _deliveries(runtime: Runtime, source: SourceSeen) -> str:
    """Where a source's deliveries go; "" for one that is told to us otherwise."""
    return endpoints.url_of(source, runtime.settings.public_url) if source.kind in KINDS else ""
