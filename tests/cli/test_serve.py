"""`serve` with real processes: what dies is started again, what is refused is said, readers get the last number."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil
import pytest

from campaign.demo.kept import free_port

ROOT = Path(__file__).resolve().parents[2]


def wait_for(is_true: Callable[[], object], seconds: float = 20) -> None:
    give_up = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < give_up, "it did not come true in time"
        time.sleep(0.05)


def answer(url: str) -> str | None:
    try:
        with urlopen(url, timeout=3) as response:
            return response.read().decode()
    except HTTPError as error:
        with error:
            return f"status {error.code}"
    except OSError:
        return None


class Installation:
    def __init__(self, folder: Path, database_url: str) -> None:
        self.port = free_port()
        self.here = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.environ = {
            "PATH": os.environ["PATH"],
            "SECRET_KEY": "s" * 32,
            "PERSON_KEY": "p" * 32,
            "PUBLIC_URL": self.here,
            "DATABASE_URL": database_url,
            "DATA_DIR": str(folder),
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "campaign", *words]
        return subprocess.run(
            command, cwd=ROOT, env=self.environ, capture_output=True, text=True, timeout=60, check=False
        )

    @contextmanager
    def serving(self, *words: str, **environ: str) -> Iterator[psutil.Process]:
        command = [sys.executable, "-m", "campaign", "serve", "--port", str(self.port), *words]
        with (self.folder / "serve.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, env={**self.environ, **environ}, stdout=log, stderr=log)
        seen = psutil.Process(process.pid)
        try:
            yield seen
        finally:
            family = seen.children(recursive=True) if seen.is_running() else []
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
            _, alive = psutil.wait_procs(family, timeout=5)
            assert alive == [], "everything ends with the parent"

    def said(self) -> str:
        return (self.folder / "serve.log").read_text()


@pytest.fixture
def installation(sqlite_url: str, tmp_path: Path) -> Installation:
    made = Installation(tmp_path, sqlite_url)
    new = ["--name", "25k", "--kind", "members", "--target", "25000", "--state", "public", "--zone", "Europe/Kyiv"]
    done = made.run("campaigns", "create", "25k", *new, "--starts-on", "2020-01-01", "--ends-on", "2099-12-31")
    assert done.returncode == 0, done.stderr
    return made


def child(parent: psutil.Process, word: str) -> psutil.Process | None:
    for one in parent.children():
        with suppress(psutil.ZombieProcess, psutil.NoSuchProcess):
            if word in one.cmdline():
                return one
    return None


def test_the_number_is_served_and_moves_and_a_killed_part_comes_back(installation: Installation) -> None:
    address = f"{installation.here}/g/25k.json"
    with installation.serving() as parent:
        wait_for(lambda: (answer(address) or "").startswith("{"))
        assert "No staff yet" in installation.said()
        jobs = child(parent, "campaign.jobs")
        assert jobs is not None
        jobs.kill()
        installation.run("campaigns", "adjust", "25k", "--amount", "7", "--reason", "paper forms")
        wait_for(lambda: json.loads(answer(address) or "{}").get("count") == 7)
        web = child(parent, "granian")
        assert web is not None
        web.kill()
        wait_for(lambda: child(parent, "granian") not in (None, web))
        wait_for(lambda: json.loads(answer(address) or "{}").get("count") == 7)


def test_a_schema_read_as_old_is_refused(empty_database_url: str, tmp_path: Path) -> None:
    done = Installation(tmp_path, empty_database_url).run("serve")
    assert done.returncode == 2
    assert "run `db upgrade`" in done.stderr


def test_a_port_in_use_is_said_in_one_sentence(installation: Installation) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", installation.port))
        other.listen()
        done = installation.run("serve", "--port", str(installation.port))
    assert done.returncode == 2
    assert f"127.0.0.1:{installation.port} can't be listened on" in done.stderr


def test_an_unreachable_database_does_not_stop_the_web_part(installation: Installation) -> None:
    installation.run("campaigns", "adjust", "25k", "--amount", "7", "--reason", "paper forms")
    installation.run("campaigns", "publish", "25k")
    with installation.serving(DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing"):
        wait_for(lambda: (answer(f"{installation.here}/g/25k.json") or "").startswith("{"))
        assert json.loads(answer(f"{installation.here}/g/25k.json") or "{}")["count"] == 7
        assert answer(f"{installation.here}/healthz")
        assert "unavailable" in installation.said()


def test_web_alone_starts_no_jobs(installation: Installation) -> None:
    with installation.serving("--web") as parent:
        wait_for(lambda: answer(f"{installation.here}/healthz"))
        assert child(parent, "campaign.jobs") is None


def test_jobs_alone_serve_nothing(installation: Installation) -> None:
    with installation.serving("--jobs") as parent:
        wait_for(lambda: child(parent, "campaign.jobs"))
        assert child(parent, "granian") is None
        assert answer(f"{installation.here}/healthz") is None
