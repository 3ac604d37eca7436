"""A tracker beside a source that is never asked: what is known of it is what it told, and it is told what was refused.

A `World` that pushes has, beside what world.py asks for: `tell_all`, with which it says everything as it stands;
`troubles`, what of its own was not taken and why, by whom it is about; and `kept`, what we have kept of what it sent.
"""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import func, select

from campaign.store.tables import EntryRow
from campaign.web import api
from tests.ingest.stand import Stand
from tests.sources.line import Line


class PushedLine(Line):
    @staticmethod
    def app_of(stand: Stand) -> Flask:
        app = stand.app()
        app.register_blueprint(api.blueprint(stand.runtime))
        return app

    def take_in_all(self) -> None:
        self.sweep()

    def sweep(self) -> dict[str, Any]:
        """Everything is told again. The report says how many entries that led to."""
        self.look()
        self.stand.pass_time()
        before = self._entries()
        self.world.tell_all()
        led_to = self._entries() - before
        return {"different": {"entries": led_to} if led_to else {}, "unknown": {}}

    def kept(self) -> list[Any]:
        return list(self.world.kept(self.stand.db))

    def trouble(self) -> list[str]:
        return [f"{whose} {said}" for whose, said in self.world.troubles.items()]

    def _entries(self) -> int:
        with self.stand.db.read() as session:
            return session.scalar(select(func.count()).select_from(EntryRow)) or 0
