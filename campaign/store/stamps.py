"""Our own sequence. A fact fetched under a stamp was asked for after everything that was stamped before it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

_SQLITE = text("UPDATE stamp SET value = value + 1 WHERE id = 1 RETURNING value")
_POSTGRESQL = text("SELECT nextval('stamp_seq')")


def next_stamp(session: Session) -> int:
    """A number above every stamp that anybody could have seen before this call."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    return int(session.execute(_SQLITE if on_sqlite else _POSTGRESQL).scalar_one())


_1970 = datetime(1970, 1, 1, tzinfo=UTC)


def pushed_stamp(as_of: datetime) -> int:
    """The stamp of what was pushed to us: microseconds since 1970, UTC."""
    return (as_of.astimezone(UTC) - _1970) // timedelta(microseconds=1)


def pushed_at(stamp: int) -> datetime:
    """The instant of such a stamp."""
    return _1970 + timedelta(microseconds=stamp)
