"""What only sources that push have to stand, beside what all of them do (test_conformance.py)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from campaign.store.engine import Database
from tests.sources.newsroom_system import NewsroomSystem


@pytest.fixture
def system(db: Database, tmp_path: Path) -> Iterator[NewsroomSystem]:
    with NewsroomSystem.beside(db, tmp_path) as system:
        yield system


def test_an_unknown_field_is_refused_and_stops_no_other_push(system: NewsroomSystem) -> None:
    jane = system.humans[system.join("jane@example.org")]
    body = json.loads(system.body([jane]))
    body["items"][0]["paid_untill"] = body["items"][0].pop("paid_until")
    assert system.push(json.dumps(body).encode()) == 422
    assert system.number == 0
    system.night()
    assert system.number == 1


def test_whom_only_an_address_tells_is_one_person_with_who_is_known_by_a_number(system: NewsroomSystem) -> None:
    jane = system.humans[system.join("jane@example.org")]
    system.night()
    body = json.loads(system.body([jane]))
    body["items"][0] |= {"id": "another", "account": None}
    assert system.push(json.dumps(body).encode()) == 200
    assert system.number == 1


def test_time_alone_ends_what_is_paid_until_and_grace_comes_between(system: NewsroomSystem) -> None:
    key = system.join("jane@example.org")
    system.night()
    system.fail(system.humans[key])
    paid_until = system.humans[key].arrangements[0].periods[0].ends
    system.now = paid_until + timedelta(days=14) - timedelta(seconds=1)
    assert system.number == 1
    system.now += timedelta(seconds=1)
    assert system.number == 0
