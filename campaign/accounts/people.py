"""Who is on the staff: create, change role, disable, own password, sign out everywhere."""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from campaign.accounts import passwords
from campaign.domain.errors import Invalid
from campaign.domain.staff import Role, Staff
from campaign.store import audit, staff
from campaign.store.audit import AuditLine
from campaign.store.engine import Database

_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f.]+(\.[^@\s\x00-\x1f.]+)*")


def clean_email(email: str) -> str:
    """The address in the form it is kept in. Raises Invalid."""
    cleaned = email.strip().lower()
    if len(cleaned) > 255 or not _EMAIL.fullmatch(cleaned):
        raise Invalid("email", "Enter an e-mail address like name@example.org.")
    return cleaned


def clean_name(name: str) -> str:
    """The name in the form it is kept in. Raises Invalid."""
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > 200 or not cleaned.isprintable():
        raise Invalid("name", "Enter a name of up to 200 characters.")
    return cleaned


def new_session_key() -> str:
    return secrets.token_urlsafe(24)


def create_staff(db: Database, email: str, name: str, password: str, role: Role, *, now: datetime, actor: str) -> Staff:
    """One more person who can sign in. Raises Invalid, and Conflict when the address is on the staff already."""
    email, name = clean_email(email), clean_name(name)
    passwords.check_password(password, email)
    password_hash = passwords.hash_password(password)
    with db.write() as session:
        staff.drop_invites_of(session, email)
        person = staff.add(
            session,
            email=email,
            name=name,
            password_hash=password_hash,
            role=role,
            session_key=new_session_key(),
            now=now,
        )
        audit.write(session, actor, "staff.add", email, now, {"role": role.value})
    return person


def everybody(db: Database) -> list[Staff]:
    """All staff, by name."""
    with db.read() as session:
        return staff.everybody(session)


def change_role(db: Database, staff_id: int, role: Role, *, now: datetime, actor: str) -> Staff:
    """Give somebody another role. Raises NotFound, and Invalid when no admin would be left."""
    with db.write() as session:
        before = staff.load(session, staff_id)
        if role is not Role.ADMIN:
            _keep_one_admin(staff.active_admin_ids(session), staff_id)
        person = staff.change(session, staff_id, role=role)
        details = {"from": before.role.value, "to": role.value}
        audit.write(session, actor, "staff.role", person.email, now, details)
    return person


def set_disabled(db: Database, staff_id: int, disabled: bool, *, now: datetime, actor: str) -> Staff:
    """Stop somebody from signing in (their sessions end at once), or let them again. Raises NotFound, Invalid."""
    with db.write() as session:
        staff.load(session, staff_id)
        if disabled:
            _keep_one_admin(staff.active_admin_ids(session), staff_id)
        person = staff.change(session, staff_id, disabled=disabled, session_key=new_session_key())
        staff.drop_invites_of(session, person.email)
        action = "staff.disable" if disabled else "staff.enable"
        audit.write(session, actor, action, person.email, now)
    return person


def change_own_password(db: Database, staff_id: int, current: str, new: str, *, now: datetime) -> Staff:
    """Set another password and end every other session; the answer holds the new key. Raises Invalid."""
    with db.read() as session:
        person, stored = staff.load(session, staff_id), staff.password_hash(session, staff_id)
    if not passwords.matches(stored, current):
        raise Invalid("current", "This is not your current password.")
    passwords.check_password(new, person.email)
    password_hash = passwords.hash_password(new)
    with db.write() as session:
        person = staff.change(session, staff_id, password_hash=password_hash, session_key=new_session_key())
        audit.write(session, person.email, "staff.password", person.email, now)
    return person


def sign_out_everywhere(db: Database, staff_id: int, *, now: datetime, actor: str) -> Staff:
    """End every session of somebody."""
    with db.write() as session:
        person = staff.change(session, staff_id, session_key=new_session_key())
        audit.write(session, actor, "staff.sign_out_everywhere", person.email, now)
    return person


def audit_lines(
    db: Database, limit: int, *, before_id: int | None = None, actor: str = "", subject: str = ""
) -> list[AuditLine]:
    """The newest lines of the audit log first."""
    with db.read() as session:
        return audit.lines(session, limit, before_id=before_id, actor=actor, subject=subject)


def _keep_one_admin(admin_ids: list[int], staff_id: int) -> None:
    if admin_ids == [staff_id]:
        raise Invalid("role", "This is the only admin; make somebody else an admin first.")
