"""The account at the provider: its records, its time, its habits."""

from __future__ import annotations

import heapq
import random
import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeVar

from campaign.demo.provider.clock import Clock
from campaign.demo.provider.records import Event, Json, Record
from campaign.demo.provider.state import KINDS, State

R = TypeVar("R", bound=Record)

API_VERSION = "2026-10-28.endive"
# Minor units of a dollar for one minor unit; a yen has none smaller.
DOLLARS = {"usd": 1.0, "eur": 1.0873, "gbp": 1.2711, "zar": 0.0553, "jpy": 0.6641, "krw": 0.0719, "chf": 1.1324}


def retry_days() -> list[int]:
    return [3, 5, 7]


@dataclass
class Habits:
    """How the account is set up, and how well the provider does its work."""

    settles_in: str = "usd"
    retry_days: list[int] = field(default_factory=retry_days)
    after_retries: str = "canceled"
    debit_days: int = 4
    balance_delay_seconds: int = 0
    delay_ms: int = 0
    fail_share: float = 0.0
    key_lacks: list[str] = field(default_factory=list[str])
    """Permissions the restricted key has not, like "subscription_read"."""


@dataclass
class Post:
    """How well events are delivered."""

    drop: float = 0.0
    duplicate: float = 0.0
    shuffle: int = 0
    delay_ms: list[int] = field(default_factory=lambda: [0, 0])
    api_version: str | None = None
    paused: bool = False
    flip_livemode: bool = False
    retry_seconds: float = 1.0
    give_up_after: int = 16


class World:
    def __init__(self, folder: Path, *, seed: int, livemode: bool, starts_at: int | None = None) -> None:
        self.state = State(folder, seed)
        self.lock = threading.RLock()
        self.quiet = False
        self.happened: list[Event] = []
        self.before_commit: Callable[[], None] = lambda: None
        self.address = ""
        self.request_id: str | None = None
        self.idempotency_key: str | None = None
        self.due: list[tuple[int, int, str, str]] = []
        settings = self.state.settings
        if not settings:
            mode = "live" if livemode else "test"
            self.state.set(
                api_key=f"sk_{mode}_{secrets.token_urlsafe(18).replace('-', 'x').replace('_', 'y')}",
                livemode=livemode,
                habits={},
                post={},
            )
            settings = self.state.settings
        self.livemode: bool = settings["livemode"]
        self.api_key: str = settings["api_key"]
        self.habits = Habits(**settings["habits"])
        self.post = Post(**settings["post"])
        self.clock = Clock(settings.get("offset", 0.0), settings.get("stopped_at"))
        if starts_at is not None and "lived" not in settings:
            self.move_clock(starts_at, stop=False)
        self.now: int = settings.get("lived", self.clock.now())
        self.random = random.Random(f"{seed}:{self.state.counter}")
        for kind in KINDS.values():
            for record in self.state.table(kind):
                self.plan(record)

    def move_clock(self, instant: int, *, stop: bool) -> None:
        self.clock.move_to(instant, stop=stop)
        self.state.set(offset=self.clock.offset, stopped_at=self.clock.stopped_at)

    def keep_habits(self) -> None:
        self.state.set(habits=asdict(self.habits), post=asdict(self.post))

    def add(self, record: R) -> R:
        self.state.add(record)
        self.plan(record)
        return record

    def changed(self, record: Record) -> None:
        self.state.touch(record)
        self.plan(record)

    def plan(self, record: Record) -> None:
        """The record is looked at again at its `due_at`, if it has one."""
        due_at: int | None = getattr(record, "due_at", None)
        if due_at is not None:
            number = self.state.table(type(record)).numbers[record.id]
            heapq.heappush(self.due, (due_at, number, type(record).__name__, record.id))

    def truth(self, what: str, at: int | None = None, **details: object) -> None:
        self.state.tell_truth(self.now if at is None else at, what, **details)

    def commit(self) -> None:
        """What changed is on disk, with the instant lived up to."""
        self.before_commit()
        if self.state.settings.get("lived") != self.now:
            self.state.set(lived=self.now)
        self.state.commit()

    def rate_to_settle(self, currency: str) -> float | None:
        """The exchange rate between minor units, or nothing where none is needed."""
        if currency == self.habits.settles_in:
            return None
        return round(DOLLARS.get(currency, 1.0) / DOLLARS.get(self.habits.settles_in, 1.0), 6)

    def metadata_of(self, value: Json | None) -> dict[str, str]:
        return {key: str(text) for key, text in (value or {}).items() if text != ""}
