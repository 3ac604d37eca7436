"""A provider, and a tracker that it delivers to over HTTP, by the provider's clock."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from campaign.domain.campaign import Campaign, GoalKind
from campaign.ingest.accounts import Accounts
from campaign.ingest.listing import list_all_events
from campaign.ingest.sweep import import_all, sweep
from campaign.store import inbox, objects
from campaign.store.engine import Database
from tests.ingest.stand import Stand, settings_for


@dataclass
class Line:
    world: Any
    stand: Stand
    members: Campaign

    @classmethod
    @contextmanager
    def between(cls, world: Any, db: Database, folder: Path) -> Iterator[Line]:
        stand = Stand(db, settings_for(folder, **world.settings()), world.now)
        server = make_server("127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True)  # noqa: PLW0108 - app comes later
        world.deliver_to(f"http://127.0.0.1:{server.server_port}")
        stand.settings = replace(stand.settings, **getattr(world, "webhook_settings", dict)())
        stand.source_id = world.set_up(db, stand.settings)
        stand.accounts = Accounts(db, stand.settings)
        app = cls.app_of(stand)
        day = world.now.date()
        members = stand.campaign(GoalKind.MEMBERS, day - timedelta(days=5), day + timedelta(days=400))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield cls(world, stand, members)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    @staticmethod
    def app_of(stand: Stand) -> Flask:
        return stand.app()

    def skip_where_lacking(self, case: str) -> None:
        if case in self.world.lacks:
            pytest.skip(self.world.lacks[case])

    def catch_up(self) -> None:
        """Everything that is delivered was, and is worked on a moment later."""
        self.look()
        self.world.settle()
        self.look()
        self.stand.work()
        self.stand.pass_time()

    def look(self) -> None:
        self.stand.clock = self.world.now + timedelta(seconds=1)

    def take_in_all(self) -> None:
        self.look()
        import_all(self.stand.db, self.stand.accounts, self.stand.source_id, self.stand.now, "test", None, 1000)
        self.stand.work()

    def sweep(self) -> dict[str, Any]:
        self.look()
        swept = sweep(self.stand.db, self.stand.accounts, self.stand.source_id, self.stand.now, None, 1000)
        self.stand.work()
        self.stand.pass_time()
        return dict(swept.report)

    def list_missed(self) -> int:
        self.look()
        listed = list_all_events(self.stand.db, self.stand.accounts, self.stand.now())
        self.stand.work()
        self.stand.pass_time()
        return sum(one.never_delivered for one in listed)

    @property
    def number(self) -> int:
        return self.stand.value(self.members)

    def kept(self) -> list[inbox.EventSeen]:
        with self.stand.db.read() as session:
            return inbox.recent(session, 1000)

    def trouble(self) -> list[str]:
        with self.stand.db.read() as session:
            return [f"{o.kind} {o.key} {o.state} {o.error}" for o in objects.troubled(session, 100)]

    def agrees(self) -> None:
        """The number is the provider's truth, what stands is what the facts say, and nothing waits or failed."""
        assert self.number == self.world.truth()
        assert self.stand.differences(self.members) == []
        assert self.trouble() == []
        with self.stand.db.read() as session:
            assert objects.waiting_since(session) is None
