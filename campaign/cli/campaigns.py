"""`campaigns`: the work of the staff pages from a shell."""

from __future__ import annotations

import os
import pwd
from datetime import timedelta
from typing import Any

import click

from campaign.banner.publish import Publisher
from campaign.cli.campaign_options import Given, campaign_options, changed, new_campaign
from campaign.cli.output import as_json, open_runtime, plain, print_value, show_progress, table
from campaign.counting import adjust as adjusting
from campaign.counting import check as checking
from campaign.counting import edit as editing
from campaign.counting import totals
from campaign.domain.campaign import Campaign, EditorState, GoalKind
from campaign.domain.progress import Progress, fold
from campaign.runtime import Runtime
from campaign.store import campaigns as store
from campaign.store import day_totals

REASON = click.option("--reason", required=True, help="Why, for colleagues and the history.")


def actor() -> str:
    """Who works at this shell, as the audit log names it."""
    return f"shell ({pwd.getpwuid(os.getuid()).pw_name})"


@click.group()
def campaigns() -> None:
    """Campaigns: create, edit, look at, check."""


@campaigns.command("list")
@as_json
def list_campaigns(as_json: bool) -> None:
    """All campaigns with where they stand."""
    runtime = open_runtime()
    with runtime.db.read() as session:
        found = [(c, fold(day_totals.load(session, c.id), c)) for c in store.all_campaigns(session)]
    rows = [(c.slug, c.state, c.kind, p.value, c.target, f"{p.percent(c.target)} %", c.ends_on) for c, p in found]
    print_value(
        [_shown(c, p) for c, p in found],
        as_json,
        lambda: table(("slug", "state", "kind", "progress", "target", "percent", "last day"), rows),
    )


@campaigns.command()
@click.argument("slug")
@as_json
def show(slug: str, as_json: bool) -> None:
    """One campaign: what it is, and where it stands."""
    runtime = open_runtime()
    campaign, progress = _standing(runtime, slug)
    print_value(_shown(campaign, progress), as_json, lambda: _described(campaign, progress))


@campaigns.command()
@click.argument("slug")
@campaign_options
@click.option("--reason", default="created at the command line", help="Why, for colleagues and the history.")
@as_json
def create(slug: str, reason: str, as_json: bool, **options: Any) -> None:
    """Create a campaign at SLUG. It is a draft unless --state says otherwise."""
    runtime, given = open_runtime(), Given.of(options)
    with runtime.db.read() as session:
        wanted = changed(session, new_campaign(slug, given), given)
    campaign = editing.create(runtime.db, wanted, actor(), reason, runtime.now())
    print_value(plain(campaign), as_json, lambda: f"{campaign.slug} is created as a {campaign.state} campaign.")


@campaigns.command()
@click.argument("slug")
@campaign_options
@REASON
@click.option("--yes", is_flag=True, help="Don't ask, although the edit changes the number of a live campaign.")
@as_json
def edit(slug: str, reason: str, yes: bool, as_json: bool, **options: Any) -> None:
    """Change a campaign. An edit that changes a live number is shown first."""
    runtime, given = open_runtime(), Given.of(options)
    with runtime.db.read() as session:
        before = store.by_slug(session, slug)
        after = changed(session, before, given)
    if editing.changes_counting(before, after) and before.state is not EditorState.DRAFT and not yes:
        preview = editing.preview(runtime.db, after, runtime.now())
        click.confirm(f"The number goes from {preview.before:,} to {preview.after:,}. Save?", abort=True, err=True)
    saved = editing.edit(runtime.db, after, actor(), reason, runtime.now(), show_progress("booked"))
    print_value(plain(saved), as_json, lambda: f"{saved.slug} is saved as version {saved.version}.")


@campaigns.command()
@click.argument("slug")
@click.option("--amount", type=int, required=True, help="People or minor units; negative takes away.")
@REASON
@click.option("--public", is_flag=True, help="List it on the campaign's page.")
def adjust(slug: str, amount: int, reason: str, public: bool) -> None:
    """Move the number by a signed entry with a reason and an author."""
    runtime = open_runtime()
    campaign, _ = _standing(runtime, slug)
    adjusting.adjust(runtime.db, campaign.id, amount, reason, actor(), runtime.now(), public=public)
    click.echo(f"{slug} is adjusted by {amount:+,}; it stands at {_standing(runtime, slug)[1].value:,}.")


