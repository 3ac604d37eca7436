"""Two small servers on loopback for the element's tests: a newspaper's page, and the address its number comes from."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from playwright.sync_api import Browser, Page

from campaign.banner.element import element_files

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "campaign" / "web" / "static"
SCRIPT = next(file.body.body for file in element_files() if file.body.path == "/mg.js")
TEMPLATES = Environment(
    loader=FileSystemLoader(ROOT / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=False
)


@dataclass
class Answer:
    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    delay_seconds: float = 0
    headers: dict[str, str] = field(default_factory=dict)
    pauses_after: bytes = b""
    """After each of these it stops for a moment, as a slow network or a slow parser does."""

    def parts(self) -> Iterator[bytes]:
        if not self.pauses_after:
            yield self.body
            return
        *first, last = re.split(b"(?<=%b)" % re.escape(self.pauses_after), self.body)
        for part in first:
            yield part
            time.sleep(0.1)
        yield last


class Stand:
    """Serves what `answers` says at that moment and keeps in `asked` what was asked for."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        stand = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                stand.asked.append(self.path)
                answer = stand.answers.get(self.path.partition("?")[0], Answer(status=404))
                time.sleep(answer.delay_seconds)
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.kind)
                self.send_header("Content-Length", str(len(answer.body)))
                self.send_header("Access-Control-Allow-Origin", "*")
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    for part in answer.parts():
                        self.wfile.write(part)
                except ConnectionError:
                    return  # the browser went on to the next test

            def log_message(self, *words: object) -> None:
                return

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, request: object, client_address: object) -> None:
                return  # a page that was closed in the middle of an answer

        self._server = Server(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @contextmanager
    def serving(self) -> Iterator[Stand]:
        self._thread.start()
        yield self
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Newsroom:
    """A page with the banner in it, and our address beside it, on two origins as in life."""

    def __init__(self, paper: Stand, ours: Stand) -> None:
        self.paper, self.ours = paper, ours
        self.ours.answers["/mg.js"] = Answer(SCRIPT, "text/javascript; charset=utf-8")
        self.ours.answers["/mg.css"] = Answer((STATIC / "mg.min.css").read_bytes(), "text/css; charset=utf-8")
        # Asked for by the browser itself; a 404 would be its own word on the console.
        self.paper.answers["/favicon.ico"] = Answer(status=204)
        self.page_address = self.paper.address + "/"

    def prints(
        self, fragment: str, *, attributes: str = 'lang="en"', above: str = "", csp: str = "", page: str = ""
    ) -> None:
        """From now on the article has this fragment inside of the snippet of the contract."""
        snippet = (
            f'<link rel="stylesheet" href="{self.ours.address}/mg.css">\n'
            f'<member-goal campaign="25k" {attributes}>{fragment}</member-goal>\n'
            f'<script async src="{self.ours.address}/mg.js"></script>'
        )
        html = (
            f'<!doctype html><html lang="en" {page}><meta charset="utf-8"><title>An article</title>'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<body>{above}<p>Before the banner.</p>{snippet}<p>After the banner.</p></body></html>"
        )
        headers = {"Content-Security-Policy": csp.replace("OURS", self.ours.address)} if csp else {}
        self.paper.answers["/"] = Answer(html.encode(), headers=headers)

    def says(
        self, *, path: str = "/g/25k.en.json", status: int = 200, delay_seconds: float = 0, **news: object
    ) -> None:
        """From now on the number's address answers this."""
        body = json.dumps(NEWS | news, ensure_ascii=False).encode()
        self.ours.answers[path] = Answer(body, "application/json", status, delay_seconds)

    def says_bytes(self, body: bytes) -> None:
        self.ours.answers["/g/25k.en.json"] = Answer(body, "application/json")

    def asked_for_the_number(self) -> int:
        return sum(path.startswith("/g/") for path in self.ours.asked)


class Reader:
    """Somebody with a browser; keeps what the console said."""

    def __init__(self, browser: Browser, newsroom: Newsroom) -> None:
        self._browser, self._newsroom = browser, newsroom
        self._contexts: list[Any] = []
        self.console: list[str] = []

    def opens(self, *, after: str = "", before: str = "", **options: Any) -> Page:
        context = self._browser.new_context(**options)
        self._contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("console", lambda message: self.console.append(message.text))
        page.on("pageerror", lambda error: self.console.append(str(error)))
        if before:
            page.add_init_script(before)
        page.goto(self._newsroom.page_address + after)
        return page

    def leaves(self) -> None:
        for context in self._contexts:
            context.close()


NEWS: dict[str, object] = {
    "v": 1,
    "slug": "25k",
    "kind": "members",
    "count": 24614,
    "target": 25000,
    "percent": 98,
    "stage": "near",
    "text": "24,614 out of 25,000",
    "as_of": "2100-12-01T09:05:00Z",
    "until": "2100-12-21T22:00:00Z",
}

VIEW: dict[str, object] = {
    "slug": "25k",
    "lang": "en",
    "dir": "ltr",
    "label": "Membership campaign",
    "headline": "24,613 out of 25,000",
    "kicker": "Quality journalism takes work — and a community that cares.",
    "call": "Help us reach 25,000 members by the end of 2100.",
    "button": "Become a member",
    "button_href": "/g/25k/go",
    "bar": SimpleNamespace(value=24613, max=25000, label="Progress towards the goal"),
    "as_of": "2100-12-01T09:00:00Z",
    "as_of_text": "1 Dec 2100, 09:00 UTC",
    "until": "2100-12-21T22:00:00Z",
    "plain": "24,613 out of 25,000",
    "stage": "near",
    "show": True,
    "rules": False,
    "shape": "card",
    "theme": "paper",
    "thanks": False,
}


def fragment(**values: object) -> str:
    """The fragment as the server renders it, with these values in place of the usual ones."""
    return TEMPLATES.get_template("banner/fragment.html").render(view=SimpleNamespace(**(VIEW | values)))
