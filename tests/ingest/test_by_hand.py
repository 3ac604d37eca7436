"""Offline gifts and memberships: only what is received counts, and only an entry reverses it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaign.domain.campaign import GoalKind
from campaign.domain.errors import Conflict, Invalid
from campaign.ingest import by_hand
from campaign.ingest.addresses import address_hasher
from campaign.ingest.by_hand import MEMBERSHIP, PAYMENT, Promise
from campaign.store.engine import Database
from tests.ingest.files.lists import NOW, Newsroom, a_campaign

HASH = address_hasher("p" * 32)
GIFT = Promise(PAYMENT, "cheque 118", amount_minor=5000, currency="EUR")


@pytest.fixture
def newsroom(db: Database) -> Newsroom:
    room = Newsroom(db)
    room.open(a_campaign(), a_campaign(GoalKind.AMOUNT))
    return room


def test_a_promise_counts_nothing_and_counts_once_received(newsroom: Newsroom) -> None:
    hand_id = by_hand.enter(newsroom.db, GIFT, HASH, "ana", NOW)
    assert newsroom.number("amount") == 0
    by_hand.receive(newsroom.db, hand_id, NOW, "ana", NOW)
    assert newsroom.number("amount") == 5000
    with pytest.raises(Conflict):
        by_hand.receive(newsroom.db, hand_id, NOW, "bo", NOW)
    assert newsroom.differences() == []


def test_taking_back_reverses_by_an_entry_and_only_once(newsroom: Newsroom) -> None:
    hand_id = by_hand.enter(newsroom.db, GIFT, HASH, "ana", NOW, received_at=NOW)
    by_hand.reverse(newsroom.db, hand_id, "typed twice", "bo", NOW)
    assert newsroom.number("amount") == 0
    with pytest.raises(Conflict):
        by_hand.reverse(newsroom.db, hand_id, "again", "bo", NOW)
    assert newsroom.differences() == []


def test_a_membership_by_hand_is_one_with_that_of_a_list(newsroom: Newsroom) -> None:
    newsroom.bring_in("email,since\nana@example.org,2026-02-01\n")
    given = Promise(MEMBERSHIP, "gift at the fair", "ANA@example.org ", is_gift=True, ends_at=NOW + timedelta(days=30))
    hand_id = by_hand.enter(newsroom.db, given, HASH, "ana", NOW, received_at=NOW)
    assert newsroom.number() == 1
    by_hand.enter(newsroom.db, Promise(MEMBERSHIP, "cash", "new@example.org"), HASH, "ana", NOW, received_at=NOW)
    assert newsroom.number() == 2
    by_hand.reverse(newsroom.db, hand_id, "wrong person", "ana", NOW)
    assert newsroom.number() == 2
    assert newsroom.differences() == []


@pytest.mark.parametrize(
    ("promise", "field"),
    [
        (Promise(PAYMENT, "cheque", amount_minor=0, currency="EUR"), "amount"),
        (Promise(PAYMENT, "", amount_minor=100, currency="EUR"), "note"),
        (Promise(PAYMENT, "cheque", amount_minor=100, currency="XXQ"), "currency"),
        (Promise(MEMBERSHIP, "cash"), "address"),
        (Promise(MEMBERSHIP, "cash", "nobody"), "address"),
    ],
)
def test_what_can_not_be_taken_names_its_field(newsroom: Newsroom, promise: Promise, field: str) -> None:
    with pytest.raises(Invalid) as told:
        by_hand.enter(newsroom.db, promise, HASH, "ana", NOW)
    assert told.value.field == field
