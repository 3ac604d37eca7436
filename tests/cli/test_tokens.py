"""Tokens from a shell: printed once, listed without their secret, revoked."""

from __future__ import annotations

import json

from tests.cli.conftest import Run


def test_a_token_is_made_listed_and_revoked(run: Run) -> None:
    run("db", "upgrade")
    secret = run(
        "staff", "token", "make", "CRM", "--source", "crm", "--scope", "read", "--scope", "signups"
    ).output.strip()
    assert secret.startswith("mgt_")
    (listed,) = json.loads(run("staff", "token", "list", "--json").output)
    assert (listed["name"], listed["source_slug"], listed["scopes"]) == ("CRM", "crm", ["signups", "read"])
    assert secret not in json.dumps(listed)
    assert "revoked" in run("staff", "token", "revoke", str(listed["id"])).output
    assert "revoked" in run("staff", "token", "list").output
    run("staff", "token", "revoke", "99", status=2)
    run("staff", "token", "make", "X", "--source", "crm", "--scope", "read", "--days", "0", status=2)
    run("staff", "token", "make", "X", "--source", "No Slug", "--scope", "read", status=2)
