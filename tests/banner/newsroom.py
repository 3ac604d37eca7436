"""A small newsroom for tests: a campaign, its ledger, and a publisher beside a public folder."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from campaign.banner.publish import Publisher, Report
from campaign.domain.campaign import Campaign, EditorState, GoalKind, Join
from campaign.domain.standing import EntryKind
from campaign.runtime import Runtime
from campaign.store import campaigns, ledger
from campaign.store.engine import Database
from campaign.store.ledger import Cause, NewEntry
from config import Settings

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PUBLIC_URL = "https://goal.example.org"


def a_campaign(**values: Any) -> Campaign:
    """25,000 members by the end of 2026, public, with a button that leads to the newsroom's own page."""
    campaign = Campaign(
        id=0,
        slug="25k",
        name="25,000 members",
        kind=GoalKind.MEMBERS,
        target=25_000,
        currency=None,
        starts_on=date(2026, 10, 1),
        ends_on=date(2026, 12, 31),
        zone="Europe/Kyiv",
        state=EditorState.PUBLIC,
        join=Join(home_url="https://news.example.org/"),
    )
    return replace(campaign, **values)


class Newsroom:
    """One campaign in a real database, published into a real folder, at a time that the test sets."""

    def __init__(self, db: Database, folder: Path, campaign: Campaign, now: datetime = NOON) -> None:
        self.db = db
        self.folder = folder
        self.now = now
        self.publisher = Publisher(PUBLIC_URL, folder)
        self._numbers = 0
        self.settings: Settings | None = None
        with db.write() as session:
            self.campaign = campaigns.create(session, campaign, "editor", "new", now)

    def book(self, amount: int, kind: EntryKind = EntryKind.ADJUSTMENT, note: str | None = None) -> None:
        """An entry stands now."""
        self._numbers += 1
        entry = NewEntry("campaign", self.campaign.id, self._numbers, kind, kind, amount, self.now, None)
        cause = Cause("staff", author="editor", note=note, public=note is not None)
        with self.db.write() as session:
            days = {self.now: self.campaign.local_day(self.now)}
            ledger.append(session, self.campaign.id, [entry], cause, self.now, days)

    def edit(self, **values: Any) -> None:
        """The campaign is saved with these values."""
        with self.db.write() as session:
            before = campaigns.load(session, self.campaign.id)
            self.campaign = campaigns.save(session, replace(before, **values), "editor", "why", self.now)

    def publish(self, after: timedelta = timedelta(seconds=1)) -> Report:
        """A round of the publisher, some time later."""
        self.now += after
        return self.publisher.publish_due(self.db, self.now)

    def runtime(self) -> Runtime:
        """The runtime of a web process of this newsroom."""
        settings = Settings(
            secret_key="s" * 32,
            person_key="p" * 32,
            public_url=PUBLIC_URL,
            data_dir=self.folder.parent,
            database_url="sqlite:///unused",
        )
        return Runtime(settings, self.db, lambda: self.now)
