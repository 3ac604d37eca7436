"""Any history, delivered in any order with any repetition or not at all, ends in the same standing entries and the
provider's own truth."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from campaign.domain.campaign import GoalKind, Rule
from campaign.ingest.addresses import address_hasher
from tests.databases import Databases
from tests.proofs.figures import prove_command, record
from tests.proofs.history import STARTS_AT, History, Life, histories
from tests.proofs.product import PERSON_KEY, Clock, Product, a_campaign, settings_for
from tests.stripe_world import StripeWorld, Truth

IN_ORDER, SHUFFLED, LISTED, SWEPT = "in order", "shuffled", "listed", "swept"
WINDOW_FROM = date(2026, 1, 24)
"""The first day of the campaign for new members: some histories' joinings lie before it."""
COUNTED = (GoalKind.MEMBERS, GoalKind.NEW_MEMBERS, GoalKind.AMOUNT)
PROGRESS_EVERY = 10


@contextmanager
def products(
    databases: Databases, world: StripeWorld, history: History, ways: tuple[str, ...]
) -> Iterator[dict[str, Product]]:
    """Installations that hear of the same history in different ways, each with three campaigns."""
    rule = Rule(
        grace_days=history.grace_days,
        count_trials=history.count_trials,
        count_complimentary=history.count_complimentary,
        count_returned=history.count_returned,
        count_one_off=True,
    )
    currency = history.currency.upper()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        made: dict[str, Product] = {}
        for name in ways:
            url = stack.enter_context(databases.fresh())
            clock = Clock(datetime.fromtimestamp(STARTS_AT, UTC))
            product = stack.enter_context(
                Product(settings_for(url, folder / name, world.api_key, world.address), clock, width=2)
            )
            for kind in COUNTED:
                campaign = a_campaign(kind, rule=rule, currency=currency)
                if kind is GoalKind.NEW_MEMBERS:
                    campaign = replace(campaign, starts_on=WINDOW_FROM)
                product.start_campaign(campaign)
            made[name] = product
        yield made


def prove(databases: Databases, history: History, seed: int) -> None:
    chance = random.Random(seed)
    way = chance.choice((SHUFFLED, LISTED, SWEPT))
    with tempfile.TemporaryDirectory() as state, StripeWorld.start(Path(state), starts_at=STARTS_AT) as world:
        life = Life(world, history)
        with products(databases, world, history, (IN_ORDER, way)) as told:
            telling = TELLING[way](told[way], chance)
            for _ in (pause for step in history.steps for pause in life.take(step)):
                new, now = life.new_events(), world.now
                for product in told.values():
                    product.clock.to(now)
                told[IN_ORDER].deliver_all(new)
                told[IN_ORDER].work_off()
                telling.tell(new)
            telling.finish()
            for product in told.values():
                product.work_off(patience=timedelta(minutes=5))
            truth = world.truth(
                grace_days=history.grace_days,
                count_trials=history.count_trials,
                count_complimentary=history.count_complimentary,
            )
            for name, product in told.items():
                assert not product.differences(), name
                assert_true(product, truth, history, name)
            assert_same(told)


