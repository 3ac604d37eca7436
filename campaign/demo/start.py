"""The demo's start: once all of it, later only what has to run."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.request import urlopen

from campaign.accounts import people
from campaign.banner.publish import Publisher
from campaign.cli.serve import jobs_program, web_program
from campaign.demo import kept as memory
from campaign.demo.first_campaign import SLUG, ensure_campaign
from campaign.demo.history import make_history
from campaign.demo.kept import Kept
from campaign.demo.stand_in import API_VERSION, StandIn
from campaign.domain.errors import CampaignTrackerError, Conflict
from campaign.domain.staff import Role
from campaign.ingest.accounts import Accounts
from campaign.ingest.stripe.events import EVENT_TYPES
from campaign.ingest.sweep import import_all
from campaign.jobs.supervisor import Program, Supervisor
from campaign.runtime import Runtime, build_runtime
from campaign.store import migrate, sources
from config import Settings

Say = Callable[[str], None]
_PROVIDER_SECONDS = 60
_WEB_SECONDS = 60
_CALLS_PER_SECOND = 500
_LARGEST_LOG = 5_000_000


class NotStarted(CampaignTrackerError):
    """A part of the demo did not answer in time."""


class Starting:
    """One start of the demo; `start` returns once its address answers."""

    def __init__(self, data_dir: Path, port: int, kept: Kept, supervisor: Supervisor, say: Say) -> None:
        self._data_dir = data_dir
        self._here = f"http://127.0.0.1:{port}"
        self._port = port
        self._kept = kept
        self._supervisor = supervisor
        self._say = say
        self._logs = data_dir / "log"

    def start(self, provider_begins_at: int) -> Kept:
        """Provider, database, web, jobs and traffic run. Raises NotStarted, CampaignTrackerError, Refused."""
        self._logs.mkdir(parents=True, exist_ok=True)
        provider = self._start_provider(provider_begins_at)
        if not self._kept.history_is_made:
            self._say("Eight weeks of members join at the payment provider ...")
            self._keep(price_key=make_history(provider), history_is_made=True)
        self._register_endpoint(provider)
        environ = self._environ(provider)
        runtime = build_runtime(Settings.from_env(environ, demo=True))
        try:
            self._prepare(runtime)
        finally:
            runtime.db.dispose()
        self._add(web_program("127.0.0.1", self._port, 1, environ, "campaign.demo.wsgi:application"))
        self._add(jobs_program(environ))
        self._wait_for_web()
        self._add(Program("traffic", [sys.executable, "-m", "campaign.demo.traffic"], environ))
        return self._kept

    def _start_provider(self, begins_at: int) -> StandIn:
        words = [sys.executable, "-m", "campaign.demo.provider", "--state", str(self._data_dir / "provider")]
        words += ["--port", str(self._kept.provider_port), "--starts-at", str(begins_at)]
        log = self._log("provider")
        log.unlink(missing_ok=True)
        self._supervisor.add(Program("provider", words, dict(os.environ), log))
        address = f"http://127.0.0.1:{self._kept.provider_port}"
        if not StandIn(address).wait_until_it_answers(_PROVIDER_SECONDS):
            raise NotStarted(f"The payment provider did not start: see {log}.")
        return StandIn(address, _first_answer(log)["api_key"])

    def _register_endpoint(self, provider: StandIn) -> None:
        """The provider delivers to this address; where the port has changed, to the new one."""
        url = f"{self._here}/webhooks/stripe"
        if self._kept.webhook_url == url:
            return
        if self._kept.endpoint_id:
            provider.post(f"webhook_endpoints/{self._kept.endpoint_id}", ("url", url))
            self._keep(webhook_url=url)
            return
        types = [("enabled_events[]", name) for some in EVENT_TYPES for name in some]
        made = provider.post("webhook_endpoints", ("url", url), ("api_version", API_VERSION), *types)
        self._keep(webhook_url=url, endpoint_id=made["id"], webhook_secret=made["secret"])

    def _prepare(self, runtime: Runtime) -> None:
        migrate.upgrade(runtime.db)
        campaign = ensure_campaign(runtime, self._kept.price_key)
        if not self._kept.is_imported:
            self._import(runtime)
            Publisher(self._here, runtime.public_dir).publish_now(runtime.db, runtime.now(), campaign.id)
            self._ensure_staff(runtime)
            self._keep(is_imported=True)

    def _import(self, runtime: Runtime) -> None:
        self._say("The campaign begins: its members are imported ...")
        with runtime.db.read() as session:
            source_id = sources.by_slug(session, sources.FIRST_SLUG).id
        accounts = Accounts(runtime.db, runtime.settings)
        import_all(runtime.db, accounts, source_id, runtime.now, "demo", calls_per_second=_CALLS_PER_SECOND)

    def _ensure_staff(self, runtime: Runtime) -> None:
        kept = self._kept
        try:
            people.create_staff(
                runtime.db, kept.email, "Demo Desk", kept.password, Role.ADMIN, now=runtime.now(), actor="demo"
            )
        except Conflict:
            return

    def _environ(self, provider: StandIn) -> dict[str, str]:
        """What the children are told. Nothing of a real installation (a `.env` beside us) reaches the demo."""
        told: Mapping[str, str] = {
            "CAMPAIGN_DEMO": "1",
            "SECRET_KEY": self._kept.secret_key,
            "PERSON_KEY": self._kept.person_key,
            "PUBLIC_URL": self._here,
            "PORT": str(self._port),
            "DATA_DIR": str(self._data_dir),
            "DATABASE_URL": f"sqlite:///{self._data_dir / 'campaign.db'}",
            "STRIPE_API_KEY": provider.api_key,
            "STRIPE_API_BASE": provider.address,
            "STRIPE_WEBHOOK_SECRETS": self._kept.webhook_secret,
            "TRUSTED_PROXIES": "0",
            "WEB_PROCESSES": "1",
            "METRICS_TOKEN": "",
            "LOG_FORMAT": "text",
            "CLOCK_OFFSET_SECONDS": "0",
        }
        return {**os.environ, **told}

    def _wait_for_web(self) -> None:
        give_up = time.monotonic() + _WEB_SECONDS
        while not self._supervisor.stop.is_set():
            try:
                with urlopen(f"{self._here}/g/{SLUG}.json", timeout=5):  # noqa: S310 - on loopback
                    return
            except OSError as error:
                if time.monotonic() > give_up:
                    raise NotStarted(f"The web server did not start: see {self._log('web')}.") from error
            time.sleep(0.05)

    def _add(self, program: Program) -> None:
        log = self._log(program.name)
        if log.exists() and log.stat().st_size > _LARGEST_LOG:
            log.unlink()
        self._supervisor.add(Program(program.name, program.command, program.environ, log))

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def _keep(self, **changes: object) -> None:
        self._kept = memory.save(self._data_dir, self._kept, **changes)


def _first_answer(log: Path) -> dict[str, str]:
    """The line of JSON with which the provider says that it is ready."""
    give_up = time.monotonic() + _PROVIDER_SECONDS
    while time.monotonic() < give_up:
        for line in log.read_text(encoding="utf-8").splitlines():
            if line.startswith("{") and line.endswith("}"):
                return json.loads(line)
        time.sleep(0.02)
    raise NotStarted(f"The payment provider did not say that it is ready: see {log}.")
