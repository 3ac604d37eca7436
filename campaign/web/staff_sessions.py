"""Staff sessions: a thin typed layer over Flask-Login and Flask-WTF, and the one decorator of roles.

Only addresses under /staff/ carry the cookie and are asked for a CSRF token; readers' addresses know neither.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import flask_login
import flask_wtf
from flask import Blueprint, Flask, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from campaign.accounts import sign_in
from campaign.domain.staff import Role, Staff
from campaign.runtime import Runtime

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)

View = Callable[..., ResponseReturnValue]


class _Person:
    """A signed-in person in the shape Flask-Login asks for."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, staff: Staff) -> None:
        self.staff = staff

    def get_id(self) -> str:
        return f"{self.staff.id}:{self.staff.session_key}"


def install(app: Flask, bp: Blueprint, runtime: Runtime) -> None:
    """The app has sessions for staff, and every POST of the blueprint needs a CSRF token."""
    app.secret_key = runtime.settings.secret_key
    cast(dict[str, Any], app.config).update(
        PERMANENT_SESSION_LIFETIME=IDLE,
        SESSION_COOKIE_NAME="staff",
        SESSION_COOKIE_PATH="/staff",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=runtime.settings.public_url.startswith("https://"),
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a half-written form must not be lost
        WTF_CSRF_SSL_STRICT=False,  # SameSite and the token do it; a proxy or browser may take the referrer away
    )
    manager = cast(Any, flask_login).LoginManager()
    manager.user_loader(functools.partial(_load, runtime))
    # Without init_app: its after_request would read the session of readers' and sources' requests too.
    cast(Any, app).login_manager = manager
    csrf = cast(Any, flask_wtf).CSRFProtect()
    csrf.init_app(app)
    app.before_request_funcs.setdefault(bp.name, []).append(csrf.protect)


def _load(runtime: Runtime, identity: str) -> _Person | None:
    staff_id, _, session_key = identity.partition(":")
    since = session.get("since")
    if not staff_id.isdecimal() or not isinstance(since, int | float):
        return None
    if runtime.now().timestamp() - since > LONGEST.total_seconds():
        return None
    person = sign_in.person_of_session(runtime.db, int(staff_id), session_key)
    return None if person is None else _Person(person)


def start(runtime: Runtime, person: Staff) -> None:
    """The browser is signed in as `person`, in a session of its own."""
    session.clear()
    session.permanent = True
    session["since"] = runtime.now().timestamp()
    cast(Any, flask_login).login_user(_Person(person))


def end() -> None:
    """The browser is signed out."""
    session.clear()
    cast(Any, flask_login).logout_user()


def current() -> Staff | None:
    """Who is signed in."""
    person = cast(Any, flask_login).current_user
    return person.staff if isinstance(person, _Person) else None


def staff() -> Staff:
    """Who is signed in; for views behind `needs`."""
    person = current()
    if person is None:
        abort(401)
    return person


def needs(role: Role) -> Callable[[View], View]:
    """Only staff of at least this role reach the view; others are asked to sign in, or told that they may not."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            person = current()
            if person is None:
                target = request.full_path if request.method == "GET" else None
                return redirect(url_for("staff.sign_in", next=target.rstrip("?") if target else None))
            if not person.role.allows(role):
                abort(403, f"This needs the role “{role.value}”; yours is “{person.role.value}”.")
            return view(*args, **kwargs)

        cast(Any, guarded).needs = role
        return guarded

    return decorate


def open_to_all(view: View) -> View:
    """The view is for people who have not signed in."""
    cast(Any, view).needs = None
    return view


def route(bp: Blueprint, rule: str, view: View, *, methods: tuple[str, ...] = ("GET",)) -> None:
    """Put a view at an address; one that says nothing about roles is refused."""
    if not hasattr(view, "needs"):
        raise TypeError(f"{rule} says nothing about who may use it")
    name = cast(Any, view).__name__
    bp.add_url_rule(rule, endpoint=name, view_func=view, methods=list(methods))
