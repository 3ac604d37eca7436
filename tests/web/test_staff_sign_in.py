"""Signing in: sessions, tokens, throttling, roles, coming in by a link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from campaign import accounts
from campaign.accounts import people, sign_in
from campaign.domain.staff import Role
from campaign.store.engine import Database
from campaign.web import staff_sessions
from tests.web.staff_room import PASSWORD, StaffRoom, open_room, words


@pytest.fixture
def room(db: Database, tmp_path: Path) -> Iterator[StaffRoom]:
    with open_room(db, tmp_path) as room:
        yield room


def test_signing_in_leads_to_the_campaigns_and_signing_out_ends_it(room: StaffRoom) -> None:
    visitor = room.signed_in()
    assert visitor.get("/").status_code == 200
    assert visitor.post("/sign-out", page="/").status_code == 303
    assert visitor.get("/").headers["Location"].startswith("/staff/sign-in")


def test_who_has_not_signed_in_is_led_to_the_page_they_wanted_afterwards(room: StaffRoom) -> None:
    email, visitor = room.hire(), room.visitor()
    asked = visitor.get("/jobs?x=1")
    assert asked.headers["Location"] == "/staff/sign-in?next=/staff/jobs?x%3D1"
    assert visitor.sign_in(email, next="/staff/jobs?x=1").headers["Location"] == "/staff/jobs?x=1"


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example/staff/", "/staff/\\evil", "/g/25k/", "/staff/\n"]
)
def test_nobody_is_led_elsewhere_after_signing_in(room: StaffRoom, target: str) -> None:
    email, visitor = room.hire(), room.visitor()
    assert visitor.sign_in(email, next=target).headers["Location"] == "/staff/"


def test_unknown_person_and_wrong_password_get_the_same_page(room: StaffRoom) -> None:
    email = room.hire()
    pages = [room.visitor().sign_in(email, "wrong"), room.visitor().sign_in("nobody@example.org", PASSWORD)]
    assert [page.status_code for page in pages] == [401, 401]
    assert words(pages[0]) == words(pages[1])


def test_too_many_attempts_are_told_so_even_with_the_right_password(room: StaffRoom) -> None:
    email, visitor = room.hire(), room.visitor()
    for _ in range(sign_in.MOST_PER_ADDRESS):
        assert visitor.sign_in(email, "wrong").status_code == 401
    answer = visitor.sign_in(email)
    assert answer.status_code == 429
    assert "Too many attempts" in words(answer)
    room.now += sign_in.WINDOW + timedelta(seconds=1)
    assert visitor.sign_in(email).status_code == 303


def test_every_post_without_a_token_is_refused(room: StaffRoom) -> None:
    visitor = room.signed_in()
    refused = set()
    for rule in room.app.url_map.iter_rules():
        if rule.endpoint.startswith("staff.") and "POST" in (rule.methods or ()):
            path = rule.rule.removeprefix("/staff").replace("<slug>", "25k").replace("<name>", "check")
            path = re.sub("<int:[a-z_]+>", "1", path)
            answer = visitor.bare_post(re.sub("<[a-z_]+>", "t", path))
            assert answer.status_code == 400, (path, answer.status_code)
            refused.add(rule.rule)
    assert len(refused) > 15


def test_the_cookie_is_for_staff_pages_only_and_out_of_reach_of_scripts(db: Database, tmp_path: Path) -> None:
    with open_room(db, tmp_path, public_url="https://goal.example.org") as room:
        answer = room.app.test_client().get("/staff/sign-in")
        cookie = answer.headers["Set-Cookie"]
        assert {"Path=/staff", "HttpOnly", "SameSite=Lax", "Secure"} <= {part.strip() for part in cookie.split(";")}
        assert "Set-Cookie" not in room.app.test_client().get("/healthz").headers


def test_staff_pages_are_kept_by_nobody_and_load_nothing_from_elsewhere(room: StaffRoom) -> None:
    headers = room.signed_in().get("/").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"].startswith(
        "default-src 'self'; form-action 'self'; frame-ancestors 'none'"
    )


def test_a_session_ends_after_a_week_whatever_happens(room: StaffRoom) -> None:
    visitor = room.signed_in()
    room.now += staff_sessions.LONGEST - timedelta(minutes=1)
    assert visitor.get("/").status_code == 200
    room.now += timedelta(minutes=2)
    assert visitor.get("/").status_code == 302


def test_signing_out_everywhere_ends_other_browsers_at_once(room: StaffRoom) -> None:
    here = room.signed_in()
    there = room.visitor()
    there.sign_in("admin@example.org")
    assert here.post("/account/sign-out-everywhere", page="/account").status_code == 303
    assert there.get("/").status_code == 302


def test_a_disabled_person_is_out_at_once(room: StaffRoom) -> None:
    admin, viewer = room.signed_in(), room.signed_in(Role.VIEWER)
    assert viewer.get("/").status_code == 200
    viewer_id = next(p.id for p in people.everybody(room.db) if p.role is Role.VIEWER)
    assert admin.post(f"/people/{viewer_id}/disable", page="/people").status_code == 303
    assert viewer.get("/").status_code == 302
    assert viewer.sign_in("viewer@example.org").status_code == 401


def test_changing_the_password_keeps_this_browser_and_ends_the_others(room: StaffRoom) -> None:
    here = room.signed_in()
    there = room.visitor()
    there.sign_in("admin@example.org")
    assert here.post("/account", current="wrong", password="five herons over a quay").status_code == 400
    assert here.post("/account", current=PASSWORD, password="short").status_code == 400
    assert here.post("/account", current=PASSWORD, password="five herons over a quay").status_code == 303
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302


# -- roles -------------------------------------------------------------------------------------------------------------

ADMINS = ["/people", "/audit"]
EDITORS = ["/campaigns/new"]
VIEWERS = ["/", "/inbox", "/sources", "/jobs", "/account"]


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_its_pages_and_no_others(room: StaffRoom, role: Role) -> None:
    visitor = room.signed_in(role)
    for needed, paths in ((Role.VIEWER, VIEWERS), (Role.EDITOR, EDITORS), (Role.ADMIN, ADMINS)):
        for path in paths:
            assert visitor.get(path).status_code == (200 if role.allows(needed) else 403), path


def test_every_page_says_who_may_use_it_and_what_changes_something_is_for_editors(room: StaffRoom) -> None:
    own_account = {"sign_in", "sign_out", "welcome", "account", "sign_out_everywhere"}
    for rule in room.app.url_map.iter_rules():
        name = rule.endpoint.removeprefix("staff.")
        if name == rule.endpoint:
            continue
        needed = vars(room.app.view_functions[rule.endpoint])["needs"]
        assert (needed is None) == (name in {"sign_in", "sign_out", "welcome"}), name
        if "POST" in (rule.methods or ()) and name not in own_account:
            assert needed in (Role.EDITOR, Role.ADMIN), name


def test_a_viewer_can_change_nothing_even_with_a_token(room: StaffRoom) -> None:
    viewer = room.signed_in(Role.VIEWER)
    for path in ("/inbox/retry-all", "/jobs/check/run", "/campaigns/25k/check", "/sources/1/prices"):
        assert viewer.post(path, page="/").status_code == 403, path


# -- links -------------------------------------------------------------------------------------------------------------


def test_the_first_admin_comes_in_by_the_link_and_is_signed_in(room: StaffRoom) -> None:
    url = accounts.first_admin_link(room.db, room.now, "http://localhost")
    assert url is not None
    path = url.removeprefix("http://localhost/staff")
    visitor = room.visitor()
    assert visitor.post(path, email="not one", name="Ana", password=PASSWORD).status_code == 400
    assert visitor.post(path, email="ana@example.org", name="Ana", password="short").status_code == 400
    assert visitor.post(path, email="ana@example.org", name="Ana", password=PASSWORD).status_code == 303
    assert visitor.get("/people").status_code == 200
    assert room.visitor().get(path).status_code == 404


def test_an_invite_is_shown_once_and_brings_somebody_in_with_its_role(room: StaffRoom) -> None:
    admin = room.signed_in()
    answer = admin.post("/people", email="bo@example.org", role="editor")
    path = next(part for part in answer.text.split('"') if "/staff/welcome/" in part).removeprefix(
        "http://localhost/staff"
    )
    assert "/staff/welcome/" not in admin.get("/people").text
    bo = room.visitor()
    assert bo.post(path, name="Bo", password=PASSWORD).status_code == 303
    assert bo.get("/campaigns/new").status_code == 200
    assert bo.get("/people").status_code == 403
    assert admin.post("/people", email="bo@example.org", role="editor").status_code == 400


def test_an_admin_makes_a_link_for_who_forgot_their_password(room: StaffRoom) -> None:
    admin, viewer = room.signed_in(), room.signed_in(Role.VIEWER)
    viewer_id = next(p.id for p in people.everybody(room.db) if p.role is Role.VIEWER)
    answer = admin.post(f"/people/{viewer_id}/password-link", page="/people")
    path = next(part for part in answer.text.split('"') if "/staff/welcome/" in part).removeprefix(
        "http://localhost/staff"
    )
    somebody = room.visitor()
    assert "A new password" in somebody.text(path)
    assert somebody.post(path, password="short").status_code == 400
    assert somebody.post(path, password="five herons over a quay").status_code == 303
    assert viewer.get("/").status_code == 302
    assert somebody.get("/").status_code == 200


def test_roles_are_changed_and_the_last_admin_stays(room: StaffRoom) -> None:
    admin, _ = room.signed_in(), room.hire(Role.VIEWER)
    ids = {p.role: p.id for p in people.everybody(room.db)}
    assert admin.post(f"/people/{ids[Role.VIEWER]}/role", page="/people", role="editor").status_code == 303
    assert admin.post(f"/people/{ids[Role.VIEWER]}/role", page="/people", role="king").status_code == 400
    answer = admin.post(f"/people/{ids[Role.ADMIN]}/role", page="/people", role="viewer")
    assert answer.status_code == 400
    assert "only admin" in words(answer)
    assert "staff.role" in admin.text("/audit")
