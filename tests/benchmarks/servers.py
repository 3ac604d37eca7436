"""Starts the servers that are measured, and reads what they spend."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from campaign.cli.serve import web_program
from tests import nginx as installed
from tests.benchmarks.cores import CORES
from tests.running import free_port

ROOT = Path(__file__).parents[2]
_TICKS = os.sysconf("SC_CLK_TCK")
_START_SECONDS = 20.0
_OF_THE_CONNECTION = {"connection", "date", "server"}


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: all it costs is what its processes cost."""

    port: int
    process: subprocess.Popen[bytes]

    def cpu_seconds(self) -> float:
        """The processor time of the whole process tree since it was started, user's and system's."""
        root = psutil.Process(self.process.pid)
        return sum(_cpu_seconds(one.pid) for one in (root, *root.children(recursive=True)))

    def get(self, path: str) -> tuple[dict[str, str], bytes]:
        """Headers (names in lower case) and body of an answer, without what belongs to the connection."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            told = {name.lower(): value for name, value in answer.headers.items()}
            return {name: value for name, value in told.items() if name not in _OF_THE_CONNECTION}, answer.read()


@contextlib.contextmanager
def product(target: str, environ: Mapping[str, str], log: Path) -> Iterator[Server]:
    """A WSGI application on the product's own server: one process, the flags of `serve`."""
    port = free_port()
    program = web_program("127.0.0.1", port, 1, environ, target)
    with _started(program.command, environ, port, log) as server:
        yield server


@contextlib.contextmanager
def nginx(folder: Path, path: str, headers: Mapping[str, str], body: bytes) -> Iterator[Server]:
    """nginx with one worker and a file that stays open, answering the same bytes with the same headers."""
    port = free_port()
    file = folder / "files" / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)
    said = {name: value for name, value in headers.items() if name not in _NGINX_SAYS_ITSELF}
    lines = "\n".join(f"      add_header {name} '{value}';" for name, value in said.items())
    configuration = folder / "nginx.conf"
    kind = headers["content-type"]
    configuration.write_text(_NGINX.format(folder=folder, port=port, headers=lines, kind=kind, user=installed.user()))
    command = [installed.command() or "nginx", "-p", str(folder), "-c", str(configuration)]
    with _started(command, os.environ, port, folder / "nginx.log") as server:
        yield server


_NGINX_SAYS_ITSELF = {"content-type", "content-length", "last-modified"}
_NGINX = """\
daemon off;
user {user};
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  open_file_cache max=100;
  etag off;
  default_type '{kind}';
  server {{
    listen 127.0.0.1:{port};
    root {folder}/files;
    location / {{
{headers}
    }}
  }}
}}
"""


@contextlib.contextmanager
def _started(command: Sequence[str], environ: Mapping[str, str], port: int, log: Path) -> Iterator[Server]:
    with log.open("wb") as out, CORES.of_servers():
        process = subprocess.Popen(
            list(command), env=dict(environ), cwd=ROOT, stdout=out, stderr=out, start_new_session=True
        )
    try:
        _wait_for(port, process, log)
        yield Server(port, process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + _START_SECONDS
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"A server did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _cpu_seconds(pid: int) -> float:
    """Of one process, with its children that have ended: fields 14 to 17 of /proc/<pid>/stat."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, after_name[11:15])) / _TICKS
