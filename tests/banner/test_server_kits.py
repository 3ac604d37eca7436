"""What staff copy for nginx and Varnish, in a real nginx and a real Varnish: the number is in the page, and stays."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from campaign.banner.kits import Kit, kits_of
from tests import nginx
from tests.banner.newsroom import a_campaign
from tests.browser.test_element import wait_until
from tests.running import free_port

VARNISH = shutil.which("varnishd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
FRAGMENT = '<section class="mg"><p class="mg-headline">24,613 out of 25,000</p></section>'


class Ours:
    """Our address: the fragment, as long as it is up."""

    def __init__(self) -> None:
        ours = self
        self.hosts: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                ours.hosts.append(self.headers.get("Host", ""))
                is_there = self.path == "/g/25k.en.html"
                body = FRAGMENT.encode() if is_there else b"no"
                self.send_response(200 if is_there else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Cache-Control", "public, max-age=1")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def ours() -> Iterator[Ours]:
    made = Ours()
    yield made
    made.stop()


def kit_named(name: str, base: str) -> Kit:
    return next(kit for kit in kits_of(a_campaign(), "en", base, {}, "") if kit.name == name)


def article(kit: Kit) -> str:
    return f"<!doctype html><title>An article</title><p>Before.</p>{kit.pieces[-1].text}<p>After.</p>"


@pytest.mark.skipif(nginx.command() is None, reason="there is no nginx here")
def test_nginx_prints_the_number_and_keeps_the_last_one(ours: Ours, tmp_path: Path) -> None:
    kit = kit_named("nginx (SSI)", f"http://127.0.0.1:{ours.port}")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "article.html").write_text(article(kit))
    port = free_port()
    in_http = kit.pieces[0].text.replace("/var/cache/nginx/goal", f"{tmp_path}/cache")
    server = f"server {{ listen 127.0.0.1:{port}; root {tmp_path}/pages;\n{kit.pieces[1].text}\n}}"
    address = f"http://127.0.0.1:{port}/article.html"
    with nginx.serving(tmp_path, f"{in_http}\n{server}"):
        wait_until(lambda: answers(address))
        stays_after_we_are_gone(address, ours)


@pytest.mark.skipif(VARNISH is None, reason="there is no Varnish here")
def test_varnish_prints_the_number_and_keeps_the_last_one(ours: Ours, tmp_path: Path) -> None:
    kit = kit_named("Varnish (ESI)", "https://goal.example.org")
    with Pages(article(kit)).serving() as pages:
        vcl = f'vcl 4.1;\nbackend default {{ .host = "127.0.0.1"; .port = "{pages.port}"; }}\n'
        vcl += kit.pieces[0].text.replace('.port = "8000"', f'.port = "{ours.port}"')
        (tmp_path / "goal.vcl").write_text(vcl)
        port = free_port()
        command = [VARNISH or "varnishd", "-F", "-a", f"127.0.0.1:{port}", "-f", str(tmp_path / "goal.vcl"), "-n",
                   str(tmp_path / "work"), "-s", "malloc,16m", "-j", "none"]  # fmt: skip
        address = f"http://127.0.0.1:{port}/article.html"
        with varnish(command, tmp_path):
            wait_until(lambda: answers(address))
            stays_after_we_are_gone(address, ours)
            assert set(ours.hosts) == {"goal.example.org"}


def stays_after_we_are_gone(address: str, ours: Ours) -> None:
    assert FRAGMENT in get(address)
    ours.stop()
    time.sleep(1.2)  # so that what is kept is no longer fresh
    for _ in range(3):
        assert FRAGMENT in get(address)
        time.sleep(0.2)


class Pages:
    """The newsroom's own server."""

    def __init__(self, html: str) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(html.encode())

            def log_message(self, *_words: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port

    @contextmanager
    def serving(self) -> Iterator[Pages]:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        yield self
        self._server.shutdown()
        self._server.server_close()


def answers(address: str) -> bool:
    try:
        return bool(get(address))
    except OSError:
        return False


@contextmanager
def varnish(command: list[str], folder: Path) -> Iterator[None]:
    with (folder / "varnish.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=5) as answer:
        return answer.read().decode()
