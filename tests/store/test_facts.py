"""A fact changes only by a reading with a newer stamp; whoever it touched, before and after, is named."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaign.domain.facts import InvoiceLine
from campaign.store import facts, people, sources
from campaign.store.engine import Database
from campaign.store.told import Told, ToldAccount, ToldInvoice, ToldMembership, ToldPayment
from tests.ingest.stand import settings_for

NOW = datetime(2026, 11, 1, tzinfo=UTC)
LINE = InvoiceLine(NOW, NOW.replace(month=12), 500, "price_1")


@pytest.fixture
def source_id(db: Database, tmp_path: Path) -> int:
    with db.write() as session:
        source = sources.ensure_from_env(session, settings_for(tmp_path, stripe_api_key="rk_live_1"), NOW)
        assert source is not None
        return source.id


def told(*what: object) -> Told:
    reading = Told()
    reading.add(*what)  # type: ignore[arg-type]
    return reading


def membership(status: str = "active", account: str = "cus_1") -> ToldMembership:
    return ToldMembership("sub_1", account, status, NOW, price_keys=("price_1",))


def invoice(*links: str) -> ToldInvoice:
    return ToldInvoice("in_1", "sub_1", "paid", 500, "USD", NOW, None, (LINE,), links)


def payment(key: str = "ch_1", link: str = "pi_1") -> ToldPayment:
    return ToldPayment(key, "cus_1", link, None, "succeeded", 500, "USD", None, None, None, NOW, False, None, ())


def test_older_or_equal_changes_nothing(db: Database, source_id: int) -> None:
    with db.write() as session:
        saved = facts.save(session, source_id, told(ToldAccount("cus_1", "1:a"), membership()), 5)
        assert len(saved.touched.people) == 1
        for stamp in (4, 5):
            late = facts.save(session, source_id, told(ToldAccount("cus_1", "1:b"), membership("canceled")), stamp)
            assert late.touched.people == set()
        assert facts.membership_stamp(session, source_id, "sub_1") == 5
        same = facts.save(session, source_id, told(ToldAccount("cus_1", "1:a"), membership()), 6)
        assert same.touched.people == set()
        assert facts.membership_stamp(session, source_id, "sub_1") == 6


def test_a_new_address_touches_the_person_before_and_after(db: Database, source_id: int) -> None:
    with db.write() as session:
        before = facts.save(session, source_id, told(ToldAccount("cus_1", "1:a"), membership()), 1).touched.people
        other = facts.save(session, source_id, told(ToldAccount("cus_2", "1:b")), 2)
        assert other.touched.people == set()
        moved = facts.save(session, source_id, told(ToldAccount("cus_1", "1:b")), 3).touched.people
        assert before < moved
        assert len(moved) == 2
        with_facts = [p for p in people.load_people(session, moved) if p.memberships]
        assert len(with_facts) == 1


def test_an_account_nobody_told_yet_is_named_so_that_it_is_asked_for(db: Database, source_id: int) -> None:
    with db.write() as session:
        saved = facts.save(session, source_id, told(membership()), 1)
        assert saved.untold_accounts == {"cus_1"}
        later = facts.save(session, source_id, told(ToldAccount("cus_1", "1:a")), 2)
        assert later.touched.people == set()
        again = facts.save(session, source_id, told(membership()), 3)
        assert again.untold_accounts == set()


def test_an_invoice_and_its_payment_find_each_other_whichever_comes_first(db: Database, source_id: int) -> None:
    with db.write() as session:
        facts.save(session, source_id, told(ToldAccount("cus_1", "1:a"), membership(), payment()), 1)
        linked = facts.save(session, source_id, told(invoice("pi_1")), 2).touched
        assert linked.people
        (known,) = people.load_payments(session, linked.payments)
        assert (known.invoice_key, known.price_keys) == ("in_1", ("price_1",))
        assert facts.is_linked(session, source_id, "pi_1")
        later = facts.save(session, source_id, told(invoice("pi_1", "pi_2")), 3).touched
        assert later.payments == linked.payments
        second = facts.save(session, source_id, told(payment("ch_2", "pi_2")), 4).touched
        assert [p.invoice_key for p in people.load_payments(session, second.payments)] == ["in_1"]


def test_once_all_invoices_were_known_a_later_reading_takes_that_not_back(db: Database, source_id: int) -> None:
    complete = ToldMembership("sub_1", "cus_1", "active", NOW, invoices_complete=True)
    with db.write() as session:
        facts.save(session, source_id, told(complete), 1)
        facts.save(session, source_id, told(membership("past_due")), 2)
        assert facts.knows_all_invoices(session, source_id, "sub_1")
