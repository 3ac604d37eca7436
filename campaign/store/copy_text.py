"""Values as the text that PostgreSQL's COPY reads (its manual, COPY, Text Format)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, TypeDecorator

NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@lru_cache(maxsize=200)
def as_text(kind: Any) -> Callable[[Any], str]:
    """How values of a column's type are written. Raises KeyError for a type that no bulk table has."""
    plain = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    return _json if isinstance(plain, JSON) else _BY_TYPE[plain.python_type]


def _number(value: int | None) -> str:
    return NULL if value is None else str(value)


def _words(value: str | None) -> str:
    return NULL if value is None else value.translate(_ESCAPES)


def _yes_or_no(value: bool | None) -> str:
    return NULL if value is None else "t" if value else "f"


@lru_cache(maxsize=50_000)
def _instant(value: datetime | None) -> str:
    if value is None:
        return NULL
    if value.tzinfo is None:
        raise ValueError("a naive datetime was given to the database")
    return value.isoformat()


def _day(value: date | None) -> str:
    return NULL if value is None else value.isoformat()


def _json(value: Any) -> str:
    return json.dumps(value).translate(_ESCAPES)


_BY_TYPE: dict[type, Callable[[Any], str]] = {
    int: _number,
    str: _words,
    bool: _yes_or_no,
    datetime: _instant,
    date: _day,
}
