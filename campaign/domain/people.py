"""Who is one person (counting.md, Who is a member): accounts, joined by what they share, less those kept apart.

Pure, and blind to order: an account is named by its source and the source's own id, never by when it came to us.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, product
from typing import Self

ADDRESS_KEY = "address:"
"""What the key of an account begins with where its source has no id of its own for a person; its hash follows."""


class AddressHash(str):
    """An address as it is kept: hashed under the newest key. `older`: the same address under the keys before it."""

    __slots__ = ("older",)
    older: tuple[str, ...]

    def __new__(cls, newest: str, older: Iterable[str] = ()) -> Self:
        made = super().__new__(cls, newest)
        made.older = tuple(older)
        return made

    @property
    def all(self) -> tuple[str, ...]:
        """Every hash the address may be known under, the newest first."""
        return (str(self), *self.older)


class By(StrEnum):
    """What joins two accounts, the strongest first."""

    MERGE = "merge"
    LINK = "link"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Join:
    """Accounts that belong together, all of them, by one thing they share (`of`: which, where there are many)."""

    by: By
    accounts: tuple[int, ...]
    of: str = ""


@dataclass(frozen=True, slots=True)
class Undecided:
    """Two accounts that something joins, but that hang between two kept apart: staff decide."""

    account: int
    other: int
    by: By


@dataclass(frozen=True, slots=True)
class Parts:
    """The people among some accounts, each as its accounts in order; and what waits for staff."""

    people: tuple[tuple[int, ...], ...]
    undecided: tuple[Undecided, ...] = ()


_STRENGTH = {by: at for at, by in enumerate(By)}


def components(
    order: Mapping[int, tuple[int, str]], joins: Collection[Join], apart: Collection[tuple[int, int]]
) -> Parts:
    """The people among the accounts. No two kept apart are ever one; without such a pair, what is joined is one.

    `order`: every account, with what it is sorted by (its source and key). Where a third hangs between two kept apart
    it stays with the one that is first by that order, joined by the strongest: a merge before a link before an address.
    """
    rank = {account: at for at, account in enumerate(sorted(order, key=order.__getitem__))}
    groups = _Groups(rank, apart)
    for join in _in_order(rank, joins):
        firsts: list[int] = []
        for account in sorted(join.accounts, key=rank.__getitem__):
            if not any(groups.unite(first, account) for first in firsts):
                firsts.append(account)
    people = sorted(groups.members(), key=lambda accounts: rank[accounts[0]])
    return Parts(tuple(tuple(accounts) for accounts in people), tuple(_undecided(rank, joins, apart, groups)))


def _in_order(rank: Mapping[int, int], joins: Collection[Join]) -> list[Join]:
    """The strongest first; of equals, those of the first accounts."""
    return sorted(joins, key=lambda j: (_STRENGTH[j.by], sorted(rank[a] for a in j.accounts), j.of))


class _Groups:
    """Accounts that are one so far; two groups of which any are kept apart never become one."""

    def __init__(self, rank: Mapping[int, int], apart: Collection[tuple[int, int]]) -> None:
        self._rank = rank
        self._first = {account: account for account in rank}
        self._members = {account: [account] for account in rank}
        self._apart: dict[int, set[int]] = defaultdict(set)
        for one, other in apart:
            if one in rank and other in rank:
                self._apart[one].add(other)
                self._apart[other].add(one)

    def first(self, account: int) -> int:
        while self._first[account] != account:
            self._first[account] = account = self._first[self._first[account]]
        return account

    def unite(self, one: int, other: int) -> bool:
        """Whether they are one now."""
        a, b = self.first(one), self.first(other)
        if a == b:
            return True
        if len(self._members[a]) < len(self._members[b]):
            a, b = b, a
        if any(self.first(kept) == a for m in self._members[b] for kept in self._apart.get(m, ())):
            return False
        self._first[b] = a
        self._members[a] += self._members.pop(b)
        return True

    def members(self) -> list[list[int]]:
        return [sorted(members, key=self._rank.__getitem__) for members in self._members.values()]


def _undecided(
    rank: Mapping[int, int], joins: Collection[Join], apart: Collection[tuple[int, int]], groups: _Groups
) -> list[Undecided]:
    """Of each join that goes through two people, the first two of either side whom staff do not keep apart."""
    decided = {frozenset(pair) for pair in apart}
    found: dict[frozenset[int], Undecided] = {}
    for join in _in_order(rank, joins):
        sides: dict[int, list[int]] = defaultdict(list)
        for account in sorted(join.accounts, key=rank.__getitem__):
            sides[groups.first(account)].append(account)
        for pair in _open_pairs(list(sides.values()), decided):
            found.setdefault(frozenset(pair), Undecided(*pair, join.by))
    return sorted(found.values(), key=lambda u: (rank[u.account], rank[u.other]))


def _open_pairs(sides: Sequence[Sequence[int]], decided: Collection[frozenset[int]]) -> Iterator[tuple[int, int]]:
    """For every two sides of a join the first pair that is not kept apart: one question at a time."""
    for side, other_side in combinations(sides, 2):
        for pair in product(side, other_side):
            if frozenset(pair) not in decided:
                yield pair
                break
