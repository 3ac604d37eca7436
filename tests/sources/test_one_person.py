"""One person by several sources, in any order and any spelling, counts once; what staff decide can be taken back."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from campaign.counting import merge
from campaign.counting.book import Cause, recount
from campaign.counting.check import check
from campaign.counting.edit import create
from campaign.domain.campaign import Campaign, GoalKind
from campaign.domain.errors import Conflict, NotFound
from campaign.domain.people import ADDRESS_KEY
from campaign.domain.progress import daily_values, fold
from campaign.ingest.accounts import Accounts
from campaign.ingest.addresses import address_hasher, hasher_of
from campaign.ingest.files import booking, taking
from campaign.ingest.files.columns import What
from campaign.ingest.files.taking import Given
from campaign.ingest.sweep import import_all
from campaign.store import day_totals, facts, ledger, lookup, sources
from campaign.store.engine import Database, open_database
from campaign.store.told import Told, ToldAccount, ToldMembership
from tests.databases import Databases
from tests.ingest.stand import Stand, settings_for
from tests.ledgers import add_source
from tests.proofs.figures import prove_command, record
from tests.sources.ghost_world import GhostWorld
from tests.sources.patreon_world import PatreonWorld
from tests.sources.stripe_side import StripeSide
from tests.stories import campaign, day

NOW = day(200)
KINDS = ("stripe", "ghost", "patreon", "file")
SPELLINGS = (
    "jane{}@example.org",
    " Jane{}@Example.ORG",
    "JANE{}@EXAMPLE.org.",
    "\uff4a\uff41\uff4e\uff45{}@example.org",
)
HASHED = address_hasher("k" * 40)


@dataclass(frozen=True)
class Tell:
    """One source says one thing of one account: its address (a number), its links, and how long it has been there."""

    source: int
    account: int
    stamp: int
    address: int | None
    since: int
    until: int | None
    link: int | None = None

    @property
    def key(self) -> str:
        return f"{KINDS[self.source]}_{self.account}"


@dataclass(frozen=True)
class Decide:
    """Staff merge two accounts, keep them apart, or take either back."""

    kind: str
    one: tuple[int, int]
    other: tuple[int, int]


@dataclass(frozen=True)
class Listing:
    """A list as staff bring it in: addresses in some spelling, since when (where it says so) and until when."""

    number: int
    exported: int
    rows: tuple[tuple[int, int | None, int | None], ...]

    def content(self) -> bytes:
        rows = (
            ",".join(
                [SPELLINGS[(self.number + at) % 3].format(address), *(f"{day(n):%Y-%m-%d}" if n else "" for n in when)]
            )
            for at, (address, *when) in enumerate(self.rows)
        )
        return "\n".join(["email,started on,paid until", *rows, ""]).encode()

    def account_keys(self) -> set[str]:
        """What the list's accounts are called."""
        return {f"{ADDRESS_KEY}{HASHED(SPELLINGS[0].format(address))}" for address, *_ in self.rows}


@dataclass(frozen=True)
class TakeBack:
    """Staff undo the list."""

    of: Listing


