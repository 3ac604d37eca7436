"""A system of the newsroom that keeps memberships and pushes each as it stands; its people live as the suite's do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from campaign.accounts import tokens
from campaign.accounts.tokens import Scope
from campaign.counting import passage
from campaign.domain.campaign import GoalKind
from campaign.domain.progress import fold
from campaign.store import campaigns, day_totals
from campaign.store.engine import Database
from tests.sources.world import START, Human, Lives
from tests.web.staff_room import StaffRoom, open_room
from tests.web.test_api import a_campaign


def instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


class Memberships(Lives):
    """What such a system says of its people."""

    def __init__(self, seed: int = 1) -> None:
        super().__init__(seed)
        self.tags: dict[str, list[Any]] = {}

    def body(self, humans: list[Human], **more: Any) -> bytes:
        """Everything these people have, as it stands now."""
        items = [item for human in humans for item in self.items(human)]
        return json.dumps({"as_of": instant(self.now), "items": items, **more}).encode()

    def items(self, human: Human) -> list[dict[str, Any]]:
        said = []
        for a in human.arrangements:
            paid = [p.ends for p in a.periods if p.paid_at is not None]
            ends = a.expires_at if a.kind != "paid" else max(paid, default=a.anchor)
            said.append(
                {
                    "id": a.key,
                    "account": human.key,
                    "email": human.address,
                    "how": {"paid": "paid", "comp": "complimentary", "gift": "gifted"}[a.kind],
                    "started_at": instant(a.anchor),
                    "paid_until": instant(ends),
                    "cancelled_at": instant(a.left_said_at),
                    "cancel_at": instant(a.leaves_at or (a.expires_at if a.kind == "gift" else None)),
                    "ended_at": instant(a.ended_at),
                    **({"tags": self.tags[human.key]} if human.key in self.tags else {}),
                }
            )
        return said


class NewsroomSystem(Memberships):
    """One with a token of a staff room's; `night` pushes everybody, as such systems do."""

    def __init__(self, room: StaffRoom, secret: str) -> None:
        super().__init__()
        self.room = room
        self.secret = secret

    @classmethod
    @contextmanager
    def beside(cls, db: Database, folder: Path) -> Iterator[NewsroomSystem]:
        with open_room(db, folder) as room:
            room.now = START
            with db.write() as session:
                long = {"ends_on": START.date() + timedelta(days=400), "starts_on": START.date() - timedelta(days=5)}
                plain = a_campaign("members", GoalKind.MEMBERS)
                fields = {name: getattr(plain, name) for name in plain.__slots__} | long
                campaigns.create(session, type(plain)(**fields), "ada", "new", START)
            made = tokens.make(db, name="CRM", source_slug="crm", scopes=list(Scope), days=700, actor="ada", now=START)
            yield cls(room, made.secret)

    def push(self, body: bytes) -> int:
        """What it answers."""
        headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}
        return self.room.app.test_client().post("/api/v1/memberships", data=body, headers=headers).status_code

    def night(self) -> None:
        """Everybody is told again."""
        self.room.now = self.now
        humans = [h for h in self.humans.values() if h.arrangements]
        assert not humans or self.push(self.body(humans)) == 200

    @property
    def number(self) -> int:
        return self.number_of("members")

    def number_of(self, slug: str) -> int:
        self.room.now = self.now
        passage.recheck_due(self.room.db, self.now)
        with self.room.db.read() as session:
            campaign = campaigns.by_slug(session, slug)
            return fold(day_totals.load(session, campaign.id), campaign).value
