"""The real product running for a test: web and jobs as processes of their own, on a database and a port of their own.

with Running.start(tmp_path, world, database_url) as running:
    world.join(price, "jane@example.org")
    running.wait_for_number("members", 1)
    running.kill("jobs"); running.start_process("jobs")
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from campaign.cli.serve import jobs_program, web_program
from campaign.counting import edit
from campaign.domain.campaign import Campaign
from campaign.jobs.supervisor import Program
from campaign.store import sources
from campaign.store.engine import Database, open_database
from campaign.store.migrate import upgrade
from config import Settings
from tests.stripe_world import StripeWorld

ROOT = Path(__file__).resolve().parents[1]
WEB, JOBS = "web", "jobs"
OURS = ("DATABASE_URL", "DATA_DIR", "PORT", "CLOCK_OFFSET_SECONDS", "CAMPAIGN_DEMO", "LOG_FORMAT", "WEB_PROCESSES")


def free_port() -> int:
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


@dataclass
class Running:
    """`environ` is what the processes get, `folder` holds their data and their logs."""

    folder: Path
    port: int
    environ: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict[str, subprocess.Popen[bytes]])

    @classmethod
    def start(
        cls,
        folder: Path,
        world: StripeWorld,
        database_url: str | None = None,
        *,
        campaigns: tuple[Campaign, ...] = (),
        clock_offset_seconds: int = 0,
        processes: tuple[str, ...] = (WEB, JOBS),
        **environ: str,
    ) -> Running:
        """Migrated, the campaigns created, the provider's endpoint known, the processes answering."""
        port = free_port()
        secret = world.deliver_to(f"http://127.0.0.1:{port}/webhooks/stripe")
        told = {
            "SECRET_KEY": "s" * 40,
            "PERSON_KEY": "p" * 40,
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "DATA_DIR": str(folder / "data"),
            "STRIPE_API_KEY": world.api_key,
            "STRIPE_API_BASE": world.address,
            "STRIPE_WEBHOOK_SECRETS": secret,
            "CLOCK_OFFSET_SECONDS": str(clock_offset_seconds),
            "CAMPAIGN_DEMO": "1",
            **environ,
        }
        if database_url is not None:
            told["DATABASE_URL"] = database_url
        kept = {name: value for name, value in os.environ.items() if name not in OURS and "STRIPE" not in name}
        running = cls(folder, port, {**kept, **told})
        running.prepare(campaigns)
        for name in processes:
            running.start_process(name)
        if WEB in processes:
            running.wait_until(lambda: running.get("/healthz")[0] == 200)
        return running

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def settings(self) -> Settings:
        return Settings.from_env(self.environ, demo=True)

    def open_database(self) -> Database:
        return open_database(self.settings.database_url)

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time() + self.settings.clock_offset_seconds, UTC)

    def prepare(self, campaigns: tuple[Campaign, ...]) -> None:
        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        db = self.open_database()
        try:
            upgrade(db)
            with db.write() as session:
                sources.ensure_from_env(session, self.settings, self.now())
            for campaign in campaigns:
                edit.create(db, campaign, "test", "for a test", self.now())
        finally:
            db.dispose()

    # --- processes

    def start_process(self, name: str) -> None:
        program = self._program(name)
        with self.log_of(name).open("ab") as log:
            self.processes[name] = subprocess.Popen(
                program.command, env=dict(program.environ), cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, name: str) -> None:
        """The process and its children are gone at once, without having been asked."""
        self._end(name, signal.SIGKILL)

    def stop(self) -> None:
        """All are asked to end, and made to if they don't."""
        for name in list(self.processes):
            self._end(name, signal.SIGTERM)

    def log_of(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def logs(self) -> str:
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def _program(self, name: str) -> Program:
        if name == WEB:
            return web_program("127.0.0.1", self.port, 1, self.environ)
        return jobs_program(self.environ)

    def _end(self, name: str, how: signal.Signals) -> None:
        process = self.processes.pop(name)
        for number in (how, signal.SIGKILL):
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:
                break
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                continue
        process.wait(15)

    # --- what readers see

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body; 0 while nobody answers."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)) as line:
            try:
                line.request("GET", path)
                answer = line.getresponse()
                return answer.status, answer.read()
            except (OSError, http.client.HTTPException):
                return 0, b""

    def live(self, slug: str) -> Mapping[str, Any]:
        """The live number's file; empty while there is none."""
        status, body = self.get(f"/g/{slug}.json")
        return json.loads(body) if status == 200 else {}

    def count(self, slug: str) -> int | None:
        return self.live(slug).get("count")

    def wait_for_number(self, slug: str, number: int, timeout: float = 30.0) -> None:
        self.wait_until(
            lambda: self.count(slug) == number, timeout, lambda: f"{slug} says {self.live(slug)}, not {number}"
        )

    def wait_until(
        self, holds: Callable[[], object], timeout: float = 30.0, told: Callable[[], str] = lambda: ""
    ) -> None:
        until = time.monotonic() + timeout
        while not holds():
            assert time.monotonic() < until, f"it did not come true in {timeout} s: {told()}\n{self.logs()[-4000:]}"
            time.sleep(0.02)
