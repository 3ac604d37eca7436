"""One person's spellings of an address are one hash; different mailboxes stay different."""

from __future__ import annotations

import pytest

from campaign.ingest.addresses import address_hasher, normalised


@pytest.mark.parametrize(
    "spelling", ["Jane@Example.org", "  jane@example.org ", "JANE@EXAMPLE.ORG.", "\uff4a\uff41\uff4e\uff45@example.org"]
)
def test_spellings_of_one_mailbox_are_one(spelling: str) -> None:
    hashed = address_hasher("k" * 40)
    assert hashed(spelling) == hashed("jane@example.org")


@pytest.mark.parametrize("other", ["j.ane@example.org", "jane+news@example.org", "jane@example.com"])
def test_other_mailboxes_are_others(other: str) -> None:
    hashed = address_hasher("k" * 40)
    assert hashed(other) != hashed("jane@example.org")


def test_hosts_are_compared_in_idna() -> None:
    assert normalised("jane@M\u00fcnchen.example") == "jane@xn--mnchen-3ya.example"


def test_a_hash_names_its_key_version_and_depends_on_the_key() -> None:
    one, other = address_hasher("k" * 40), address_hasher("l" * 40)
    assert (one("jane@example.org") or "").startswith("1:")
    assert one("jane@example.org") != other("jane@example.org")


@pytest.mark.parametrize("odd", ["", "  ", None])
def test_no_address_has_no_hash(odd: str | None) -> None:
    assert address_hasher("k" * 40)(odd) is None


@pytest.mark.parametrize("odd", ["@", "jane", "jane@" + "x" * 300, "\ud800@x", "a@b@c", "jane@..", "jane@\x00"])
def test_odd_addresses_are_hashed_all_the_same(odd: str) -> None:
    assert address_hasher("k" * 40)(odd)
