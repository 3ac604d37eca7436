"""One row of a list as it is kept until it is booked: hashed, in seconds, packed with its neighbours."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar, cast

from campaign.domain.facts import How
from campaign.domain.people import ADDRESS_KEY, AddressHash
from campaign.ingest.files.columns import What
from campaign.store.told import ToldAccount, ToldMembership, ToldPayment, ToldSignUp

LONGEST_KEY = 200
_HOW = {how.value[0]: how for how in (How.PAID, How.TRIAL, How.GIFTED, How.COMPLIMENTARY)}


class MembershipRow(NamedTuple):
    """`runs`: it is running as of the export, or until `until`. Instants in seconds since 1970; `tags` with commas."""

    line: int
    account: str | None
    address: str | None
    key: str | None
    starts: int | None
    until: int | None
    ended: int | None
    how: str
    tier: str
    runs: bool
    word: str
    tags: str = ""


class PaymentRow(NamedTuple):
    line: int
    account: str | None
    address: str | None
    key: str | None
    at: int
    amount: int
    currency: str
    campaign: str | None
    tags: str = ""


class SignUpRow(NamedTuple):
    line: int
    account: str | None
    address: str | None
    key: str | None
    at: int
    confirmed: int | None
    withdrawn: int | None
    campaign: str | None


Row = MembershipRow | PaymentRow | SignUpRow
AnyRow = TypeVar("AnyRow", MembershipRow, PaymentRow, SignUpRow)
_LINE = itemgetter(0)
_OF: dict[What, type[Any]] = {What.MEMBERSHIP: MembershipRow, What.PAYMENT: PaymentRow, What.SIGN_UP: SignUpRow}


def account_key(row: Row) -> str:
    """Whom the row is about: the number its maker gives the person, else the address, else the row itself."""
    if row.account is not None:
        return row.account
    return f"{ADDRESS_KEY}{newest(row.address)}" if row.address is not None else f"row:{row.key}"


def newest(address: str) -> str:
    """Of the hashes of an address under all keys, written with spaces between, the first."""
    return address.partition(" ")[0]


def bucket_of(row: Row, buckets: int) -> int:
    """Rows of one address lie in one bucket, and buckets follow each other as the hashes do."""
    if row.address is not None:
        digits = newest(row.address).rpartition(":")[2][:8]
    else:
        digits = hashlib.blake2b(account_key(row).encode(), digest_size=4).hexdigest()
    return int(digits, 16) * buckets >> 32


def pack(rows: Iterable[Row]) -> bytes:
    return zlib.compress(json.dumps(list(rows), ensure_ascii=False, separators=(",", ":")).encode(), 1)


def unpack(bodies: Iterable[bytes], what: What) -> dict[str, list[Row]]:
    """The rows of some packed parts by whose they are (`account_key`), in the order of those, then of lines."""
    make = _OF[what]._make
    found: dict[str, list[Row]] = {}
    for body in bodies:
        for row in map(make, cast(list[list[Any]], json.loads(zlib.decompress(body)))):
            found.setdefault(account_key(row), []).append(row)
    for rows in found.values():
        if len(rows) > 1:
            rows.sort(key=_LINE)
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Same:
    """A row that looks like an earlier one of its file. `key`: what its fact would be called, were it one."""

    row: PaymentRow
    key: str


def told_account(row: Row, whose: str) -> ToldAccount:
    """`whose`: the row's account key, here and below."""
    if row.address is None:
        return ToldAccount(whose, None)
    first, *older = row.address.split(" ")
    return ToldAccount(whose, AddressHash(first, older))


def membership_key(row: MembershipRow, whose: str) -> str:
    """The maker's own number, else whose it is; a later stretch of the same person gets a number behind it."""
    return f"id:{row.key}" if row.key is not None else f"of:{whose}"


def numbered(key: str, number: int) -> str:
    """The key of the n-th fact that would have the same key; the first has it as it is."""
    return key if number <= 1 else f"{key}#{number}"


def told_membership(row: MembershipRow, whose: str, key: str, exported_at: datetime) -> ToldMembership:
    """What the row says of one membership, as of the export."""
    return replace(said_membership(row[4:], exported_at), key=key, account_key=whose)


@lru_cache(maxsize=10_000)
def said_membership(says: tuple[Any, ...], exported_at: datetime) -> ToldMembership:
    """What rows that say this from `starts` on say of a membership; whose it is, and its key, are left empty."""
    row = MembershipRow(0, None, None, None, *says)
    starts = exported_at if row.starts is None else _instant(row.starts)
    until = None if row.until is None else _instant(row.until)
    ended = None if row.ended is None else _instant(row.ended)
    is_ahead = ended is not None and ended > exported_at
    return ToldMembership(
        key="",
        account_key="",
        status=row.word,
        started_at=starts,
        cancel_at=ended if is_ahead else None,
        ended_at=None if is_ahead else ended,
        running_from=starts if row.runs else None,
        running_until=until if row.runs else None,
        invoices_complete=True,
        price_keys=(row.tier,) if row.tier else (),
        how=_HOW[row.how],
        tags=tuple(row.tags.split(",")) if row.tags else (),
    )


def payment_key(row: PaymentRow) -> str:
    """The maker's own number, else what the row says: rows that say the same have the same key."""
    if row.key is not None:
        return f"id:{row.key}"
    said = f"{account_key(row)}|{row.at}|{row.amount}|{row.currency}"
    return "like:" + hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


def told_payment(row: PaymentRow, key: str) -> ToldPayment:
    """What the row says of one payment that was received."""
    return ToldPayment(
        key=key,
        account_key=account_key(row),
        link_key=key,
        invoice_key=None,
        state="succeeded",
        amount_minor=row.amount,
        currency=row.currency,
        settled_minor=None,
        settled_currency=None,
        fee_minor=None,
        occurred_at=_instant(row.at),
        is_debit=False,
        campaign_slug=row.campaign,
        reductions=(),
        tags=tuple(row.tags.split(",")) if row.tags else (),
    )


def told_sign_up(row: SignUpRow) -> ToldSignUp:
    """What the row says of one sign-up."""
    key = f"id:{row.key}" if row.key is not None else f"of:{account_key(row)}|{row.campaign or ''}"
    return ToldSignUp(
        key=key,
        account_key=account_key(row),
        campaign_slug=row.campaign,
        started_at=_instant(row.at),
        confirmed_at=None if row.confirmed is None else _instant(row.confirmed),
        withdrawn_at=None if row.withdrawn is None else _instant(row.withdrawn),
    )


def without_repeats(rows: Sequence[PaymentRow]) -> tuple[dict[str, PaymentRow], list[Same]]:
    """The payments by key; and the rows beyond the first that look the same, which staff decide about.

    A number of the maker's own that comes twice is one payment.
    """
    first: dict[str, PaymentRow] = {}
    seen: dict[str, int] = {}
    same: list[Same] = []
    for row in rows:
        key = payment_key(row)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] == 1:
            first[key] = row
        elif row.key is None:
            same.append(Same(row, numbered(key, seen[key])))
    return first, same


@lru_cache(maxsize=20_000)
def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
