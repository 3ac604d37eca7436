"""Supporters from a shell: found, merged after a look, taken back, forgotten; keys counted."""

from __future__ import annotations

import json

import pytest

from campaign.ingest.addresses import address_hasher
from campaign.store.engine import open_database
from tests.cli.conftest import Run
from tests.counting.test_booking import start
from tests.counting.test_merge import tell

HASHED = address_hasher("p" * 32)


@pytest.fixture
def accounts(database_url: str) -> tuple[int, int]:
    """Two members by two addresses."""
    db = open_database(database_url)
    start(db)
    two = tell(db, 1, "cus_a", HASHED("jane@example.org")), tell(db, 1, "cus_b", HASHED("doe@example.org"))
    db.dispose()
    return two


def number(run: Run) -> int:
    return json.loads(run("campaigns", "show", "25k", "--json").stdout)["progress"]["value"]


def test_a_merge_is_asked_before_and_can_be_taken_back(run: Run, accounts: tuple[int, int]) -> None:
    one, other = map(str, accounts)
    refused = run("people", "merge", one, other, "--reason", "one reader", status=1, answer="n\n")
    assert "25k" in refused.stdout
    assert number(run) == 2
    run("people", "merge", one, other, "--reason", "one reader", "--yes")
    assert number(run) == 1
    found = run("people", "find", answer="JANE@example.org\n").stdout
    assert "cus_b" in found
    assert "one reader" in found
    run("people", "take-back", other, one, "--reason", "two after all", "--yes")
    assert number(run) == 2
    assert "Nothing waits" in run("people", "waiting").stdout
    assert "no account" in run("people", "keep-apart", one, "999", "--reason", "why", status=2).stderr


def test_somebody_is_told_what_is_held_and_then_forgotten(run: Run, accounts: tuple[int, int]) -> None:
    held = json.loads(run("people", "find", "--json", answer="jane@example.org\n").stdout.partition("\n")[2] or "[]")
    assert [m["key"] for m in held[0]["memberships"]] == ["sub_cus_a"]
    assert [line["kind"] for line in held[0]["counted"]["25k"]] == ["Joined"]
    assert "2" in run("people", "keys").stdout
    asked = run("people", "erase", "--address", "jane@example.org", answer="y\n").stdout
    assert "1 accounts with 1 memberships" in asked
    assert number(run) == 2
    assert "erased on request" in run("people", "find", "--address", "jane@example.org", status=1).stderr
    run("people", "let-back", "--address", "jane@example.org")
    assert "nobody" in run("people", "find", "--address", "jane@example.org", status=1).stderr
