"""The numbers of PostgreSQL's advisory locks, in one place: two with the same number would wait for each other."""

from __future__ import annotations

from enum import IntEnum, unique


@unique
class AdvisoryLock(IntEnum):
    """LEADERSHIP is held by a connection for as long as it leads, the others by a transaction.

    MIGRATION: two hosts that start at once do not migrate at once. PUBLICATION: versions are given out and committed in
    one order, so that who asks for newer ones misses none.
    """

    FACTS = 7_262_000
    MIGRATION = 7_262_001
    LEADERSHIP = 7_262_002
    PUBLICATION = 7_262_003
