"""The demo's article in front of an application, with the banner in any language, look and theme."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlencode

from flask import Flask
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tests.browser.stand import ROOT

NEWSROOM = ROOT / "campaign" / "demo" / "newsroom"
KINDS = {".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".txt": "text/plain"}
ARTICLE = "/article/"
TEMPLATES = Environment(loader=FileSystemLoader(NEWSROOM / "templates"), autoescape=True, undefined=StrictUndefined)


def article_path(**asked: str) -> str:
    """Where the article stands with `lang`, `look`, `skin` of the banner.

    `inside`: "nothing", an empty element; "frame", what oEmbed gives in its place. `member=1`: the reader is one.
    """
    return f"{ARTICLE}?{urlencode(asked)}"


def with_article(app: Flask, ours: str) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """The application, with the newspaper's article and its files before it."""

    def front(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == ARTICLE:
            asked = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
            start("200 OK", [("Content-Type", "text/html; charset=utf-8")])
            return [_html(app, ours, asked).encode()]
        if path.startswith("/newsroom/"):
            file = NEWSROOM / "static" / path.removeprefix("/newsroom/")
            start("200 OK", [("Content-Type", KINDS[file.suffix])])
            return [file.read_bytes()]
        return app.wsgi_app(environ, start)

    return front


def article_html(inside: str, language: str = "en", *, direction: str = "", feed_more: bool = True) -> str:
    """The article with this inside of its element. `direction`: of the page, else the language's own."""
    article = SimpleNamespace(
        fragment_html=Markup(inside),
        slug="25k",
        lang=language,
        dir=direction or ("rtl" if language == "ar" else "ltr"),
        site_name="The Harbour Courier",
        feed=[SimpleNamespace(when="08:12", title="Lifeboat crew tow home a yacht")],
        feed_more=feed_more,
        staff_href="/staff/",
        campaign_href="/g/25k/",
        pay_action="/demo/pay",
        happenings=["one new member through checkout"],
    )
    return TEMPLATES.get_template("article.html").render(article=article)


def _html(app: Flask, ours: str, asked: dict[str, str]) -> str:
    language = asked.get("lang", "en")
    client = app.test_client()
    if asked.get("inside") == "frame":
        page = f"{ours}/g/25k/{'' if language == 'en' else f'{language}/'}"
        height = 110 if asked.get("look") == "thin" else 320
        inside = client.get(f"/oembed?url={page}&maxheight={height}").get_json()["html"]
    else:
        inside = client.get(f"/g/25k.{language}.html").text
        for name, before in (("look", "card"), ("skin", "paper")):
            inside = inside.replace(f'data-{name}="{before}"', f'data-{name}="{asked.get(name, before)}"')
    html = article_html("" if asked.get("inside") == "nothing" else inside, language)
    return html.replace("<member-goal ", '<member-goal data-member="1" ') if "member" in asked else html
