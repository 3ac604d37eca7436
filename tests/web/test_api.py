"""The newsroom's own systems at /api/v1: what they push counts, once, and nothing they send is a failure of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from campaign.accounts import tokens
from campaign.accounts.tokens import Scope
from campaign.counting.check import check
from campaign.domain.campaign import Campaign, EditorState, GoalKind, Rule
from campaign.domain.campaign import Scope as Scoped
from campaign.domain.progress import fold
from campaign.store import audit, campaigns, day_totals, inbox, ledger, people, sources
from campaign.store.engine import Database
from tests.web.staff_room import NOW, StaffRoom, open_room

START = "2026-11-01T00:00:00Z"


def a_campaign(slug: str, kind: GoalKind, target: int = 1000, **values: Any) -> Campaign:
    return Campaign(
        id=0,
        slug=slug,
        name=slug.title(),
        kind=kind,
        target=target,
        currency="USD" if kind is GoalKind.AMOUNT else None,
        starts_on=date(2026, 10, 1),
        ends_on=date(2026, 12, 31),
        zone="Europe/Kyiv",
        state=EditorState.PUBLIC,
        **values,
    )


@dataclass
class System:
    """A system of the newsroom with a token for everything."""

    room: StaffRoom
    secret: str = ""
    sent: int = field(default=0)

    def __post_init__(self) -> None:
        if not self.secret:
            self.secret = self.token()

    def token(self, *scopes: str, days: int = 30) -> str:
        wanted = scopes or [scope.value for scope in Scope]
        made = tokens.make(
            self.room.db, name="CRM", source_slug="crm", scopes=wanted, days=days, actor="ada", now=self.room.now
        )
        return made.secret

    def post(self, path: str, body: object, key: str | None = None, **headers: str) -> TestResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}
        if key is not None:
            sent["Idempotency-Key"] = key
        return self.room.app.test_client().post(f"/api/v1/{path}", data=raw, headers=sent | headers)

    def get(self, path: str) -> TestResponse:
        return self.room.app.test_client().get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {self.secret}"})

    def tell(self, path: str, *items: dict[str, Any], as_of: str = "2026-11-20T00:00:00Z", **more: Any) -> TestResponse:
        answer = self.post(path, {"as_of": as_of, "items": list(items)}, **more)
        assert answer.status_code == 200, answer.text
        return answer

    def value(self, slug: str) -> int:
        with self.room.db.read() as session:
            campaign = campaigns.by_slug(session, slug)
            value = fold(day_totals.load(session, campaign.id), campaign).value
        assert not check(self.room.db, campaign.id, self.room.now).found
        return value


@pytest.fixture
def system(db: Database, tmp_path: Path) -> Iterator[System]:
    with open_room(db, tmp_path) as room:
        with db.write() as session:
            for campaign in (a_campaign("members", GoalKind.MEMBERS), a_campaign("fund", GoalKind.AMOUNT)):
                campaigns.create(session, campaign, "ada", "new", NOW - timedelta(days=60))
        yield System(room)


def a_member(number: int = 1, **values: Any) -> dict[str, Any]:
    return {"id": f"m{number}", "email": f"reader{number}@example.org", "started_at": START, **values}


def a_payment(number: int = 1, **values: Any) -> dict[str, Any]:
    money = {"amount_minor": 500, "currency": "USD", "paid_at": START, "campaign": "fund"}
    return {"id": f"p{number}", "email": f"reader{number}@example.org", **money, **values}


# -- facts -------------------------------------------------------------------------------------------------------------


def test_memberships_count_by_person_and_leave_when_they_end(system: System) -> None:
    answer = system.tell("memberships", a_member(1), a_member(2), a_member(3, email="READER1@Example.org"))
    assert answer.json == {"received": 3, "entries": 2}
    assert system.value("members") == 2
    system.tell("memberships", a_member(2, ended_at="2026-11-21T00:00:00Z"), as_of="2026-11-21T00:00:00Z")
    assert system.value("members") == 1


def test_what_is_paid_until_then_has_grace_and_how_decides(system: System) -> None:
    system.tell("memberships", a_member(1, paid_until="2026-11-20T00:00:00Z"), a_member(2, how="complimentary"))
    system.tell("memberships", a_member(3, how="gifted"), a_member(4, how="trial"))
    assert system.value("members") == 2  # within grace; gifted


def test_an_older_or_equal_as_of_changes_nothing(system: System) -> None:
    system.tell("memberships", a_member(1), as_of="2026-11-20T00:00:00Z")
    for earlier in ("2026-11-20T00:00:00Z", "2026-11-19T23:59:59.999999Z", "2026-11-20T01:00:00+02:00"):
        system.tell("memberships", a_member(1, ended_at="2026-11-10T00:00:00Z"), as_of=earlier)
        assert system.value("members") == 1
    system.tell("memberships", a_member(1, ended_at="2026-11-10T00:00:00Z"), as_of="2026-11-20T00:00:00.000001Z")
    assert system.value("members") == 0


def test_as_of_is_needed_and_not_of_the_future(system: System) -> None:
    missing = system.post("memberships", {"items": [a_member()]})
    assert (missing.status_code, missing.json["field"]) == (422, "as_of")  # type: ignore[index]
    later = (NOW + timedelta(minutes=6)).isoformat()
    future = system.post("memberships", {"as_of": later, "items": [a_member()]})
    assert (future.status_code, future.json["field"]) == (422, "as_of")  # type: ignore[index]


def test_payments_with_their_refunds_and_disputes(system: System) -> None:
    refund = {"id": "r1", "amount_minor": 200, "at": "2026-11-05T00:00:00Z"}
    dispute = {"id": "d1", "amount_minor": 500, "opened_at": "2026-11-06T00:00:00Z"}
    system.tell("payments", a_payment(1), a_payment(2, refunds=[refund]), a_payment(3, disputes=[dispute]))
    assert system.value("fund") == 500 + 300 + 0
    won = dispute | {"state": "won", "closed_at": "2026-11-15T00:00:00Z"}
    system.tell("payments", a_payment(3, disputes=[won]), as_of="2026-11-21T00:00:00Z")
    assert system.value("fund") == 500 + 300 + 500
    system.tell("payments", a_payment(4, status="pending"), a_payment(5, status="failed"), a_payment(6, campaign=None))
    assert system.value("fund") == 500 + 300 + 500


def test_a_campaign_about_a_tag_counts_what_carries_a_tag(system: System) -> None:
    with system.room.db.write() as session:
        about = replace(a_campaign("festival", GoalKind.AMOUNT), rule=Rule(scope=Scoped(tags=("festival",))))
        campaigns.create(session, about, "ada", "new", NOW)
    system.tell("payments", a_payment(1, campaign=None, tags=["festival"]), a_payment(2, campaign=None, tags=["x"]))
    assert system.value("festival") == 500


def test_a_payment_of_nobody_known_counts(system: System) -> None:
    payment = a_payment(1)
    del payment["email"]
    system.tell("payments", payment)
    assert system.value("fund") == 500


def test_a_person_of_whom_only_the_account_is_told_keeps_the_address_told_before(system: System) -> None:
    system.tell("memberships", {"id": "m1", "account": "7", "email": "a@example.org", "started_at": START})
    system.tell("memberships", {"id": "m2", "account": "7", "started_at": START})
    system.tell("memberships", {"id": "m3", "email": "a@example.org", "started_at": START})
    assert system.value("members") == 1
    no_longer = {"id": "m1", "account": "7", "email": None, "started_at": START}
    system.tell("memberships", no_longer, as_of="2026-11-21T00:00:00Z")
    assert system.value("members") == 2


def test_sign_ups_are_facts_of_their_person(system: System) -> None:
    sign_up = {"id": "s1", "email": "a@example.org", "campaign": "petition", "started_at": START}
    system.tell("signups", sign_up | {"confirmed_at": "2026-11-02T00:00:00Z"})
    with system.room.db.read() as session:
        (person,) = people.load_people(session, people.all_person_ids(session, 0, 10))
    (known,) = person.sign_ups
    assert (known.key, known.campaign_slug, known.withdrawn_at) == ("s1", "petition", None)
    assert known.confirmed_at == datetime(2026, 11, 2, tzinfo=UTC)
    system.tell("signups", sign_up | {"withdrawn_at": "2026-11-03T00:00:00Z"}, as_of="2026-11-21T00:00:00Z")
    with system.room.db.read() as session:
        (person,) = people.load_people(session, [person.id])
    assert person.sign_ups[0].withdrawn_at == datetime(2026, 11, 3, tzinfo=UTC)


def test_an_entry_names_the_request_as_its_cause_and_no_address_is_kept(system: System) -> None:
    system.tell("memberships", a_member(1), key="first")
    with system.room.db.read() as session:
        campaign = campaigns.by_slug(session, "members")
        (entry,) = ledger.last_entries(session, campaign.id, 5)
        assert entry.cause_kind == "inbox"
        event = inbox.load(session, entry.cause_id or 0)
    assert event is not None
    assert (event.type, event.state, event.external_id) == ("api.memberships", "done", "memberships:first")


# -- keys --------------------------------------------------------------------------------------------------------------


def test_the_same_key_and_body_get_the_same_answer_and_do_nothing(system: System) -> None:
    adjustment = {"campaign": "members", "amount": 12, "reason": "Twelve from the fair"}
    first = system.post("adjustments", adjustment, key="fair-1")
    assert (first.status_code, first.json) == (200, {"received": 1, "entries": 1})
    again = system.post("adjustments", adjustment, key="fair-1")
    assert (again.status_code, again.json) == (200, first.json)
    assert again.headers["Idempotent-Replay"] == "true"
    assert system.value("members") == 12
    other = system.post("adjustments", adjustment | {"amount": 13}, key="fair-1")
    assert (other.status_code, other.json["field"]) == (422, "Idempotency-Key")  # type: ignore[index]
    assert system.value("members") == 12


def test_an_adjustment_needs_a_key_and_is_in_the_audit_log(system: System) -> None:
    adjustment = {"campaign": "members", "amount": 12, "reason": "Twelve from the fair"}
    refused = system.post("adjustments", adjustment)
    assert (refused.status_code, refused.json["field"]) == (422, "Idempotency-Key")  # type: ignore[index]
    system.post("adjustments", adjustment, key="k")
    with system.room.db.read() as session:
        line = audit.lines(session, 1, subject="members")[0]
    assert (line.actor, line.action) == ("token CRM", "campaign.adjust")


def test_a_refused_request_keeps_nothing_and_leaves_its_key_free(system: System) -> None:
    unknown = {"campaign": "nowhere", "amount": 1, "reason": "x"}
    assert system.post("adjustments", unknown, key="k").json["field"] == "campaign"  # type: ignore[index]
    assert system.post("adjustments", unknown | {"campaign": "members"}, key="k").status_code == 200


# -- what can't be taken -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "field"),
    [
        (a_member(started_at=None), "items[0].started_at"),
        (a_member(started_at="2026-11-01"), "items[0].started_at"),
        (a_member(started_at="2026-11-01T00:00:00"), "items[0].started_at"),
        (a_member(started_at="0001-01-01T00:00:00+14:00"), "items[0].started_at"),
        (a_member(started_at=1700000000), "items[0].started_at"),
        (a_member(id=""), "items[0].id"),
        (a_member(id=None), "items[0].id"),
        (a_member(id="a b"), "items[0].id"),
        (a_member(id="a\u0000"), "items[0].id"),
        (a_member(email="nobody"), "items[0].email"),
        (a_member(quantity="2"), "items[0].quantity"),
        (a_member(quantity=10**30), "items[0].quantity"),
        (a_member(how="bribed"), "items[0].how"),
        (a_member(paid_untill=START), "items[0].paid_untill"),
        (a_member(paid_until="2026-10-01T00:00:00Z"), "items[0]"),
        ({"id": "m1", "started_at": START}, "items[0]"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_field_and_repeats_nothing_private(
    system: System, item: dict[str, Any], field: str
) -> None:
    answer = system.post("memberships", {"as_of": "2026-11-20T00:00:00Z", "items": [item]})
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert answer.json is not None
    assert answer.json["field"] == field
    assert answer.json["errors"][0]["field"] == field
    assert "reader1@" not in answer.text
    assert system.value("members") == 0


def test_one_wrong_item_refuses_all_of_them(system: System) -> None:
    body = {"as_of": "2026-11-20T00:00:00Z", "items": [a_member(1), a_member(2, how="?"), a_member(1)]}
    assert system.post("memberships", body).json["field"] == "items[1].how"  # type: ignore[index]
    body["items"][1] = a_member(2)  # type: ignore[index]
    assert system.post("memberships", body).json["field"] == "items[2].id"  # type: ignore[index]
    assert system.value("members") == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b"\xff", 400), (b"[" * 100_000, 400), (b"[]", 422), (b"null", 422), (b"NaN", 422),
     (b'{"as_of":"\\ud800"}', 400), (b" " * (1024 * 1024 + 1), 413)],
)  # fmt: skip
def test_what_is_no_json_or_too_much(system: System, body: bytes, status: int) -> None:
    assert system.post("payments", body).status_code == status


def test_another_kind_of_body_method_or_path(system: System) -> None:
    assert system.post("payments", {}, **{"Content-Type": "text/plain"}).status_code == 415
    for answer in (
        system.get("payments"),
        system.get("nothing"),
        system.get("campaigns/%00"),
        system.get("campaigns/x"),
    ):
        assert answer.status_code in {404, 405}
        assert answer.content_type == "application/problem+json"


# -- who may -----------------------------------------------------------------------------------------------------------


def test_only_a_good_token_with_the_scope_comes_in(system: System) -> None:
    good = system.secret
    for wrong in ("", "mgt_", "mgt_" + "x" * 43, good[:-1], good + "x", "é"):
        system.secret = wrong
        answer = system.get("campaigns")
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    system.secret = system.token("read")
    assert system.get("campaigns").status_code == 200
    refused = system.post("memberships", {"as_of": START, "items": [a_member()]})
    assert refused.status_code == 403
    assert "memberships" in refused.text


def test_a_token_ends_by_itself_by_revoking_and_with_its_source(system: System) -> None:
    system.secret = system.token(days=1)
    assert system.get("campaigns").status_code == 200
    system.room.now += timedelta(days=1)
    assert system.get("campaigns").status_code == 401
    system.secret = system.token()
    newest = tokens.listing(system.room.db)[0]
    tokens.revoke(system.room.db, newest.id, actor="ada", now=system.room.now)
    assert system.get("campaigns").status_code == 401
    system.secret = system.token()
    with system.room.db.write() as session:
        sources.change(session, sources.by_slug(session, "crm").id, enabled=False)
    assert system.post("memberships", {"as_of": START, "items": [a_member()]}).status_code == 403


def test_only_the_hash_of_a_token_is_kept(system: System) -> None:
    system.get("campaigns")
    (token,) = tokens.listing(system.room.db)
    assert system.secret.startswith(token.hint)
    assert len(token.hint) < 10
    assert token.last_used_at == system.room.now
    assert system.secret not in repr(token)


def test_guessing_tokens_is_slowed_down(system: System) -> None:
    system.secret = "mgt_" + "x" * 43
    statuses = [system.get("campaigns").status_code for _ in range(40)]
    assert statuses[:30] == [401] * 30
    assert set(statuses[30:]) == {429}


# -- what they read ----------------------------------------------------------------------------------------------------


def test_campaigns_and_entries_are_read_page_by_page(system: System) -> None:
    system.tell("memberships", *(a_member(n) for n in range(5)))
    system.post("adjustments", {"campaign": "members", "amount": -1, "reason": "Told twice", "public": True}, key="k")
    shown = system.get("campaigns/members").json
    assert shown is not None
    assert (shown["value"], shown["joined"], shown["kind"], shown["percent"]) == (4, 5, "members", 0)
    assert [c["slug"] for c in system.get("campaigns").json["campaigns"]] == ["fund", "members"]  # type: ignore[index]
    first = system.get("campaigns/members/entries?limit=4").json
    rest = system.get(f"campaigns/members/entries?after={first['next']}").json  # type: ignore[index]
    assert first is not None
    assert rest is not None
    assert [e["kind"] for e in first["entries"] + rest["entries"]] == ["joined"] * 5 + ["adjustment"]
    assert rest["next"] is None
    assert rest["entries"][-1]["note"] == "Told twice"
    assert first["entries"][0]["source"] == "crm"
    for wrong in ("limit=0", "limit=1001", "after=-1", "after=x", f"after={10**19}"):
        assert system.get(f"campaigns/members/entries?{wrong}").status_code == 422
