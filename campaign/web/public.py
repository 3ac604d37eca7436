"""Readers' routes that are no files: where the button leads, and thanks.

What they need is known from the shelf, so that they need no database.
"""

from __future__ import annotations

import html
import json
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Flask, Response, redirect, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.routing import BaseConverter

from campaign.banner import notices
from campaign.domain.errors import NotFound
from campaign.web.shelf import LIVE, Headers, Shelf

_LONGEST = {"v": 40, "a": 200}


def blueprint(shelf: Shelf, page_headers: Headers) -> Blueprint:
    """`/g/<slug>/go`, `/g/<slug>/thanks`, and the campaign page with a variant or article in its address."""
    bp = Blueprint("public", __name__)
    bp.record_once(_know_languages)

    @bp.get("/g/<slug>/go")
    def go(slug: str) -> ResponseReturnValue:
        known = _published(shelf, slug)
        query = _passed_on()
        if not known["joinable"] and _home(known):
            return _to(_home(known))
        return _to(f"/g/{slug}/{'?' + query if query else ''}#join")

    @bp.get("/g/<slug>/thanks")
    def thanks(slug: str) -> ResponseReturnValue:
        known = _published(shelf, slug)
        back = f"{_home(known).partition('#')[0] or f'/g/{slug}/'}#mg=joined-{slug}"
        page = notices.thanks_html(slug, back_href=back, language=known["languages"][0])
        return _own_page(page, "no-store")

    @bp.get("/g/<slug>/", defaults={"lang": ""})
    @bp.get("/g/<slug>/<language:lang>/")
    def page(slug: str, lang: str) -> ResponseReturnValue:
        body = shelf.body(f"/g/{slug}/{lang}{'/' if lang else ''}")
        if body is None:
            raise NotFound("campaign", slug)
        query = html.escape(_passed_on())
        if query:
            action = f'action="/g/{slug}/join'
            body = body.replace(f'{action}"'.encode(), f'{action}?{query}"'.encode())
        return _own_page(body, LIVE)

    def _own_page(body: str | bytes, cache: str) -> Response:
        response = Response(body, mimetype="text/html")
        response.headers.extend(page_headers)
        response.headers["Cache-Control"] = cache
        return response

    return bp


class _Language(BaseConverter):
    """A language tag in an address; not one of the routes beside it."""

    regex = r"(?!go/|join/|thanks/|seen/)[a-z]{2,3}(?:-[a-z0-9]{2,8})*"


def _know_languages(state: BlueprintSetupState) -> None:
    cast(Flask, state.app).url_map.converters["language"] = _Language


def passed_on() -> dict[str, str]:
    """Variant and article of a request, as far as they are short enough to be ours."""
    return {name: value for name, most in _LONGEST.items() if 0 < len(value := request.values.get(name, "")) <= most}


def _passed_on() -> str:
    return urlencode(passed_on())


def _published(shelf: Shelf, slug: str) -> dict[str, Any]:
    """What is published of a campaign. Raises NotFound."""
    body = shelf.body(f"/g/{slug}/data.json")
    if body is None:
        raise NotFound("campaign", slug)
    return cast(dict[str, Any], json.loads(body))


def _home(known: dict[str, Any]) -> str:
    """The newsroom's own page, "" without one; nothing but a web address."""
    home = cast(str, known.get("home") or "")
    return home if urlsplit(home).scheme in ("http", "https") else ""


def _to(address: str) -> ResponseReturnValue:
    response = redirect(address, 303)
    response.headers["Cache-Control"] = "no-store"
    return response
