"""What the suite asks of a provider, and the life of those who pay there: arrangements, and who is a member by them.

Nothing here is read by the product, and nothing here reads it: `truth` is a plain second opinion.
"""

from __future__ import annotations

import calendar
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Protocol

from campaign.store.engine import Database
from config import Settings

GRACE = timedelta(days=14)
START = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Sent:
    """One delivery, as it would be posted."""

    path: str
    body: bytes
    headers: dict[str, str]


def spoilt(good: Sent, of_another: Sent) -> list[Sent]:
    """A signed delivery in all the ways in which its signature is not the one of its body."""
    return [
        of_another,
        Sent(good.path, good.body + b" ", good.headers),
        Sent(good.path, good.body, {"Content-Type": "application/json"}),
        Sent(good.path, good.body, dict.fromkeys(good.headers, "sha256=zz, t=1")),
    ]


class World(Protocol):
    """One provider. `lacks`: cases that make no sense for it, with the reason.

    `unfit_statuses`: what answers a body that is none, or an id that is no key; `most`: bytes that may be added to one.
    """

    kind: str
    lacks: dict[str, str]
    refused_status: int
    unfit_statuses: frozenset[int]
    too_large_status: int
    most: int
    nights: int
    now: datetime

    def settings(self) -> dict[str, Any]: ...
    def deliver_to(self, base: str) -> None: ...
    def set_up(self, db: Database, settings: Settings) -> int: ...
    def advance(self, days: float) -> None: ...
    def join(self, address: str) -> str: ...
    def leave(self, key: str, *, at_once: bool) -> None: ...
    def random_change(self, number: int, seed: int) -> None: ...
    def truth(self) -> int: ...
    def deliveries(self, *, drop: float = 0, duplicate: float = 0, shuffle: int = 0) -> None: ...
    def settle(self) -> None: ...
    def behave(self, *, outage: bool = False, fail_share: float = 0) -> None: ...
    def sign(self, key: str, *, secret: str | None = None, age: timedelta = timedelta(0), pad: int = 0) -> Sent: ...
    def forgeries(self, key: str) -> list[Sent]: ...
    def odd_ids(self, key: Any) -> list[Sent]: ...
    def say_more(self) -> None: ...
    def leave_out(self, key: str, *, mend: bool = False) -> None: ...
    def stop(self) -> None: ...


@dataclass
class Period:
    """One stretch that is billed. `paid_at` None: it was not paid; `back_at`: when the money went back."""

    starts: datetime
    ends: datetime
    paid_at: datetime | None
    back_at: datetime | None = None
    number: int = 0


@dataclass
class Arrangement:
    """What one person has here. `kind`: paid, comp, gift."""

    key: str
    kind: str
    anchor: datetime
    periods: list[Period] = field(default_factory=list)
    tier: str = "tier_1"
    fails: bool = False
    leaves_at: datetime | None = None
    left_said_at: datetime | None = None
    ended_at: datetime | None = None
    expires_at: datetime | None = None

    def entitles(self, at: datetime) -> bool:
        """The counting rule, said once more and plainly."""
        if self.kind == "comp" or at < self.anchor:
            return False
        ends = [e for e in (self.ended_at, self.leaves_at, self.expires_at) if e is not None]
        if ends and at >= min(ends):
            return False
        if self.kind == "gift":
            return True
        return any(self._covers(period, at) for period in self.periods)

    def _covers(self, period: Period, at: datetime) -> bool:
        if period.paid_at is None or at < max(period.starts, period.paid_at):
            return False
        if period.back_at is not None and at >= period.back_at:
            return False
        until = period.ends + GRACE
        if self.left_said_at is not None:
            until = max(period.ends, min(until, self.left_said_at))
        return at < until


@dataclass
class Human:
    """One member of the provider."""

    key: str
    address: str
    created_at: datetime
    arrangements: list[Arrangement] = field(default_factory=list)
    updated_at: datetime = START
    is_gone: bool = False

    def current(self) -> Arrangement | None:
        paid = [a for a in self.arrangements if a.kind == "paid" and a.ended_at is None]
        return paid[-1] if paid else None


def months_after(anchor: datetime, number: int) -> datetime:
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + number, 12)
    return anchor.replace(year=year, month=month + 1, day=min(anchor.day, calendar.monthrange(year, month + 1)[1]))


