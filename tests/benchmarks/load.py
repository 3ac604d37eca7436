"""Load from the same machine: files by `wrk` where it is installed, the rest by a client of our own."""

from __future__ import annotations

import re
import selectors
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

CONNECTIONS = 32
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Load:
    """What was answered within `seconds`; `wrong`: answers that were not a 200, or none at all."""

    answers: int
    seconds: float
    wrong: int


def generator(seconds: float) -> str:
    """The name of what asks for files here in runs so long: wrk takes whole seconds only."""
    return "wrk" if shutil.which("wrk") and seconds >= 1 else "Python"


def ask(port: int, path: str, seconds: float) -> Load:
    """One file, asked for again and again over kept connections."""
    if generator(seconds) != "wrk":
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
        return send(port, lambda: request, seconds, CONNECTIONS)
    url = f"http://127.0.0.1:{port}{path}"
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{round(seconds)}", url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    answers, spent, unit = _found(r"(\d+) requests in ([\d.]+)(s|m)", said)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    wrong = (int(refused[1]) if refused else 0) + (sum(map(int, broken.groups())) if broken else 0)
    return Load(int(answers), float(spent) * (60 if unit == "m" else 1), wrong)


def send(port: int, next_request: Callable[[], bytes], seconds: float, connections: int) -> Load:
    """Requests, each made when it is sent, over kept connections; one under way in each."""
    answers = wrong = 0
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            sock = socket.create_connection(("127.0.0.1", port), timeout=10)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(sock, selectors.EVENT_READ, bytearray())
        started = time.perf_counter()
        ends = started + seconds
        for key in selector.get_map().values():
            _send(key.fileobj, next_request())
        waiting = connections
        while waiting:
            ready = selector.select(timeout=10)
            if not ready:
                return _closed(selector, Load(answers, time.perf_counter() - started, wrong + waiting))
            for key, _ in ready:
                part = key.fileobj.recv(65536)  # type: ignore[union-attr]
                key.data.extend(part)
                if part and not _is_whole(key.data):
                    continue
                good = key.data.startswith(b"HTTP/1.1 200 ")
                answers, wrong = answers + good, wrong + (not good)
                key.data.clear()
                if part and time.perf_counter() < ends:
                    _send(key.fileobj, next_request())
                    continue
                waiting -= 1
                selector.unregister(key.fileobj)
                key.fileobj.close()  # type: ignore[union-attr]
        return Load(answers, time.perf_counter() - started, wrong)


def _closed(selector: selectors.BaseSelector, load: Load) -> Load:
    for key in list(selector.get_map().values()):
        key.fileobj.close()  # type: ignore[union-attr]
    return load


def _send(sock: object, request: bytes) -> None:
    assert isinstance(sock, socket.socket)
    sock.sendall(request)


def _is_whole(answer: bytearray) -> bool:
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    length = _LENGTH.search(answer, 0, head)
    return length is not None and len(answer) >= head + 4 + int(length[1])


def _found(pattern: str, text: str) -> tuple[str, ...]:
    match = re.search(pattern, text)
    if match is None:
        raise RuntimeError(f"wrk said something else than expected:\n{text}")
    return match.groups()
