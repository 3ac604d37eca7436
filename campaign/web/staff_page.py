"""What every staff page has in common: rendering, flashes, going on, errors in the pages' own look."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from campaign.domain.errors import (
    CampaignTrackerError,
    Conflict,
    DatabaseUnavailable,
    Invalid,
    NotFound,
    SchemaMismatch,
)
from campaign.web import staff_sessions

_STATUS: dict[type[CampaignTrackerError], tuple[int, str]] = {
    NotFound: (404, "This does not exist"),
    Invalid: (400, "This can’t be taken"),
    Conflict: (409, "Somebody else was faster"),
    DatabaseUnavailable: (503, "The database can’t be reached"),
    SchemaMismatch: (503, "The database needs an upgrade"),
}
_NO_DATABASE = "Readers go on seeing the last number that was published. Try again in a moment."


def page(template: str, status: int = 200, **values: Any) -> Response:
    """A staff page, with who is signed in."""
    person = staff_sessions.current()
    return make_response(render_template(f"dashboard/{template}", staff=person, **values), status)


def done(message: str, endpoint: str, tone: str = "good", **values: Any) -> ResponseReturnValue:
    """Say what was done, and go on to a page."""
    flash(message, tone)
    return redirect(url_for(f"staff.{endpoint}", **values), 303)


def safe_next(target: str | None) -> str | None:
    """A path under /staff/ to go on to after signing in; None for everything else."""
    if not target or not target.startswith("/staff/") or "\\" in target or not target.isprintable():
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def show_errors(bp: Blueprint) -> None:
    """Errors of staff pages look like staff pages."""
    bp.register_error_handler(CampaignTrackerError, _show_ours)
    bp.register_error_handler(HTTPException, _show_http)


def _show_ours(error: Exception) -> ResponseReturnValue:
    status, title = next((v for kind, v in _STATUS.items() if isinstance(error, kind)), (500, "Something went wrong"))
    text = _NO_DATABASE if isinstance(error, DatabaseUnavailable) else str(error)
    return _error_page(status, title, text)


def _show_http(error: Exception) -> ResponseReturnValue:
    if not isinstance(error, HTTPException) or error.code is None or error.code < 400:
        raise error
    if type(error).__name__ == "CSRFError":
        text = "Load the page again and repeat what you did; nothing was changed."
        return _error_page(400, "The form was too old", text)
    return _error_page(error.code, error.name, error.description or "")


def _error_page(status: int, title: str, text: str) -> Response:
    """Without asking who is signed in: the database may be what is missing."""
    return make_response(render_template("dashboard/error.html", staff=None, title=title, text=text), status)