class Lives:
    """People, what they have, and time."""

    unpaid_days = 40
    """After so long without payment the provider ends what is unpaid."""

    def __init__(self, seed: int = 1) -> None:
        self.now = START
        self.humans: dict[str, Human] = {}
        self.numbers = count(1)
        self.seed = seed

    def changed(self, human: Human, what: str) -> None:
        """Something happened that the provider may tell."""
        human.updated_at = self.now

    def new_human(self, address: str) -> Human:
        human = Human(self.new_key(), address, self.now)
        self.humans[human.key] = human
        return human

    def new_key(self) -> str:
        return f"{next(self.numbers):024x}"

    def join(self, address: str) -> str:
        human = self.new_human(address)
        self.subscribe(human)
        self.changed(human, "added")
        return human.key

    def subscribe(self, human: Human) -> None:
        number = next(self.numbers)
        new = Arrangement(f"sub_{number}", "paid", self.now)
        new.periods.append(Period(self.now, months_after(self.now, 1), self.now, number=next(self.numbers)))
        human.arrangements.append(new)

    def leave(self, key: str, *, at_once: bool) -> None:
        human = self.humans[key]
        current = human.current()
        if current is None:
            return
        current.left_said_at = self.now
        if at_once:
            current.ended_at = self.now
        else:
            current.leaves_at = current.periods[-1].ends
        self.changed(human, "edited")

    def advance(self, days: float) -> None:
        until = self.now + timedelta(days=days)
        while (at := self._next_renewal()) is not None and at <= until:
            self.now = max(self.now, at)
            for human in list(self.humans.values()):
                for arrangement in human.arrangements:
                    self._renew(human, arrangement)
        self.now = until

    def _next_renewal(self) -> datetime | None:
        due = [self._due(a) for h in self.humans.values() if not h.is_gone for a in h.arrangements]
        return min((at for at in due if at is not None), default=None)

    def _due(self, a: Arrangement) -> datetime | None:
        if a.ended_at is not None:
            return None
        if a.kind != "paid":
            return a.expires_at
        return min([a.periods[-1].ends, *([a.leaves_at] if a.leaves_at else [])])

    def _renew(self, human: Human, a: Arrangement) -> None:
        due = self._due(a)
        if due is None or due > self.now or human.is_gone:
            return
        if a.kind != "paid" or a.leaves_at is not None:
            a.ended_at = due
        else:
            unpaid_since = [p.starts for p in a.periods if p.paid_at is None]
            if unpaid_since and self.now - min(unpaid_since) > timedelta(days=self.unpaid_days):
                a.ended_at = self.now
            else:
                number = len(a.periods)
                starts, ends = a.periods[-1].ends, months_after(a.anchor, number + 1)
                paid_at = None if a.fails else starts
                a.periods.append(Period(starts, ends, paid_at, number=next(self.numbers)))
        self.changed(human, "edited")

    def recover(self, human: Human) -> None:
        """The card works again: what is unpaid is paid now."""
        current = human.current()
        if current is None:
            return
        current.fails = False
        for period in current.periods:
            period.paid_at = period.paid_at or self.now
        self.changed(human, "edited")

    def fail(self, human: Human) -> None:
        current = human.current()
        if current is not None:
            current.fails = True

    def come_back(self, human: Human) -> None:
        if human.current() is None:
            self.subscribe(human)
            self.changed(human, "edited")

    def give(self, human: Human, kind: str, days: float | None) -> None:
        expires_at = None if days is None else self.now + timedelta(days=days)
        if any(a.kind == kind and a.ended_at is None for a in human.arrangements):
            return
        key = f"{kind}_{next(self.numbers)}"
        human.arrangements.append(Arrangement(key, kind, self.now, expires_at=expires_at))
        self.changed(human, "edited")

    def take_away(self, human: Human, kind: str) -> None:
        for a in human.arrangements:
            if a.kind == kind and a.ended_at is None:
                a.ended_at = self.now
                self.changed(human, "edited")

    def delete(self, human: Human) -> None:
        human.is_gone = True
        for a in human.arrangements:
            a.ended_at = a.ended_at or self.now
        self.changed(human, "deleted")

    def random_change(self, number: int, seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(number):
            here = [h for h in self.humans.values() if not h.is_gone]
            self.one_change(chance, chance.choice(here) if here else None)
            self.now += timedelta(minutes=chance.randrange(1, 90))

    def one_change(self, chance: random.Random, human: Human | None) -> None:
        if human is None or chance.random() < 0.25:
            self.join(f"reader{next(self.numbers)}@example.org")
            return
        deeds = [
            lambda: self.leave(human.key, at_once=False),
            lambda: self.leave(human.key, at_once=True),
            lambda: self.fail(human),
            lambda: self.recover(human),
            lambda: self.come_back(human),
            lambda: self.give(human, "comp", None),
            lambda: self.take_away(human, "comp"),
            lambda: self.give(human, "gift", 45),
            lambda: self.delete(human),
            lambda: self.change_address(human),
        ]
        chance.choice(deeds)()

    def change_address(self, human: Human) -> None:
        human.address = f"moved{next(self.numbers)}@example.org"
        self.changed(human, "edited")

    def truth(self) -> int:
        """How many are members now."""
        return sum(any(a.entitles(self.now) for a in h.arrangements) for h in self.humans.values())
