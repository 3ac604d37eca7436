"""Staff decide who is one person; whoever that touches is recounted in the same transaction (docs/people.md).

A decision is between two named accounts, so each can be taken back by itself. Every one can be looked at before: the
same steps are done and nothing of them is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from campaign.counting import book
from campaign.domain.campaign import Campaign, GoalKind
from campaign.domain.errors import Invalid
from campaign.domain.progress import fold
from campaign.store import (
    accounts,
    accounts_shown,
    audit,
    campaigns,
    day_totals,
    decisions,
    entries_shown,
    joins,
    ledger,
)
from campaign.store.engine import Database, Session
from campaign.store.fact_rows import lock_facts
from campaign.store.ledger import PERSON, Cause
from campaign.store.people import Touched

MOST_ENTRIES = 10_000
"""More than any one decision makes."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a decision does to one campaign: its number before and after, and how many entries that takes."""

    slug: str
    name: str
    kind: GoalKind
    currency: str | None
    before: int
    after: int
    entries: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision does: the people its accounts then belong to, and the campaigns it changes."""

    people: tuple[int, ...]
    changes: tuple[Change, ...]


def merge(
    db: Database, account_id: int, other_id: int, actor: str, reason: str, now: datetime, *, keep: bool = True
) -> Effect:
    """The two accounts are one person, unless staff keep them apart; `keep` False: only what that would do.

    Raises NotFound, Invalid, Conflict (a decision about these two holds already).
    """
    return _decide(db, decisions.MERGE, "people.merge", account_id, other_id, actor, reason, now, keep)


def keep_apart(
    db: Database, account_id: int, other_id: int, actor: str, reason: str, now: datetime, *, keep: bool = True
) -> Effect:
    """The two accounts are two people, whatever address or link they share. Raises as `merge`."""
    return _decide(db, decisions.APART, "people.keep_apart", account_id, other_id, actor, reason, now, keep)


def unmerge(
    db: Database, account_id: int, other_id: int, actor: str, reason: str, now: datetime, *, keep: bool = True
) -> Effect:
    """What staff decided about the two accounts no longer holds: a merge as well as keeping them apart.

    Raises NotFound where nothing was decided.
    """
    with db.read() as session:
        held = decisions.standing(session, account_id, other_id)
    return take_back(db, 0 if held is None else held.id, actor, reason, now, keep=keep)


def take_back(db: Database, decision_id: int, actor: str, reason: str, now: datetime, *, keep: bool = True) -> Effect:
    """The decision no longer holds; it stays on record. Raises NotFound, Invalid."""
    _require(reason)

    def act(session: Session) -> set[int]:
        held = decisions.load(session, decision_id)
        decisions.undo(session, decision_id, actor, now)
        action = "people.unmerge" if held.kind == decisions.MERGE else "people.let_join"
        _log(session, actor, action, held.account_id, held.other_id, reason, now)
        return {held.account_id, held.other_id}

    return _apply(db, act, Cause("staff", author=actor, note=reason), now, keep=keep)


def _decide(
    db: Database,
    kind: str,
    action: str,
    account_id: int,
    other_id: int,
    actor: str,
    reason: str,
    now: datetime,
    keep: bool,
) -> Effect:
    _require(reason)
    if account_id == other_id:
        raise Invalid("other", "These are the same account: name two.")

    def act(session: Session) -> set[int]:
        accounts_shown.require(session, [account_id, other_id])
        decisions.add(session, kind, account_id, other_id, reason, actor, now)
        _log(session, actor, action, account_id, other_id, reason, now)
        return {account_id, other_id}

    return _apply(db, act, Cause("staff", author=actor, note=reason), now, keep=keep)


def _apply(db: Database, act: Callable[[Session], set[int]], cause: Cause, now: datetime, *, keep: bool) -> Effect:
    """Decide, reassign, recount: one transaction, which leaves nothing behind where `keep` is False."""
    with db.write() as session:
        lock_facts(session)
        step = session.begin_nested()
        effect = reassign_and_recount(session, act(session), cause, now)
        if keep:
            step.commit()
        else:
            step.rollback()
    return effect


def reassign_and_recount(session: Session, account_ids: set[int], cause: Cause, now: datetime) -> Effect:
    """The accounts belong to the people the rule says, and these are recounted; what that changed, by campaign."""
    before = {c.id: (value, last_id) for c, value, last_id in _numbers(session)}
    touched = joins.reassign(session, account_ids)
    session.expire_all()
    book.recount(session, Touched(people=touched), cause, now)
    changes: list[Change] = []
    for campaign, value, _ in _numbers(session):
        was, after_id = before[campaign.id]
        made = _made(session, campaign.id, after_id, touched)
        if made:
            named = (campaign.slug, campaign.name, campaign.kind, campaign.currency)
            changes.append(Change(*named, was, value, made))
    return Effect(tuple(sorted(accounts.people_of(session, account_ids))), tuple(changes))


def _numbers(session: Session) -> list[tuple[Campaign, int, int]]:
    """Every campaign with its number and the id of its newest entry."""
    return [
        (c, fold(day_totals.load(session, c.id), c).value, ledger.last_entry_id(session, c.id) or 0)
        for c in campaigns.all_campaigns(session)
    ]


def _made(session: Session, campaign_id: int, after_id: int, people: set[int]) -> int:
    """How many entries were booked since, for these people."""
    new = entries_shown.booked_after(session, campaign_id, after_id, MOST_ENTRIES)
    return sum(1 for e in new if e.subject_kind == PERSON and e.subject_id in people)


def _require(reason: str) -> None:
    if not reason.strip():
        raise Invalid("reason", "Say why, without naming anybody: colleagues may ask, and it is kept for good.")


def _log(session: Session, actor: str, action: str, one: int, other: int, reason: str, now: datetime) -> None:
    details = {"accounts": [one, other], "reason": reason}
    audit.write(session, actor, action, f"accounts {one} and {other}", now, details)