@campaigns.command()
@click.argument("slug")
@click.option("--hours", type=click.FloatRange(min=0.01, max=168), default=1.0, show_default=True)
@click.option("--reason", default="", help="Why, for colleagues and the history.")
@click.option("--release", is_flag=True, help="End a hold.")
def hold(slug: str, hours: float, reason: str, release: bool) -> None:
    """Keep what is published as it is while you look; it ends by itself."""
    runtime = open_runtime()
    campaign, _ = _standing(runtime, slug)
    if release:
        adjusting.release(runtime.db, campaign.id, actor(), runtime.now())
        click.echo(f"{slug} is published as it stands again.")
        return
    until = runtime.now() + timedelta(hours=hours)
    adjusting.hold(runtime.db, campaign.id, until, reason, actor(), runtime.now())
    click.echo(f"What {slug} shows stays as it is until {until:%Y-%m-%d %H:%M} UTC.")


@campaigns.command()
@click.argument("slug")
def rebuild(slug: str) -> None:
    """Recompute progress and daily totals from the ledger."""
    runtime = open_runtime()
    campaign, before = _standing(runtime, slug)
    entries = totals.rebuild(runtime.db, campaign.id, actor(), runtime.now())
    after = _standing(runtime, slug)[1]
    click.echo(
        f"{slug} is rebuilt from {entries:,} entries: it stood at {before.value:,}, it stands at {after.value:,}."
    )


@campaigns.command()
@click.argument("slug")
@click.option("--mend", is_flag=True, help="Book the differences and rebuild the totals.")
@as_json
def check(slug: str, mend: bool, as_json: bool) -> None:
    """Compare number, ledger and facts; name each difference. Exit status 1 when there is any."""
    runtime = open_runtime()
    campaign, _ = _standing(runtime, slug)
    report = checking.check(
        runtime.db, campaign.id, runtime.now(), mend=mend, actor=actor(), progress=show_progress("checked")
    )
    print_value(
        {"slug": slug, "found": report.found, "subjects": report.subjects, "entries": report.entries, "mended": mend},
        as_json,
        lambda: "\n".join([*report.found, _verdict(report, mend)]),
    )
    raise SystemExit(1 if report.found and not mend else 0)


@campaigns.command()
@click.argument("slug")
def publish(slug: str) -> None:
    """Publish what the campaign stands at now."""
    runtime = open_runtime()
    campaign, progress = _standing(runtime, slug)
    publisher = Publisher(runtime.settings.public_url, runtime.public_dir)
    report = publisher.publish_now(runtime.db, runtime.now(), campaign.id)
    for problem in report.problems:
        click.echo(problem, err=True)
    if slug not in report.published:
        raise click.ClickException(f"{slug} is not published: it is {campaign.state}, or long work on it is running.")
    click.echo(f"{slug} is published with {progress.value:,}.")


def _standing(runtime: Runtime, slug: str) -> tuple[Campaign, Progress]:
    with runtime.db.read() as session:
        campaign = store.by_slug(session, slug)
        return campaign, fold(day_totals.load(session, campaign.id), campaign)


def _shown(campaign: Campaign, progress: Progress) -> dict[str, Any]:
    return {**plain(campaign), "progress": plain(progress), "percent": progress.percent(campaign.target)}


def _described(c: Campaign, p: Progress) -> str:
    unit = f"{c.currency} minor units" if c.kind is GoalKind.AMOUNT else c.kind.value.replace("_", " ")
    lines = [
        f"{c.name} ({c.slug}), {c.state}, version {c.version}",
        f"{p.value:,} of {c.target:,} {unit}: {p.percent(c.target)} %",
        f"{c.starts_on} to {c.ends_on}, {c.zone}",
        f"opening {p.opening:+,}, joined {p.joined:,}, left {p.left:,}, returned {p.returned:,}",
    ]
    if c.hold is not None:
        lines.append(f"held until {c.hold.until:%Y-%m-%d %H:%M} UTC: {c.hold.reason}")
    if c.frozen is not None:
        lines.append(f"frozen at {c.frozen.result:,}")
    return "\n".join(lines)


def _verdict(report: checking.Report, mend: bool) -> str:
    looked = f"{report.subjects:,} subjects and {report.entries:,} entries looked at"
    if not report.found:
        return f"No difference; {looked}."
    return f"{len(report.found)} differences{', mended' if mend else ''}; {looked}."
