"""The live number: prepared bytes beside nginx with a file, a plain Flask route, and the server's own floor."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

from tests import nginx
from tests.benchmarks import load, plain_flask, runs, servers
from tests.benchmarks.newsroom import NUMBER, Newsroom
from tests.benchmarks.servers import Server

PREPARED, NGINX, FLASK, BARE = "prepared bytes", "nginx, static file", "plain Flask route", "empty application"
MOST_OF_NGINX = 2.5
LEAST_BELOW_FLASK = 6.0
_FLASK_SAYS_ITSELF = {"content-type", "content-length", "etag"}


def measure(newsroom: Newsroom, folder: Path, seconds: float, number: int) -> dict[str, Any]:
    """Processor time for one request and requests a second; without nginx on this machine, the rest."""
    with contextlib.ExitStack() as stack:
        measured = _started(newsroom, folder, stack)
        figures = runs.alternate(measured, lambda _, server: load.ask(server.port, NUMBER, seconds), number)
        size = len(measured[PREPARED].get(NUMBER)[1])
    cpu = {name: one.cpu_microseconds for name, one in figures.items()}
    return {
        "generator": load.generator(seconds),
        "connections": load.CONNECTIONS,
        "bytes": size,
        "servers": {name: one.as_json() for name, one in figures.items()},
        "times_nginx": cpu[PREPARED] / cpu[NGINX] if NGINX in cpu else None,
        "times_below_flask": cpu[FLASK] / cpu[PREPARED],
    }


def _started(newsroom: Newsroom, folder: Path, stack: contextlib.ExitStack) -> dict[str, Server]:
    """The product and what stands beside it: the references answer the same bytes with the same headers."""

    def wsgi(name: str, target: str, **more: str) -> Server:
        environ = {**newsroom.environ, **more}
        return stack.enter_context(servers.product(target, environ, folder / f"{name}.log"))

    product = wsgi("product", "wsgi:application")
    headers, body = product.get(NUMBER)
    told = {name: value for name, value in headers.items() if name not in _FLASK_SAYS_ITSELF}
    answer = json.dumps({"number": json.loads(body), "headers": told})
    flask = wsgi("flask", "tests.benchmarks.plain_flask:application", **{plain_flask.ANSWER: answer})
    _same(product, flask)
    measured = {PREPARED: product, FLASK: flask, BARE: wsgi("bare", "tests.benchmarks.bare:application")}
    if nginx.command() is not None:
        place = folder / "nginx"
        place.mkdir()
        measured[NGINX] = stack.enter_context(servers.nginx(place, NUMBER, headers, body))
        _same(product, measured[NGINX])
    return measured


def _same(product: Server, reference: Server) -> None:
    """Raise RuntimeError unless both answer the same bytes, and headers of the same names."""
    headers, body = product.get(NUMBER)
    their_headers, their_body = reference.get(NUMBER)
    missing = headers.keys() - their_headers.keys()
    if their_body != body or missing:
        raise RuntimeError(f"A reference does not answer the same: missing {sorted(missing)}, {their_body!r}")
