"""One-time links: for the first admin, for everybody an admin asks in, and for who forgot a password.

Only hashes of their tokens are kept. Whoever joins, or is disabled, leaves no open link behind: so an open link with
the address of somebody on the staff is always one for their password.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign.accounts import passwords
from campaign.accounts.people import clean_email, clean_name, new_session_key
from campaign.domain.errors import Conflict, Invalid, NotFound
from campaign.domain.staff import Invite, Role, Staff
from campaign.store import audit, staff
from campaign.store.engine import Database

INVITE_AGE = timedelta(days=7)
FIRST_ADMIN_AGE = timedelta(days=1)
PASSWORD_AGE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Welcome:
    """Whom a link is for. `person`: who is on the staff already and forgot their password."""

    invite: Invite
    person: Staff | None


@dataclass(frozen=True, slots=True)
class InviteLink:
    """A new invite with its address, which can be shown this once only."""

    invite: Invite
    url: str


def first_admin_link(db: Database, now: datetime, public_url: str) -> str | None:
    """A fresh link that makes one admin, good for a day and once; earlier ones are void. None when there is staff."""
    with db.write() as session:
        if staff.exist(session):
            return None
        staff.drop_invites_of(session, None)
        token = secrets.token_urlsafe(32)
        staff.add_invite(
            session,
            token_hash=_token_hash(token),
            email=None,
            role=Role.ADMIN,
            now=now,
            expires_at=now + FIRST_ADMIN_AGE,
        )
    return _url(public_url, token)


def invite(db: Database, email: str, role: Role, *, now: datetime, actor: str, public_url: str) -> InviteLink:
    """A link for one address and role, good for a week and once. Raises Invalid; Conflict for an address in use."""
    email = clean_email(email)
    token = secrets.token_urlsafe(32)
    with db.write() as session:
        if staff.by_email(session, email) is not None:
            raise Conflict(f"{email} is on the staff already.")
        made = staff.add_invite(
            session, token_hash=_token_hash(token), email=email, role=role, now=now, expires_at=now + INVITE_AGE
        )
        audit.write(session, actor, "invite.make", email, now, {"role": role.value})
    return InviteLink(made, _url(public_url, token))


def password_link(db: Database, staff_id: int, *, now: datetime, actor: str, public_url: str) -> InviteLink:
    """A link by which somebody on the staff sets a new password, good for a day and once. Raises NotFound, Invalid."""
    token = secrets.token_urlsafe(32)
    with db.write() as session:
        person = staff.load(session, staff_id)
        if person.disabled:
            raise Invalid("email", "This account is disabled; enable it first.")
        staff.drop_invites_of(session, person.email)
        made = staff.add_invite(
            session,
            token_hash=_token_hash(token),
            email=person.email,
            role=person.role,
            now=now,
            expires_at=now + PASSWORD_AGE,
        )
        audit.write(session, actor, "staff.password_link", person.email, now)
    return InviteLink(made, _url(public_url, token))


def open_invites(db: Database, now: datetime) -> list[Invite]:
    """Invites that can still be used."""
    with db.read() as session:
        return staff.open_invites(session, now)


def find(db: Database, token: str, now: datetime) -> Welcome:
    """Whom a link is for. Raises NotFound when it was used, taken back, has expired or never was."""
    with db.read() as session:
        found = staff.find_invite(session, _token_hash(token), now)
        known = staff.by_email(session, found.email) if found is not None and found.email is not None else None
    if found is None:
        raise NotFound("invite", "link")
    return Welcome(found, None if known is None else known[0])


def take_back(db: Database, invite_id: int, *, now: datetime, actor: str) -> None:
    """Make an unused invite useless."""
    with db.write() as session:
        staff.drop_invite(session, invite_id)
        audit.write(session, actor, "invite.take_back", f"invite {invite_id}", now)


def accept(db: Database, token: str, *, email: str, name: str, password: str, now: datetime) -> Staff:
    """Use a link; the person is on the staff with this password. A link's own address wins.

    Who was there before keeps name and role. Raises NotFound, Invalid, Conflict.
    """
    welcome = find(db, token, now)
    found = welcome.invite
    if welcome.person is not None:
        return _set_password(db, welcome, password, now)
    email, name = clean_email(found.email or email), clean_name(name)
    passwords.check_password(password, email)
    password_hash = passwords.hash_password(password)
    with db.write() as session:
        if not staff.use_invite(session, found.id, now):
            raise NotFound("invite", "link")
        if found.email is None and staff.exist(session):
            raise Conflict("There is an admin already; ask them for an invite.")
        staff.drop_invites_of(session, email)
        person = staff.add(
            session,
            email=email,
            name=name,
            password_hash=password_hash,
            role=found.role,
            session_key=new_session_key(),
            now=now,
        )
        details = {"role": person.role.value}
        audit.write(session, email, "invite.accept", email, now, details)
    return person


def _set_password(db: Database, welcome: Welcome, password: str, now: datetime) -> Staff:
    person = welcome.person
    if person is None or person.disabled:
        raise NotFound("invite", "link")
    passwords.check_password(password, person.email)
    password_hash = passwords.hash_password(password)
    with db.write() as session:
        if not staff.use_invite(session, welcome.invite.id, now):
            raise NotFound("invite", "link")
        person = staff.change(session, person.id, password_hash=password_hash, session_key=new_session_key())
        audit.write(session, person.email, "staff.password", person.email, now, {"by": "link"})
    return person


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _url(public_url: str, token: str) -> str:
    return f"{public_url}/staff/welcome/{token}"
