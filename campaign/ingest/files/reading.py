"""From a row of words to a row we keep, or to the reason why not. Addresses are hashed before anything is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any, BinaryIO

from campaign.domain.about import tags_of
from campaign.domain.money import EXPONENTS
from campaign.ingest.addresses import AddressHasher
from campaign.ingest.files import values
from campaign.ingest.files.columns import FIELDS, Columns, What
from campaign.ingest.files.decoding import Table, Unreadable, rows
from campaign.ingest.files.rows import LONGEST_KEY, MembershipRow, PaymentRow, Row, SignUpRow
from campaign.ingest.files.statuses import (
    ENDS,
    FAILED_STATUSES,
    FREE,
    LATE,
    LEAVES,
    PAID_STATUSES,
    RUNS,
    STATUSES,
    TRIAL,
)
from campaign.ingest.files.values import Unclear

SAID_AT_MOST = 10_000
"""Different things that rows say, remembered at a time."""
_Says = tuple[int | None, int | None, int | None, str, str, bool, str, str]
"""A MembershipRow from `starts` on."""

_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


class Refused(Exception):
    """A row can't be taken; `field` names what of it, the reason says what to do and never what stood there."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


class LeftOut(Exception):
    """A row that says that there is nothing to count: a follower, an outgoing transfer."""


@dataclass(frozen=True, slots=True)
class Refusal:
    line: int
    field: str
    reason: str