class Shuffled:
    """Some of what happened arrives, in any order, some of it twice; the rest later."""

    def __init__(self, product: Product, chance: random.Random) -> None:
        self.product, self.chance = product, chance
        self.waiting: list[bytes] = []

    def tell(self, new: list[bytes]) -> None:
        self.waiting += new
        self.chance.shuffle(self.waiting)
        number = self.chance.choice([0, len(self.waiting) // 2, len(self.waiting)])
        self._arrive(number)
        if self.chance.random() < 0.5:
            self.product.work_off()

    def finish(self) -> None:
        self.chance.shuffle(self.waiting)
        self._arrive(len(self.waiting))

    def _arrive(self, number: int) -> None:
        arrives, self.waiting = self.waiting[:number], self.waiting[number:]
        self.product.deliver_all(arrives + self.chance.sample(arrives, k=number // 3))


class Listed:
    """About half of it never arrives, and is found by the listing of events."""

    def __init__(self, product: Product, chance: random.Random) -> None:
        self.product, self.chance = product, chance
        product.list_events()

    def tell(self, new: list[bytes]) -> None:
        self.product.deliver_all(body for body in new if self.chance.random() < 0.5)
        self.product.work_off()
        self.finish()

    def finish(self) -> None:
        self.product.list_events()
        self.product.work_off()


class Swept:
    """About half of it never arrives, and is found by a sweep at the end; some were imported at the beginning."""

    def __init__(self, product: Product, chance: random.Random) -> None:
        self.product, self.chance = product, chance
        if chance.random() < 0.5:
            product.sweep()

    def tell(self, new: list[bytes]) -> None:
        self.product.deliver_all(body for body in new if self.chance.random() < 0.5)
        self.product.work_off()

    def finish(self) -> None:
        self.product.sweep()


TELLING = {SHUFFLED: Shuffled, LISTED: Listed, SWEPT: Swept}


def assert_true(product: Product, truth: Truth, history: History, name: str) -> None:
    """The product's number, everybody's stretches, and the money are what the provider itself says."""
    hashed = address_hasher(PERSON_KEY)
    expected = {}
    for person, spans in truth.people.items():
        key = hashed(person) if "@" in person else person
        if spans:
            expected[key] = spans
    note(f"{name}: the provider says {expected}")
    found = product.stretches("members")
    assert found == expected, f"{name}: stretches {found}, the provider says {expected}"
    assert product.progress("members").value == truth.count, f"{name}: members"
    assert product.progress("amount").value == truth.raised(history.currency), f"{name}: raised"
    assert product.progress("new-members").value == new_members(truth, history), f"{name}: new members"


def new_members(truth: Truth, history: History) -> int:
    """Who became a member inside the window, was none just before it, and still is one; returners where they count."""
    start = int(datetime(WINDOW_FROM.year, WINDOW_FROM.month, WINDOW_FROM.day, tzinfo=UTC).timestamp())
    number = 0
    for spans in truth.people.values():
        was_member = any(begins < start for begins, _ in spans)
        just_before = any(begins < start and (ends is None or ends >= start) for begins, ends in spans)
        is_member = bool(spans) and spans[-1][1] is None
        number += is_member and not just_before and (history.count_returned or not was_member)
    return number


def assert_same(told: dict[str, Product]) -> None:
    """What stands is the same in every installation."""
    first = told[IN_ORDER].standing()
    for name, product in told.items():
        other = product.standing()
        for slug, entries in first.items():
            assert shown(other[slug] - entries) == [], f"{slug}: {name} has these, in order has not"
            assert shown(entries - other[slug]) == [], f"{slug}: in order has these, {name} has not"
        totals = {slug: product.totals(slug) for slug in first}
        assert totals == {slug: told[IN_ORDER].totals(slug) for slug in first}, name


def shown(entries: Counter[tuple[str, int, datetime, str]]) -> list[str]:
    return [
        f"{n} × {kind} {amount:+d} at {at:%F %T} of {who}" for (kind, amount, at, who), n in sorted(entries.items())
    ]


def run_histories(databases: Databases, examples: int, *, part: str | None = None) -> None:
    """`part`: which part of the long form this is; None: the short form."""
    began = time.monotonic()
    steps: list[int] = []
    long = part is not None

    # The same few examples on every run of the tests; the long form looks for new ones.
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=not long,
        database=None,
        report_multiple_bugs=False,
        phases=(Phase.explicit, Phase.generate, Phase.shrink) if long else (Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(history=histories(10, 30) if long else histories(), seed=st.integers(0, 2**32))
    def any_history(history: History, seed: int) -> None:
        prove(databases, history, seed)
        steps.append(len(history.steps))
        if long and len(steps) % PROGRESS_EVERY == 0:
            print(f"{databases.kind}, {part}: {len(steps)} of {examples} histories", file=sys.__stderr__, flush=True)

    any_history()
    if long:
        values = {"histories": len(steps), "steps": sum(steps), "wrong": 0, "seconds": time.monotonic() - began}
        name = f"in order, and shuffled, listed or swept, {databases.kind}, {part}"
        record("Any history", name, values, command=prove_command(__file__))


def test_any_history_ends_in_the_providers_truth_on_sqlite(sqlite_databases: Databases) -> None:
    run_histories(sqlite_databases, 12)


def test_any_history_ends_in_the_providers_truth_on_postgresql(postgresql_databases: Databases) -> None:
    run_histories(postgresql_databases, 4)


# In parts, so that several processes can share them (`make prove ARGS="-n 2 tests/proofs/test_histories.py"`).
@pytest.mark.prove
@pytest.mark.parametrize("part", range(1, 11))
def test_500_histories_end_in_the_providers_truth_on_sqlite(sqlite_databases: Databases, part: int) -> None:
    run_histories(sqlite_databases, 50, part=f"part {part} of 10")


@pytest.mark.prove
@pytest.mark.parametrize("part", range(1, 5))
def test_100_histories_end_in_the_providers_truth_on_postgresql(postgresql_databases: Databases, part: int) -> None:
    run_histories(postgresql_databases, 25, part=f"part {part} of 4")
