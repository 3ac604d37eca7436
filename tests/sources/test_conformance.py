"""What every kind of source must stand: the same cases, over HTTP, on both databases."""

from __future__ import annotations

import random
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.sources.conftest import WORLDS
from tests.sources.line import Line

MIB = 1 << 20


def live(line: Line, steps: int, seed: int, *, look: float = 0.5, days: tuple[float, ...] = (0.1, 1, 9, 20)) -> None:
    """A random life of the provider's people; some of it is looked at on the way."""
    chance = random.Random(seed)
    for number in range(4):
        line.world.join(f"first{number}@example.org")
    for step in range(steps):
        line.world.random_change(5, seed * 100 + step)
        line.world.advance(chance.choice(days))
        if chance.random() < look:
            line.catch_up()


def test_joining_renewing_and_leaving_move_the_number(line: Line) -> None:
    key = line.world.join("jane@example.org")
    line.world.join("joe@example.org")
    line.catch_up()
    assert line.number == 2
    line.world.advance(32)
    line.catch_up()
    line.sweep()
    assert line.number == 2
    line.world.leave(key, at_once=False)
    line.catch_up()
    assert line.number == 2
    line.world.advance(40)
    line.catch_up()
    line.sweep()
    assert line.number == 1
    line.agrees()


@pytest.mark.parametrize("seed", [1, 2])
def test_repeated_and_shuffled_deliveries_end_in_the_truth(line: Line, seed: int) -> None:
    line.world.deliveries(duplicate=0.4, shuffle=30)
    live(line, 8, seed)
    line.catch_up()
    line.sweep()
    line.agrees()


def test_lost_deliveries_are_made_up_by_asking_what_changed(line: Line) -> None:
    line.skip_where_lacking("listing")
    line.list_missed()
    line.world.deliveries(drop=1.0)
    line.world.join("jane@example.org")
    line.world.join("joe@example.org")
    line.catch_up()
    assert line.number == 0
    assert line.list_missed() > 0
    assert line.number == 2
    line.agrees()


@pytest.mark.parametrize("seed", [3, 4])
def test_a_sweep_finds_whatever_was_lost(line: Line, seed: int) -> None:
    line.take_in_all()
    line.world.deliveries(drop=0.6, duplicate=0.2, shuffle=10)
    live(line, 6, seed)
    line.catch_up()
    line.sweep()
    line.agrees()
    assert line.sweep()["different"] == {}
    assert line.sweep()["unknown"] == {}


def test_with_a_sweep_a_night_the_number_is_true_every_morning(line: Line) -> None:
    """Half of what is delivered is lost; payments fail and come late, and nobody is told twice of anything."""
    line.take_in_all()
    line.world.deliveries(drop=0.5, duplicate=0.3, shuffle=10)
    mornings: list[tuple[int, int]] = []
    for number in range(5):
        line.world.join(f"first{number}@example.org")
    for night in range(line.world.nights):
        line.world.random_change(1, night)
        line.catch_up()
        line.world.advance(1)
        line.sweep()
        mornings.append((line.number, line.world.truth()))
    assert [ours for ours, _ in mornings] == [theirs for _, theirs in mornings]
    assert max(theirs for _, theirs in mornings) >= 5
    line.agrees()


def test_an_import_of_a_grown_source_is_its_truth(line: Line) -> None:
    line.world.deliveries(drop=1.0)
    for number in range(7):
        line.world.join(f"reader{number}@example.org")
    line.world.advance(3)
    line.catch_up()
    line.take_in_all()
    assert line.number == 7
    line.agrees()
    line.take_in_all()
    assert line.number == 7


def test_an_outage_of_three_days_loses_nothing(line: Line) -> None:
    line.take_in_all()
    kept = line.world.join("jane@example.org")
    line.catch_up()
    line.world.behave(outage=True)
    for day in range(3):
        line.world.join(f"late{day}@example.org")
        line.world.deliveries(drop=0.0 if day == 0 else 1.0)
        line.catch_up()
        line.world.advance(1)
    assert line.number == 1
    assert line.trouble() != []
    line.world.leave(kept, at_once=True)
    line.world.advance(0.1)
    line.world.behave(outage=False)
    line.sweep()
    line.look()
    line.stand.work()
    line.agrees()


def test_calls_that_fail_now_and_then_change_nothing(line: Line) -> None:
    line.skip_where_lacking("calls")
    line.world.behave(fail_share=0.2)
    for number in range(6):
        line.world.join(f"reader{number}@example.org")
    line.catch_up()
    for _ in range(12):
        line.world.advance(0.1)
        line.catch_up()
    line.world.behave(fail_share=0)
    line.world.advance(0.1)
    line.catch_up()
    line.agrees()


