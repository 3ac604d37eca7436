"""Offline gifts and memberships, entered by staff: a promise counts nothing, what is received is a fact.

Nothing is changed or deleted: what was wrong is reversed, and entered again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaign.counting import book
from campaign.domain.errors import Conflict, Invalid
from campaign.domain.facts import How
from campaign.domain.money import exponent
from campaign.domain.people import ADDRESS_KEY, AddressHash
from campaign.ingest.addresses import AddressHasher
from campaign.store import audit, by_hand, campaigns, facts, facts_before
from campaign.store.by_hand import MEMBERSHIP, PAYMENT, HandSeen
from campaign.store.engine import Database, Session
from campaign.store.fact_rows import rows_by_key
from campaign.store.ledger import Cause
from campaign.store.stamps import pushed_stamp
from campaign.store.told import Told, ToldAccount, ToldMembership, ToldPayment


@dataclass(frozen=True, slots=True)
class Promise:
    """What somebody will give, or has given. A membership: from `starts_at` (else its receipt) until `ends_at`.

    `address` "": nobody known; it is hashed before anything is kept. `note`: for colleagues, like a receipt's number.
    """

    what: str
    note: str
    address: str = ""
    amount_minor: int | None = None
    currency: str | None = None
    campaign_slug: str | None = None
    is_gift: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def enter(
    db: Database,
    promise: Promise,
    hash_address: AddressHasher,
    actor: str,
    now: datetime,
    *,
    received_at: datetime | None = None,
) -> int:
    """It is kept, promised, or received at once; returns our id. Raises Invalid."""
    _check(promise, received_at, now)
    with db.write() as session:
        if promise.campaign_slug is not None:
            campaigns.by_slug(session, promise.campaign_slug)
        address = hash_address(promise.address or None)
        seen = by_hand.add(
            session,
            source_id=by_hand.source(session, now),
            what=promise.what,
            address_hash=None if address is None else str(address),
            amount_minor=promise.amount_minor,
            currency=promise.currency,
            campaign_slug=promise.campaign_slug,
            how=(How.GIFTED if promise.is_gift else How.PAID).value,
            starts_at=promise.starts_at,
            ends_at=promise.ends_at,
            note=promise.note.strip(),
            entered_at=now,
            entered_by=actor,
        )
        audit.write(session, actor, "by_hand.enter", seen.key, now, {"what": seen.what, "note": seen.note})
        if received_at is not None:
            _receive(session, seen, address, received_at, actor, now)
    return seen.id


def receive(db: Database, hand_id: int, received_at: datetime, actor: str, now: datetime) -> None:
    """What was promised has arrived and counts from then. Raises NotFound, Invalid, Conflict."""
    if received_at > now:
        raise Invalid("received_at", "It can't have arrived at a time still to come.")
    with db.write() as session:
        seen = by_hand.load(session, hand_id)
        _receive(session, seen, seen.address_hash, received_at, actor, now)


def reverse(db: Database, hand_id: int, reason: str, actor: str, now: datetime) -> None:
    """It counts no more, by entries that reverse; a promise is only struck out. Raises NotFound, Invalid, Conflict."""
    if not reason.strip():
        raise Invalid("reason", "Say why it is taken back.")
    with db.write() as session:
        seen = by_hand.load(session, hand_id)
        if not by_hand.reverse(session, hand_id, actor, reason.strip(), now):
            raise Conflict("this was taken back already")
        audit.write(session, actor, "by_hand.reverse", seen.key, now, {"reason": reason.strip()})
        if seen.received_at is not None:
            kind = facts_before.PAYMENT if seen.what == PAYMENT else facts_before.MEMBERSHIP
            told = facts_before.as_told(session, kind, seen.source_id, [seen.key])
            facts_before.withdrawn(kind, seen.key, told)
            _tell(session, seen, told, Cause("staff", author=actor, note=reason.strip()), now)


def _check(promise: Promise, received_at: datetime | None, now: datetime) -> None:
    if promise.what not in (PAYMENT, MEMBERSHIP):
        raise Invalid("what", "Choose a gift or a membership.")
    if not promise.note.strip():
        raise Invalid("note", "Say where it comes from, like “cheque, receipt 118”: colleagues may ask.")
    if promise.address and "@" not in promise.address:
        raise Invalid("address", "Enter an e-mail address, or leave it empty.")
    if promise.what == PAYMENT:
        if not promise.amount_minor or promise.amount_minor <= 0 or promise.currency is None:
            raise Invalid("amount", "Enter an amount above zero.")
        exponent(promise.currency)
    if promise.what == MEMBERSHIP and not promise.address:
        raise Invalid("address", "Whose membership is it? Without an address a person could count twice.")
    if promise.starts_at and promise.ends_at and promise.ends_at <= promise.starts_at:
        raise Invalid("ends_at", "It ends before it begins.")
    if received_at is not None and received_at > now:
        raise Invalid("received_at", "It can't have arrived at a time still to come.")


def _receive(
    session: Session, seen: HandSeen, address: str | None, received_at: datetime, actor: str, now: datetime
) -> None:
    if not by_hand.receive(session, seen.id, received_at, actor):
        raise Conflict("this was received or taken back already")
    hashed = address if isinstance(address, AddressHash) or address is None else AddressHash(address)
    account = ToldAccount(seen.key if hashed is None else f"{ADDRESS_KEY}{hashed}", hashed)
    told = Told()
    fact = _payment(seen, account, received_at) if seen.what == PAYMENT else _membership(seen, account, received_at)
    told.add(account, fact)
    audit.write(session, actor, "by_hand.receive", seen.key, now)
    _tell(session, seen, told, Cause("staff", author=actor, note=seen.note), now)


def _tell(session: Session, seen: HandSeen, told: Told, cause: Cause, now: datetime) -> None:
    """The facts stand, under a stamp above what stands of them."""
    stamp = pushed_stamp(now)
    for kind, keys in (
        (facts_before.ACCOUNT, told.accounts),
        (facts_before.PAYMENT, told.payments),
        (facts_before.MEMBERSHIP, told.memberships),
    ):
        rows = rows_by_key(session, facts_before.TABLES[kind], seen.source_id, list(keys))
        stamp = max([stamp, *(row["fetched_seq"] + 1 for row in rows.values())])
    touched = facts.save(session, seen.source_id, told, stamp).touched
    book.recount(session, touched, cause, now)


def _payment(seen: HandSeen, account: ToldAccount, received_at: datetime) -> ToldPayment:
    return ToldPayment(
        key=seen.key,
        account_key=account.key,
        link_key=seen.key,
        invoice_key=None,
        state="succeeded",
        amount_minor=seen.amount_minor or 0,
        currency=seen.currency or "",
        settled_minor=None,
        settled_currency=None,
        fee_minor=None,
        occurred_at=received_at,
        is_debit=False,
        campaign_slug=seen.campaign_slug,
        reductions=(),
    )


def _membership(seen: HandSeen, account: ToldAccount, received_at: datetime) -> ToldMembership:
    """It entitles from the later of its start and its receipt."""
    starts = max(seen.starts_at or received_at, received_at)
    return ToldMembership(
        key=seen.key,
        account_key=account.key,
        status="by hand",
        started_at=starts,
        running_from=starts,
        running_until=seen.ends_at,
        invoices_complete=True,
        how=How(seen.how),
    )
