"""`/api/v1`: where the newsroom's own systems tell us facts and read what they led to."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel
from werkzeug.exceptions import HTTPException

from campaign.accounts import tokens
from campaign.accounts.tokens import Scope
from campaign.banner.render import as_json
from campaign.dashboard import for_systems
from campaign.domain.errors import CampaignTrackerError, DatabaseUnavailable, NotFound, SchemaMismatch
from campaign.ingest import api
from campaign.ingest.addresses import hasher_of
from campaign.ingest.api_told import Problem, Unfit
from campaign.runtime import Runtime
from campaign.store.tokens import TokenSeen
from campaign.web.api_document import document
from campaign.web.errors import answer as shown_error
from campaign.web.limits import RateLimit

MOST_A_MINUTE = 600
"""Requests of one token; at 100 items each that is a thousand facts a second."""
MOST_WRONG_TOKENS = 30
MOST_ENTRIES = for_systems.MOST_ENTRIES

_BEARER = re.compile(r"Bearer +(\S+)", re.IGNORECASE)
_SLUG = re.compile(r"[a-z0-9-]{1,48}")
_TAKERS = {
    Scope.SIGNUPS: api.take_sign_ups,
    Scope.MEMBERSHIPS: api.take_memberships,
    Scope.PAYMENTS: api.take_payments,
    Scope.ADJUSTMENTS: api.take_adjustment,
}


class _Refused(Exception):
    """The request ends here, with this answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def blueprint(runtime: Runtime) -> Blueprint:
    """The addresses of `/api/v1`."""
    bp = Blueprint("api", __name__, url_prefix="/api/v1")
    pages = _Pages(runtime)
    for scope in _TAKERS:
        bp.add_url_rule(f"/{scope}", f"take_{scope}", pages.taker(scope), methods=["POST"])
    bp.add_url_rule("/campaigns", "campaigns", pages.campaigns)
    bp.add_url_rule("/campaigns/<slug>", "campaign", pages.campaign)
    bp.add_url_rule("/campaigns/<slug>/entries", "entries", pages.entries)
    bp.add_url_rule("/openapi.json", "openapi", pages.openapi)
    bp.register_error_handler(_Refused, _refused)
    bp.register_error_handler(CampaignTrackerError, _ours)
    return bp


class _Pages:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._db = runtime.db
        self._hash_address = hasher_of(runtime.settings)
        self._often = RateLimit(MOST_A_MINUTE, timedelta(minutes=1))
        self._wrong = RateLimit(MOST_WRONG_TOKENS, timedelta(minutes=10))

    def taker(self, scope: Scope) -> Callable[[], ResponseReturnValue]:
        """The view that takes what a scope sends."""
        take = _TAKERS[scope]

        def view() -> ResponseReturnValue:
            token = self._token(scope)
            key = request.headers.get(api.IDEMPOTENCY_KEY)
            taken = take(self._db, self._hash_address, token, _body(), key, self._runtime.now())
            response = _json(taken.body.encode())
            if taken.is_repeat:
                response.headers["Idempotent-Replay"] = "true"
            return response

        return view

    def campaigns(self) -> ResponseReturnValue:
        self._token(Scope.READ)
        return _shape(for_systems.every_campaign(self._db))

    def campaign(self, slug: str) -> ResponseReturnValue:
        self._token(Scope.READ)
        return _shape(for_systems.one_campaign(self._db, _known(slug)))

    def entries(self, slug: str) -> ResponseReturnValue:
        self._token(Scope.READ)
        after = _whole("after", 0, 0, 2**62)
        limit = _whole("limit", 100, 1, MOST_ENTRIES)
        return _shape(for_systems.entries(self._db, _known(slug), after, limit))

    def openapi(self) -> ResponseReturnValue:
        response = _json(as_json(document(self._runtime.settings.public_url)))
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    def _token(self, scope: Scope) -> TokenSeen:
        """The token of the request, which may do this. Raises _Refused."""
        now, network = self._runtime.now(), request.remote_addr or ""
        shown = _BEARER.fullmatch(request.headers.get("Authorization", "").strip())
        token = tokens.find(self._db, shown[1], now) if shown else None
        if token is None:
            if not self._wrong.allows(network, now):
                raise _Refused(_problem(429, "Too many wrong tokens from your network. Wait ten minutes."))
            response = _problem(401, "Send a token of this installation: Authorization: Bearer mgt_…")
            response.headers["WWW-Authenticate"] = 'Bearer realm="campaign"'
            raise _Refused(response)
        if scope not in token.scopes:
            raise _Refused(_problem(403, f"This token may not do this: it lacks “{scope}”."))
        if not self._often.allows(str(token.id), now):
            response = _problem(429, f"More than {MOST_A_MINUTE} requests a minute. Send more items in each.")
            response.headers["Retry-After"] = "60"
            raise _Refused(response)
        return token


