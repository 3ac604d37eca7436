"""The live number: prepared bytes beside nginx with a file, a plain Flask route, and the server's own floor."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from tests.benchmarks import load, runs, servers
from tests.benchmarks.newsroom import NUMBER, Newsroom

PREPARED, NGINX, FLASK, BARE = "prepared bytes", "nginx, static file", "plain Flask route", "empty application"
MOST_OF_NGINX = 2.5
LEAST_BELOW_FLASK = 6.0


def measure(newsroom: Newsroom, folder: Path, seconds: float, number: int) -> dict[str, Any]:
    """Processor time for one request and requests a second; without nginx on this machine, the rest."""
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(servers.product("wsgi:application", newsroom.environ, folder / "product.log"))
        headers, body = ours.get(NUMBER)
        measured = {PREPARED: ours}
        if servers.nginx_command() is not None:
            place = folder / "nginx"
            place.mkdir()
            measured[NGINX] = stack.enter_context(servers.nginx(place, NUMBER, headers, body))
            _same(headers, body, *measured[NGINX].get(NUMBER))
        for name, target in ((FLASK, "plain_flask"), (BARE, "bare")):
            wsgi = f"tests.benchmarks.{target}:application"
            measured[name] = stack.enter_context(servers.product(wsgi, newsroom.environ, folder / f"{target}.log"))
        figures = runs.alternate(measured, lambda _, server: load.ask(server.port, NUMBER, seconds), number)
    cpu = {name: one.cpu_microseconds for name, one in figures.items()}
    return {
        "generator": load.generator(seconds),
        "connections": load.CONNECTIONS,
        "bytes": len(body),
        "servers": {name: one.as_json() for name, one in figures.items()},
        "times_nginx": cpu[PREPARED] / cpu[NGINX] if NGINX in cpu else None,
        "times_below_flask": cpu[FLASK] / cpu[PREPARED],
    }


def _same(headers: dict[str, str], body: bytes, their_headers: dict[str, str], their_body: bytes) -> None:
    """Raise RuntimeError unless nginx answers the same bytes under the same names."""
    missing = headers.keys() - their_headers.keys()
    if their_body != body or missing:
        raise RuntimeError(f"nginx does not answer the same: missing {sorted(missing)}")
