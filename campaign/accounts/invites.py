"""One-time links: for the first admin, and for everybody an admin asks in. Only hashes of their tokens are kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign.accounts import passwords
from campaign.accounts.people import clean_email, clean_name, new_session_key
from campaign.domain.errors import Conflict, NotFound
from campaign.domain.staff import Invite, Role, Staff
from campaign.store import audit, staff
from campaign.store.engine import Database

INVITE_AGE = timedelta(days=7)
FIRST_ADMIN_AGE = timedelta(days=1)


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
        staff.drop_invites(session, nobodys=True)
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


def open_invites(db: Database, now: datetime) -> list[Invite]:
    """Invites that can still be used."""
    with db.read() as session:
        return staff.open_invites(session, now)


def find(db: Database, token: str, now: datetime) -> Invite:
    """The invite of a link. Raises NotFound when it was used, taken back, has expired or never was."""
    with db.read() as session:
        found = staff.find_invite(session, _token_hash(token), now)
    if found is None:
        raise NotFound("invite", "link")
    return found


def take_back(db: Database, invite_id: int, *, now: datetime, actor: str) -> None:
    """Make an unused invite useless."""
    with db.write() as session:
        staff.drop_invites(session, invite_id=invite_id)
        audit.write(session, actor, "invite.take_back", f"invite {invite_id}", now)


def accept(db: Database, token: str, *, email: str, name: str, password: str, now: datetime) -> Staff:
    """Use a link; the person is on the staff. An invite's own address wins. Raises NotFound, Invalid, Conflict."""
    found = find(db, token, now)
    email, name = clean_email(found.email or email), clean_name(name)
    passwords.check_password(password, email)
    password_hash = passwords.hash_password(password)
    with db.write() as session:
        if not staff.use_invite(session, found.id, now):
            raise NotFound("invite", "link")
        if found.email is None and staff.exist(session):
            raise Conflict("There is an admin already; ask them for an invite.")
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


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _url(public_url: str, token: str) -> str:
    return f"{public_url}/staff/welcome/{token}"
