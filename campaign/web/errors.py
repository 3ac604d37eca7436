"""Errors become answers, in one place: their status, in the kind that was asked for."""

from __future__ import annotations

import logging

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, InternalServerError

from campaign.banner import notices
from campaign.banner.render import as_json
from campaign.domain.errors import (
    CampaignTrackerError,
    Conflict,
    CurrencyMismatch,
    DatabaseUnavailable,
    Invalid,
    MalformedFact,
    NotFound,
    SchemaMismatch,
)

_STATUS: dict[type[CampaignTrackerError], tuple[int, str]] = {
    NotFound: (404, "There is nothing at this address."),
    Invalid: (422, "A value can’t be taken."),
    Conflict: (409, "Somebody else changed the same thing first; load it again and repeat."),
    DatabaseUnavailable: (503, "Nothing can be kept right now. Please try again in a minute."),
    SchemaMismatch: (503, "The installation is being updated. Please try again in a minute."),
    CurrencyMismatch: (500, "Something went wrong here."),
    MalformedFact: (500, "Something went wrong here."),
}
_RETRY_AFTER_SECONDS = "30"
_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Every error of ours, of HTTP and of nobody's making has its answer."""
    app.register_error_handler(CampaignTrackerError, _ours)
    app.register_error_handler(HTTPException, _http)


def _ours(error: CampaignTrackerError) -> Response:
    known = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), None)
    status, title = known or (500, "Something went wrong here.")
    if status >= 500:
        _log.error("%s %s: %s", request.method, request.path, error)
    detail = error.message if isinstance(error, Invalid) else title
    response = answer(status, title, detail, field=error.field if isinstance(error, Invalid) else None)
    if status == 503:
        response.headers["Retry-After"] = _RETRY_AFTER_SECONDS
    return response


def _http(error: HTTPException) -> Response:
    code = error.code or 500
    if code < 400:
        return Response(status=code, headers=error.get_headers())
    if isinstance(error, InternalServerError):
        title, detail = "Something went wrong here.", "It has been written down. Please try again."
    else:
        title, detail = error.name, error.description or error.name
    response = answer(code, title, detail)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def answer(status: int, title: str, detail: str, field: str | None = None) -> Response:
    """An error in the asked kind: a page where people are, problem JSON (RFC 9457) for programs."""
    if _is_for_people():
        page = notices.not_found_html() if status == 404 else notices.closed_html(detail, "", title=title)
        return _closed_to_caches(Response(page, status, mimetype="text/html"))
    body: dict[str, object] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if field is not None:
        body["field"] = field
    return _closed_to_caches(Response(as_json(body), status, mimetype="application/problem+json"))


def _is_for_people() -> bool:
    path = request.path
    if path.startswith(("/webhooks", "/api/", "/healthz", "/readyz", "/metrics")) or path.endswith(".json"):
        return False
    return request.accept_mimetypes.accept_html or path.startswith(("/g/", "/staff"))


def _closed_to_caches(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
