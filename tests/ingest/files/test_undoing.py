"""Bringing in and undoing, among other facts: what stands is what stands without the undone lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.domain.campaign import GoalKind
from campaign.ingest import by_hand
from campaign.ingest.addresses import address_hasher
from campaign.ingest.by_hand import MEMBERSHIP, Promise
from campaign.store.engine import Database, open_database
from tests.databases import Databases
from tests.ingest.files.lists import EXPORT, NOW, Newsroom, a_campaign

WHO = ("ana", "bo", "cem", "di")
HASH = address_hasher("p" * 32)


@dataclass(frozen=True)
class AList:
    """One list: which source, when exported, who is in it since when and until when."""

    source: str
    day: int
    rows: tuple[tuple[str, int, int], ...]
    is_complete: bool

    @property
    def text(self) -> str:
        lines = [f"{who}@example.org,2026-0{month}-01,2026-{until:02d}-15" for who, month, until in self.rows]
        return "\n".join(["email,since,paid until", *lines, ""])


@dataclass(frozen=True)
class ByHand:
    """Somebody's membership entered by hand between the lists."""

    who: str


a_row = st.tuples(st.sampled_from(WHO), st.integers(1, 6), st.integers(7, 12))
some_rows = st.lists(a_row, min_size=1, max_size=4, unique_by=lambda row: row[0]).map(tuple)
a_list = st.builds(AList, st.sampled_from(["one", "two"]), st.integers(0, 15), some_rows, st.booleans())
steps = st.lists(st.one_of(a_list, st.builds(ByHand, st.sampled_from(WHO))), min_size=1, max_size=5)


def play(newsroom: Newsroom, story: list[AList | ByHand], undone: set[int], *, at_once: bool) -> None:
    """The story; lists that are undone are undone right after the next step (`at_once`), or not told at all."""
    waiting = []
    used: set[tuple[str, int]] = set()
    for number, step in enumerate(story):
        if isinstance(step, ByHand):
            told = Promise(MEMBERSHIP, "cash", f"{step.who}@example.org")
            by_hand.enter(newsroom.db, told, HASH, "ana", NOW, received_at=NOW)
        elif (step.source, step.day) not in used:
            used.add((step.source, step.day))
            if at_once or number not in undone:
                at = EXPORT - timedelta(days=20 - step.day)
                seen = newsroom.bring_in(step.text, source=step.source, at=at, is_complete=step.is_complete)
                if number in undone:
                    waiting.append(seen)
                    continue
        while waiting and at_once:
            newsroom.undo(waiting.pop())
    while waiting:
        newsroom.undo(waiting.pop(0))


MEMBERS = "email,since,paid until\nana@example.org,2026-02-01,2026-12-31\n"
OTHERS = "email,since,paid until\nana@example.org,2026-04-01,2026-12-31\n"


def test_an_older_list_stands_once_the_newer_one_is_undone(newsroom: Newsroom) -> None:
    newest = newsroom.bring_in(MEMBERS, at=EXPORT)
    oldest = newsroom.bring_in(OTHERS, at=EXPORT - timedelta(days=2))
    between = newsroom.bring_in(MEMBERS.replace("02-01", "03-01"), at=EXPORT - timedelta(days=1))
    assert months_joined(newsroom) == [2]
    newsroom.undo(newest)
    assert months_joined(newsroom) == [3]
    newsroom.undo(between)
    assert months_joined(newsroom) == [4]
    newsroom.undo(oldest)
    assert months_joined(newsroom) == []
    assert newsroom.differences() == []


def test_an_older_list_undone_first_is_not_what_the_newer_one_leaves(newsroom: Newsroom) -> None:
    newest = newsroom.bring_in(MEMBERS, at=EXPORT)
    newsroom.undo(newsroom.bring_in(OTHERS, at=EXPORT - timedelta(days=2)))
    assert months_joined(newsroom) == [2]
    newsroom.undo(newest)
    assert months_joined(newsroom) == []


WITHOUT_A_START = "email,paid until\nana@example.org,2026-12-31\n"


def test_without_a_stated_start_the_first_list_that_stands_says_since_when(newsroom: Newsroom) -> None:
    newest = newsroom.bring_in(WITHOUT_A_START, at=EXPORT)
    oldest = newsroom.bring_in(WITHOUT_A_START, at=EXPORT - timedelta(days=8))
    between = newsroom.bring_in(WITHOUT_A_START.replace("12-31", "11-30"), at=EXPORT - timedelta(days=4))
    assert joined_at(newsroom) == [EXPORT - timedelta(days=8)]
    newsroom.undo(oldest)
    assert joined_at(newsroom) == [EXPORT - timedelta(days=4)]
    newsroom.undo(between)
    assert joined_at(newsroom) == [EXPORT]
    newsroom.undo(newest)
    assert joined_at(newsroom) == []
    assert newsroom.differences() == []


def test_a_list_that_ended_whom_it_did_not_name_leaves_nothing_of_them_once_what_named_them_is_undone(
    newsroom: Newsroom,
) -> None:
    first = newsroom.bring_in(MEMBERS, at=EXPORT - timedelta(days=8))
    newsroom.bring_in(OTHERS.replace("ana", "bo"), at=EXPORT, is_complete=True)
    assert months_joined(newsroom) == [2, 4]
    newsroom.undo(first)
    assert months_joined(newsroom) == [4]
    assert newsroom.differences() == []


def joined_at(newsroom: Newsroom) -> list[datetime]:
    return [at for kind, _, at in newsroom.standing() if kind == "joined"]


@pytest.fixture
def newsroom(db: Database) -> Newsroom:
    made = Newsroom(db)
    made.open()
    return made


def months_joined(newsroom: Newsroom) -> list[int]:
    return [(at + timedelta(days=1)).month for kind, _, at in newsroom.standing() if kind == "joined"]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_lists_undone_leave_what_stands_without_them(kind: str, request: pytest.FixtureRequest) -> None:
    databases: Databases = request.getfixturevalue(f"{kind}_databases")

    @settings(max_examples=12)
    @given(steps, st.sets(st.integers(0, 4)))
    def holds(story: list[AList | ByHand], undone: set[int]) -> None:
        # A complete list ends what it does not name at that moment, which later undoing of others does not retell.
        plain = [s if isinstance(s, ByHand) or i in undone else _open(s) for i, s in enumerate(story)]
        found = []
        for at_once in (True, False):
            with databases.fresh() as url:
                newsroom = Newsroom(open_database(url))
                try:
                    newsroom.open(a_campaign(), a_campaign(GoalKind.NEW_MEMBERS))
                    play(newsroom, plain, undone, at_once=at_once)
                    assert newsroom.differences() == []
                    found.append((newsroom.standing(), newsroom.standing("new-members")))
                finally:
                    newsroom.db.dispose()
        assert found[0] == found[1]

    holds()


def _open(step: AList) -> AList:
    return AList(step.source, step.day, step.rows, is_complete=False)