def test_what_nobody_signed_is_refused_and_not_kept(line: Line) -> None:
    line.skip_where_lacking("signature")
    key = line.world.join("jane@example.org")
    line.catch_up()
    before = line.kept()
    refused = {line.world.post(sent) for sent in line.world.forgeries(key)}
    assert refused == {line.world.refused_status}
    assert line.kept() == before


def test_an_old_signature_is_refused(line: Line) -> None:
    line.skip_where_lacking("old_signature")
    key = line.world.join("jane@example.org")
    line.catch_up()
    before = line.kept()
    assert line.world.post(line.world.sign(key, age=timedelta(minutes=6))) == line.world.refused_status
    assert line.kept() == before


def test_the_very_same_delivery_again_changes_nothing(line: Line) -> None:
    key = line.world.join("jane@example.org")
    line.catch_up()
    before = len(line.kept())
    sent = line.world.sign(key)
    assert [line.world.post(sent) for _ in range(3)] == [200] * 3
    assert len(line.kept()) == before + 1
    line.stand.work()
    assert line.world.post(sent) == 200
    line.stand.work()
    assert line.number == 1
    line.agrees()


def test_a_delivery_of_before_takes_back_nothing_that_is_newer(line: Line) -> None:
    key = line.world.join("jane@example.org")
    line.world.join("joe@example.org")
    old = line.world.sign(key)
    line.catch_up()
    line.world.advance(0.001)
    line.world.leave(key, at_once=True)
    line.catch_up()
    now = line.number
    assert [line.world.post(old) for _ in range(2)] == [200] * 2
    line.stand.work()
    assert line.number == now
    line.agrees()


def test_test_mode_never_counts(line: Line) -> None:
    line.skip_where_lacking("test_mode")
    line.catch_up()
    line.world.stripe.deliveries(flip_livemode=True)
    line.world.join("jane@example.org")
    line.catch_up()
    assert line.number == 0
    assert {event.state for event in line.kept()} == {"ignored"}


def test_unknown_fields_are_ignored(line: Line) -> None:
    line.skip_where_lacking("unknown_fields")
    line.world.say_more()
    live(line, 4, 5)
    line.catch_up()
    line.sweep()
    line.agrees()


def test_a_missing_field_is_an_error_of_its_own_that_stops_no_other(line: Line) -> None:
    broken = line.world.join("jane@example.org")
    line.world.join("joe@example.org")
    line.world.leave_out(broken)
    line.catch_up()
    assert line.number == 1
    assert line.trouble() != []
    assert all(broken in said and "jane" not in said for said in line.trouble())
    line.take_in_all()
    assert line.number == 1
    line.world.leave_out(broken, mend=True)
    line.world.advance(0.1)
    line.catch_up()
    assert line.number == 2
    line.agrees()


@pytest.mark.parametrize("empty", ["", None, 7, {}, "x" * 300, "nul\x00"])
def test_an_empty_or_odd_id_is_no_key(line: Line, empty: Any) -> None:
    """It is kept and ignored, or refused; nothing is ever asked for by it."""
    line.world.join("jane@example.org")
    line.catch_up()
    before = len(line.kept())
    statuses = [line.world.post(sent) for sent in line.world.odd_ids(empty)]
    assert set(statuses) <= {200, *line.world.unfit_statuses}
    assert len(line.kept()) - before <= statuses.count(200)
    line.stand.work()
    assert line.number == 1
    line.agrees()


def test_a_body_over_a_mebibyte_is_refused_and_one_below_is_kept(line: Line) -> None:
    key = line.world.join("jane@example.org")
    line.catch_up()
    before = line.kept()
    assert line.world.post(line.world.sign(key, pad=MIB)) == line.world.too_large_status
    assert line.kept() == before
    assert line.world.post(line.world.sign(key, pad=line.world.most)) == 200
    line.stand.work()
    assert line.number == 1
    line.agrees()


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"[" * 100_000, b'"text"', b"\xff\xfe", b'{"member":[]}'])
def test_a_signed_body_that_is_no_event_is_refused(line: Line, body: bytes) -> None:
    line.look()
    assert line.world.post(line.world.sign_bytes(body)) in line.world.unfit_statuses
    assert line.kept() == []


def test_every_case_that_a_source_lacks_is_known_with_its_reason() -> None:
    """What is skipped is skipped here by name; nothing else is, and each says why."""
    asked = set(re.findall(r'skip_where_lacking\("(\w+)"\)', Path(__file__).read_text(encoding="utf-8")))
    assert {kind: set(world.lacks) for kind, world in WORLDS.items()} == {
        "stripe": set(),
        "ghost": {"test_mode"},
        "patreon": {"test_mode", "old_signature", "listing"},
        "api": {"test_mode", "old_signature", "listing", "unknown_fields"},
        "file": {"test_mode", "old_signature", "listing", "signature", "calls"},
    }
    for world in WORLDS.values():
        assert set(world.lacks) <= asked
        assert all(len(reason.split()) >= 4 for reason in world.lacks.values())
