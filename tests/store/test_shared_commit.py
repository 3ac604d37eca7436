"""Writes of several threads in one commit: nothing lost, nothing answered early, no one's mistake another's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from campaign.domain.errors import DatabaseUnavailable
from campaign.store.engine import Database, open_database
from campaign.store.shared_commit import SharedCommit

_THREADS = 8


@pytest.fixture
def numbers(db: Database) -> Database:
    with db.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE number (value INTEGER PRIMARY KEY)")
    return db


def put(value: int) -> Callable[[Connection], bool]:
    def step(connection: Connection) -> bool:
        connection.execute(text("INSERT INTO number VALUES (:value)"), {"value": value})
        return value % 2 == 0

    return step


def stored(db: Database) -> set[int]:
    with db.read() as session:
        return set(session.scalars(text("SELECT value FROM number")))


def together(db: Database, steps: list[Callable[[Connection], bool]]) -> list[Future[bool]]:
    """The steps are all waiting before the first may be written."""
    shared = SharedCommit(db)
    with ThreadPoolExecutor(len(steps)) as pool:
        with shared._turn:
            futures = [pool.submit(shared.write, step) for step in steps]
            while db.is_sqlite and len(shared._waiting) < len(steps):
                threading.Event().wait(0.01)
        return futures


def test_what_many_threads_write_is_all_there_and_each_has_its_own_answer(numbers: Database) -> None:
    shared = SharedCommit(numbers)

    def some(first: int) -> list[bool]:
        return [shared.write(put(value)) for value in range(first, 400, _THREADS)]

    with ThreadPoolExecutor(_THREADS) as pool:
        answers = list(pool.map(some, range(_THREADS)))
    assert stored(numbers) == set(range(400))
    assert answers == [[first % 2 == 0] * 50 for first in range(_THREADS)]


def test_what_waits_together_is_one_commit(sqlite_url: str) -> None:
    db = open_database(sqlite_url)
    transactions: list[int] = []

    def note(connection: Connection) -> bool:
        transactions.append(id(connection.get_transaction()))
        return True

    assert all(future.result() for future in together(db, [note] * 5))
    assert len(transactions) == 5
    assert len(set(transactions)) == 1
    db.dispose()


def test_the_answer_comes_only_after_the_commit(numbers: Database) -> None:
    seen: list[set[int]] = []

    def write_and_look(value: int) -> None:
        shared.write(put(value))
        seen.append(stored(numbers) & {value})

    shared = SharedCommit(numbers)
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(write_and_look, range(40)))
    assert all(seen)


def test_a_step_that_fails_takes_nobody_with_it(numbers: Database) -> None:
    def fail(connection: Connection) -> bool:
        put(99)(connection)
        raise ValueError("this one is wrong")

    futures = together(numbers, [put(1), put(2), fail, put(3)])
    with pytest.raises(ValueError, match="this one is wrong"):
        futures[2].result()
    assert [futures[i].result() for i in (0, 1, 3)] == [False, True, False]
    assert stored(numbers) == {1, 2, 3}


def test_a_database_that_is_gone_is_said_to_everybody_and_is_used_again_when_it_is_back(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    db = open_database(f"sqlite:///{folder / 'numbers.db'}")
    shared = SharedCommit(db)
    for value in (1, 2):
        with pytest.raises(DatabaseUnavailable):
            shared.write(put(value))
    folder.mkdir()
    with db.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE number (value INTEGER PRIMARY KEY)")
    assert shared.write(put(4))
    assert stored(db) == {4}
    db.dispose()
