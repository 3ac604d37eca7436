"""When a stretch of attempts is a burst."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from campaign.domain.quarantine import Attempt, find_bursts

START = datetime(2026, 11, 1, tzinfo=UTC)


def attempts(count: int, seconds: int, *, tiny: bool = False, failed: bool = False, first: int = 0) -> list[Attempt]:
    return [Attempt(START + timedelta(seconds=seconds * i), first + i, tiny, failed) for i in range(count)]


def test_twenty_failing_or_tiny_attempts_in_ten_minutes_are_a_burst_and_only_the_tiny_ones_are_named() -> None:
    (burst,) = find_bursts(attempts(15, 20, failed=True) + attempts(5, 20, tiny=True, first=100))
    assert burst.payment_ids == (100, 101, 102, 103, 104)
    assert (burst.attempts, burst.suspects) == (20, 20)


def test_nineteen_are_none() -> None:
    assert find_bursts(attempts(19, 20, failed=True)) == []


def test_twenty_over_hours_are_none() -> None:
    assert find_bursts(attempts(20, 60, failed=True)) == []


def test_failures_among_many_real_gifts_are_none() -> None:
    assert find_bursts(attempts(20, 20, failed=True) + attempts(20, 20, first=100)) == []


def test_stretches_that_overlap_are_one() -> None:
    assert len(find_bursts(attempts(100, 20, tiny=True))) == 1
    apart = [
        Attempt(a.occurred_at + timedelta(hours=5), a.payment_id + 500, a.tiny, a.failed)
        for a in attempts(30, 5, tiny=True)
    ]
    assert len(find_bursts(attempts(30, 5, tiny=True) + apart)) == 2
