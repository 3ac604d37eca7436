"""Who is one person: any order of the same accounts, joins and decisions gives the same people."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.domain.people import By, Join, Undecided, components

ACCOUNTS = range(1, 8)
ORDER = {account: (1, f"cus_{account}") for account in ACCOUNTS}
pairs = st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(ACCOUNTS)).filter(lambda p: p[0] != p[1])
joins = st.lists(
    st.builds(
        Join,
        st.sampled_from(By),
        st.lists(st.sampled_from(ACCOUNTS), min_size=2, max_size=4, unique=True).map(tuple),
        st.sampled_from("ab"),
    ),
    max_size=8,
)


def address(*accounts: int) -> Join:
    return Join(By.ADDRESS, accounts)


def merged(*accounts: int) -> Join:
    return Join(By.MERGE, accounts)


@given(joins, st.lists(pairs, max_size=4), st.randoms(use_true_random=False))
def test_order_repetition_and_our_own_ids_make_no_difference(
    given_joins: list[Join], apart: list[tuple[int, int]], chance: random.Random
) -> None:
    before = components(ORDER, given_joins, apart)
    shuffled = [*given_joins, *given_joins[:2]]
    chance.shuffle(shuffled)
    turned = [(b, a) for a, b in apart]
    chance.shuffle(turned)
    assert components(dict(reversed(ORDER.items())), shuffled, turned) == before
    renamed = {account: 100 - account for account in ACCOUNTS}
    other = components(
        {renamed[a]: ORDER[a] for a in ACCOUNTS},
        [Join(j.by, tuple(renamed[a] for a in j.accounts), j.of) for j in given_joins],
        [(renamed[a], renamed[b]) for a, b in apart],
    )
    assert other.people == tuple(tuple(renamed[a] for a in p) for p in before.people)


@given(joins, st.lists(pairs, max_size=4))
def test_everybody_is_somebody_and_nobody_kept_apart_is_one(
    given_joins: list[Join], apart: list[tuple[int, int]]
) -> None:
    parts = components(ORDER, given_joins, apart)
    assert sorted(a for p in parts.people for a in p) == list(ACCOUNTS)
    person_of = {a: at for at, p in enumerate(parts.people) for a in p}
    assert all(person_of[a] != person_of[b] for a, b in apart)
    torn = [j for j in given_joins if len({person_of[a] for a in j.accounts}) > 1]
    decided = {frozenset(p) for p in apart}
    for u in parts.undecided:
        assert person_of[u.account] != person_of[u.other]
        assert frozenset((u.account, u.other)) not in decided
    if not apart:
        assert torn == []
        assert parts.undecided == ()


@given(joins, st.lists(pairs, max_size=3), pairs)
def test_a_merge_taken_back_leaves_what_was(
    given_joins: list[Join], apart: list[tuple[int, int]], pair: tuple[int, int]
) -> None:
    before = components(ORDER, given_joins, apart)
    components(ORDER, [*given_joins, merged(*pair)], apart)
    assert components(ORDER, given_joins, apart) == before


def test_keeping_two_apart_beats_their_address() -> None:
    assert components(ORDER, [address(1, 2)], [(2, 1)]).people[:2] == ((1,), (2,))


def test_a_third_stays_with_the_first_and_waits_for_staff() -> None:
    parts = components(ORDER, [address(1, 2, 3)], [(1, 2)])
    assert parts.people[:2] == ((1, 3), (2,))
    assert parts.undecided == (Undecided(3, 2, By.ADDRESS),)


def test_those_not_kept_apart_stay_one_when_the_first_of_them_goes() -> None:
    parts = components(ORDER, [address(1, 2, 3)], [(1, 2), (1, 3)])
    assert parts.people[:2] == ((1,), (2, 3))
    assert parts.undecided == ()


@pytest.mark.parametrize(("apart", "whole"), [((3, 1), (2, 3)), ((3, 2), (1, 3))])
def test_staff_decide_with_whom_the_third_belongs(apart: tuple[int, int], whole: tuple[int, int]) -> None:
    parts = components(ORDER, [address(1, 2, 3)], [(1, 2), apart])
    assert whole in parts.people
    assert parts.undecided == ()


def test_staffs_own_merge_beats_an_address_between_two_kept_apart() -> None:
    parts = components(ORDER, [address(1, 2, 3), merged(2, 3)], [(1, 2)])
    assert parts.people[:2] == ((1,), (2, 3))