class Ledger:
    """A campaign and five sources on a database of its own, the last of them lists."""

    def __init__(self, db: Database, kind: GoalKind) -> None:
        self.db = db
        with db.write() as session:
            self.sources = [add_source(session, NOW, kind_of) for kind_of in KINDS]
            session.execute(text("UPDATE source SET kind = slug"))
            self.lists = sources.add_pushed(session, sources.FILE, "lists", "Lists", NOW).id
        self.booked: dict[int, int] = {}
        self.of: Campaign = create(db, campaign(kind), "ana", "launch", NOW)

    def tell(self, said: Tell) -> None:
        address = None if said.address is None else SPELLINGS[said.source].format(said.address)
        links = () if said.link is None or said.source == 0 else (f"sub_stripe_{said.link}",)
        told = Told()
        told.add(ToldAccount(said.key, HASHED(address), links))
        end = None if said.until is None else day(said.until)
        told.add(
            ToldMembership(
                f"sub_{said.key}", said.key, "active", day(said.since), end, running_from=day(said.since),
                invoices_complete=True,
            )
        )  # fmt: skip
        with self.db.write() as session:
            saved = facts.save(session, self.sources[said.source], told, said.stamp)
            recount(session, saved.touched, Cause("inbox", 1), NOW)

    def decide(self, said: Decide) -> bool:
        """False: not yet, or not any more."""
        acts = {"merge": merge.merge, "apart": merge.keep_apart, "undo": merge.unmerge}
        one, other = self.account(said.one), self.account(said.other)
        if one is None or other is None:
            return False
        try:
            acts[said.kind](self.db, one, other, "ana", "they said so", NOW)
        except (Conflict, NotFound):
            return False
        return True

    def bring_in(self, listed: Listing) -> None:
        told = Given(
            self.lists, BytesIO(listed.content()), f"{listed.number}.csv", day(listed.exported), "ana",
            what=What.MEMBERSHIP,
        )  # fmt: skip
        found = taking.take_in(self.db, told, "k" * 32, HASHED, lambda: NOW).seen.id
        booking.go_on(self.db, found, lambda: NOW)
        booking.confirm(self.db, found, "ana", NOW, mine=True)
        booking.go_on(self.db, found, lambda: NOW)
        self.booked[listed.number] = found

    def take_back(self, listed: Listing) -> None:
        booking.undo(self.db, self.booked[listed.number], "ana", "it was the wrong list", NOW, mine=True)
        booking.go_on(self.db, self.booked[listed.number], lambda: NOW)

    def account(self, whose: tuple[int, int]) -> int | None:
        query = text("SELECT id FROM account WHERE source_id = :source AND key = :key")
        with self.db.read() as session:
            source, key = self.sources[whose[0]], f"{KINDS[whose[0]]}_{whose[1]}"
            return session.execute(query, {"source": source, "key": key}).scalar_one_or_none()

    def stands(self, listed: set[str]) -> set[tuple[Any, ...]]:
        """What stands: kind, amount, time, and whose it is, by the accounts of the sources.

        Of lists that were undone accounts stay known, with nothing to them: only those in `listed` are named.
        """
        with self.db.read() as session:
            whose: dict[int, set[str]] = {}
            for person_id, key in session.execute(text("SELECT person_id, key FROM account")):
                named = {key} if key in listed or not key.startswith(ADDRESS_KEY) else set[str]()
                whose.setdefault(person_id, set()).update(named)
            ledgers = ledger.subject_ledgers(session, self.of.id, "person", list(whose))
            return {
                (frozenset(whose[i]), e.kind, e.amount, e.occurred_at, e.source_id, at)
                for i, has in ledgers.items()
                for at, e in enumerate(sorted(has.standing, key=lambda e: e.value()))
            }

    def timeline(self) -> list[Any]:
        """The days on which the number moved, with what it was then, and what the fold says."""
        with self.db.read() as session:
            totals = day_totals.load(session, self.of.id)
        days = daily_values(totals, self.of)
        moves = [(on, value) for (on, value), (_, was) in zip(days, [(None, 0), *days], strict=False) if value != was]
        return [*moves, fold(totals, self.of)]


@contextmanager
def opened(databases: Databases, kind: GoalKind = GoalKind.MEMBERS) -> Iterator[Ledger]:
    with databases.fresh() as url:
        db = open_database(url)
        try:
            yield Ledger(db, kind)
        finally:
            db.dispose()


