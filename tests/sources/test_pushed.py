"""A source that pushes stands what the asked ones do, as far as it makes sense for one that can't be asked."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from campaign.store.engine import Database
from tests.sources.newsroom_system import NewsroomSystem

MIB = 1 << 20


@pytest.fixture
def system(db: Database, tmp_path: Path) -> Iterator[NewsroomSystem]:
    with NewsroomSystem.beside(db, tmp_path) as system:
        yield system


@pytest.mark.parametrize("seed", [1, 2])
def test_repeated_and_shuffled_pushes_end_in_the_truth(system: NewsroomSystem, seed: int) -> None:
    chance = random.Random(seed)
    for step in range(8):
        system.random_change(4, seed * 100 + step)
        system.advance(chance.choice([0.1, 1, 9, 20]))
        if chance.random() < 0.5:
            system.deliver(chance, duplicate=0.4)
    system.deliver(chance, duplicate=0.4)
    system.night()
    system.agrees()


@pytest.mark.parametrize("seed", [3, 4])
def test_what_is_lost_is_made_up_by_the_nightly_push(system: NewsroomSystem, seed: int) -> None:
    chance = random.Random(seed)
    for step in range(8):
        system.random_change(3, seed * 100 + step)
        system.deliver(chance, drop=0.6)
        system.advance(1)
        system.night()
        system.agrees()


def test_an_outage_of_three_days_loses_nothing(system: NewsroomSystem) -> None:
    kept = system.join("jane@example.org")
    system.deliver(random.Random(1))
    for day in range(3):
        system.join(f"late{day}@example.org")
        system.advance(1)
    system.leave(kept, at_once=True)
    system.outgoing.clear()
    system.advance(0.1)
    system.night()
    assert system.number == 3
    system.agrees()


def test_a_late_push_of_before_does_not_take_back_what_is_newer(system: NewsroomSystem) -> None:
    key = system.join("jane@example.org")
    old = system.outgoing[-1]
    system.advance(1)
    system.leave(key, at_once=True)
    system.deliver(random.Random(1))
    for _ in range(3):
        assert system.push(old) == 200
    assert system.number == 0
    system.agrees()


def test_what_no_token_came_with_is_refused_and_not_kept(system: NewsroomSystem) -> None:
    system.join("jane@example.org")
    for wrong in ("mgt_" + "x" * 43, "no token"):
        assert system.push(system.outgoing[-1], secret=wrong) == 401
    assert system.number == 0


def test_the_very_same_push_again_changes_nothing(system: NewsroomSystem) -> None:
    system.join("jane@example.org")
    assert [system.push(system.outgoing[-1], key=key) for key in (None, None, "a", "a", "b")] == [200] * 5
    assert system.number == 1
    system.agrees()


@pytest.mark.parametrize("odd", ["", None, 7, {}, "x" * 300, "nul\x00", " "])
@pytest.mark.parametrize("name", ["id", "account"])
def test_an_empty_or_odd_id_is_no_key(system: NewsroomSystem, name: str, odd: Any) -> None:
    system.join("jane@example.org")
    body = json.loads(system.outgoing[-1])
    body["items"][0][name] = odd
    allowed = {200} if name == "account" and odd is None else {422}
    assert system.push(json.dumps(body).encode()) in allowed


@pytest.mark.parametrize("name", ["id", "started_at"])
def test_a_missing_field_is_refused_and_stops_no_other_push(system: NewsroomSystem, name: str) -> None:
    system.join("jane@example.org")
    broken = json.loads(system.outgoing.pop())
    del broken["items"][0][name]
    assert system.push(json.dumps(broken).encode()) == 422
    system.join("joe@example.org")
    system.deliver(random.Random(1))
    assert system.number == 1


def test_a_body_over_a_mebibyte_is_refused_and_one_below_is_taken(system: NewsroomSystem) -> None:
    system.join("jane@example.org")
    good = system.outgoing[-1]
    assert system.push(good + b" " * MIB) == 413
    assert system.number == 0
    assert system.push(good + b" " * (MIB - len(good))) == 200
    assert system.number == 1


def test_time_alone_ends_what_is_paid_until_and_grace_comes_between(system: NewsroomSystem) -> None:
    key = system.join("jane@example.org")
    system.deliver(random.Random(1))
    system.fail(system.humans[key])
    paid_until = system.humans[key].arrangements[0].periods[0].ends
    system.now = paid_until + timedelta(days=14) - timedelta(seconds=1)
    assert system.number == 1
    system.now += timedelta(seconds=1)
    assert system.number == 0
