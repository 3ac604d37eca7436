"""Between tracker and provider: answers with fields nobody documented, or without one that is always there."""

from __future__ import annotations

import json
import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_PASSED_ON = ("Authorization", "Content-Type", "Stripe-Version", "Idempotency-Key")


class Proxy:
    """Passes everything on; what comes back may be told otherwise."""

    def __init__(self, upstream: str, missing: str) -> None:
        self.upstream = urlsplit(upstream)
        self.missing = missing
        self.talkative = False
        self.mute: set[str] = set()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def told_otherwise(self, told: Any) -> Any:
        if isinstance(told, list):
            return [self.told_otherwise(one) for one in told]
        if not isinstance(told, dict):
            return told
        told = {name: self.told_otherwise(value) for name, value in told.items()}
        if told.get("id") in self.mute:
            told.pop(self.missing, None)
        if self.talkative and "object" in told:
            told |= {"brand_new": {"id": "", "at": None}, "beta": [1, {"deep": [[]]}]}
        return told


def _handler(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            connection = HTTPConnection(proxy.upstream.hostname or "", proxy.upstream.port, timeout=30)
            try:
                kept = {name: self.headers[name] for name in _PASSED_ON if name in self.headers}
                connection.request(self.command, self.path, body or None, kept)
                answer = connection.getresponse()
                status, told = answer.status, answer.read()
            finally:
                connection.close()
            told = json.dumps(proxy.told_otherwise(json.loads(told))).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST = do_DELETE = pass_on  # noqa: N815 - the names the server looks for

        def log_message(self, *_: object) -> None:
            pass

    return Handler
