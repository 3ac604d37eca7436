"""All records of one kind: by id, newest first, and by the few fields that lists are asked by."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from operator import attrgetter
from typing import Any, Generic, TypeVar

from campaign.demo.provider.kinds import INDEXES
from campaign.demo.provider.records import Record

R = TypeVar("R", bound=Record)
Place = tuple[int, int, str]


class Table(Generic[R]):
    """Places are (created, number of arrival, id), so that two of the same second keep their order."""

    def __init__(self, kind: type[R]) -> None:
        self.kind = kind
        self.fields = tuple(kind.__dataclass_fields__)
        self.values = attrgetter(*self.fields)
        self.rows: dict[str, R] = {}
        self.numbers: dict[str, int] = {}
        self.order: list[Place] = []
        self.indexed = INDEXES.get(kind, ())
        self.by: dict[str, dict[Any, list[Place]]] = {name: {} for name in self.indexed}

    def add(self, record: R, number: int) -> None:
        self.rows[record.id] = record
        self.numbers[record.id] = number
        _insert(self.order, self.place(record))
        for name in self.indexed:
            self.index(record, name)

    def index(self, record: R, name: str) -> None:
        value = getattr(record, name)
        if value is not None:
            _insert(self.by[name].setdefault(value, []), self.place(record))

    def find(self, field: str, value: str) -> list[R]:
        """Those whose indexed field has this value, oldest first."""
        return [self.rows[place[2]] for place in self.by[field].get(value, ())]

    def place(self, record: R) -> Place:
        return (record.created, self.numbers[record.id], record.id)

    def newest_first(self, among: list[Place], *, after: R | None = None) -> Iterator[R]:
        end = bisect_left(among, self.place(after)) if after else len(among)
        for position in range(end - 1, -1, -1):
            yield self.rows[among[position][2]]

    def oldest_first(self, among: list[Place], *, after: R) -> Iterator[R]:
        place = self.place(after)
        start = bisect_left(among, place)
        if start < len(among) and among[start] == place:
            start += 1
        for position in range(start, len(among)):
            yield self.rows[among[position][2]]

    def __iter__(self) -> Iterator[R]:
        return iter(self.rows.values())

    def __len__(self) -> int:
        return len(self.rows)


def _insert(places: list[Place], place: Place) -> None:
    if not places or places[-1] < place:
        places.append(place)
    else:
        insort(places, place)
