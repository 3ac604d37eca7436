"""Staff: who may sign in, how they come in, and how they are kept out."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta

import argon2
import pytest
from sqlalchemy import text

from campaign import accounts
from campaign.accounts import invites, passwords, people, sign_in
from campaign.domain.errors import Conflict, Invalid, NotFound
from campaign.domain.staff import Role, Staff
from campaign.store.engine import Database

NOW = datetime(2025, 12, 1, 9, tzinfo=UTC)
GOOD = "four herons over a quay"
SECRET = "s" * 40


def add(db: Database, email: str = "ana@example.org", role: Role = Role.ADMIN) -> Staff:
    return accounts.create_staff(db, email, "Ana", GOOD, role, now=NOW, actor="test")


def enter(db: Database, email: str, password: str, now: datetime = NOW, network: str = "192.0.2.1") -> Staff | None:
    return sign_in.sign_in(db, email, password, network=network, secret_key=SECRET, now=now)


def test_the_right_password_signs_in_however_the_address_is_spelled(db: Database) -> None:
    add(db)
    person = enter(db, " Ana@Example.org ", GOOD)
    assert person is not None
    assert person.last_sign_in_at == NOW


def test_a_wrong_password_an_unknown_person_and_a_disabled_one_get_the_same_answer(db: Database) -> None:
    add(db)
    gone = add(db, "gone@example.org", Role.VIEWER)
    people.set_disabled(db, gone.id, True, now=NOW, actor="test")
    assert enter(db, "ana@example.org", "wrong") is None
    assert enter(db, "nobody@example.org", GOOD) is None
    assert enter(db, "gone@example.org", GOOD) is None


@pytest.mark.parametrize("email", ["ana@example.org", "nobody@example.org"])
def test_many_wrong_passwords_for_an_address_are_stopped_for_a_while(db: Database, email: str) -> None:
    add(db)
    for n in range(sign_in.MOST_PER_ADDRESS):
        assert enter(db, email, "wrong", network=f"192.0.2.{n}") is None
    with pytest.raises(sign_in.TooManyAttempts):
        enter(db, email, GOOD, network="198.51.100.1")
    later = NOW + sign_in.WINDOW + timedelta(seconds=1)
    assert (enter(db, email, GOOD, now=later) is None) == (email != "ana@example.org")


def test_many_wrong_passwords_from_one_network_address_are_stopped(db: Database) -> None:
    add(db)
    with db.begin() as connection:
        key = sign_in._key(SECRET, "network", "192.0.2.1")
        for _ in range(sign_in.MOST_PER_NETWORK):
            connection.execute(
                text("INSERT INTO sign_in_attempt (key, at) VALUES (:key, :at)"),
                {"key": key, "at": "2025-12-01 08:59:00.000000+00:00"[: 26 if db.is_sqlite else None]},
            )
    with pytest.raises(sign_in.TooManyAttempts):
        enter(db, "ana@example.org", GOOD)
    assert enter(db, "ana@example.org", GOOD, network="192.0.2.2") is not None


def test_a_sign_in_forgets_the_failures_before_it(db: Database) -> None:
    add(db)
    for _ in range(3):
        for _ in range(sign_in.MOST_PER_ADDRESS - 1):
            assert enter(db, "ana@example.org", "wrong", network="192.0.2.9") is None
        assert enter(db, "ana@example.org", GOOD) is not None


def test_neither_the_address_typed_nor_the_network_address_is_kept(db: Database) -> None:
    enter(db, "nobody@example.org", "wrong")
    with db.read() as session:
        kept = " ".join(session.scalars(text("SELECT key FROM sign_in_attempt")))
    assert kept.count(":") == 2
    assert "nobody" not in kept
    assert "192.0.2.1" not in kept


def test_attempts_that_throttle_nobody_are_forgotten(db: Database) -> None:
    enter(db, "nobody@example.org", "wrong")
    assert sign_in.forget_old_attempts(db, NOW) == 0
    assert sign_in.forget_old_attempts(db, NOW + timedelta(hours=1)) == 2


def test_a_hash_of_old_parameters_is_made_anew_at_sign_in(db: Database) -> None:
    person = add(db)
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(GOOD)
    with db.begin() as connection:
        connection.execute(text("UPDATE staff SET password_hash = :hash"), {"hash": weak})
    assert enter(db, person.email, GOOD) is not None
    with db.read() as session:
        stored = session.scalar(text("SELECT password_hash FROM staff"))
    assert isinstance(stored, str)
    assert not passwords.is_outdated(stored)
    assert enter(db, person.email, GOOD) is not None


@pytest.mark.parametrize(
    "password", ["short", "aaaaaaaaaaaaaaaaaaaa", "passwordpassword", "anastasia and more", "x" * 201]
)
def test_a_weak_password_is_refused(db: Database, password: str) -> None:
    with pytest.raises(Invalid) as caught:
        accounts.create_staff(db, "anastasia@example.org", "Ana", password, Role.ADMIN, now=NOW, actor="test")
    assert caught.value.field == "password"


@pytest.mark.parametrize("email", ["", "ana", "a@b@c", "a b@example.org", "ana@", "ana@exa\nmple.org"])
def test_what_is_no_address_is_refused(db: Database, email: str) -> None:
    with pytest.raises(Invalid):
        accounts.create_staff(db, email, "Ana", GOOD, Role.ADMIN, now=NOW, actor="test")


def test_an_address_is_on_the_staff_once(db: Database) -> None:
    add(db)
    with pytest.raises(Conflict):
        add(db, "ANA@example.org")


# -- the first admin and invites ---------------------------------------------------------------------------------------


def token_of(url: str | None) -> str:
    assert url is not None
    return url.rsplit("/", 1)[1]


def accept(db: Database, token: str, email: str = "ana@example.org", now: datetime = NOW) -> Staff:
    return invites.accept(db, token, email=email, name="Ana", password=GOOD, now=now)


def test_the_first_admin_comes_in_by_a_link_that_works_once(db: Database) -> None:
    url = accounts.first_admin_link(db, NOW, "https://goal.example.org")
    assert url is not None
    assert re.fullmatch(r"https://goal\.example\.org/staff/welcome/[\w-]{40,}", url)
    assert accept(db, token_of(url)).role is Role.ADMIN
    with pytest.raises(NotFound):
        accept(db, token_of(url), "second@example.org")
    assert accounts.first_admin_link(db, NOW, "https://goal.example.org") is None


def test_only_the_newest_first_admin_link_works_and_for_a_day(db: Database) -> None:
    old, new = (token_of(accounts.first_admin_link(db, NOW, "")) for _ in range(2))
    with pytest.raises(NotFound):
        accept(db, old)
    with pytest.raises(NotFound):
        accept(db, new, now=NOW + timedelta(days=1))
    assert accept(db, new, now=NOW + timedelta(hours=23)).email == "ana@example.org"


def test_the_link_itself_is_kept_nowhere(db: Database) -> None:
    token = token_of(accounts.first_admin_link(db, NOW, ""))
    with db.read() as session:
        assert session.scalar(text("SELECT token_hash FROM invite")) == hashlib.sha256(token.encode()).hexdigest()


def test_an_invite_gives_its_role_to_its_own_address(db: Database) -> None:
    link = invites.invite(db, "Bo@example.org", Role.EDITOR, now=NOW, actor="ana@example.org", public_url="https://x")
    person = accept(db, token_of(link.url), "mallory@example.org")
    assert (person.email, person.role) == ("bo@example.org", Role.EDITOR)
    assert [(line.actor, line.action) for line in people.audit_lines(db, 10)] == [
        ("bo@example.org", "invite.accept"),
        ("ana@example.org", "invite.make"),
    ]


def test_an_invite_taken_back_is_useless(db: Database) -> None:
    link = invites.invite(db, "bo@example.org", Role.ADMIN, now=NOW, actor="x", public_url="")
    invites.take_back(db, link.invite.id, now=NOW, actor="x")
    with pytest.raises(NotFound):
        accept(db, token_of(link.url))
    assert invites.open_invites(db, NOW) == []


def test_who_forgot_a_password_sets_another_by_a_link_and_keeps_the_role(db: Database) -> None:
    add(db)
    bo = add(db, "bo@example.org", Role.EDITOR)
    first, link = (invites.password_link(db, bo.id, now=NOW, actor="x", public_url="") for _ in range(2))
    with pytest.raises(NotFound):
        invites.accept(db, token_of(first.url), email="", name="", password="five herons over a quay", now=NOW)
    person = invites.accept(db, token_of(link.url), email="", name="", password="five herons over a quay", now=NOW)
    assert (person.id, person.name, person.role) == (bo.id, "Ana", Role.EDITOR)
    assert sign_in.person_of_session(db, bo.id, bo.session_key) is None
    assert enter(db, bo.email, GOOD) is None
    assert enter(db, bo.email, "five herons over a quay") is not None


def test_an_old_invite_is_no_way_to_the_password_of_who_has_joined_since(db: Database) -> None:
    link = invites.invite(db, "bo@example.org", Role.ADMIN, now=NOW, actor="x", public_url="")
    add(db, "bo@example.org", Role.VIEWER)
    with pytest.raises(NotFound):
        accept(db, token_of(link.url), "bo@example.org")


def test_who_is_disabled_has_no_link_to_a_password(db: Database) -> None:
    add(db)
    bo = add(db, "bo@example.org", Role.EDITOR)
    link = invites.password_link(db, bo.id, now=NOW, actor="x", public_url="")
    people.set_disabled(db, bo.id, True, now=NOW, actor="x")
    with pytest.raises(NotFound):
        invites.find(db, token_of(link.url), NOW)
    with pytest.raises(Invalid):
        invites.password_link(db, bo.id, now=NOW, actor="x", public_url="")


# -- changes -----------------------------------------------------------------------------------------------------------


def test_the_only_admin_can_be_neither_demoted_nor_disabled(db: Database) -> None:
    ana = add(db)
    add(db, "bo@example.org", Role.EDITOR)
    with pytest.raises(Invalid):
        people.change_role(db, ana.id, Role.EDITOR, now=NOW, actor="x")
    with pytest.raises(Invalid):
        people.set_disabled(db, ana.id, True, now=NOW, actor="x")
    add(db, "eva@example.org", Role.ADMIN)
    assert people.change_role(db, ana.id, Role.VIEWER, now=NOW, actor="x").role is Role.VIEWER


def test_signing_out_everywhere_and_disabling_end_sessions(db: Database) -> None:
    ana = add(db)
    assert sign_in.person_of_session(db, ana.id, ana.session_key) == ana
    changed = people.sign_out_everywhere(db, ana.id, now=NOW, actor=ana.email)
    assert sign_in.person_of_session(db, ana.id, ana.session_key) is None
    assert sign_in.person_of_session(db, ana.id, changed.session_key) == changed
    bo = add(db, "bo@example.org", Role.VIEWER)
    people.set_disabled(db, bo.id, True, now=NOW, actor="x")
    assert sign_in.person_of_session(db, bo.id, bo.session_key) is None
    assert sign_in.person_of_session(db, 99, "none") is None


def test_a_new_password_needs_the_current_one_and_ends_other_sessions(db: Database) -> None:
    ana = add(db)
    with pytest.raises(Invalid):
        people.change_own_password(db, ana.id, "wrong", "five herons over a quay", now=NOW)
    people.change_own_password(db, ana.id, GOOD, "five herons over a quay", now=NOW)
    assert sign_in.person_of_session(db, ana.id, ana.session_key) is None
    assert enter(db, ana.email, GOOD) is None
    assert enter(db, ana.email, "five herons over a quay") is not None
