"""What is written many rows at once is read as it was told, whatever stands in it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from sqlalchemy import select

from campaign.store import bulk, sources
from campaign.store.engine import ASKS_AGAIN_SECONDS, BUSY_TIMEOUT_SECONDS, Database, open_database
from campaign.store.tables import Account, MembershipRow, PersonRow
from tests.databases import Databases

AT = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)
AWKWARD = ("\\N", "a\tb", "a\nb\r", "back\\slash", "\\t", "Zoë “quoted” 🗞", "", ",;'\"")


def test_signs_that_separate_or_escape_are_kept_as_they_are(db: Database) -> None:
    cells = (None, False, ["a\\b", "t\tab", "ü"], 1, "paid", [])
    names = ("ended_at", "invoices_complete", "price_keys", "quantity", "how", "tags")
    with db.write() as session:
        source = sources.add_pushed(session, sources.FILE, "list", "List", AT)
        bulk.write(session, PersonRow, ("id",), [(1,)])
        account = ("id", "source_id", "key", "address_hash", "person_id", "fetched_seq")
        bulk.write(session, Account, account, [(1, source.id, "a", None, 1, 5)])
        each = ("id", "source_id", "key", "fetched_seq", "account_id", "status", "started_at")
        rows = [(i, source.id, f"{i}{word}", 5, 1, word, AT) for i, word in enumerate(AWKWARD, 1)]
        end = bulk.end_of(session, MembershipRow, names, cells)
        bulk.write(session, MembershipRow, each, rows, (names, [end] * len(rows)))
    with db.read() as session:
        m = MembershipRow
        columns = (m.key, m.status, m.started_at, m.ended_at, m.invoices_complete, m.price_keys, m.quantity, m.tags)
        found = session.execute(select(*columns).order_by(m.id)).all()
    assert [tuple(row) for row in found] == [
        (f"{i}{word}", word, AT, None, False, ["a\\b", "t\tab", "ü"], 1, []) for i, word in enumerate(AWKWARD, 1)
    ]


def test_who_waits_to_write_writes_once_the_other_is_done(sqlite_databases: Databases) -> None:
    """Two engines are two processes to SQLite; whoever waited, waits as patiently for everything else as before."""
    with sqlite_databases.fresh() as url:
        one, other = open_database(url), open_database(url)
        order: list[str] = []

        def waits() -> None:
            with other.begin() as connection:
                order.append("other")
                order.append(str(connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()))

        thread = threading.Thread(target=waits)
        try:
            with one.begin():
                thread.start()
                thread.join(5 * ASKS_AGAIN_SECONDS)
                assert thread.is_alive()
                order.append("one")
            thread.join()
        finally:
            one.dispose()
            other.dispose()
    assert order == ["one", "other", f"{BUSY_TIMEOUT_SECONDS}000"]
