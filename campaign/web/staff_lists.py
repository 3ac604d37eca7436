"""Lists brought in as files: handed in, looked at, counted, undone."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from typing import Any, cast

import wtforms
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from campaign.dashboard import lists
from campaign.domain.campaign import Campaign
from campaign.domain.errors import Conflict, Invalid
from campaign.domain.staff import Role
from campaign.ingest.addresses import hasher_of
from campaign.ingest.files import booking, openings, taking
from campaign.ingest.files.columns import FIELDS, PRESETS, Columns, What
from campaign.ingest.files.taking import Ask, Given
from campaign.runtime import Runtime
from campaign.store import sources
from campaign.store.sources import SourceSeen
from campaign.web import staff_fields as fields
from campaign.web import staff_sessions
from campaign.web.staff_page import done, page
from campaign.web.staff_sessions import needs, route

MOST_BYTES = 32 * 1024 * 1024
"""Of a list handed in on a page, which is held in memory while it is read; larger ones come by the command."""
NEW = "new"
_WHAT = (
    ("", "Find out from its columns"),
    *((f"preset:{preset.name}", preset.label) for preset in PRESETS),
    (What.MEMBERSHIP.value, "Members, another list"),
    (What.PAYMENT.value, "Payments, another list"),
    (What.SIGN_UP.value, "Sign-ups, another list"),
)
_ORDERS = (("", "Find out"), ("dmy", "The day: 31/12/2026"), ("mdy", "The month: 12/31/2026"))
_DECIMALS = (("", "Find out"), (",", "A comma: 8,50"), (".", "A point: 8.50"))


def add_pages(bp: Blueprint, runtime: Runtime) -> None:
    pages = _Pages(runtime)
    bp.before_request(_take_larger_files)
    route(bp, "/lists", pages.lists)
    route(bp, "/lists/new", pages.new_list, methods=("GET", "POST"))
    route(bp, "/lists/<int:import_id>", pages.one_list)
    route(bp, "/lists/<int:import_id>/refused.csv", pages.refused_rows)
    route(bp, "/lists/<int:import_id>/opening", pages.answer_opening, methods=("POST",))
    route(bp, "/lists/<int:import_id>/book", pages.book_list, methods=("POST",))
    route(bp, "/lists/<int:import_id>/drop", pages.drop_list, methods=("POST",))
    route(bp, "/lists/<int:import_id>/undo", pages.undo_list, methods=("POST",))
    route(bp, "/lists/<int:import_id>/same/<int:same_id>", pages.decide_same, methods=("POST",))


def _take_larger_files() -> None:
    """Only the page that takes lists takes large bodies, and keeps them in memory: no address goes to the disk."""
    if request.endpoint == "staff.new_list" and request.method == "POST":
        request.max_content_length = MOST_BYTES
        cast(Any, request)._get_file_stream = _in_memory  # noqa: SLF001 - the one place werkzeug has for it


def _in_memory(*_: object, **__: object) -> io.BytesIO:
    return io.BytesIO()


class _Pages:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._db = runtime.db

    @needs(Role.VIEWER)
    def lists(self) -> ResponseReturnValue:
        return page("lists.html", view=lists.lists_page(self._db), now=self._runtime.now())

    @needs(Role.EDITOR)
    def new_list(self) -> ResponseReturnValue:
        known, campaigns = lists.choices(self._db)
        form = _form(known, campaigns, what=None, heads=())
        if not form.validate_on_submit():
            return page("list_new.html", 400 if form.errors else 200, form=form, columns=())
        try:
            taken = self._take(form, known)
        except Ask as asked:
            return self._ask(asked, known, campaigns)
        except (Invalid, Conflict) as problem:
            _put(form, problem)
            return page("list_new.html", 400, form=form, columns=_columns_of(form))
        message = (
            "The list is read. Look at what it would do." if taken.is_new else "This very file was counted before."
        )
        return done(message, "one_list", import_id=taken.seen.id)

    def _take(self, form: Any, known: list[SourceSeen]) -> taking.Taken:
        file = form.file.data
        if not file:
            raise Invalid("file", "Choose the file.")
        source_id = self._source(form, known)
        given = Given(
            source_id=source_id,
            file=file.stream,
            file_name=re.sub(r"[^\w .()-]", "", file.filename or "list")[:200],
            exported_at=fields.instant(form.exported_at.data, form.zone.data),
            actor=staff_sessions.staff().email,
            is_complete=form.complete.data,
            zone=form.zone.data,
            currency=form.currency.data.upper(),
            campaign=form.campaign.data,
            date_order=form.date_order.data,
            decimals=form.decimals.data,
        )
        given = replace(given, columns=_said(form, given, self._db, self._runtime.settings.secret_key))
        settings = self._runtime.settings
        return taking.take_in(self._db, given, settings.secret_key, hasher_of(settings), self._runtime.now)

    def _source(self, form: Any, known: list[SourceSeen]) -> int:
        if form.source.data != NEW:
            return int(form.source.data)
        name = form.name.data
        if not name:
            raise Invalid("name", "Give the list a name, like “Patreon”.")
        slug = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:50] or "list"
        taken = next((source for source in known if source.slug == slug), None)
        if taken is not None:
            return taken.id
        with self._db.write() as session:
            return sources.add_pushed(session, sources.FILE, slug, name, self._runtime.now()).id

    def _ask(self, asked: Ask, known: list[SourceSeen], campaigns: list[Campaign]) -> ResponseReturnValue:
        """The form again, with the questions that are open; the file was not kept, so it is asked for again."""
        what = _what_of(request.form.get("what", "")) or What(request.form.get("asked_what") or What.MEMBERSHIP)
        form = _form(known, campaigns, what=what, heads=asked.table.heads)
        form.asked_what.data = what.value
        if not request.form.get("asked_what"):
            for name, head in taking.column_rules.guess(asked.table.heads, what).columns.items():
                form[f"column_{name}"].data = head
        _put(form, asked)
        return page("list_new.html", 422, form=form, columns=_columns_of(form), asked=asked)

    @needs(Role.VIEWER)
    def one_list(self, import_id: int) -> ResponseReturnValue:
        view = lists.list_page(self._db, import_id)
        with self._db.read() as session:
            unanswered = tuple(openings.unanswered(session, view.seen.source_id))
        waits = view.seen.state in (lists.State.SHOWN, lists.State.READ)
        view = replace(view, unanswered=unanswered if waits else ())
        return page("list.html", view=view, now=self._runtime.now())

    @needs(Role.VIEWER)
    def refused_rows(self, import_id: int) -> ResponseReturnValue:
        _, found = lists.refusals_of(self._db, import_id)
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(("line", "field", "reason"))
        writer.writerows((one.line, one.field, one.reason) for one in found)
        headers = {"Content-Disposition": f'attachment; filename="refused-{import_id}.csv"'}
        return Response("\ufeff" + text.getvalue(), mimetype="text/csv", headers=headers)

    @needs(Role.EDITOR)
    def answer_opening(self, import_id: int) -> ResponseReturnValue:
        seen = lists.list_page(self._db, import_id).seen
        includes = request.form.get("includes") == "yes"
        campaign_id = request.form.get("campaign_id", 0, type=int)
        actor = staff_sessions.staff().email
        openings.answer(self._db, campaign_id, seen.source_id, actor, self._runtime.now(), includes=includes)
        booking.look_again(self._db, import_id)
        return done("Your answer is kept, and the list is looked at again.", "one_list", import_id=import_id)

    @needs(Role.EDITOR)
    def book_list(self, import_id: int) -> ResponseReturnValue:
        booking.confirm(self._db, import_id, staff_sessions.staff().email, self._runtime.now())
        message = "The list is being counted. Readers see the new number once, when it is complete."
        return done(message, "one_list", import_id=import_id)

    @needs(Role.EDITOR)
    def drop_list(self, import_id: int) -> ResponseReturnValue:
        booking.drop(self._db, import_id, staff_sessions.staff().email, self._runtime.now())
        return done("Nothing was counted, and the rows are forgotten.", "lists")

    @needs(Role.EDITOR)
    def undo_list(self, import_id: int) -> ResponseReturnValue:
        reason = request.form.get("reason", "")[:500]
        booking.undo(self._db, import_id, staff_sessions.staff().email, reason, self._runtime.now())
        message = "The list is being undone. Its entries stay, each with the one that reverses it."
        return done(message, "one_list", import_id=import_id)

    @needs(Role.EDITOR)
    def decide_same(self, import_id: int, same_id: int) -> ResponseReturnValue:
        counts = request.form.get("counts") == "yes"
        booking.decide(self._db, same_id, staff_sessions.staff().email, self._runtime.now(), counts=counts)
        return done("Both count." if counts else "It counts once.", "one_list", import_id=import_id)


def _form(known: list[SourceSeen], campaigns: list[Campaign], *, what: What | None, heads: tuple[str, ...]) -> Any:
    """The form, with a question for each column where the heads are known."""
    zones = list(dict.fromkeys([*(c.zone for c in campaigns), "UTC"]))
    sent = request.form.get("asked_what") or (what.value if what else "")
    asked = {
        f"column_{one.name}": fields.select(one.label, [("", "—"), *((h, h) for h in dict.fromkeys(heads) if h)])
        for one in (FIELDS[What(sent)] if sent in set(What) else ())
    }
    for one in asked.values():
        one.kwargs["validate_choice"] = False  # the file's own heads, which `columns.check` holds against it
    own: dict[str, Any] = {
        "source": fields.select("List", [*((str(s.id), s.name) for s in known), (NEW, "A new list")]),
        "name": fields.text("Name of a new list", "Like “Patreon” or “Bank”.", required=False, longest=100),
        "what": fields.select("What it is", _WHAT),
        "file": cast(Any, wtforms).FileField("File", description="CSV, up to 32 MB. It is read once and not kept."),
        "exported_at": fields.local_time("Exported on", "Older lists never overwrite what newer ones said."),
        "zone": fields.select("Time zone of its dates", [(zone, zone) for zone in zones]),
        "complete": fields.check(
            "This list is complete", "Members of this list who are not in it any more will have left on that day."
        ),
        "currency": fields.text("Currency of amounts that name none", required=False, longest=3),
        "campaign": fields.select(
            "Payments and sign-ups are for", [("", "no campaign in particular"), *((c.slug, c.name) for c in campaigns)]
        ),
        "date_order": fields.select("In dates like 03/04/2026, what comes first?", _ORDERS),
        "decimals": fields.select("Decimal sign of amounts", _DECIMALS),
        "asked_what": fields.hidden(),
    }
    return type("ListForm", (fields.Form,), {**own, **asked})()


def _columns_of(form: Any) -> tuple[str, ...]:
    return tuple(name for name in form._fields if name.startswith("column_"))


def _what_of(chosen: str) -> What | None:
    preset = next((p for p in PRESETS if chosen == f"preset:{p.name}"), None)
    if preset is not None:
        return preset.what
    return What(chosen) if chosen in set(What) else None


def _said(form: Any, given: Given, db: Any, key: str) -> Columns | None:
    """The columns as chosen on the form; None where nothing was chosen."""
    named = {name.removeprefix("column_"): form[name].data for name in _columns_of(form) if form[name].data}
    what = _what_of(form.what.data)
    if named:
        told = What(form.asked_what.data) if form.asked_what.data else what or What.MEMBERSHIP
        return Columns(told, named, "", given.zone, given.currency, given.campaign, given.date_order, given.decimals)
    preset = next((p for p in PRESETS if form.what.data == f"preset:{p.name}"), None)
    if preset is None and what is None:
        return None
    table, guessed = taking.look(db, replace(given, what=what), key)
    found = {n: h for n, h in preset.columns.items() if h in table.heads} if preset else guessed.columns
    name = preset.name if preset else guessed.preset
    return replace(guessed, columns=found, preset=name, date_order=given.date_order, decimals=given.decimals)


def _put(form: Any, problem: Invalid | Conflict) -> None:
    name = problem.field if isinstance(problem, Invalid) else "exported_at"
    field = form._fields.get(name) or form.file
    field.errors = [*field.errors, str(problem)]
