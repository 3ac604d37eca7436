"""Readers' routes that are no files: where the button leads, and thanks.

What they need is known from the shelf, so that they need no database.
"""

from __future__ import annotations

import html
import json
import re
import secrets
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Flask, Response, abort, redirect, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.routing import BaseConverter

from campaign.banner import notices, surfaces
from campaign.banner.caching import LIVE
from campaign.banner.notice_words import notice_words
from campaign.banner.render import as_json
from campaign.banner.showings import Gathering, clicked
from campaign.domain.about import LONGEST_ARTICLE, article_of
from campaign.domain.errors import NotFound
from campaign.web.shelf import Headers, Shelf

TOKEN = re.compile(r"[0-9a-f]{16,64}")
_LONGEST = {"v": 40, "a": LONGEST_ARTICLE, "t": 64}
"""Variant, article, and the one-time token of a form."""


def blueprint(shelf: Shelf, page_headers: Headers, public_url: str, gathering: Gathering) -> Blueprint:
    """`/g/<slug>/go`, `/g/<slug>/thanks`, and the campaign page with a variant or article in its address."""
    bp = Blueprint("public", __name__)
    bp.record_once(_know_languages)
    pages = _Pages(shelf, page_headers, public_url, gathering)
    bp.add_url_rule("/g/<slug>/go", view_func=pages.go)
    bp.add_url_rule("/g/<slug>/thanks", view_func=pages.thanks)
    bp.add_url_rule("/g/<slug>/", view_func=pages.page, defaults={"lang": ""})
    bp.add_url_rule("/g/<slug>/<language:lang>/", view_func=pages.page)
    bp.add_url_rule("/oembed", view_func=pages.oembed)
    return bp


class _Pages:
    """What is put together from published bytes and the address it was asked by."""

    def __init__(self, shelf: Shelf, page_headers: Headers, public_url: str, gathering: Gathering) -> None:
        self._shelf = shelf
        self._page_headers = page_headers
        self._public_url = public_url
        self._gathering = gathering

    def go(self, slug: str) -> ResponseReturnValue:
        """303 to where one can join; that it was asked for is counted, by nothing but words and article."""
        known = _published(self._shelf, slug)
        agent, purpose = request.headers.get("User-Agent", ""), request.headers.get("Sec-Purpose", "")
        told = clicked(slug, passed_on(), agent, purpose) if request.method == "GET" else None
        if told is not None:
            self._gathering.note(told)
        if not known["joinable"] and _home(known):
            return _to(_home(known))
        return _to(f"/g/{slug}/?{urlencode({**passed_on(), 't': new_token()})}#join")

    def thanks(self, slug: str) -> ResponseReturnValue:
        known = _published(self._shelf, slug)
        back = f"{_home(known).partition('#')[0] or f'/g/{slug}/'}#mg=joined-{slug}"
        language = known["languages"][0]
        text = notice_words(language).thanks_once if "once" in request.args else ""
        page = notices.thanks_html(slug, back_href=back, language=language, text=text)
        return self._own_page(page, "no-store")

    def page(self, slug: str, lang: str) -> ResponseReturnValue:
        body = self._shelf.body(f"/g/{slug}/{lang}{'/' if lang else ''}")
        if body is None:
            raise NotFound("campaign", slug)
        query = html.escape(_passed_on())
        if query:
            action = f'action="/g/{slug}/join'
            body = body.replace(f'{action}"'.encode(), f'{action}?{query}"'.encode())
        return self._own_page(body, LIVE)

    def oembed(self) -> ResponseReturnValue:
        if request.args.get("format", "json") != "json":
            abort(501)
        slug, language = _named(request.args.get("url", ""), self._public_url)
        known = _published(self._shelf, slug)
        languages = cast(list[str], known["languages"])
        most = (_pixels("maxwidth"), _pixels("maxheight"))
        language = language if language in languages else languages[0]
        body = as_json(surfaces.oembed_of(slug, known["name"], language, self._public_url, most))
        response = Response(body, mimetype="application/json")
        response.headers["Cache-Control"] = LIVE
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    def _own_page(self, body: str | bytes, cache: str) -> Response:
        response = Response(body, mimetype="text/html")
        response.headers.extend(self._page_headers)
        response.headers["Cache-Control"] = cache
        return response


def _named(address: str, public_url: str) -> tuple[str, str]:
    """Campaign and language of one of our addresses. Raises NotFound for any other."""
    found = re.match(r"/g/([a-z0-9-]{1,48})(?:/([a-z]{2,3}(?:-[a-z0-9]+)*)/)?", address.removeprefix(public_url))
    if found is None or not address.startswith(f"{public_url}/"):
        raise NotFound("campaign", address[:200])
    return found[1], found[2] or ""


def _pixels(name: str) -> int:
    """A size that a consumer allows; any, when it names none."""
    typed = request.args.get(name, "")
    return max(100, int(typed)) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 10_000


class _Language(BaseConverter):
    """A language tag in an address; not one of the routes beside it."""

    regex = r"(?!go/|join/|thanks/|seen/)[a-z]{2,3}(?:-[a-z0-9]{2,8})*"


def _know_languages(state: BlueprintSetupState) -> None:
    cast(Flask, state.app).url_map.converters["language"] = _Language


def new_token() -> str:
    """A token that a form is sent with once."""
    return secrets.token_hex(12)


def passed_on() -> dict[str, str]:
    """Variant, article and token of a request, as far as they are short enough to be ours."""
    values = request.values
    passed = {name: value for name, most in _LONGEST.items() if 0 < len(value := values.get(name, "")) <= most}
    if "a" in passed:
        passed["a"] = article_of(passed["a"])
    return {name: value for name, value in passed.items() if value}


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
