"""A CDN in a process of its own: keeps what it was asked, and tells it at /asked."""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ASKED: list[dict[str, str]] = []
STATUS = int(sys.argv[2])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PURGE(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        key = self.headers.get("Fastly-Key", "")
        body = self.rfile.read(length).decode()
        ASKED.append({"method": self.command, "path": self.path, "key": key, "body": body})
        self._answer(STATUS, b"")

    def do_POST(self) -> None:
        self.do_PURGE()

    def do_GET(self) -> None:
        self._answer(200, json.dumps(ASKED).encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
sys.stdout.write("ready\n")
sys.stdout.flush()
server.serve_forever()
