"""Odd files: encodings, separators, broken rows, values of many kinds. A row is taken or refused with its reason."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.domain.errors import Invalid
from campaign.ingest.addresses import address_hasher
from campaign.ingest.files import columns, values
from campaign.ingest.files.columns import Columns, What
from campaign.ingest.files.decoding import look_at
from campaign.ingest.files.reading import Refusal, RowReader, read_all
from campaign.ingest.files.rows import MembershipRow, PaymentRow, Row, bucket_of, pack, unpack

EXPORTED = datetime(2026, 11, 20, 9, tzinfo=UTC)
TEXT = "Email;Name;Member since\nana@example.org;Ána Ülkü;2026-02-01\nbo@example.org;Bo;2026-03-01\n"


def read(file: bytes, what: What | None = None, **given: str) -> tuple[list[Row], list[Refusal], int]:
    """Rows, refusals, and how many lines held nothing to count."""
    table = look_at(io.BytesIO(file), "k")
    found = columns.guess(table.heads, what)
    named: Mapping[str, str] = found.columns
    preset = found.preset.name if found.preset else ""
    said = Columns(found.what, named, preset, zone="UTC", **given)
    columns.check(said, table.heads)
    reader = RowReader(said, table.heads, address_hasher("p" * 32), EXPORTED, frozenset({"25k", "fund"}))
    everything = [one for _, one in read_all(io.BytesIO(file), table, reader)]
    refused = [one for one in everything if isinstance(one, Refusal)]
    rows = [one for one in everything if one is not None and not isinstance(one, Refusal)]
    return rows, refused, everything.count(None)


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_the_encoding_is_found_out_and_said(encoding: str, said: str) -> None:
    file = TEXT.encode(encoding)
    assert look_at(io.BytesIO(file), "k").words == f"{said}, columns separated by semicolons"
    rows, refused, _ = read(file)
    assert (len(rows), refused) == (2, [])


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_ends_of_lines(separator: str, end: str) -> None:
    rows, refused, _ = read(TEXT.replace(";", separator).replace("\n", end).encode())
    assert (len(rows), refused) == (2, [])


def test_what_stands_above_the_table_is_no_part_of_it() -> None:
    rows, refused, _ = read(f"Report of members\n\nPrinted;today\n{TEXT}".encode())
    assert ([row.line for row in rows], refused) == ([5, 6], [])


def test_a_broken_row_never_stops_the_others() -> None:
    file = (
        b"email,since\n"
        b"a@example.org,2026-02-01\n"
        b"b@example.org,2026-02-31\n"
        b"c@exa\0mple.org,2026-02-01\n" + b"d" * 10_000_000 + b",2026-02-01\n"
        b"=cmd|'/c calc'!A1,2026-02-01\n"
        b"e@example.org,2026-02-01,too,many\n"
        b"f@example.org\n"
        b"g@example.org,2026-02-01\n"
    )
    rows, refused, _ = read(file)
    assert [row.line for row in rows] == [2, 8, 9]
    assert [(one.line, one.field) for one in refused] == [
        (3, "Member since"), (4, "row"), (5, "row"), (6, "E-mail address"), (7, "row"),
    ]  # fmt: skip


def test_an_open_quotation_mark_is_said_with_its_lines() -> None:
    file = b'email,since\n"a@example.org,2026-02-01\n' + b"b@example.org,2026-02-01\n" * 20_000
    _, refused, _ = read(file)
    assert "quotation mark" in refused[0].reason


@pytest.mark.parametrize("file", [b"", b"PK\x03\x04...", b"\n\n", b"\xff\xfe", b"\0\0\0\0"])
def test_what_is_no_list_says_so(file: bytes) -> None:
    with pytest.raises(Invalid):
        read(file)


@given(st.binary(max_size=400))
def test_no_bytes_ever_break_the_reading(file: bytes) -> None:
    with contextlib.suppress(Invalid):
        rows, refused, _ = read(file, What.MEMBERSHIP)
        assert len(rows) + len(refused) <= len(file)


@given(st.lists(st.text(max_size=20), min_size=1, max_size=6))
def test_no_cells_ever_break_a_row(cells: list[str]) -> None:
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    head = "email,date,amount,currency,status,id"
    try:
        rows, refused, left = read(f"{head}\n{quoted}\n".encode("utf-8", "replace"), What.PAYMENT)
    except Invalid:
        return
    assert len(rows) + len(refused) + left <= 30


@pytest.mark.parametrize(
    ("typed", "order", "day"),
    [
        ("2026-11-05", "", "2026-11-05"),
        ("2026/11/05", "", "2026-11-05"),
        ("20261105", "", "2026-11-05"),
        ("05.11.2026", "", "2026-11-05"),
        ("05.11.26", "", "2026-11-05"),
        ("05/11/2026", "dmy", "2026-11-05"),
        ("11/05/2026", "mdy", "2026-11-05"),
        ("25/11/2026", "", "2026-11-25"),
        ("5 Nov 2026", "", "2026-11-05"),
        ("November 5, 2026", "", "2026-11-05"),
        ("2026-11-05 23:30:00.123456", "", "2026-11-05"),
        ("2026-11-05T23:30:00+03:00", "", "2026-11-05"),
        ("2026-11-05 11:30 PM", "", "2026-11-05"),
    ],
)
def test_dates_are_read_in_many_forms(typed: str, order: str, day: str) -> None:
    assert values.instant(typed, "UTC", order).date().isoformat() == day


@pytest.mark.parametrize("typed", ["2026-02-30", "31.04.2026", "soon", "99999-01-01", "1/2", "2026-11-05 25:00"])
def test_what_is_no_date_says_what_is_expected(typed: str) -> None:
    with pytest.raises(values.Unclear):
        values.instant(typed, "UTC", "dmy")


@pytest.mark.parametrize(
    ("typed", "currency", "decimals", "minor"),
    [
        ("25", "EUR", "", 2500),
        ("25,00", "EUR", "", 2500),
        ("1.234,56", "EUR", "", 123456),
        ("1,234.56", "USD", "", 123456),
        ("1,234", "EUR", ".", 123400),
        ("1,234", "KWD", ",", 1234),
        ("€ 8.50", "EUR", "", 850),
        ("8.50 USD", "USD", "", 850),
        ("−5,00", "EUR", "", -500),
        ("(5.00)", "EUR", "", -500),
        ("5.00-", "EUR", "", -500),
        ("1 000,00", "EUR", "", 100000),
        ("500", "JPY", "", 500),
    ],
)
def test_amounts_are_exact(typed: str, currency: str, decimals: str, minor: int) -> None:
    assert values.minor_units(typed, currency, decimals) == minor


@pytest.mark.parametrize(("typed", "currency"), [("8.505", "EUR"), ("8.5", "JPY"), ("eight", "EUR"), ("", "EUR")])
def test_what_is_no_amount_says_why(typed: str, currency: str) -> None:
    with pytest.raises(values.Unclear):
        values.minor_units(typed, currency, ".")


def test_unknown_currencies_and_missing_ones_are_errors_of_their_row() -> None:
    head = b"email,date,amount,currency\n"
    rows, refused, _ = read(head + b"a@example.org,2026-03-01,5,EUR\nb@example.org,2026-03-01,5,XQX\n")
    assert (len(rows), refused[0].field) == (1, "Currency")
    _, refused, _ = read(b"email,date,amount\na@example.org,2026-03-01,5\n")
    assert "choose one" in refused[0].reason


def test_no_reason_ever_repeats_what_stood_in_the_row() -> None:
    _, refused, _ = read(b"email,since\nnot-an-address-of-jane,jane@example.org\nx@example.org,jane@example.org\n")
    assert len(refused) == 2
    assert not any("jane" in one.reason for one in refused)


def test_a_patreon_export_tells_members_and_not_followers() -> None:
    file = (
        b"Name,Email,Patron Status,Tier,Patronage Since Date,Access Expiration,User ID\n"
        b"A,a@example.org,Active patron,Friend,2025-03-05 12:34:56.000000,,1\n"
        b"B,b@example.org,Declined patron,Friend,2025-03-05 12:34:56,,2\n"
        b"C,c@example.org,Former patron,Friend,2025-03-05 12:34:56,2026-01-05 12:00:00,3\n"
        b"D,d@example.org,,,,,4\n"
        b"E,e@example.org,Former patron,Friend,2025-03-05 12:34:56,2099-01-05 12:00:00,5\n"
    )
    rows, refused, nothing = read(file)
    assert (refused, nothing) == ([], 1)
    active, declined, former, leaving = [row for row in rows if isinstance(row, MembershipRow)]
    assert (active.until, active.ended) == (None, None)
    assert declined.until == int(EXPORTED.timestamp())
    assert former.ended == int(datetime(2026, 1, 5, 12, tzinfo=UTC).timestamp())
    assert leaving.ended == int(datetime(2099, 1, 5, 12, tzinfo=UTC).timestamp())


def test_steadys_states_and_gifts() -> None:
    file = (
        b"email,plan_name,gifted,subscription_state,subscribed_at,expires_at\n"
        b"a@example.org,Friend,FALSE,active,2026-01-01,2026-12-31\n"
        b"b@example.org,Friend,TRUE,not_renewing,2026-01-01,2026-12-31\n"
        b"c@example.org,Friend,FALSE,in_trial,2026-11-01,2026-12-01\n"
        b"d@example.org,Friend,FALSE,guest,2026-01-01,2026-12-31\n"
    )
    rows, refused, _ = read(file)
    assert ([row.how for row in rows if isinstance(row, MembershipRow)], refused) == (["p", "g", "t", "c"], [])


def test_ghosts_free_members_are_no_members() -> None:
    file = (
        b"id,email,name,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers\n"
        b"1,a@example.org,A,false,cus_1,2026-01-01T00:00:00.000Z,,,Friend\n"
        b"2,b@example.org,B,true,,2026-01-01T00:00:00.000Z,,,Friend\n"
        b"3,c@example.org,C,false,,2026-01-01T00:00:00.000Z,,,\n"
    )
    rows, refused, nothing = read(file)
    assert ([row.how for row in rows if isinstance(row, MembershipRow)], refused, nothing) == (["p", "c"], [], 1)


def test_a_bank_statement_hashes_who_paid_and_finds_the_campaign() -> None:
    file = (
        "Buchungstag;Verwendungszweck;Beguenstigter/Zahlungspflichtiger;Kontonummer/IBAN;Betrag;Waehrung\n"
        "05.03.26;Spende 25k;Jane Reader;DE89370400440532013000;25,00;EUR\n"
        "06.03.26;Miete;Landlord;DE00;-900,00;EUR\n"
        "07.03.26;Danke;Jane Reader;DE89 3704 0044 0532 0130 00;10,00;EUR\n"
    ).encode("cp1252")
    rows, refused, nothing = read(file)
    assert (refused, nothing) == ([], 1)
    first, second = [row for row in rows if isinstance(row, PaymentRow)]
    assert (first.amount, first.campaign, second.campaign) == (2500, "25k", None)
    assert first.account == second.account
    assert "DE89" not in str(first.account)


def test_rows_are_packed_and_unpacked_by_neighbours() -> None:
    text = "email,since\n" + "".join(f"r{n}@example.org,2026-02-01\n" for n in range(200))
    rows, _, _ = read(text.encode())
    buckets: dict[int, list[Row]] = {}
    for row in rows:
        buckets.setdefault(bucket_of(row, 8), []).append(row)
    unpacked = [unpack([pack(buckets[bucket])], What.MEMBERSHIP) for bucket in sorted(buckets)]
    again = [row for by_account in unpacked for rows in by_account.values() for row in rows]
    assert sorted(again) == sorted(rows)
    addresses = [row.address for row in again]
    assert addresses == sorted(addresses, key=str)
