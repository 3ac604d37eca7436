"""Tokens of the newsroom's own systems; what was to be said outside, and what is wrong now."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from campaign.accounts import tokens
from campaign.accounts.tokens import Scope
from campaign.dashboard import messages
from campaign.domain.errors import Conflict, Invalid
from campaign.domain.staff import Role
from campaign.runtime import Runtime
from campaign.store.sources import FORM_SLUG
from campaign.web import staff_fields as fields
from campaign.web import staff_sessions
from campaign.web.staff_page import done, page
from campaign.web.staff_sessions import needs, route

NEW = ""
_SCOPES = [
    (Scope.MEMBERSHIPS.value, "Tell memberships"),
    (Scope.PAYMENTS.value, "Tell payments"),
    (Scope.SIGNUPS.value, "Tell sign-ups"),
    (Scope.ADJUSTMENTS.value, "Adjust numbers by hand"),
    (Scope.READ.value, "Read campaigns and their entries"),
]
_DAYS = [("30", "a month"), ("90", "three months"), ("365", "a year"), ("730", "two years")]


class TokenForm(fields.Form):
    name = fields.text("What it is for", "For instance “CRM, nightly”. Colleagues see it in the log.", longest=120)
    source = fields.select("Source", [], "Whose facts it tells. Systems that tell the same people share one.")
    new_source = fields.text("Name of the new source", "Only for a new one.", required=False, longest=60)
    scopes = fields.checks("What it may do", _SCOPES)
    days = fields.select("Good for", _DAYS)


def add_pages(bp: Blueprint, runtime: Runtime) -> None:
    pages = _Pages(runtime)
    route(bp, "/tokens", pages.tokens, methods=("GET", "POST"))
    route(bp, "/tokens/<int:token_id>/revoke", pages.revoke_token, methods=("POST",))
    route(bp, "/messages", pages.messages)
    route(bp, "/messages/<int:message_id>/again", pages.send_message_again, methods=("POST",))
    route(bp, "/messages/<int:message_id>/drop", pages.drop_message, methods=("POST",))


class _Pages:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._db = runtime.db

    @needs(Role.ADMIN)
    def tokens(self) -> ResponseReturnValue:
        form = self._form()
        if not form.validate_on_submit():
            return self._tokens_page(form, 400 if form.errors else 200)
        try:
            made = tokens.make(
                self._db,
                name=form.name.data,
                source_slug=form.source.data or _slug(form.new_source.data),
                source_name=form.new_source.data,
                scopes=form.scopes.data or (),
                days=int(form.days.data),
                actor=_me(),
                now=self._runtime.now(),
            )
        except (Invalid, Conflict) as problem:
            named = problem.field if isinstance(problem, Invalid) else "source"
            form[named if named in form else "new_source"].errors = [str(problem)]
            return self._tokens_page(form, 400)
        return self._tokens_page(self._form(empty=True), made=made)

    @needs(Role.ADMIN)
    def revoke_token(self, token_id: int) -> ResponseReturnValue:
        token = tokens.revoke(self._db, token_id, actor=_me(), now=self._runtime.now())
        return done(f"The token “{token.name}” is useless from now on.", "tokens")

    @needs(Role.VIEWER)
    def messages(self) -> ResponseReturnValue:
        settings = self._runtime.settings
        return page(
            "messages.html",
            found=messages.messages_page(self._db),
            sends_mail=settings.smtp_url is not None,
            posts_alarms=settings.alert_webhook_url is not None,
            now=self._runtime.now(),
        )

    @needs(Role.ADMIN)
    def send_message_again(self, message_id: int) -> ResponseReturnValue:
        messages.send_again(self._db, message_id, actor=_me(), now=self._runtime.now())
        return done("It goes out once more.", "messages")

    @needs(Role.ADMIN)
    def drop_message(self, message_id: int) -> ResponseReturnValue:
        messages.drop(self._db, message_id, actor=_me(), now=self._runtime.now())
        return done("It is dropped.", "messages")

    def _form(self, *, empty: bool = False) -> Any:
        form: Any = TokenForm(formdata=None) if empty else TokenForm()
        known = [source for source in tokens.api_sources(self._db) if source.slug != FORM_SLUG]
        form.source.choices = fields.options([(s.slug, s.name) for s in known] + [(NEW, "A new one")])
        if not form.days.data or empty:
            form.days.data = "365"
        return form

    def _tokens_page(self, form: Any, status: int = 200, made: Any = None) -> ResponseReturnValue:
        now = self._runtime.now()
        return page(
            "tokens.html",
            status,
            form=form,
            made=made,
            tokens=tokens.listing(self._db),
            scope_words=dict(_SCOPES),
            address=f"{self._runtime.settings.public_url}/api/v1",
            now=now,
        )


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]


def _me() -> str:
    return staff_sessions.staff().email
