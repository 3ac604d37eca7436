"""The newsroom's own list held against the number: who is only there, only here, and why; no address is kept."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from campaign.counting.book import recount
from campaign.counting.edit import create
from campaign.domain.campaign import Campaign, GoalKind
from campaign.domain.errors import Invalid
from campaign.domain.facts import How
from campaign.ingest.addresses import address_hasher
from campaign.ingest.own_list import Comparison, compare
from campaign.store import comparisons, facts
from campaign.store.engine import Database
from campaign.store.ledger import Cause
from campaign.store.people import Touched
from campaign.store.tables import Source
from campaign.store.told import Told, ToldAccount, ToldInvoice, ToldMembership, ToldPayment
from tests.stories import PRICE, campaign, day, line

NOW = day(100)
HASHED = address_hasher("k" * 32)


def newsroom(db: Database) -> Campaign:
    """Ada pays; Ben left; Cleo is in grace; Dan's grace is over; Eve only gave; Finn was given his; Gus has no address;
    Hal never paid; Ivy has a trial; Joe a price that does not count; Kim cancelled and runs on.
    """
    with db.write() as session:
        prices = [PRICE]
        session.add(Source(kind="stripe", slug="s", name="s", livemode=True, enabled=True, created_at=NOW,
                           counted_prices=prices))  # fmt: skip
    of = create(db, campaign(), "editor", "launch", NOW)
    told = Told()
    for who in ("ada", "ben", "cleo", "dan", "eve", "finn", "hal", "ivy", "joe", "kim"):
        told.add(ToldAccount(who, HASHED(f"{who}@example.org")))
    told.add(ToldAccount("gus", None))
    bills = {"ada": (90, 120), "ben": (20, 50), "cleo": (65, 95), "dan": (20, 50), "gus": (90, 120), "kim": (90, 120)}
    for who, (starts, ends) in bills.items():
        told.add(_invoice(who, starts, ends))
        gone = {"ben": day(30), "kim": day(95)}.get(who)
        ended = {"ben": day(50)}.get(who)
        cancel_at = day(120) if who == "kim" else None
        told.add(_membership(who, cancelled_at=gone, ended_at=ended, cancel_at=cancel_at, invoices_complete=True))
    told.add(_invoice("joe", 90, 120, price="price_shop"))
    told.add(_membership("joe", price_keys=("price_shop",), invoices_complete=True))
    told.add(_membership("hal", invoices_complete=True))
    told.add(_membership("finn", running_from=day(60), how=How.GIFTED, invoices_complete=True))
    trial = {"trial_starts_at": day(95), "trial_ends_at": day(109)}
    told.add(_membership("ivy", invoices_complete=True, **trial))
    told.add(ToldPayment("ch", "eve", "ch", None, "succeeded", 500, "USD", 500, "USD", 10, day(9), False, None, ()))
    with db.write() as session:
        touched: Touched = facts.save(session, 1, told, 1).touched
        recount(session, touched, Cause("import", 1), NOW)
    return of


def _membership(who: str, **changes: object) -> ToldMembership:
    base = {"key": f"sub_{who}", "account_key": who, "status": "", "started_at": day(1), "price_keys": (PRICE,)}
    return ToldMembership(**{**base, **changes})  # type: ignore[arg-type]


def _invoice(who: str, starts: int, ends: int, price: str = PRICE) -> ToldInvoice:
    lines = (line(starts, ends, price=price),)
    return ToldInvoice(f"in_{who}", f"sub_{who}", "paid", 500, "USD", day(starts), None, lines, ())


def look(db: Database, of: Campaign, *rows: str, head: str = "Name;E-Mail\n") -> Comparison:
    content = (head + "\n".join(rows) + "\n").encode("utf-8-sig")
    return compare(db, of, content, "members.csv", HASHED, "editor", NOW)


def test_everybody_is_in_both_or_has_a_reason(db: Database) -> None:
    of = newsroom(db)
    listed = ("ada", "ben", "dan", "eve", "hal", "ivy", "joe", "nobody")
    rows = [f"x;{who.upper()}@Example.org" for who in listed]
    found = look(db, of, *rows, "x; ada@example.org ", "x;none")
    assert (found.rows, found.people, found.repeated, found.unreadable, found.both) == (10, 8, 1, 1, 1)
    assert {d.line: d.reason for d in found.differences if d.side == "only there"} == {
        3: "cancelled; what was paid ended on 2026-02-20",
        4: "unpaid, and the days of grace ended on 2026-03-06",
        5: "known for giving once, without a membership",
        6: "a membership whose first payment never arrived, or that was taken back",
        7: "in a trial, which this campaign does not count",
        8: "a membership at a price, tier or source that this campaign does not count",
        9: "nobody with this address is known at any source",
    }
    assert sorted(found.only_here) == [
        "a gifted membership runs",
        "cancelled, and paid",
        "the last payment failed; the days of grace run",
        "the source tells no address, so no list can be matched",
    ]
    here = [d.reason for d in found.differences if d.side == "only here"]
    assert "cancelled, and paid until 2026-05-01" in here
    assert "the last payment failed; the days of grace run until 2026-04-20" in here


def test_reasons_are_counted_together_whatever_their_day(db: Database) -> None:
    of = newsroom(db)
    found = look(db, of, "x;ben@example.org", "x;dan@example.org", "x;ada@example.org")
    assert found.only_there == {
        "cancelled; what was paid ended": 1,
        "unpaid, and the days of grace ended": 1,
    }


def test_the_result_is_kept_without_an_address(db: Database, tmp_path: Path) -> None:
    of = newsroom(db)
    found = look(db, of, "x;ada@example.org")
    with db.read() as session:
        (kept,) = comparisons.listing(session, of.id)
        everything = json.dumps([dict(kept.result), kept.list_name, kept.made_by])
        audits = [str(row) for row in session.execute(text("SELECT * FROM audit"))]
    assert kept.result == found.numbers()
    assert "@" not in everything.replace("editor", "")
    assert not [row for row in audits if "@example.org" in row]


def test_a_plain_list_without_heads_is_read(db: Database) -> None:
    of = newsroom(db)
    assert look(db, of, "kim@example.org", head="ada@example.org\n").both == 2


def test_a_list_under_an_older_key_still_finds_its_people(db: Database) -> None:
    of = newsroom(db)
    newer = address_hasher("n" * 32, "2", [("1", "k" * 32)])
    assert compare(db, of, b"E-Mail\nada@example.org\n", "l.csv", newer, "editor", NOW).both == 1


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK\x03\x04"])
def test_what_is_no_list_is_refused_in_words(db: Database, content: bytes) -> None:
    with pytest.raises(Invalid):
        compare(db, campaign(), content, "x", HASHED, "editor", NOW)


def test_only_a_campaign_that_counts_members_is_compared(db: Database) -> None:
    with pytest.raises(Invalid):
        compare(db, campaign(GoalKind.AMOUNT), b"a@example.org\n", "x", HASHED, "editor", NOW + timedelta(days=1))
