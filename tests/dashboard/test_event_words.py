"""Every event that we ask for has plain words."""

from __future__ import annotations

from campaign.dashboard.event_words import WORDS, event_words
from campaign.dashboard.source_kinds import KINDS
from campaign.ingest.kinds import KINDS as ASKED
from campaign.ingest.stripe.events import EVENT_TYPES


def test_every_event_we_ask_for_has_words_and_the_lists_fit_one_call() -> None:
    types = [event_type for types in EVENT_TYPES for event_type in types]
    assert set(types) <= set(WORDS)
    assert all(len(some) <= 20 for some in EVENT_TYPES)
    assert len(types) == len(set(types))
    assert {"charge.failed", "customer.updated", "customer.deleted"} <= set(types)
    topics = {topic for kind in ASKED.values() for topic in kind.topics}
    assert topics <= set(WORDS)


def test_an_unknown_event_keeps_its_own_name() -> None:
    assert event_words("payout.paid") == "payout.paid"
    assert event_words("invoice.paid") == "A bill of a membership was paid"


def test_every_kind_that_is_asked_is_described_for_staff() -> None:
    assert set(KINDS) == set(ASKED)
    for name, told in KINDS.items():
        assert told.topics == ASKED[name].topics
        assert told.title == ASKED[name].title
