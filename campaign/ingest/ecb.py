"""The European Central Bank's reference rates, as it publishes them: CSV, the CSV in a ZIP, or XML.

Rates are units of a currency for one euro. The same CSV with another bank's rates against the euro is read alike.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from campaign.counting.book import recount
from campaign.domain.errors import Invalid
from campaign.store import audit, rates
from campaign.store.engine import Database
from campaign.store.ledger import PAYMENT, PERSON, Cause
from campaign.store.people import Touched
from campaign.store.rates import Kept, ToldRate

MOST_BYTES = 32 << 20
STEP = 100
RATES_A_STEP = 2_000
_DAY_FORMATS = ("%Y-%m-%d", "%d %B %Y")
_NONE = frozenset({"", "N/A", "-"})
_CODE = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file of rates brought: days, rates new, alike and different from those kept, and who waited for them."""

    days: int
    first: date
    last: date
    kept: Kept
    waited: int
    still_waiting: int


def import_rates(db: Database, content: bytes, name: str, actor: str, now: datetime) -> Imported:
    """The rates are known, and what waited for one of them is booked at its own time. Raises Invalid for the file.

    A rate that is known otherwise stays as it is: payments may have been converted by it.
    """
    told = read_rates(content)
    new = same = different = 0
    for at in range(0, len(told), RATES_A_STEP):
        with db.write() as session:
            kept = rates.save(session, told[at : at + RATES_A_STEP], name[:120])
        new, same, different = new + kept.new, same + kept.same, different + kept.different
    with db.write() as session:
        details = {"rates": len(told), "new": new, "different": different}
        audit.write(session, actor, "rates.import", name[:120], now, details)
    waited = _recount_waiting(db, actor, now)
    days = sorted({rate.day for rate in told})
    with db.read() as session:
        still = rates.count_waiting(session)
    return Imported(len(days), days[0], days[-1], Kept(new, same, different), waited, still)


def _recount_waiting(db: Database, actor: str, now: datetime) -> int:
    """Everything that waits for a rate is asked again, step by step; returns how many."""
    cause = Cause("staff", author=actor, note="exchange rates were imported")
    asked = 0
    for kind in (PERSON, PAYMENT):
        after = 0
        while True:
            with db.read() as session:
                part = rates.waiting(session, kind, after, STEP)
            if not part:
                break
            touched = Touched(people=set(part)) if kind == PERSON else Touched(payments=set(part))
            with db.write() as session:
                recount(session, touched, cause, now)
            asked, after = asked + len(part), part[-1]
    return asked


# -- reading a file


def read_rates(content: bytes) -> list[ToldRate]:
    """The rates of a file, in order of day and currency. Raises Invalid saying what is wrong with it."""
    if len(content) > MOST_BYTES:
        raise Invalid("file", f"The file is larger than {MOST_BYTES >> 20} MiB; that is no list of reference rates.")
    if content.startswith(b"PK"):
        content = _unzipped(content)
    told = list(_from_xml(content) if content.lstrip()[:1] == b"<" else _from_csv(content))
    if not told:
        raise Invalid("file", "The file holds no rate.")
    return sorted(told, key=lambda rate: (rate.day, rate.currency))


def _unzipped(content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [one for one in archive.infolist() if one.filename.lower().endswith((".csv", ".xml"))]
            if len(names) != 1 or names[0].file_size > MOST_BYTES:
                raise Invalid("file", "The ZIP must hold one CSV or XML file.")
            return archive.read(names[0])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise Invalid("file", f"The ZIP can't be opened: {error}.") from None


def _from_csv(content: bytes) -> Iterator[ToldRate]:
    try:
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig")), strict=True)
        header = [name.strip().upper() for name in next(rows, list[str]())]
        if not header or header[0] != "DATE":
            raise Invalid("file", 'The first line must begin with "Date", as in the bank\'s own file.')
        for number, row in enumerate(rows, 2):
            if row and row[0].strip():
                day = _day(row[0], number)
                for code, text in zip(header[1:], row[1:], strict=False):
                    if code and text.strip() not in _NONE:
                        yield _rate(day, code, text, number)
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid("file", f"The file is no CSV, ZIP or XML of rates: {error}.") from None


def _from_xml(content: bytes) -> Iterator[ToldRate]:
    """Cubes with a time hold cubes with a currency and a rate."""
    try:
        root = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Invalid("file", f"The XML can't be read: {error}.") from None
    for cube in root.iter():
        time = cube.get("time")
        if time is not None:
            day = _day(time, 0)
            for one in cube:
                if one.get("currency") and one.get("rate"):
                    yield _rate(day, str(one.get("currency")), str(one.get("rate")), 0)


def _rate(day: date, code: str, text: str, number: int) -> ToldRate:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal(0)
    if not _CODE.fullmatch(code) or not value.is_finite() or not Decimal("1e-9") < value < Decimal("1e9"):
        where = f"Line {number}" if number else f"{day}"
        raise Invalid("file", f"{where}: {code[:8]!r} {text.strip()[:20]!r} is no rate.")
    return ToldRate(day, code, value)


def _day(text: str, number: int) -> date:
    for form in _DAY_FORMATS:
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day, of no zone
        except ValueError:
            continue
    raise Invalid("file", f"Line {number}: {text.strip()[:20]!r} is no day like 2026-11-20.")
