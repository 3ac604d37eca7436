"""Makes people nobody: what leads back to them goes, what the ledger was counted from stays (docs/people.md)."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from campaign.store import erasures
from campaign.store.address_keys import ERASED
from campaign.store.erasures import stand_in
from campaign.store.fact_rows import parts
from campaign.store.tables import (
    Account,
    ByHand,
    FactBefore,
    InboxEvent,
    MembershipRow,
    PaymentRow,
    PendingSignUp,
    PersonDecision,
    SignUpRow,
    SourceObject,
)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much lost its owner."""

    people: int
    accounts: int
    memberships: int
    payments: int
    sign_ups: int


def forget(session: Session, person_ids: Collection[int], hashes: Collection[str], now: datetime) -> Forgotten:
    """The people's accounts have no address, and no id that leads to them; `hashes`: of the address that was typed.

    They stay joined as they were, so that the number does not move: by a mark drawn at random in place of each address.
    """
    accounts: list[Account] = []
    for some in parts(sorted(person_ids)):
        accounts += session.scalars(select(Account).where(Account.person_id.in_(some)))
    known = {h for a in accounts if (h := a.address_hash) is not None and not h.startswith(f"{ERASED}:")}
    erasures.remember(session, {*hashes, *known}, now)
    _forget_waiting(session, hashes)
    counts = _facts(session, [a.id for a in accounts])
    marks: dict[str, str] = {}
    for account in accounts:
        if account.key.startswith(f"{ERASED}:"):
            continue
        before = account.address_hash
        if before is not None:
            account.address_hash = marks.setdefault(before, f"{ERASED}:{secrets.token_hex(16)}")
        key, account.key = account.key, stand_in(account.source_id, account.key)
        _forget_key(session, account, key)
    _forget_by_hand(session, marks)
    _forget_reasons(session, [a.id for a in accounts])
    session.flush()
    return Forgotten(len(set(person_ids)), len(accounts), *counts)


def _facts(session: Session, account_ids: Collection[int]) -> tuple[int, int, int]:
    numbers = [0, 0, 0]
    for some in parts(sorted(account_ids)):
        for at, table in enumerate((MembershipRow, PaymentRow, SignUpRow)):
            numbers[at] += len(session.scalars(select(table.id).where(table.account_id.in_(some))).all())
    return numbers[0], numbers[1], numbers[2]


def _forget_waiting(session: Session, hashes: Collection[str]) -> None:
    session.execute(delete(PendingSignUp).where(PendingSignUp.address_hash.in_(list(hashes))))


def _forget_key(session: Session, account: Account, key: str) -> None:
    """The id the source gave it stands nowhere else: deliveries, objects asked for, what stood before a list."""
    source_id = account.source_id
    session.execute(
        update(InboxEvent)
        .where(InboxEvent.source_id == source_id, InboxEvent.object_key == key)
        .values(object_key=account.key)
    )
    session.execute(delete(SourceObject).where(SourceObject.source_id == source_id, SourceObject.key == key))
    keys = [key, *_fact_keys(session, account)]
    before = session.scalars(
        select(FactBefore).where(FactBefore.source_id == source_id, FactBefore.key.in_(keys))
    ).all()
    for row in before:
        if row.kind == "account" and row.key == key:
            row.key = account.key
            row.body = {**row.body, "key": account.key, "address_hash": account.address_hash}
        elif row.body.get("account_key") == key:
            row.body = {**row.body, "account_key": account.key}


def _fact_keys(session: Session, account: Account) -> Iterable[str]:
    for table in (MembershipRow, PaymentRow, SignUpRow):
        yield from session.scalars(select(table.key).where(table.account_id == account.id))


def _forget_by_hand(session: Session, marks: dict[str, str]) -> None:
    for row in session.scalars(select(ByHand).where(ByHand.address_hash.in_(list(marks)))):
        row.address_hash, row.note = None, ERASED


def _forget_reasons(session: Session, account_ids: Collection[int]) -> None:
    """Staff may have written a name."""
    d = PersonDecision
    for some in parts(sorted(account_ids)):
        session.execute(update(d).where(or_(d.account_id.in_(some), d.other_id.in_(some))).values(reason=ERASED))
