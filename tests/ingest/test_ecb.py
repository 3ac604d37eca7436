"""Rates come in as the bank publishes them, and what waited for one is booked at its own time."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from campaign.counting.book import recount
from campaign.counting.check import check
from campaign.counting.edit import create
from campaign.domain.campaign import Campaign, GoalKind, Rule
from campaign.domain.errors import Invalid
from campaign.domain.facts import Reduction, ReductionKind
from campaign.domain.progress import fold
from campaign.ingest.ecb import import_rates, read_rates
from campaign.store import day_totals, facts, rates, rechecks
from campaign.store.engine import Database
from campaign.store.ledger import Cause
from campaign.store.tables import Source
from campaign.store.told import Told, ToldAccount, ToldPayment
from tests.stories import campaign

CSV = b"Date,USD,GBP,HUF,\n2026-11-20,1.05,0.84,400,\n2026-11-19,1.04,0.83,N/A,\n"
XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
<gesmes:subject>Reference rates</gesmes:subject>
<Cube><Cube time='2026-11-20'><Cube currency='USD' rate='1.05'/><Cube currency='GBP' rate='0.84'/>
<Cube currency='HUF' rate='400'/></Cube><Cube time='2026-11-19'><Cube currency='USD' rate='1.04'/>
<Cube currency='GBP' rate='0.83'/></Cube></Cube></gesmes:Envelope>"""
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PAID_AT = datetime(2026, 11, 21, 9, tzinfo=UTC)


def zipped(content: bytes, name: str = "eurofxref-hist.csv") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


def test_csv_zip_and_xml_tell_the_same_rates() -> None:
    told = read_rates(CSV)
    assert [(r.day, r.currency, r.per_euro) for r in told][:2] == [
        (date(2026, 11, 19), "GBP", Decimal("0.83")),
        (date(2026, 11, 19), "USD", Decimal("1.04")),
    ]
    assert read_rates(XML) == read_rates(zipped(CSV)) == told
    assert read_rates(b"Date, USD\n20 November 2026, 1.05\n")[0].day == date(2026, 11, 20)


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"Date,USD\n", b"a,b\n1,2\n", b"Date,USD\n2026-11-20,-1\n", b"Date,USD\n2026-13-20,1\n"),
        *(b"<a", b"PK\x03\x04nothing", b"\xff\xfe\x00", b"Date,USD\n2026-11-20,NaN\n", b"Date,US$\nx,1\n"),
        *(zipped(b"x", "a.txt"), b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read_rates(content)
    assert refused.value.field == "file"
    assert refused.value.message


def fund(db: Database, kind: str = "file", **rule: object) -> Campaign:
    with db.write() as session:
        session.add(Source(kind=kind, slug=kind, name=kind, livemode=True, enabled=True, created_at=NOW))
    of = campaign(GoalKind.AMOUNT, rule=Rule(count_one_off=True, **rule), currency="GBP")  # type: ignore[arg-type]
    return create(db, of, "editor", "launch", NOW)


def pay(db: Database, *, stamp: int = 1, **changes: object) -> None:
    values = {
        "key": "p1", "account_key": "a1", "link_key": "p1", "invoice_key": None, "state": "succeeded",
        "amount_minor": 1_000, "currency": "USD", "settled_minor": None, "settled_currency": None, "fee_minor": None,
        "occurred_at": PAID_AT, "is_debit": False, "campaign_slug": None, "reductions": (), **changes,
    }  # fmt: skip
    told = Told()
    told.add(ToldAccount(str(values["account_key"]), None), ToldPayment(**values))  # type: ignore[arg-type]
    with db.write() as session:
        recount(session, facts.save(session, 1, told, stamp).touched, Cause("inbox", 1), NOW)


def raised(db: Database, of: Campaign) -> int:
    with db.read() as session:
        return fold(day_totals.load(session, of.id), of).value


def test_a_payment_without_a_rate_waits_visibly_and_is_then_booked_at_its_own_time(db: Database) -> None:
    of = fund(db)
    pay(db)
    with db.read() as session:
        assert [ask.waits for ask in rechecks.waits(session, of.id)] == ["no rate from USD to GBP is known yet"]
    assert raised(db, of) == 0
    done = import_rates(db, CSV, "eurofxref-hist.csv", "shell", NOW)
    assert (done.kept.new, done.waited, done.still_waiting) == (5, 1, 0)
    assert raised(db, of) == 800
    with db.read() as session:
        (kept,) = rates.conversions_of(session, 1)
        days = {total.day for total in day_totals.load(session, of.id)}
    assert (kept.amount_minor, kept.rate_on, kept.origin) == (800, date(2026, 11, 20), "eurofxref-hist.csv")
    assert (kept.from_per_euro, kept.to_per_euro) == ("1.05", "0.84")
    assert days == {PAID_AT.date()}
    assert check(db, of.id, NOW).found == []


def test_rate_first_or_payment_first_ends_alike_and_a_refund_uses_its_payments_rate(db: Database) -> None:
    of = fund(db)
    import_rates(db, CSV, "a", "shell", NOW)
    pay(db)
    parts = tuple(Reduction(f"r{n}", ReductionKind.REFUND, minor, NOW, NOW) for n, minor in enumerate((333, 333, 334)))
    pay(db, stamp=2, reductions=parts[:1])
    assert raised(db, of) == 800 - 266
    pay(db, stamp=3, reductions=parts)
    assert raised(db, of) == 0


def test_a_rate_once_known_stays(db: Database) -> None:
    of = fund(db)
    import_rates(db, CSV, "a", "shell", NOW)
    again = import_rates(db, CSV.replace(b"1.05", b"1.99"), "b", "shell", NOW)
    assert (again.kept.new, again.kept.same, again.kept.different) == (0, 4, 1)
    pay(db)
    assert raised(db, of) == 800


def test_what_a_source_settles_itself_waits_for_the_settlement_and_not_for_the_table(db: Database) -> None:
    of = fund(db, kind="stripe")
    import_rates(db, CSV, "a", "shell", NOW)
    pay(db)
    assert raised(db, of) == 0
    pay(db, stamp=2, settled_minor=812, settled_currency="GBP")
    assert raised(db, of) == 812
    pay(db, stamp=3, settled_minor=99_999, settled_currency="HUF")
    assert raised(db, of) == 800


def test_a_minimum_is_held_against_the_converted_amount(db: Database) -> None:
    of = fund(db, minimum_minor=801)
    import_rates(db, CSV, "a", "shell", NOW)
    pay(db)
    assert raised(db, of) == 0
