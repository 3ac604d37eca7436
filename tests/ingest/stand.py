"""A tracker that takes deliveries over HTTP, works on them and counts, in one process with the test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flask import Flask
from werkzeug.serving import make_server

from campaign.counting import check, passage
from campaign.domain.campaign import Campaign, EditorState, GoalKind, Rule
from campaign.domain.progress import fold
from campaign.ingest.accounts import Accounts
from campaign.ingest.work import Worker
from campaign.runtime import Runtime
from campaign.store import campaigns, day_totals, sources
from campaign.store.engine import Database
from campaign.web import webhooks
from config import Settings
from tests.stripe_world import StripeWorld

PERSON_KEY = "p" * 40


def settings_for(folder: Path, **more: object) -> Settings:
    plain = Settings(
        secret_key="s" * 40,
        person_key=PERSON_KEY,
        public_url="http://127.0.0.1",
        data_dir=folder,
        database_url="",
    )
    return replace(plain, **more)  # type: ignore[arg-type]


@dataclass
class Stand:
    """One installation: `db`, its first source, and a worker. `clock` None: the real time."""

    db: Database
    settings: Settings
    clock: datetime | None = None
    secrets: list[str] = field(default_factory=list)
    source_id: int = 0

    @classmethod
    def open(
        cls, db: Database, folder: Path, api_key: str, api_base: str | None, clock: datetime | None = None
    ) -> Stand:
        settings = settings_for(folder, stripe_api_key=api_key, stripe_api_base=api_base)
        stand = cls(db, settings, clock)
        with db.write() as session:
            source = sources.ensure_from_env(session, settings, stand.now())
            assert source is not None
            stand.source_id = source.id
        stand.accounts = Accounts(db, settings)
        return stand

    def now(self) -> datetime:
        return self.clock or datetime.now(UTC)

    def use_secret(self, secret: str) -> None:
        self.settings = replace(self.settings, stripe_webhook_secrets=(*self.settings.stripe_webhook_secrets, secret))

    @property
    def runtime(self) -> Runtime:
        return Runtime(self.settings, self.db, self.now)

    def app(self) -> Flask:
        app = Flask("stand")
        app.register_blueprint(webhooks.blueprint(self.runtime))
        return app

    @contextmanager
    def serving(self) -> Iterator[str]:
        """The address deliveries go to; the secret must be known before the first one."""
        server = make_server("127.0.0.1", 0, _Late(self), threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/webhooks/stripe"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def work(self) -> None:
        worker = Worker(self.db, self.accounts, self.now)
        try:
            worker.drain()
        finally:
            worker.close()

    def pass_time(self) -> None:
        """What time alone changes is booked."""
        passage.recheck_due(self.db, self.now())

    def campaign(self, kind: GoalKind, starts_on: date, ends_on: date, **rule: object) -> Campaign:
        told = Campaign(
            id=0,
            slug=f"drive-{kind.value.replace('_', '-')}",
            name="Drive",
            kind=kind,
            target=1_000_000,
            currency="USD",
            starts_on=starts_on,
            ends_on=ends_on,
            zone="UTC",
            rule=Rule(**rule),  # type: ignore[arg-type]
            state=EditorState.PUBLIC,
        )
        with self.db.write() as session:
            return campaigns.create(session, told, "test", "test", self.now())

    def value(self, campaign: Campaign) -> int:
        with self.db.read() as session:
            return fold(day_totals.load(session, campaign.id), campaign).value

    def differences(self, campaign: Campaign) -> list[str]:
        """What `check` finds: stored against fold, standing against facts."""
        return list(check.check(self.db, campaign.id, self.now()).found)


class _Late:
    """The application is made at the first delivery, when the endpoint's secret is known."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.app: Flask | None = None

    def __call__(self, environ: dict, start_response: object) -> object:
        if self.app is None:
            self.app = self.stand.app()
        return self.app(environ, start_response)


def instant(unix: int) -> datetime:
    return datetime.fromtimestamp(unix, UTC)


def window(unix: int, before: int = 60, after: int = 60) -> tuple[date, date]:
    day = instant(unix).date()
    return day - timedelta(days=before), day + timedelta(days=after)


def catch_up(stripe: StripeWorld, stand: Stand) -> None:
    """Everything was delivered, and is worked on a moment later by the provider's clock."""
    stripe.settle()
    stand.clock = instant(stripe.now + 1)
    stand.work()