@dataclass(slots=True)
class RowReader:
    """Reads the rows of one list. `campaigns`: known short names, found in purposes too."""

    said: Columns
    heads: Sequence[str]
    hash_address: AddressHasher
    exported_at: datetime
    campaigns: frozenset[str] = frozenset()
    _at: dict[str, int] = field(init=False)
    _says: dict[Any, _Says] = field(init=False, default_factory=dict[Any, "_Says"])
    _of_membership: Callable[[list[str]], Any] = field(init=False)
    _is_by_address: bool = field(init=False)
    _read: Callable[[list[str], int], Row] = field(init=False)

    def __post_init__(self) -> None:
        self._at = {name: self.heads.index(head) for name, head in self.said.columns.items()}
        self._is_by_address = not self._at.keys() & {"person", "id"}
        said_in = sorted(at for name, at in self._at.items() if name not in ("address", "person", "id"))
        self._of_membership = itemgetter(*said_in) if said_in else _nothing
        self._read = {
            What.MEMBERSHIP: self._membership,
            What.PAYMENT: self._payment,
            What.SIGN_UP: self._sign_up,
        }[self.said.what]

    def read(self, cells: list[str], line: int) -> Row:
        """The row. Raises Refused and LeftOut."""
        if len(cells) < len(self.heads):
            cells = cells + [""] * (len(self.heads) - len(cells))
        elif len(cells) > len(self.heads) and any(cells[len(self.heads) :]):
            raise Refused("row", "it has more cells than there are columns: is a text with the separator not quoted?")
        return self._read(cells, line)

    # --- what a row is

    def _membership(self, cells: list[str], line: int) -> Row:
        of = self._of_membership(cells)
        says = self._says.get(of)
        if says is None:
            if len(self._says) >= SAID_AT_MOST:
                self._says.clear()
            says = self._says[of] = self._said_of_membership(cells)
        return MembershipRow(line, *self._who(cells), *says)

    def _said_of_membership(self, cells: list[str]) -> _Says:
        """Everything but whose it is; rows of one list say the same few things again and again."""
        word = self._cell(cells, "status")
        status = self._status(word) if "status" in self._at else RUNS
        tier = self._cell(cells, "tier")[:LONGEST_KEY]
        how = self._how(cells, status, word)
        if status == FREE and how != "c":
            raise LeftOut
        if self.said.preset == "ghost" and not tier and how != "c":
            raise LeftOut
        starts = self._instant(cells, "started")
        until = self._instant(cells, "paid_until", through=True)
        ended = self._instant(cells, "ended")
        export = int(self.exported_at.timestamp())
        if status == LEAVES and ended is None:
            ended = export if until is None else until
        if status == ENDS and ended is None:
            ended = min(until, export) if until is not None else export
        if status == LATE and until is None:
            until = export
        if starts is not None and starts > export:
            raise Refused("started", "it begins after the day of the export")
        if starts is not None and (until or ended or export) < starts:
            raise Refused("paid_until" if until else "ended", "it ends before it begins")
        if starts is None and ended is not None and ended <= export:
            raise LeftOut  # it says that somebody is no member, and not since when one was
        shown = re.sub(r"[^\w ]", "", word)[:40] or "listed"
        return starts, until, ended, how, tier, True, shown, self._tags(cells)

    def _payment(self, cells: list[str], line: int) -> Row:
        status = re.sub(r"[\W_]", "", self._cell(cells, "status").casefold())
        if status in FAILED_STATUSES:
            raise LeftOut
        if status not in PAID_STATUSES:
            raise Refused("status", "this status is not known; paid, failed, pending and refunded are")
        typed = self._cell(cells, "amount")
        currency = self._currency(cells, typed)
        try:
            amount = values.minor_units(typed, currency, self.said.decimals)
        except Unclear as problem:
            raise Refused("amount", str(problem)) from None
        if amount <= 0:
            raise LeftOut
        at = self._instant(cells, "date")
        if at is None:
            raise Refused("date", "a day is expected")
        if at > int(self.exported_at.timestamp()):
            raise Refused("date", "it is of a day after the export")
        account, address, key = self._who(cells)
        return PaymentRow(line, account, address, key, at, amount, currency, self._campaign(cells), self._tags(cells))

    def _sign_up(self, cells: list[str], line: int) -> Row:
        at = self._instant(cells, "date")
        export = int(self.exported_at.timestamp())
        started = export if at is None else at
        confirmed = self._confirmed(cells, started)
        account, address, key = self._who(cells)
        withdrawn = self._instant(cells, "withdrawn")
        return SignUpRow(line, account, address, key, started, confirmed, withdrawn, self._campaign(cells))

    # --- what a cell is

    def _cell(self, cells: list[str], name: str) -> str:
        at = self._at.get(name)
        if at is None:
            return ""
        text = cells[at].strip()
        return text[2:-1] if text.startswith('="') and text.endswith('"') else text

    def _who(self, cells: list[str]) -> tuple[str | None, str | None, str | None]:
        """Account key, address hash and the row's own number; at least one of them."""
        address = self._address(cells)
        if address is not None and self._is_by_address:
            return None, address, None
        person, key = self._number(cells, "person"), self._number(cells, "id")
        account = None if person is None else f"person:{person}"
        if account is None and address is None:
            account = self._payer(cells, "account")
        if account is None and address is None:
            account = self._payer(cells, "counterparty")
        if account is None and address is None and key is None:
            named = next((n for n in ("address", "person", "id", "account", "counterparty") if n in self._at), "row")
            raise Refused(named, "it does not say who it is: an address or a number is missing")
        return account, address, key

    def _address(self, cells: list[str]) -> str | None:
        typed = self._cell(cells, "address")
        if not typed:
            return None
        if len(typed) > 320 or _ADDRESS.fullmatch(typed) is None:
            raise Refused("address", "an e-mail address is expected")
        found = self.hash_address(typed)
        return None if found is None else " ".join(found.all)

    def _payer(self, cells: list[str], name: str) -> str | None:
        """Who paid, where only a bank account or a name tells it: hashed like an address."""
        bare = re.sub(r"[\W_]", "", self._cell(cells, name).casefold())
        if not bare:
            return None
        return f"{name}:{self.hash_address(f'{name}:{bare}')}"

    def _number(self, cells: list[str], name: str) -> str | None:
        typed = self._cell(cells, name)
        if not typed:
            return None
        if "@" in typed:
            raise Refused(name, "this is an address, and a number is expected: map the column as the address")
        if len(typed) > LONGEST_KEY:
            raise Refused(name, f"it is longer than {LONGEST_KEY} characters")
        return typed

    def _instant(self, cells: list[str], name: str, *, through: bool = False) -> int | None:
        typed = self._cell(cells, name)
        if not typed or (name == "ended" and typed.startswith("0000")):
            return None
        try:
            return int(values.instant(typed, self.said.zone, self.said.date_order, through=through).timestamp())
        except Unclear as problem:
            raise Refused(name, str(problem)) from None

    def _status(self, word: str) -> str:
        status = STATUSES.get(re.sub(r"[\W_]", "", word.casefold())) if word else FREE
        if status is None:
            raise Refused("status", "this status is not known; active, trial, past due, cancelled and free are")
        return status

    def _how(self, cells: list[str], status: str, word: str) -> str:
        try:
            if values.yes(self._cell(cells, "gifted")):
                return "g"
            if values.yes(self._cell(cells, "complimentary")):
                return "c"
        except Unclear as problem:
            raise Refused("gifted", str(problem)) from None
        bare = re.sub(r"[\W_]", "", word.casefold())
        if bare in ("guest", "comped", "complimentary"):
            return "c"
        return "g" if bare == "gifted" else "t" if status == TRIAL else "p"

    def _currency(self, cells: list[str], typed: str) -> str:
        told = self._cell(cells, "currency").upper() or values.currency_in(typed) or self.said.currency
        if not told:
            raise Refused("currency", "no currency is told: choose one for the whole list")
        if told not in EXPONENTS:
            raise Refused("currency", "this is no currency of ISO 4217, like EUR or UAH")
        return told

    def _confirmed(self, cells: list[str], started: int) -> int | None:
        if "confirmed" not in self._at:
            return started
        typed = self._cell(cells, "confirmed")
        try:
            return started if values.yes(typed) else None
        except Unclear:
            return self._instant(cells, "confirmed")

    def _tags(self, cells: list[str]) -> str:
        """What of a label can't be a tag is left out, as everywhere: it is no reason to refuse a member."""
        typed = self._cell(cells, "tags")
        return ",".join(tags_of(re.split(r"[,;|]", typed))) if typed else ""

    def _campaign(self, cells: list[str]) -> str | None:
        named = self._cell(cells, "campaign").casefold()
        if named:
            if named not in self.campaigns:
                raise Refused("campaign", "there is no campaign of this short name")
            return named
        words = set(re.findall(r"[a-z0-9-]+", self._cell(cells, "purpose").casefold())) & self.campaigns
        return words.pop() if len(words) == 1 else self.said.campaign or None


def read_all(file: BinaryIO, table: Table, reader: RowReader) -> Iterator[tuple[int, Row | Refusal | None]]:
    """Each line with its row, its refusal, or None where there is nothing to count."""
    labels = {one.name: one.label for one in FIELDS[reader.said.what]}
    for line, cells in rows(file, table):
        if isinstance(cells, Unreadable):
            yield line, Refusal(line, "row", cells.reason)
            continue
        try:
            yield line, reader.read(cells, line)
        except Refused as problem:
            yield line, Refusal(line, labels.get(problem.field, problem.field), problem.reason)
        except LeftOut:
            yield line, None


def _nothing(_cells: list[str]) -> tuple[()]:
    """What a row says where it says only whose it is."""
    return ()
