"""`python -m campaign.demo` as a visitor meets it: one command, one address, a number that moves and is true."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psutil
import pytest

from campaign.demo import kept
from campaign.demo.first_campaign import OPENING, deadline_after
from campaign.demo.stand_in import StandIn

ROOT = Path(__file__).resolve().parents[2]
FIRST_START_SECONDS = 120
"""Generous: other tests run beside it. What it takes alone stands in docs/measurements.md."""


class Demo:
    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.pid: int | None = None
        self.port = kept.free_port()
        self.here = f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator[str]:
        """The demo runs; gives what it printed until it was ready. Afterwards nothing of it runs."""
        environ = {"PATH": os.environ["PATH"], "PORT": str(self.port), "DATA_DIR": str(self.data_dir)}
        command = [sys.executable, "-m", "campaign.demo"]
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True)
        family: list[psutil.Process] = []
        self.pid = process.pid
        try:
            yield self._printed_until_ready(process)
            family = psutil.Process(process.pid).children(recursive=True)
        finally:
            process.send_signal(signal.SIGINT)
            status = process.wait(timeout=40)
            assert process.stdout is not None
            process.stdout.close()
        assert status == 0
        assert len(family) >= 4, "web, jobs, provider, traffic"
        assert psutil.wait_procs(family, timeout=5)[1] == [], "Ctrl-C stops all of it"

    @staticmethod
    def _printed_until_ready(process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if line.strip().startswith("password"):
                break
        return "".join(lines)

    def get(self, path: str) -> str:
        with urlopen(f"{self.here}{path}", timeout=10) as answer:
            return answer.read().decode()

    def number(self) -> dict[str, Any]:
        return json.loads(self.get("/g/25k.json"))

    def join(self, email: str) -> str:
        """A reader joins by the campaign's page and the provider's; returns where that leads."""
        with urlopen(Request(f"{self.here}/g/25k/join", b"", method="POST"), timeout=10) as page:
            checkout, form = page.url, page.read().decode()
        assert "<form" in form
        paid = urlencode({"do": "pay", "email": email, "payment": "card"}).encode()
        with urlopen(Request(checkout, paid, method="POST"), timeout=10) as answer:
            assert b"You have joined" in answer.read()
            return answer.url

    def agrees_with_provider(self) -> bool:
        """Whether the banner says what the opening and the provider's own truth add up to."""
        provider = StandIn(f"http://127.0.0.1:{kept.load(self.data_dir).provider_port}")
        return self.number()["count"] == OPENING + provider.ask("truth", summary=1)["count"]

    def _traffic(self) -> psutil.Process | None:
        family = psutil.Process(self.pid).children(recursive=True)
        return next((one for one in family if "campaign.demo.traffic" in one.cmdline()), None)

    @contextmanager
    def without_traffic(self) -> Iterator[None]:
        """Nobody comes or goes meanwhile."""
        wait_for(self._traffic, 10)
        traffic = self._traffic()
        assert traffic is not None
        traffic.suspend()
        try:
            yield
        finally:
            traffic.resume()


def wait_for(is_true: Callable[[], object], seconds: float) -> None:
    give_up = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < give_up, "it did not come true in time"
        time.sleep(0.1)


@pytest.mark.timeout(300)
def test_one_command_gives_a_newspaper_whose_number_moves_and_is_true(tmp_path: Path) -> None:
    demo = Demo(tmp_path / "data")
    began = time.monotonic()
    with demo.running() as printed:
        assert time.monotonic() - began < FIRST_START_SECONDS
        assert f"{demo.here}/" in printed
        first = demo.number()
        assert 24_500 <= first["count"] <= 24_950

        page = demo.get("/")
        assert re.search(r'class="mg-headline">24,\d\d\d out of 25,000<', page), "the number stands in the HTML"
        assert "Quality journalism takes work — and a community that cares." in page
        year = deadline_after(datetime.now(UTC).date()).year
        assert f"Help us reach 25,000 members by the end of {year}." in page
        assert page.count("<li>") < demo.get("/?feed=more").count("<li>"), "Show more shows more"
        assert demo.get("/g/25k/").count("<form") == 1

        wait_for(lambda: demo.number()["count"] != first["count"], 30)
        with demo.without_traffic():
            wait_for(demo.agrees_with_provider, 30)
            before = demo.number()["count"]
            with urlopen(Request(f"{demo.here}/demo/pay", b"", method="POST"), timeout=10) as answer:
                assert answer.url.startswith(f"{demo.here}/")
            wait_for(lambda: demo.number()["count"] == before + 1, 10)
            assert demo.join("reader@example.org") == f"{demo.here}/g/25k/thanks"
            wait_for(lambda: demo.number()["count"] == before + 2, 10)
            assert demo.agrees_with_provider()

    password = kept.load(demo.data_dir).password
    assert password in printed

    began = time.monotonic()
    with demo.running() as printed:
        assert time.monotonic() - began < 20, "a second start makes no history again"
        assert password in printed
        assert 24_500 <= demo.number()["count"] <= 24_950
        with demo.without_traffic():
            wait_for(demo.agrees_with_provider, 30)


def test_secrets_are_made_anew_for_each_demo_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    one, other = kept.load(tmp_path / "one"), kept.load(tmp_path / "other")
    assert one.password != other.password
    assert one.secret_key != other.secret_key
    assert one.person_key != other.person_key
    kept.save(tmp_path / "one", one)
    assert (tmp_path / "one" / "demo.json").stat().st_mode & 0o077 == 0


def test_a_folder_with_a_real_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "campaign.db").touch()
    environ = {"PATH": os.environ["PATH"], "PORT": str(kept.free_port()), "DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "campaign.demo"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "not the demo's" in done.stderr
    assert (tmp_path / "campaign.db").stat().st_size == 0


@pytest.mark.parametrize(
    ("today", "deadline"),
    [
        (date(2026, 11, 22), date(2026, 12, 31)),
        (date(2026, 12, 11), date(2026, 12, 31)),
        (date(2026, 12, 12), date(2027, 12, 31)),
        (date(2027, 1, 1), date(2027, 12, 31)),
    ],
)
def test_the_deadline_is_the_next_new_years_eve_at_least_twenty_days_ahead(today: date, deadline: date) -> None:
    assert deadline_after(today) == deadline