@dataclass(frozen=True)
class History:
    """What is said in the end, what was said before, and staff's decisions: those that hold, and those taken back.

    Lists too: one stays, others are undone.
    """

    last: list[Tell]
    before: list[Tell]
    held: list[Decide]
    passing: list[Decide]
    listed: list[Listing]
    undone: list[Listing]

    @classmethod
    def of(cls, chance: random.Random) -> History:
        accounts = chance.sample([(source, number) for source in range(4) for number in range(2)], chance.randint(2, 6))
        last = [cls.told(chance, whose, 2) for whose in accounts]
        before = [cls.told(chance, whose, 1) for whose in chance.sample(accounts, len(accounts) // 2)]
        pairs = list(combinations(accounts, 2))
        chance.shuffle(pairs)
        decided = [Decide(chance.choice(["merge", "apart"]), *pair) for pair in pairs[: chance.randint(0, 4)]]
        held = chance.randint(0, len(decided))
        exported = chance.sample(range(160, 200), 3)
        lists = [cls.list_of(chance, number, exported[number]) for number in range(chance.randint(1, 3))]
        stay = chance.randint(0, 1)
        return cls(last, before, decided[:held], decided[held:], lists[:stay], lists[stay:])

    @staticmethod
    def list_of(chance: random.Random, number: int, exported: int) -> Listing:
        addresses = chance.sample([0, 1, 2], chance.randint(1, 3))
        says_since = chance.random() < 0.5
        rows = [
            (one, chance.randint(10, 150) if says_since else None, chance.choice([None, 300, *([170] * says_since)]))
            for one in addresses
        ]
        return Listing(number, exported, tuple(rows))

    def steps(self, chance: random.Random) -> list[Tell | Decide | Listing | TakeBack]:
        """Everything in any order, but that a list is brought in before it is taken back."""
        steps: list[Tell | Decide | Listing | TakeBack] = [
            *(*self.before, *self.last, *self.last[:2], *self.held, *self.passing, *self.listed, *self.undone),
            *map(TakeBack, self.undone),
        ]
        chance.shuffle(steps)
        for listed in self.undone:
            first, second = sorted((steps.index(listed), steps.index(TakeBack(listed))))
            steps[first], steps[second] = listed, TakeBack(listed)
        return steps

    @staticmethod
    def told(chance: random.Random, whose: tuple[int, int], stamp: int) -> Tell:
        address, link = chance.choice([None, 0, 0, 1]), chance.choice([None, None, 0, 1])
        return Tell(*whose, stamp, address, chance.randint(10, 150), chance.choice([None, 170]), link)


@pytest.mark.parametrize("seed", range(1, 5))
def test_any_interleaving_ends_in_the_same_people_and_the_same_timeline(databases: Databases, seed: int) -> None:
    """Older words, repeated and late, decisions and lists made and taken back: nothing of that is left in the end."""
    interleave(databases, seed)


@pytest.mark.prove
@pytest.mark.timeout(7200)
def test_any_interleaving_many_times(sqlite_databases: Databases) -> None:
    rounds = int(os.environ.get("ROUNDS", "200"))
    began = time.monotonic()
    for seed in range(1000, 1000 + rounds):
        interleave(sqlite_databases, seed)
    values = {"rounds": rounds, "different": 0, "seconds": time.monotonic() - began}
    record("One person, any interleaving", "SQLite", values, command=prove_command(__file__))


def interleave(databases: Databases, seed: int) -> None:
    chance = random.Random(seed)
    history = History.of(chance)
    kind = chance.choice([GoalKind.MEMBERS, GoalKind.NEW_MEMBERS])
    with opened(databases, kind) as plain:
        for said in history.last:
            plain.tell(said)
        for listed in history.listed:
            plain.bring_in(listed)
        assert all(plain.decide(d) for d in history.held)
        keys = {key for listed in history.listed for key in listed.account_keys()}
        expected, timeline = plain.stands(keys), plain.timeline()
        assert check(plain.db, plain.of.id, NOW).found == []
    with opened(databases, kind) as other:
        waits: list[Decide] = []
        for step in history.steps(chance):
            match step:
                case Tell():
                    other.tell(step)
                case Listing():
                    other.bring_in(step)
                case TakeBack():
                    other.take_back(step.of)
                case Decide():
                    if not other.decide(step):
                        waits.append(step)
        for step in waits:
            assert other.decide(step)
        for step in history.passing:
            assert other.decide(replace(step, kind="undo"))
        assert other.timeline() == timeline
        assert other.stands(keys) == expected
        assert check(other.db, other.of.id, NOW).found == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_person_by_four_sources_in_any_order_counts_once(databases: Databases, seed: int) -> None:
    said = [Tell(source, 0, 1, 0, 20 + source, None) for source in range(4)]
    random.Random(seed).shuffle(said)
    with opened(databases) as one:
        for step in said:
            one.tell(step)
            assert one.timeline()[-1].value == 1
        assert {kind for _, kind, *_ in one.stands(set())} == {"joined"}
        assert {at for _, _, _, at, *_ in one.stands(set())} == {day(20)}


def test_a_person_of_every_source_counts_once_through_their_own_doors(
    db: Database, tmp_path: Path, databases: Databases
) -> None:
    """Imports from the providers on loopback, in two orders, then a list: always one."""
    worlds: list[Any] = [stripe := StripeSide(tmp_path / "stripe"), ghost := GhostWorld(), patreon := PatreonWorld()]
    ghost.now = patreon.now = stripe.now
    try:
        _through_the_doors(worlds, db, tmp_path)
        with databases.fresh() as url:
            other = open_database(url)
            try:
                _through_the_doors(worlds[::-1], other, tmp_path / "other", is_joined=True)
            finally:
                other.dispose()
    finally:
        for world in worlds:
            world.stop()


def _through_the_doors(worlds: list[Any], db: Database, folder: Path, *, is_joined: bool = False) -> None:
    stand = Stand(db, settings_for(folder, **{k: v for w in worlds for k, v in w.settings().items()}))
    stand.clock = max(w.now for w in worlds) + timedelta(days=1)
    source_ids = {world.kind: world.set_up(db, stand.settings) for world in worlds}
    stand.accounts = Accounts(db, stand.settings)
    today = stand.now().date()
    members = stand.campaign(GoalKind.MEMBERS, today - timedelta(days=400), today + timedelta(days=400))
    for spelling, world in zip(SPELLINGS, worlds, strict=False):
        if not is_joined:
            world.join(spelling.strip().format(""))
        import_all(db, stand.accounts, source_ids[world.kind], stand.now, "test", None, 1000)
        stand.work()
        assert stand.value(members) == 1
    booked = _bring_in_a_list(stand, "email,started on\n JANE@example.ORG ,2026-01-15\n")
    assert stand.value(members) == 1
    assert stand.differences(members) == []
    with db.read() as session:
        (person_id,) = lookup.people_of_address(session, hasher_of(stand.settings)("jane@example.org").all)
        whose = session.execute(text("SELECT DISTINCT person_id FROM account")).scalars().all()
        assert list(whose) == [person_id]
        before = ledger.subject_ledgers(session, members.id, "person", [person_id])[person_id].standing
    booking.undo(db, booked, "ana", "it was the wrong list", stand.now())
    booking.run_due(db, stand.now)
    assert stand.value(members) == 1
    assert stand.differences(members) == []
    assert [e.occurred_at for e in before] != []


def _bring_in_a_list(stand: Stand, rows: str) -> int:
    with stand.db.write() as session:
        source = sources.add_pushed(session, sources.FILE, "list", "List", stand.now())
    told = Given(source.id, BytesIO(rows.encode()), "list.csv", stand.now(), "ana", what=What.MEMBERSHIP)
    taken = taking.take_in(stand.db, told, "k" * 32, hasher_of(stand.settings), stand.now)
    booking.go_on(stand.db, taken.seen.id, stand.now)
    booking.confirm(stand.db, taken.seen.id, "ana", stand.now())
    booking.run_due(stand.db, stand.now)
    return taken.seen.id
