"""People who sign in, and the log of what they did."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from campaign.accounts import invites, people
from campaign.domain.errors import Conflict, Invalid
from campaign.domain.staff import Role
from campaign.runtime import Runtime
from campaign.web import staff_sessions
from campaign.web.staff_forms import ROLES, InviteForm, RoleForm
from campaign.web.staff_page import done, page
from campaign.web.staff_sessions import needs, route

LINES = 100


def add_pages(bp: Blueprint, runtime: Runtime) -> None:
    pages = _Pages(runtime)
    route(bp, "/people", pages.people, methods=("GET", "POST"))
    route(bp, "/people/<int:staff_id>/role", pages.change_role, methods=("POST",))
    route(bp, "/people/<int:staff_id>/disable", pages.disable, methods=("POST",))
    route(bp, "/people/<int:staff_id>/enable", pages.enable, methods=("POST",))
    route(bp, "/people/<int:staff_id>/password-link", pages.password_link, methods=("POST",))
    route(bp, "/people/<int:staff_id>/sign-out", pages.sign_out_person, methods=("POST",))
    route(bp, "/people/invites/<int:invite_id>/take-back", pages.take_back_invite, methods=("POST",))
    route(bp, "/audit", pages.audit)


class _Pages:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._db = runtime.db

    @needs(Role.ADMIN)
    def people(self) -> ResponseReturnValue:
        form = InviteForm()
        if not form.validate_on_submit():
            return self._people_page(form, 400 if form.errors else 200)
        try:
            link = invites.invite(
                self._db,
                form.email.data,
                Role(form.role.data),
                now=self._runtime.now(),
                actor=staff_sessions.staff().email,
                public_url=self._runtime.settings.public_url,
            )
        except (Invalid, Conflict) as problem:
            form.email.errors = [str(problem)]
            return self._people_page(form, 400)
        return self._people_page(InviteForm(formdata=None), link=link)

    @needs(Role.ADMIN)
    def change_role(self, staff_id: int) -> ResponseReturnValue:
        form = RoleForm()
        if not form.validate_on_submit():
            raise Invalid("role", "Choose a role.")
        role = Role(form.role.data)
        person = people.change_role(self._db, staff_id, role, now=self._runtime.now(), actor=_me())
        return done(f"{person.name} is now {person.role.value}.", "people")

    @needs(Role.ADMIN)
    def disable(self, staff_id: int) -> ResponseReturnValue:
        person = people.set_disabled(self._db, staff_id, True, now=self._runtime.now(), actor=_me())
        return done(f"{person.name} can’t sign in any more.", "people")

    @needs(Role.ADMIN)
    def enable(self, staff_id: int) -> ResponseReturnValue:
        person = people.set_disabled(self._db, staff_id, False, now=self._runtime.now(), actor=_me())
        return done(f"{person.name} can sign in again.", "people")

    @needs(Role.ADMIN)
    def password_link(self, staff_id: int) -> ResponseReturnValue:
        url = self._runtime.settings.public_url
        link = invites.password_link(self._db, staff_id, now=self._runtime.now(), actor=_me(), public_url=url)
        return self._people_page(InviteForm(formdata=None), link=link)

    @needs(Role.ADMIN)
    def sign_out_person(self, staff_id: int) -> ResponseReturnValue:
        person = people.sign_out_everywhere(self._db, staff_id, now=self._runtime.now(), actor=_me())
        return done(f"{person.name} is signed out everywhere.", "people")

    @needs(Role.ADMIN)
    def take_back_invite(self, invite_id: int) -> ResponseReturnValue:
        invites.take_back(self._db, invite_id, now=self._runtime.now(), actor=_me())
        return done("The invite is taken back.", "people")

    @needs(Role.ADMIN)
    def audit(self) -> ResponseReturnValue:
        actor, subject = request.args.get("actor", ""), request.args.get("subject", "")
        before = request.args.get("before", type=int)
        lines = people.audit_lines(self._db, LINES + 1, before_id=before, actor=actor, subject=subject)
        older_than = lines[LINES - 1].id if len(lines) > LINES else None
        return page("audit.html", lines=lines[:LINES], older_than=older_than, actor=actor, subject=subject)

    def _people_page(self, form: Any, status: int = 200, link: Any = None) -> ResponseReturnValue:
        now = self._runtime.now()
        return page(
            "people.html",
            status,
            form=form,
            link=link,
            everybody=people.everybody(self._db),
            invites=invites.open_invites(self._db, now),
            roles=ROLES,
            now=now,
        )


def _me() -> str:
    return staff_sessions.staff().email
