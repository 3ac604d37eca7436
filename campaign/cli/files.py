"""`campaigns import` (also `sources import-file`): lists of members, payments or sign-ups, brought in from files."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from campaign.cli.campaigns import actor
from campaign.cli.output import as_json, open_runtime, print_value
from campaign.domain.errors import Invalid, NotFound
from campaign.ingest.addresses import hasher_of
from campaign.ingest.files import booking, openings, taking
from campaign.ingest.files.columns import FIELDS, PRESETS, Columns, What
from campaign.ingest.files.taking import Ask, Given
from campaign.runtime import Runtime
from campaign.store import campaigns, file_imports, sources
from campaign.store.file_imports import ImportSeen, State


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", "slug", required=True, help="The list it belongs to; a new name makes a new one.")
@click.option("--name", default="", help="What staff call a new one.")
@click.option("--exported-at", help="When it was exported, like 2026-11-22T18:00+02:00; else the file's own time.")
@click.option("--rows", "what", type=click.Choice([w.value for w in What]), help="What a row is; else by its heads.")
@click.option("--preset", type=click.Choice([p.name for p in PRESETS]), help="Whose export it is; else by its heads.")
@click.option("--column", "columns", multiple=True, metavar="FIELD=HEAD", help="Which column holds what.")
@click.option("--complete", is_flag=True, help="Members not in it are no members any more.")
@click.option("--zone", default="", help="Time zone of bare dates; else the first campaign's.")
@click.option("--currency", default="", help="Of amounts that name none.")
@click.option("--for", "campaign", default="", metavar="SLUG", help="The campaign its payments or sign-ups are for.")
@click.option("--dates", type=click.Choice(["dmy", "mdy"]), default=None, help="What comes first in 03/04/2026.")
@click.option("--decimals", type=click.Choice([".", ","]), default=None, help="The decimal sign of amounts.")
@click.option("--opening", type=click.Choice(["included", "others"]), help="Are the people of a stated opening in it?")
@click.option("--yes", is_flag=True, help="Book it without showing first what the numbers would be.")
@as_json
def import_file(file: Path, slug: str, *, yes: bool, as_json: bool, **given: Any) -> None:
    """Bring in FILE: a CSV list of members, payments or sign-ups. Shows what it would do, then asks.

    The same file again changes nothing; a run that was stopped is gone on with by running it again.
    """
    runtime = open_runtime()
    source_id = _source(runtime, slug, given["name"])
    seen = _taken(runtime, file, source_id, given)
    _answer_openings(runtime, source_id, given["opening"])
    if seen.state is State.READ and not yes:
        booking.go_on(runtime.db, seen.id, runtime.now)
        seen = _load(runtime, seen.id)
        _show(runtime, seen)
        if not click.confirm("Book it?", err=True):
            booking.drop(runtime.db, seen.id, actor(), runtime.now())
            raise click.Abort
    if seen.state in (State.READ, State.SHOWN):
        booking.confirm(runtime.db, seen.id, actor(), runtime.now(), mine=True)
    booking.go_on(runtime.db, seen.id, runtime.now, _progress(seen.buckets))
    seen = _load(runtime, seen.id)
    shown = {"id": seen.id, "state": seen.state, "rows": seen.rows, "refused": seen.refused}
    print_value({**shown, "source": slug}, as_json, lambda: _words(seen))


@click.command("import-undo")
@click.argument("import_id", type=int)
@click.option("--reason", required=True, help="Why, for colleagues and the history.")
def undo_import(import_id: int, reason: str) -> None:
    """Take a list back: what it told is as it was before, by entries that reverse."""
    runtime = open_runtime()
    if _load(runtime, import_id).state is not State.UNDOING:
        booking.undo(runtime.db, import_id, actor(), reason, runtime.now(), mine=True)
    booking.go_on(runtime.db, import_id, runtime.now)
    click.echo(f"List {import_id} is undone.")


@click.command("imports")
@as_json
def list_imports(as_json: bool) -> None:
    """Lists that were brought in, the newest first."""
    runtime = open_runtime()
    with runtime.db.read() as session:
        found = file_imports.listing(session, 50)
    print_value(found, as_json, lambda: "\n".join(f"{one.id}  {_words(one)}" for one in found) or "No list yet.")


def _source(runtime: Runtime, slug: str, name: str) -> int:
    with runtime.db.write() as session:
        try:
            found = sources.by_slug(session, slug)
        except NotFound:
            return sources.add_pushed(session, sources.FILE, slug, name or slug, runtime.now()).id
        if found.kind != sources.FILE:
            raise Invalid("source", f"{found.name} is no list: choose another name with --source.")
        return found.id


def _taken(runtime: Runtime, path: Path, source_id: int, given: dict[str, Any]) -> ImportSeen:
    typed = given["exported_at"]
    stamp = path.stat().st_mtime
    exported_at = datetime.fromtimestamp(stamp, UTC) if typed is None else _instant(typed)
    with runtime.db.read() as session:
        known = campaigns.all_campaigns(session)
    zone = given["zone"] or (known[0].zone if known else "UTC")
    with path.open("rb") as file:
        told = Given(
            source_id=source_id,
            file=file,
            file_name=path.name,
            exported_at=exported_at,
            actor=actor(),
            is_complete=given["complete"],
            what=What(given["what"]) if given["what"] else None,
            zone=zone,
            currency=given["currency"].upper(),
            campaign=given["campaign"],
            date_order=given["dates"] or "",
            decimals=given["decimals"] or "",
        )
        key = runtime.settings.secret_key
        if given["columns"] or given["preset"]:
            told = replace(told, columns=_columns(runtime, told, given))
        try:
            taken = taking.take_in(runtime.db, told, key, hasher_of(runtime.settings), runtime.now, _progress_rows)
        except Ask as problem:
            raise Invalid(problem.field, f"{problem.message} {_how_to_say(problem)}") from None
    return taken.seen


def _columns(runtime: Runtime, told: Given, given: dict[str, Any]) -> Columns:
    preset = next((p for p in PRESETS if p.name == given["preset"]), None)
    what = preset.what if preset else told.what
    table, guessed = taking.look(runtime.db, replace(told, what=what), runtime.settings.secret_key)
    found = dict(guessed.columns)
    if preset is not None:
        found = {name: head for name, head in preset.columns.items() if head in table.heads}
    known = {one.name for one in FIELDS[guessed.what]}
    for pair in given["columns"]:
        name, sign, head = pair.partition("=")
        if not sign or name not in known:
            raise Invalid("column", f"Write --column FIELD=HEAD, with a field among {', '.join(sorted(known))}.")
        found[name] = head
    return replace(guessed, columns=found, preset=preset.name if preset else guessed.preset, date_order=told.date_order)


def _how_to_say(problem: Ask) -> str:
    if "date_order" in problem.questions:
        return "Say it with --dates dmy or --dates mdy."
    if "decimals" in problem.questions:
        return "Say it with --decimals . or --decimals ,."
    return f"Say it with --column. The file has: {', '.join(head for head in problem.table.heads if head)}."


def _answer_openings(runtime: Runtime, source_id: int, said: str | None) -> None:
    with runtime.db.read() as session:
        unanswered = openings.unanswered(session, source_id)
    for campaign in unanswered:
        if said is None:
            raise Invalid(
                "opening",
                f"{campaign.name} opened with a stated number. Say with --opening included that its people are in "
                "this list, or with --opening others that they are not.",
            )
        includes = said == "included"
        openings.answer(runtime.db, campaign.id, source_id, actor(), runtime.now(), includes=includes, at_once=True)


def _show(runtime: Runtime, seen: ImportSeen) -> None:
    said = seen.preview or {}
    with runtime.db.read() as session:
        known = {c.id: c for c in campaigns.all_campaigns(session)}
        reasons = file_imports.reasons(session, seen.id)
        lines = file_imports.refusals(session, seen.id, 5)
    told = [f"{seen.rows:,} rows taken, {said.get('left_out', 0):,} with nothing to count, {seen.refused:,} refused."]
    told += [f"  {number:,} × {field}: {reason}" for field, reason, number in reasons[:10]]
    told += [f"  for instance line {one.line}" for one in lines[:1]]
    told += [f"{said.get('new', 0):,} new people, {said.get('known', 0):,} known already."]
    told += [f"{said['same']:,} rows look like another one: counted once until you decide."] if said.get("same") else []
    if seen.is_complete and seen.refused:
        told.append("It says that it is complete, but rows can't be read: who is not in it stays.")
    told += [f"{said['ended']:,} memberships are not in the list and would end."] if said.get("ended") else []
    told += [
        f"{known[one['id']].name}: from {one['before']:,} to {one['after']:,}"
        for one in said.get("campaigns", ())
        if one["id"] in known
    ]
    click.echo("\n".join(told), err=True)


def _words(seen: ImportSeen) -> str:
    return (
        f"{seen.file_name} of {seen.source_name}, exported {seen.exported_at:%Y-%m-%d %H:%M} UTC: {seen.state.value}, "
        f"{seen.rows:,} rows, {seen.refused:,} refused."
    )


def _load(runtime: Runtime, import_id: int) -> ImportSeen:
    with runtime.db.read() as session:
        return file_imports.load(session, import_id)


def _instant(typed: str) -> datetime:
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        raise Invalid("exported_at", "Write the time of the export like 2026-11-22T18:00+02:00.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _progress_rows(rows: int, refused: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{rows:,} rows read, {refused:,} refused", nl=False, err=True)


def _progress(buckets: int) -> booking.Progress:
    def show(done: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{done * 100 // max(1, buckets)} % booked", nl=False, err=True)

    return show