def _known(slug: str) -> str:
    if not _SLUG.fullmatch(slug):
        raise NotFound("campaign", slug)
    return slug


def _whole(name: str, default: int, least: int, most: int) -> int:
    value = request.args.get(name)
    if value is None:
        return default
    if not re.fullmatch(r"[0-9]{1,19}", value) or not least <= int(value) <= most:
        raise Unfit([Problem(name, f"must be a whole number from {least} to {most}")])
    return int(value)


def _body() -> bytes:
    """Raises _Refused."""
    if request.mimetype != "application/json":
        raise _Refused(_problem(415, "Send JSON, with Content-Type: application/json."))
    if (request.content_length or 0) > api.MOST_BYTES:
        raise _Refused(_problem(413, f"The body is over {api.MOST_BYTES} bytes."))
    request.max_content_length = api.MOST_BYTES
    try:
        return request.get_data(cache=False)
    except HTTPException:
        raise _Refused(_problem(413, f"The body is over {api.MOST_BYTES} bytes.")) from None


def _shape(value: BaseModel) -> Response:
    return _json(value.model_dump_json().encode())


def _json(body: bytes) -> Response:
    response = Response(body + b"\n", mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _refused(error: Exception) -> ResponseReturnValue:
    if not isinstance(error, _Refused):
        raise error
    return error.response


def _ours(error: Exception) -> ResponseReturnValue:
    """Each error of ours as a problem (RFC 9457) that says what to do."""
    match error:
        case Unfit():
            return _unfit(error)
        case api.KeyReused():
            return _problem(422, f"{error}, with another body. Use a new key for a new request.", api.IDEMPOTENCY_KEY)
        case api.SourceOff():
            return _problem(403, "The source of this token is switched off. Staff can switch it on again.")
        case NotFound():
            return _problem(404, "There is nothing at this address.")
        case DatabaseUnavailable() | SchemaMismatch():
            response = _problem(503, "Nothing can be kept now. Send it again in a minute.")
            response.headers["Retry-After"] = "30"
            return response
        case _:
            raise error


def _unfit(error: Unfit) -> Response:
    first = error.problems[0]
    status = 422 if error.is_json else 400
    body = _problem_body(status, str(error))
    if first.field:
        body["field"] = first.field
    body["errors"] = [{"field": problem.field, "detail": problem.detail} for problem in error.problems]
    return _as_problem(body, status)


def _problem(status: int, detail: str, field: str | None = None) -> Response:
    return shown_error(status, _TITLES[status], detail, field)


_TITLES = {
    401: "No good token",
    403: "Not allowed",
    404: "Not found",
    413: "Too large",
    415: "Not JSON",
    422: "A value can’t be taken",
    429: "Too many requests",
    503: "Not now",
}


def _problem_body(status: int, detail: str) -> dict[str, object]:
    title = "Not JSON" if status == 400 else "A value can’t be taken"
    return {"type": "about:blank", "title": title, "status": status, "detail": detail}


def _as_problem(body: dict[str, object], status: int) -> Response:
    response = Response(as_json(body), status, mimetype="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    return response
