"""Signing in and out, coming in by a link, the own account."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from campaign.accounts import invites, people, sign_in
from campaign.domain.errors import Conflict, Invalid
from campaign.domain.staff import Role
from campaign.runtime import Runtime
from campaign.web import staff_sessions
from campaign.web.staff_forms import PasswordForm, SignInForm, WelcomeForm
from campaign.web.staff_page import done, page, safe_next
from campaign.web.staff_sessions import needs, open_to_all, route

_WRONG = "This e-mail and password don’t match, or the account is disabled."


def add_pages(bp: Blueprint, runtime: Runtime) -> None:
    pages = _Pages(runtime)
    route(bp, "/sign-in", pages.sign_in, methods=("GET", "POST"))
    route(bp, "/sign-out", pages.sign_out, methods=("POST",))
    route(bp, "/welcome/<token>", pages.welcome, methods=("GET", "POST"))
    route(bp, "/account", pages.account, methods=("GET", "POST"))
    route(bp, "/account/sign-out-everywhere", pages.sign_out_everywhere, methods=("POST",))


class _Pages:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._db = runtime.db

    @open_to_all
    def sign_in(self) -> ResponseReturnValue:
        form = SignInForm(data={"next": request.args.get("next", "")})
        if not form.validate_on_submit():
            if staff_sessions.current() is not None:
                return redirect(url_for("staff.campaign_list"))
            return page("sign_in.html", form=form)
        try:
            person = sign_in.sign_in(
                self._db,
                form.email.data,
                form.password.data,
                network=request.remote_addr or "",
                secret_key=self._runtime.settings.secret_key,
                now=self._runtime.now(),
            )
        except sign_in.TooManyAttempts as error:
            minutes = int(error.wait.total_seconds() // 60)
            return page("sign_in.html", 429, form=form, problem=f"Too many attempts. Try again in {minutes} minutes.")
        if person is None:
            return page("sign_in.html", 401, form=form, problem=_WRONG)
        staff_sessions.start(self._runtime, person)
        return redirect(safe_next(form.next.data) or url_for("staff.campaign_list"), 303)

    @open_to_all
    def sign_out(self) -> ResponseReturnValue:
        staff_sessions.end()
        return done("You are signed out.", "sign_in")

    @open_to_all
    def welcome(self, token: str) -> ResponseReturnValue:
        found = invites.find(self._db, token, self._runtime.now())
        form = WelcomeForm(data={"email": found.invite.email or ""})
        if found.person is not None:
            del form.name
        if not form.validate_on_submit():
            return page("welcome.html", form=form, found=found)
        try:
            person = invites.accept(
                self._db,
                token,
                email=form.email.data,
                name=form.name.data if form.name else "",
                password=form.password.data,
                now=self._runtime.now(),
            )
        except Invalid as problem:
            form[problem.field].errors = [problem.message]
            return page("welcome.html", 400, form=form, found=found)
        except Conflict as problem:
            form.email.errors = [str(problem)]
            return page("welcome.html", 409, form=form, found=found)
        staff_sessions.start(self._runtime, person)
        return done(f"Welcome, {person.name}.", "campaign_list")

    @needs(Role.VIEWER)
    def account(self) -> ResponseReturnValue:
        form = PasswordForm()
        if not form.validate_on_submit():
            return page("account.html", form=form)
        try:
            person = people.change_own_password(
                self._db,
                staff_sessions.staff().id,
                form.current.data,
                form.password.data,
                now=self._runtime.now(),
            )
        except Invalid as problem:
            form[problem.field].errors = [problem.message]
            return page("account.html", 400, form=form)
        staff_sessions.start(self._runtime, person)
        return done("Your password is changed; every other session was ended.", "account")

    @needs(Role.VIEWER)
    def sign_out_everywhere(self) -> ResponseReturnValue:
        person = staff_sessions.staff()
        people.sign_out_everywhere(self._db, person.id, now=self._runtime.now(), actor=person.email)
        staff_sessions.end()
        return done("You are signed out everywhere.", "sign_in")
