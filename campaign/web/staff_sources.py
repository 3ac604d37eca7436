"""Sources set up in the browser: added, tried, taken in and out of use, their keys, secrets and endpoints changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from campaign.dashboard import operations
from campaign.dashboard.source_kinds import KINDS
from campaign.dashboard.source_page import source_details, sources_page
from campaign.domain.errors import Conflict, Invalid, NotFound
from campaign.domain.staff import Role
from campaign.ingest import endpoints, imports, source_setup
from campaign.ingest.accounts import Accounts
from campaign.ingest.errors import RefusedBySource, SourceUnavailable, UnknownAtSource
from campaign.ingest.source_kind import KeyTried
from campaign.ingest.source_setup import NewSource
from campaign.ingest.stripe.allowance import Allowance, allowance
from campaign.ingest.stripe.client import API_VERSION
from campaign.ingest.stripe.endpoint import WANTED
from campaign.runtime import Runtime
from campaign.store import sources
from campaign.web import staff_sessions
from campaign.web.staff_page import done, page
from campaign.web.staff_sessions import needs, route
from campaign.web.staff_source_forms import KeyForm, RenameForm, SecretForm, add_form

_AT_SOURCE = (RefusedBySource, SourceUnavailable, UnknownAtSource, Conflict)


def add_pages(bp: Blueprint, runtime: Runtime) -> None:
    pages = _Pages(runtime)
    route(bp, "/sources", pages.sources)
    route(bp, "/sources/add", pages.choose_kind)
    route(bp, "/sources/add/<kind>", pages.add_source, methods=("GET", "POST"))
    route(bp, "/sources/<int:source_id>", pages.source)
    route(bp, "/sources/<int:source_id>/edit", pages.edit_source, methods=("GET", "POST"))
    route(bp, "/sources/<int:source_id>/prices", pages.tick_prices, methods=("POST",))
    for action in ("rename", "key", "secret", "try", "use", "remove", "import", "endpoint"):
        view = getattr(pages, f"{action}_source")
        route(bp, f"/sources/<int:source_id>/{action}", view, methods=("POST",))


class _Pages:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._db = runtime.db
        self._accounts = Accounts(runtime.db, runtime.settings)

    @needs(Role.VIEWER)
    def sources(self) -> ResponseReturnValue:
        now = self._runtime.now()
        return page("sources.html", view=sources_page(self._db, now), kinds=KINDS, now=now)

    @needs(Role.ADMIN)
    def choose_kind(self) -> ResponseReturnValue:
        return page("source_kinds.html", kinds=KINDS.values())

    @needs(Role.ADMIN)
    def add_source(self, kind: str) -> ResponseReturnValue:
        told = KINDS.get(kind) or abort(404)
        form = add_form(told)
        if not form.validate_on_submit():
            return page("source_add.html", 400 if form.errors else 200, form=form, told=told)
        wanted = NewSource(
            *(kind, form.slug.data.lower(), form.name.data, form.api_key.data.strip()),
            *(form.webhook_secret.data.strip(), form.account.data, form.service_url.data.rstrip("/")),
        )
        try:
            source, tried = source_setup.add(self._db, self._runtime.settings, wanted, actor=_actor(), now=self._now())
        except Invalid as problem:
            field = next((f for f in form if f.name == problem.field), form.api_key)
            field.errors = [*field.errors, problem.message]
            return page("source_add.html", 400, form=form, told=told)
        except Conflict as problem:
            form.slug.errors = [*form.slug.errors, str(problem)]
            return page("source_add.html", 409, form=form, told=told)
        return done(f"{source.name} is a source. {_tried_words(tried)}", "source", source_id=source.id)

    @needs(Role.VIEWER)
    def source(self, source_id: int) -> ResponseReturnValue:
        details = source_details(self._db, source_id, self._now())
        source = details.page.source
        is_stripe = source.kind == sources.STRIPE
        return page(
            "source.html",
            view=details,
            addresses=[self._runtime.settings.public_url + path for path in details.addresses],
            endpoint=endpoints.state_of(source) if is_stripe else None,
            allowance=self._allowance(source_id) if is_stripe else None,
            version=API_VERSION,
            event_types=sorted(WANTED),
            now=self._now(),
        )

    @needs(Role.ADMIN)
    def edit_source(self, source_id: int) -> ResponseReturnValue:
        return self._edit_page(source_id)

    @needs(Role.ADMIN)
    def rename_source(self, source_id: int) -> ResponseReturnValue:
        form = RenameForm()
        if not form.validate_on_submit():
            return self._edit_page(source_id, rename=form)
        source_setup.rename(self._db, source_id, form.name.data, actor=_actor(), now=self._now())
        return done("The source has its new name.", "source", source_id=source_id)

    @needs(Role.ADMIN)
    def key_source(self, source_id: int) -> ResponseReturnValue:
        form = KeyForm()
        if not form.validate_on_submit():
            return self._edit_page(source_id, key=form)
        try:
            tried = source_setup.replace_key(
                *(self._db, self._runtime.settings, source_id, form.api_key.data.strip()),
                actor=_actor(),
                now=self._now(),
            )
        except Invalid as problem:
            form.api_key.errors = [problem.message]
            return self._edit_page(source_id, key=form)
        return done(f"The source is asked with the new key. {_tried_words(tried)}", "source", source_id=source_id)

    @needs(Role.ADMIN)
    def secret_source(self, source_id: int) -> ResponseReturnValue:
        form = SecretForm()
        if not form.validate_on_submit():
            return self._edit_page(source_id, secret=form)
        try:
            source_setup.add_secret(
                *(self._db, self._runtime.settings, source_id, form.webhook_secret.data),
                old_for=timedelta(hours=form.old_hours.data),
                actor=_actor(),
                now=self._now(),
            )
        except Invalid as problem:
            form.webhook_secret.errors = [problem.message]
            return self._edit_page(source_id, secret=form)
        return done("Deliveries signed with the new secret are taken from now on.", "source", source_id=source_id)

    @needs(Role.ADMIN)
    def try_source(self, source_id: int) -> ResponseReturnValue:
        try:
            tried = source_setup.try_again(self._accounts, source_id, now=self._now())
        except Invalid as problem:
            return done(problem.message, "source", "bad", source_id=source_id)
        return done(_tried_words(tried), "source", source_id=source_id)

    @needs(Role.ADMIN)
    def use_source(self, source_id: int) -> ResponseReturnValue:
        is_on = request.form.get("on") == "1"
        source_setup.set_enabled(self._db, source_id, is_on, actor=_actor(), now=self._now())
        said = "is in use again; what came meanwhile is worked on now" if is_on else "is out of use"
        return done(f"The source {said}.", "source", "good" if is_on else "warn", source_id=source_id)

    @needs(Role.ADMIN)
    def remove_source(self, source_id: int) -> ResponseReturnValue:
        try:
            source_setup.remove(self._db, self._runtime.settings, source_id, actor=_actor(), now=self._now())
        except Conflict as problem:
            return done(str(problem), "source", "bad", source_id=source_id)
        return done("The source is gone.", "sources")

    @needs(Role.EDITOR)
    def import_source(self, source_id: int) -> ResponseReturnValue:
        if request.form.get("stop") == "1":
            return self._at_source(source_id, lambda: self._give_up(source_id))
        everything = request.form.get("everything") == "1"

        def ask() -> str:
            imports.ask_for(self._db, source_id, everything=everything, actor=_actor(), now=self._now())
            return "The import begins within seconds; this page shows how far it is."

        return self._at_source(source_id, ask)

    @needs(Role.ADMIN)
    def endpoint_source(self, source_id: int) -> ResponseReturnValue:
        with self._db.read() as session:
            source = sources.load(session, source_id)
        if source.kind != sources.STRIPE:
            raise NotFound("endpoint", source.slug)
        url = endpoints.url_of(source, self._runtime.settings.public_url)
        what = request.form.get("what", "look")
        if what == "look":
            endpoints.look(self._accounts, source_id, url, self._now())
            return done("Looked at the endpoint as it stands at Stripe.", "source", source_id=source_id)
        acts = {"make": endpoints.make, "repair": endpoints.repair, "roll": endpoints.roll}
        act = acts.get(what) or abort(404)

        def change() -> str:
            act(self._accounts, source_id, url, actor=_actor(), now=self._now())
            return _ENDPOINT_WORDS[what]

        return self._at_source(source_id, change)

    @needs(Role.ADMIN)
    def tick_prices(self, source_id: int) -> ResponseReturnValue:
        ticked = request.form.getlist("price")
        changed = operations.tick_prices(self._db, source_id, ticked, actor=_actor(), now=self._now())
        message = "Every campaign is counted by what you ticked." if changed else "Nothing changed."
        return done(message, "source", source_id=source_id)

    def _now(self) -> Any:
        return self._runtime.now()

    def _give_up(self, source_id: int) -> str:
        was_there = imports.give_up(self._db, source_id, actor=_actor(), now=self._now())
        return "The import is given up; what it took in stays." if was_there else "There was no import to give up."

    def _at_source(self, source_id: int, act: Callable[[], str]) -> ResponseReturnValue:
        try:
            return done(act(), "source", source_id=source_id)
        except _AT_SOURCE as problem:
            return done(
                f"{str(problem)[:1].upper()}{str(problem)[1:].rstrip('.')}.", "source", "bad", source_id=source_id
            )

    def _allowance(self, source_id: int) -> Allowance:
        with self._db.read() as session:
            return allowance(session, source_id, self._now())

    def _edit_page(self, source_id: int, **forms: Any) -> ResponseReturnValue:
        details = source_details(self._db, source_id, self._now())
        with self._db.read() as session:
            fixed = sources.key_is_from_environment(session, source_id, self._runtime.settings)
        shown = {
            "rename": RenameForm(formdata=None, data={"name": details.page.source.name}),
            "key": KeyForm(formdata=None),
            "secret": SecretForm(formdata=None),
        } | forms
        status = 400 if any(form.errors for form in forms.values()) else 200
        return page("source_edit.html", status, view=details, fixed=fixed, **shown)


_ENDPOINT_WORDS = {
    "make": "The endpoint is made. Stripe delivers here from now on; what came before is found by listing.",
    "repair": "The endpoint is right again.",
    "roll": "Deliveries are signed with a new secret. The old one is taken for 24 hours more, then forgotten.",
}


def _actor() -> str:
    return staff_sessions.staff().email


def _tried_words(tried: KeyTried | None) -> str:
    if tried is None:
        return "Its key was not tried; the next sweep will show whether it opens."
    whose = f"The key opens {tried.account_name or tried.account or 'the account'}"
    if not tried.lacks:
        return f"{whose} and may do all that is needed."
    lacks = ", ".join(lack.words + (f" (for {lack.purpose})" if lack.purpose else "") for lack in tried.lacks)
    return f"{whose}. It lacks: {lacks}."
