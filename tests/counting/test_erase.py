"""Somebody is forgotten: the number stays, nothing leads back, and what is told again is nobody's."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from campaign.counting import erase, merge, renewal
from campaign.counting.check import check
from campaign.domain.errors import NotFound
from campaign.domain.people import AddressHash
from campaign.ingest.addresses import AddressHasher, address_hasher
from campaign.store import accounts_shown, address_keys, erasures, lookup
from campaign.store.engine import Database
from tests.counting.test_booking import NOW, start, value
from tests.counting.test_merge import person_of, standing, tell
from tests.ledgers import add_source

FIRST = address_hasher("k" * 40)
RENEWED = address_hasher("n" * 40, "2", [("1", "k" * 40)])


def hashed(address: str, by: AddressHasher = FIRST) -> AddressHash:
    found = by(address)
    assert found is not None
    return found


def everything(db: Database) -> str:
    """Every text the tables of people and facts hold."""
    tables = ("account", "person", "account_link", "person_decision", "inbox_event", "source_object", "fact_before")
    with db.read() as session:
        return str([session.execute(text(f"SELECT * FROM {t}")).all() for t in tables])


def test_the_number_stays_and_nothing_leads_back(db: Database) -> None:
    of = start(db)
    jane = hashed("jane@example.org")
    first, second = tell(db, 1, "cus_jane", jane), tell(db, 1, "cus_jane2", jane, since=195)
    other = tell(db, 1, "cus_joe", hashed("joe@example.org"))
    merge.merge(db, second, other, "ana", "Jane and Joe Doe are one", NOW)
    assert value(db, of) == 1
    before = standing(db, of)
    looked = erase.erase(db, jane.all, "ana", NOW, keep=False)
    assert "cus_jane" in everything(db)
    done = erase.erase(db, jane.all, "ana", NOW)
    assert looked == done
    assert (done.forgotten.accounts, done.forgotten.memberships, done.effect.changes) == (3, 3, ())
    assert (value(db, of), standing(db, of)) == (1, before)
    kept = everything(db)
    for trace in ("cus_jane", "cus_joe", str(jane), "Doe"):
        assert trace not in kept
    assert person_of(db, first) == person_of(db, other)
    assert check(db, of.id, NOW).found == []
    with db.read() as session:
        assert lookup.people_of_address(session, jane.all) == []
    with pytest.raises(NotFound):
        erase.erase(db, jane.all, "ana", NOW)


def test_told_again_it_stays_erased_and_counts_no_second_time(db: Database) -> None:
    of = start(db)
    jane = hashed("jane@example.org")
    account = tell(db, 1, "cus_jane", jane)
    erase.erase(db, jane.all, "ana", NOW)
    tell(db, 1, "cus_jane", jane, stamp=2)
    assert value(db, of) == 1
    assert "cus_jane'" not in everything(db)
    elsewhere = tell(db, 1, "cus_new", jane)
    assert value(db, of) == 2
    with db.read() as session:
        (shown,) = accounts_shown.load(session, [elsewhere])
        assert shown.key_version is None
    assert person_of(db, elsewhere) != person_of(db, account)
    erase.let_back(db, jane.all, "ana", NOW)
    assert accounts_shown_version(db, tell(db, 1, "cus_back", jane)) == "1"


def test_an_account_named_by_its_address_alone_keeps_no_hash(db: Database) -> None:
    start(db)
    jane = hashed("jane@example.org")
    tell(db, 1, f"address:{jane}", jane)
    erase.erase(db, jane.all, "ana", NOW)
    with db.write() as session:
        second = add_source(session, NOW, "lists")
    for source in (1, second):
        tell(db, source, f"address:{jane}", jane, stamp=2)
    assert f"address:{jane}" not in everything(db)


def test_a_renewed_key_finds_whom_the_old_one_knew(db: Database) -> None:
    of = start(db)
    old, new = hashed("jane@example.org"), hashed("jane@example.org", RENEWED)
    first = tell(db, 1, "cus_1", old)
    by_address = tell(db, 1, f"address:{old}", old)
    assert versions(db) == {"1": 2}
    with db.read() as session:
        assert lookup.people_of_address(session, new.all) == [person_of(db, first)]
    second = tell(db, 1, "cus_2", new)
    assert value(db, of) == 1
    assert person_of(db, first) == person_of(db, second) == person_of(db, by_address)
    assert versions(db) == {"2": 3}
    assert f"address:{new}" in everything(db)
    assert check(db, of.id, NOW).found == []


def test_a_sweep_moves_everybody_whose_address_comes_by(db: Database) -> None:
    start(db)
    tell(db, 1, "cus_1", hashed("jane@example.org"))
    tell(db, 1, "cus_2", hashed("joe@example.org"))
    seen = [hashed("jane@example.org", RENEWED), None]
    assert renewal.renew(db, seen, NOW) == 1
    assert versions(db) == {"1": 1, "2": 1}
    assert renewal.renew(db, seen, NOW) == 0


def test_who_was_erased_under_the_old_key_stays_so_under_the_new(db: Database) -> None:
    start(db)
    tell(db, 1, "cus_1", hashed("jane@example.org"))
    erase.erase(db, hashed("jane@example.org").all, "ana", NOW)
    new = hashed("jane@example.org", RENEWED)
    assert accounts_shown_version(db, tell(db, 1, "cus_2", new)) is None
    with db.read() as session:
        assert erasures.hashes_among(session, new.all)


def versions(db: Database) -> dict[str, int]:
    with db.read() as session:
        return {left.version: left.accounts for left in address_keys.left(session)}


def accounts_shown_version(db: Database, account_id: int) -> str | None:
    with db.read() as session:
        return accounts_shown.load(session, [account_id])[0].key_version
