"""The provider over HTTP, on loopback only: one thread a connection, so that its delay holds nobody else up."""

from __future__ import annotations

import json
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from campaign.demo.provider.control import Control
from campaign.demo.provider.deliveries import Deliverer
from campaign.demo.provider.errors import ApiError, missing
from campaign.demo.provider.faults import Faults, Reset
from campaign.demo.provider.hosted import payment_page
from campaign.demo.provider.passing import live_until
from campaign.demo.provider.records import Json, Session
from campaign.demo.provider.service import Call, Reply, Service
from campaign.demo.provider.sessions import complete
from campaign.demo.provider.world import World

HTML = "text/html; charset=utf-8"
TICK_SECONDS = 0.2


class ProviderServer:
    """The provider in this process. `start` returns once it answers at `address`; `stop` leaves all on disk."""

    def __init__(
        self,
        state: Path,
        *,
        port: int = 0,
        seed: int = 1,
        livemode: bool = True,
        starts_at: int | None = None,
        **habits: Any,
    ) -> None:
        self.world = World(state, seed=seed, livemode=livemode, starts_at=starts_at)
        for name, value in habits.items():
            setattr(self.world.habits, name, value)
        self.world.keep_habits()
        self.deliverer = Deliverer(self.world)
        self.faults = Faults(seed)
        self.service = Service(self.world, self.faults)
        self.control = Control(self.world, self.deliverer, self.faults)
        self.http = _Listener(("127.0.0.1", port), _Handler)
        self.http.provider = self
        self.address = self.world.address = f"http://127.0.0.1:{self.http.server_address[1]}"
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True),
            threading.Thread(target=self._tick, daemon=True),
        ]
        with self.world.lock:
            self.world.commit()

    @property
    def api_key(self) -> str:
        return self.world.api_key

    def start(self) -> ProviderServer:
        self.deliverer.start()
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        self._stopped.set()
        self.http.shutdown()
        self.http.server_close()
        self.deliverer.stop()
        for thread in self._threads:
            thread.join(timeout=5)
        with self.world.lock:
            self.world.commit()
            self.world.state.close()

    def _tick(self) -> None:
        while not self._stopped.wait(TICK_SECONDS):
            with self.world.lock:
                live_until(self.world, self.world.clock.now(), at_most=100)
                if self.world.happened:
                    self.world.commit()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    allow_reuse_address = True
    provider: ProviderServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listener  # pyright: ignore[reportIncompatibleVariableOverride]
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        self._answer("")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self._answer(self.rfile.read(length).decode("utf-8", "replace"))

    do_DELETE = do_POST  # noqa: N815 - the name that the base class looks for

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Nothing is written: paths could name supporters."""

    def _answer(self, body: str) -> None:
        parts = urlsplit(self.path)
        try:
            if parts.path.startswith("/v1/"):
                call = Call(self.command, parts.path, parts.query, body, dict(self.headers.items()))
                reply = self.server.provider.service.reply(call)
            elif parts.path.startswith("/_control/"):
                reply = self._control(parts.path.removeprefix("/_control/"), parts.query, body)
            else:
                reply = self._page(parts.path, body)
        except ApiError as error:
            reply = Reply(error.status, json.dumps(error.body()).encode())
        except Reset:
            self._break_off()
            return
        if reply.breaks_off:
            self._break_off()
            return
        self._send(reply)

    def _control(self, name: str, query: str, body: str) -> Reply:
        asked: Json = {key: rows if len(rows) > 1 else rows[0] for key, rows in parse_qs(query).items()}
        if body:
            asked |= json.loads(body)
        told = self.server.provider.control.answer(self.command, name, asked)
        return Reply(200, json.dumps(told).encode())

    def _page(self, path: str, body: str) -> Reply:
        world = self.server.provider.world
        kind, _, wanted = path.removeprefix("/c/").partition("/")
        if not path.startswith("/c/") or kind != "pay":
            raise missing("page", path)
        with world.lock:
            try:
                live_until(world, world.clock.now(), at_most=100)
                session = world.state.get(Session, wanted)
                told = dict(parse_qsl(body))
                if self.command == "GET" or session.status != "open":
                    return Reply(200, payment_page(world, session).encode(), {"Content-Type": HTML})
                return _pay(world, session, told)
            finally:
                world.commit()

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        headers = {"Content-Type": "application/json", **reply.headers, "Content-Length": str(len(reply.body))}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)
        self.wfile.flush()

    def _break_off(self) -> None:
        """The caller sees a reset, not an orderly end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


def _pay(world: World, session: Session, told: dict[str, str]) -> Reply:
    if told.get("do") == "cancel":
        return Reply(303, b"", {"Location": session.cancel_url or session.success_url or "/"})
    email = session.customer_email or told.get("email", "")
    payment = told.get("payment", "card")
    if "@" not in email:
        return Reply(
            200, payment_page(world, session, "Please give an e-mail address.").encode(), {"Content-Type": HTML}
        )
    if payment not in ("card", "debit", "debit_fails"):
        return Reply(200, payment_page(world, session, "Your card was declined.").encode(), {"Content-Type": HTML})
    leads_to = complete(world, session, email=email, name=told.get("name") or None, pays_by=payment)
    return Reply(303, b"", {"Location": leads_to})
