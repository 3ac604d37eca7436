"""Staff's decisions about people: counted at once, looked at before, taken back without a trace in the number."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from campaign.counting import merge
from campaign.counting.book import Cause, recount
from campaign.counting.check import check
from campaign.domain.campaign import Campaign, GoalKind
from campaign.domain.errors import Conflict, Invalid, NotFound
from campaign.store import accounts_shown, audit, decisions, facts, ledger
from campaign.store.engine import Database
from campaign.store.told import Told, ToldAccount, ToldMembership
from tests.counting.test_booking import NOW, start, value
from tests.ledgers import add_source
from tests.stories import day


def tell(
    db: Database, source_id: int, key: str, address: str | None, *links: str, since: float = 190, stamp: int = 1
) -> int:
    """A running membership of one account; returns our id of the account, 0 where its key is not kept."""
    told = Told()
    told.add(ToldAccount(key, address, links))
    told.add(ToldMembership(f"sub_{key}", key, "active", day(since), running_from=day(since), invoices_complete=True))
    with db.write() as session:
        saved = facts.save(session, source_id, told, stamp)
        recount(session, saved.touched, Cause("inbox", 1), NOW)
        query = text("SELECT id FROM account WHERE source_id = :s AND key = :k")
        return session.execute(query, {"s": source_id, "k": key}).scalar_one_or_none() or 0


def person_of(db: Database, account_id: int) -> int:
    with db.read() as session:
        return accounts_shown.load(session, [account_id])[0].person_id


def standing(db: Database, of: Campaign) -> list[tuple[object, ...]]:
    """What stands, by kind, amount and time."""
    with db.read() as session:
        ids = session.scalars(text("SELECT id FROM person")).all()
        ledgers = ledger.subject_ledgers(session, of.id, "person", ids)
    return sorted((e.kind.value, e.amount, e.occurred_at) for has in ledgers.values() for e in has.standing)


def test_a_merge_counts_two_as_one_and_says_so_before(db: Database) -> None:
    of = start(db)
    jane, also_jane = tell(db, 1, "a", "1:a", since=190), tell(db, 1, "b", "1:b", since=195)
    assert value(db, of) == 2
    looked = merge.merge(db, jane, also_jane, "ana", "same reader", NOW, keep=False)
    assert (looked.changes[0].before, looked.changes[0].after, len(looked.people)) == (2, 1, 1)
    assert value(db, of) == 2
    before = standing(db, of)
    done = merge.merge(db, jane, also_jane, "ana", "same reader", NOW)
    assert done.changes == looked.changes
    assert value(db, of) == 1
    assert check(db, of.id, NOW).found == []
    with db.read() as session:
        newest = ledger.last_entries(session, of.id, 1)[0]
        assert (newest.cause_kind, newest.author, newest.note) == ("staff", "ana", "same reader")
        assert audit.lines(session, 1)[0].action == "people.merge"
    merge.unmerge(db, jane, also_jane, "ana", "two after all", NOW)
    assert value(db, of) == 2
    assert standing(db, of) == before
    assert check(db, of.id, NOW).found == []


def test_keeping_apart_beats_the_address_and_can_be_taken_back(db: Database) -> None:
    of = start(db)
    jane, joe = tell(db, 1, "a", "1:home"), tell(db, 1, "b", "1:home")
    assert value(db, of) == 1
    merge.keep_apart(db, jane, joe, "ana", "a couple", NOW)
    assert value(db, of) == 2
    third = tell(db, 1, "c", "1:home")
    assert person_of(db, third) == person_of(db, jane)
    assert value(db, of) == 2
    merge.keep_apart(db, jane, third, "ana", "it is the second one's", NOW)
    assert person_of(db, third) == person_of(db, joe)
    for other in (joe, third):
        merge.unmerge(db, jane, other, "ana", "one after all", NOW)
    assert value(db, of) == 1
    assert check(db, of.id, NOW).found == []


def test_a_link_joins_whoever_holds_the_membership_whichever_is_told_first(db: Database) -> None:
    of = start(db)
    with db.write() as session:
        ghost = add_source(session, NOW, "ghost")
        session.execute(text("UPDATE source SET kind = 'ghost' WHERE id = :id"), {"id": ghost})
    at_ghost = tell(db, ghost, "g1", "1:ghost", "sub_c1")
    assert value(db, of) == 1
    at_stripe = tell(db, 1, "c1", "1:stripe")
    assert value(db, of) == 1
    assert person_of(db, at_ghost) == person_of(db, at_stripe)
    first = tell(db, 1, "c2", "1:s2")
    second = tell(db, ghost, "g2", "1:g2", "sub_c2")
    assert person_of(db, first) == person_of(db, second)
    merge.keep_apart(db, first, second, "ana", "a mix-up at Ghost", NOW)
    assert person_of(db, first) != person_of(db, second)
    assert value(db, of) == 3
    assert check(db, of.id, NOW).found == []


def test_what_can_not_be_decided_is_refused(db: Database) -> None:
    start(db, kind=GoalKind.MEMBERS)
    one, other = tell(db, 1, "a", "1:a"), tell(db, 1, "b", "1:b")
    with pytest.raises(Invalid):
        merge.merge(db, one, one, "ana", "why", NOW)
    with pytest.raises(Invalid):
        merge.merge(db, one, other, "ana", "  ", NOW)
    with pytest.raises(NotFound):
        merge.merge(db, one, 999, "ana", "why", NOW)
    with pytest.raises(NotFound):
        merge.unmerge(db, one, other, "ana", "why", NOW)
    merge.merge(db, one, other, "ana", "why", NOW)
    with pytest.raises(Conflict):
        merge.keep_apart(db, other, one, "ana", "why", NOW)
    with db.read() as session:
        assert len(decisions.of_accounts(session, [one])) == 1
