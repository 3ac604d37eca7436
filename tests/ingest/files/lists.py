"""A small newsroom that brings in lists."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from campaign.counting import edit
from campaign.counting.check import check
from campaign.domain.campaign import Campaign, EditorState, GoalKind, Rule
from campaign.ingest.addresses import address_hasher
from campaign.ingest.files import booking, taking
from campaign.ingest.files.columns import Columns
from campaign.ingest.files.taking import Given, Taken
from campaign.store import campaigns, day_totals, file_imports, ledger, people, sources
from campaign.store.engine import Database
from campaign.store.file_imports import ImportSeen

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EXPORT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def a_campaign(kind: GoalKind = GoalKind.MEMBERS, **changes: Any) -> Campaign:
    base = Campaign(
        id=0,
        slug=kind.value.replace("_", "-"),
        name=kind.value,
        kind=kind,
        target=1000,
        currency="EUR" if kind is GoalKind.AMOUNT else None,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
        zone="Europe/Kyiv",
        rule=Rule(count_one_off=kind is GoalKind.AMOUNT),
        state=EditorState.PUBLIC,
    )
    return replace(base, **changes)


@dataclass
class Newsroom:
    db: Database
    now: datetime = NOW
    sources: dict[str, int] = field(default_factory=dict[str, int])

    def open(self, *wanted: Campaign) -> None:
        for campaign in wanted or (a_campaign(),):
            edit.create(self.db, campaign, "ana", "new", self.now)

    def source(self, slug: str = "list") -> int:
        if slug not in self.sources:
            with self.db.write() as session:
                self.sources[slug] = sources.add_pushed(session, sources.FILE, slug, slug.title(), self.now).id
        return self.sources[slug]

    def take(self, text: str | bytes, *, source: str = "list", at: datetime = EXPORT, **given: Any) -> Taken:
        file = io.BytesIO(text.encode() if isinstance(text, str) else text)
        columns: Columns | None = given.pop("columns", None)
        told = Given(self.source(source), file, "list.csv", at, "ana", columns, zone="Europe/Kyiv", **given)
        return taking.take_in(self.db, told, "k" * 32, address_hasher("p" * 32), lambda: self.now)

    def look(self, text: str | bytes, **given: Any) -> ImportSeen:
        """Read, and looked at."""
        taken = self.take(text, **given)
        booking.go_on(self.db, taken.seen.id, lambda: self.now)
        return self.seen(taken.seen.id)

    def bring_in(self, text: str | bytes, **given: Any) -> ImportSeen:
        """Read, looked at and booked."""
        seen = self.look(text, **given)
        if seen.state is file_imports.State.SHOWN:
            booking.confirm(self.db, seen.id, "ana", self.now)
        booking.run_due(self.db, lambda: self.now)
        return self.seen(seen.id)

    def undo(self, seen: ImportSeen) -> ImportSeen:
        booking.undo(self.db, seen.id, "ana", "it was the wrong list", self.now)
        booking.run_due(self.db, lambda: self.now)
        return self.seen(seen.id)

    def seen(self, import_id: int) -> ImportSeen:
        with self.db.read() as session:
            return file_imports.load(session, import_id)

    def number(self, slug: str = "members") -> int:
        with self.db.read() as session:
            campaign = campaigns.by_slug(session, slug)
            return sum(t.amount for t in day_totals.load(session, campaign.id))

    def standing(self, slug: str = "members") -> Counter[tuple[str, int, datetime]]:
        """What stands, whoever's it is."""
        with self.db.read() as session:
            campaign = campaigns.by_slug(session, slug)
            kind = ledger.PAYMENT if campaign.kind is GoalKind.AMOUNT else ledger.PERSON
            ids = (people.all_payment_ids if kind == ledger.PAYMENT else people.all_person_ids)(session, 0, 10_000)
            ledgers = ledger.subject_ledgers(session, campaign.id, kind, ids)
            return Counter((e.kind.value, e.amount, e.occurred_at) for has in ledgers.values() for e in has.standing)

    def refusals(self, seen: ImportSeen) -> list[tuple[int, str, str]]:
        with self.db.read() as session:
            return [(r.line, r.field, r.reason) for r in file_imports.refusals(session, seen.id)]

    def differences(self) -> list[str]:
        with self.db.read() as session:
            everywhere = campaigns.all_campaigns(session)
        return [line for c in everywhere for line in check(self.db, c.id, self.now).found]
