"""A provider over real HTTP on loopback: its lives, its deliveries with their faults, and an API with its own."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Sequence
from datetime import timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from tests.sources.world import Human, Lives, Sent, spoilt

Json = dict[str, Any]
T = TypeVar("T")


def post(base: str, sent: Sent) -> tuple[int, bytes]:
    """Status and body of the answer."""
    target = urlsplit(base)
    connection = HTTPConnection(target.hostname or "", target.port, timeout=10)
    try:
        connection.request("POST", sent.path, sent.body, sent.headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


class Faults:
    """What happens to deliveries on their way."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.drop = self.duplicate = 0.0
        self.shuffle = 0

    def deliveries(self, *, drop: float = 0, duplicate: float = 0, shuffle: int = 0) -> None:
        self.drop, self.duplicate, self.shuffle = drop, duplicate, shuffle

    def of(self, waiting: Sequence[T]) -> list[T]:
        """What of it arrives, in which order, and how often."""
        sent = [one for one in waiting if self.chance.random() >= self.drop]
        sent += [one for one in sent if self.chance.random() < self.duplicate]
        if self.shuffle:
            self.chance.shuffle(sent)
        return sent


class Loopback(Lives):
    """Subclasses say how a delivery is signed and what the API answers."""

    kind: str
    refused_status = 401
    unfit_statuses = frozenset({401})
    too_large_status = 413
    nights = 45
    most = (1 << 20) - 20_000
    lacks: dict[str, str] = {}  # noqa: RUF012 - read only

    def __init__(self, seed: int = 1) -> None:
        super().__init__(seed)
        self.secret = "a secret of thirty-two characters"
        self.queue: list[tuple[str, str]] = []
        self.habits: dict[str, Any] = {"outage": False, "fail_share": 0.0}
        self.chance = random.Random(seed)
        self.faults = Faults(self.chance)
        self.talkative = False
        self.mute: set[str] = set()
        self.asked: list[str] = []
        self.posted: list[int] = []
        self.base = ""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    # --- deliveries

    def deliver_to(self, base: str) -> None:
        self.base = base

    def changed(self, human: Human, what: str) -> None:
        super().changed(human, what)
        self.queue.append((human.key, what))

    def deliveries(self, *, drop: float = 0, duplicate: float = 0, shuffle: int = 0) -> None:
        self.faults.deliveries(drop=drop, duplicate=duplicate, shuffle=shuffle)

    def settle(self) -> None:
        """What waits is posted once, as this kind of provider does, with the faults asked for."""
        waiting, self.queue = self.queue, []
        for key, what in self.faults.of(waiting):
            self.posted.append(self.post(self.delivery(key, what)))

    def post(self, sent: Sent) -> int:
        """The status of the answer."""
        return post(self.base, sent)[0]

    def delivery(self, key: str, what: str) -> Sent:
        return self.signed(self.event(self.humans[key], what), what)

    def sign(self, key: str, *, secret: str | None = None, age: timedelta = timedelta(0), pad: int = 0) -> Sent:
        told = self.event(self.humans[key], "edited")
        if pad:
            told["padding"] = "x" * pad
        return self.signed(told, "edited", secret=secret, age=age)

    def forgeries(self, key: str) -> list[Sent]:
        return spoilt(self.sign(key), self.sign(key, secret="another secret of as many letters"))

    def event(self, human: Human, what: str) -> Json:
        raise NotImplementedError

    def signed(self, told: Json, what: str, *, secret: str | None = None, age: timedelta = timedelta(0)) -> Sent:
        raise NotImplementedError

    # --- the API

    def behave(self, *, outage: bool = False, fail_share: float = 0) -> None:
        self.habits = {"outage": outage, "fail_share": fail_share}

    def say_more(self) -> None:
        """From now on every object has fields that nobody documented."""
        self.talkative = True

    def leave_out(self, key: str, *, mend: bool = False) -> None:
        """A field that is always there is missing from one member."""
        self.mute = self.mute - {key} if mend else self.mute | {key}

    def answer(self, path: str, asked: dict[str, str], headers: Any) -> tuple[int, Json]:
        self.asked.append(path)
        if self.habits["outage"]:
            return 503, {"errors": [{"type": "Maintenance"}]}
        if self.chance.random() < self.habits["fail_share"]:
            return self.chance.choice([429, 500, 502]), {"errors": [{"type": "Later"}]}
        return self.respond(path, asked, headers)

    def respond(self, path: str, asked: dict[str, str], headers: Any) -> tuple[int, Json]:
        raise NotImplementedError

    def take(self, method: str, path: str, asked: dict[str, str], headers: Any, told: Json) -> tuple[int, Json]:
        """What is answered to something sent; most providers are only asked."""
        raise NotImplementedError

    def more(self, told: Json) -> Json:
        if not self.talkative:
            return told
        return {**told, "brand_new": {"id": "", "at": None}, "beta": [1, {"deep": [[]]}], "object": "surprise"}

    def human_gone(self, key: str) -> bool:
        return key not in self.humans or self.humans[key].is_gone

    def here(self) -> list[Human]:
        return sorted((h for h in self.humans.values() if not h.is_gone), key=lambda h: h.key)


def _handler(world: Loopback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            split = urlsplit(self.path)
            self.reply(*world.answer(split.path, dict(parse_qsl(split.query)), self.headers))

        def do_POST(self) -> None:
            split = urlsplit(self.path)
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.reply(*world.take(self.command, split.path, dict(parse_qsl(split.query)), self.headers, told))

        do_PUT = do_POST  # noqa: N815 - the library's name

        def reply(self, status: int, told: Json) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
