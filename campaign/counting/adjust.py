"""Adjustments: the only way a number moves by hand, signed, with reason, author and date."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from campaign.counting.book import correction
from campaign.domain.campaign import Campaign, Hold
from campaign.domain.errors import Conflict, Invalid
from campaign.domain.standing import EntryKind
from campaign.store import audit, campaigns, ledger
from campaign.store.engine import Database, Session
from campaign.store.ledger import CAMPAIGN, Cause, NewEntry, SubjectLedger


def adjust(
    db: Database,
    campaign_id: int,
    amount: int,
    reason: str,
    author: str,
    now: datetime,
    *,
    public: bool = False,
    occurred_at: datetime | None = None,
) -> None:
    """An adjustment entry stands. `amount`: people or minor units, not zero; `occurred_at`: now or earlier.

    Raises Invalid, NotFound.
    """
    with db.write() as session:
        campaign = campaigns.load(session, campaign_id)
        book_adjustment(session, campaign, amount, reason, author, now, public=public, occurred_at=occurred_at)


def book_adjustment(
    session: Session,
    campaign: Campaign,
    amount: int,
    reason: str,
    author: str,
    now: datetime,
    *,
    public: bool = False,
    occurred_at: datetime | None = None,
) -> None:
    """The same in the caller's transaction. Raises Invalid."""
    at = occurred_at or now
    if amount == 0:
        raise Invalid("amount", "An adjustment of nothing changes nothing.")
    if not reason.strip():
        raise Invalid("reason", "Say why the number is adjusted: readers and colleagues may ask.")
    if at > now:
        raise Invalid("occurred_at", "An adjustment can't be of a time still to come.")
    ledgers = ledger.subject_ledgers(session, campaign.id, CAMPAIGN, [campaign.id])
    number = ledgers.get(campaign.id, SubjectLedger()).last_number + 1
    kind = EntryKind.ADJUSTMENT
    entry = NewEntry(CAMPAIGN, campaign.id, number, kind, kind, amount, at, None)
    cause = Cause("staff", author=author, note=reason, public=public)
    ledger.append(session, campaign.id, [entry], cause, now, {at: campaign.local_day(at)})
    audit.write(session, author, "campaign.adjust", campaign.slug, now, {"amount": amount, "reason": reason})


def reverse_adjustment(db: Database, entry_id: int, reason: str, author: str, now: datetime) -> None:
    """A correction reverses the adjustment. Raises NotFound, Invalid (another kind), Conflict (reversed already)."""
    if not reason.strip():
        raise Invalid("reason", "Say why the adjustment is taken back.")
    with db.write() as session:
        entry = ledger.entry(session, entry_id)
        if entry.kind is not EntryKind.ADJUSTMENT:
            raise Invalid("entry", "Only an adjustment is taken back by hand; everything else follows its facts.")
        if ledger.reversal_of(session, entry_id) is not None:
            raise Conflict("this adjustment was taken back already")
        campaign = campaigns.load(session, entry.campaign_id)
        ledgers = ledger.subject_ledgers(session, campaign.id, CAMPAIGN, [campaign.id])
        new = correction(entry, ledgers[campaign.id].last_number + 1)
        cause = Cause("staff", author=author, note=reason, public=entry.public)
        days = {entry.occurred_at: campaign.local_day(entry.occurred_at)}
        ledger.append(session, campaign.id, [new], cause, now, days)
        audit.write(session, author, "campaign.adjust_back", campaign.slug, now, {"entry": entry_id, "reason": reason})


def hold(db: Database, campaign_id: int, until: datetime, reason: str, author: str, now: datetime) -> None:
    """What is published stays as it is until `until`, unless released; visible to staff, in the audit log."""
    if until <= now:
        raise Invalid("until", "A hold ends in the future.")
    if not reason.strip():
        raise Invalid("reason", "Say why the number is held.")
    _set_hold(db, campaign_id, Hold(until, author, reason), author, reason, now)


def release(db: Database, campaign_id: int, author: str, now: datetime) -> None:
    """What is published follows the ledger again."""
    _set_hold(db, campaign_id, None, author, "released", now)


def _set_hold(db: Database, campaign_id: int, new: Hold | None, author: str, reason: str, now: datetime) -> None:
    with db.write() as session:
        campaign = campaigns.load(session, campaign_id)
        campaigns.save(session, replace(campaign, hold=new), author, reason, now)
        action = "campaign.hold" if new is not None else "campaign.release"
        audit.write(session, author, action, campaign.slug, now, {"reason": reason})
