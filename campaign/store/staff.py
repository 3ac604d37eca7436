"""Staff, their invites, and failed sign-ins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaign.domain.errors import Conflict, NotFound
from campaign.domain.staff import Invite, Role, Staff
from campaign.store.tables import Invite as InviteRow
from campaign.store.tables import SignInAttempt, StaffRow


def exist(session: Session) -> bool:
    """Whether anybody can sign in at all."""
    return session.scalar(select(StaffRow.id).limit(1)) is not None


def everybody(session: Session) -> list[Staff]:
    """All staff, by name."""
    return [_staff(row) for row in session.scalars(select(StaffRow).order_by(StaffRow.name, StaffRow.id))]


def load(session: Session, staff_id: int) -> Staff:
    """Raises NotFound."""
    return _staff(_row(session, staff_id))


def find(session: Session, staff_id: int) -> Staff | None:
    """The person, or None."""
    row = session.get(StaffRow, staff_id)
    return None if row is None else _staff(row)


def by_email(session: Session, email: str) -> tuple[Staff, str] | None:
    """The person with an address (in lower case) and the hash of their password; None when there is nobody."""
    row = session.scalar(select(StaffRow).where(StaffRow.email == email))
    return None if row is None else (_staff(row), row.password_hash)


def password_hash(session: Session, staff_id: int) -> str:
    """Raises NotFound."""
    return _row(session, staff_id).password_hash


def add(
    session: Session, *, email: str, name: str, password_hash: str, role: Role, session_key: str, now: datetime
) -> Staff:
    """A new person. Raises Conflict when the address is taken."""
    row = StaffRow(
        email=email,
        name=name,
        password_hash=password_hash,
        role=role.value,
        session_key=session_key,
        disabled=False,
        created_at=now,
        last_sign_in_at=None,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise Conflict(f"{email} is on the staff already.") from None
    return _staff(row)


def change(
    session: Session,
    staff_id: int,
    *,
    role: Role | None = None,
    disabled: bool | None = None,
    password_hash: str | None = None,
    session_key: str | None = None,
    signed_in_at: datetime | None = None,
) -> Staff:
    """Change what is given, leave the rest. Raises NotFound."""
    row = _row(session, staff_id)
    if role is not None:
        row.role = role.value
    if disabled is not None:
        row.disabled = disabled
    if password_hash is not None:
        row.password_hash = password_hash
    if session_key is not None:
        row.session_key = session_key
    if signed_in_at is not None:
        row.last_sign_in_at = signed_in_at
    session.flush()
    return _staff(row)


def active_admin_ids(session: Session) -> list[int]:
    """Who can still do everything; rows are locked, so that two of them can't lock each other out at once."""
    query = select(StaffRow.id).where(StaffRow.role == Role.ADMIN.value, StaffRow.disabled.is_(False))
    return list(session.scalars(query.order_by(StaffRow.id).with_for_update()))


# -- invites -----------------------------------------------------------------------------------------------------------


def add_invite(
    session: Session, *, token_hash: str, email: str | None, role: Role, now: datetime, expires_at: datetime
) -> Invite:
    row = InviteRow(token_hash=token_hash, email=email, role=role.value, created_at=now, expires_at=expires_at)
    session.add(row)
    session.flush()
    return _invite(row)


def open_invites(session: Session, now: datetime) -> list[Invite]:
    """Those that can still be used, newest first."""
    query = select(InviteRow).where(InviteRow.used_at.is_(None), InviteRow.expires_at > now)
    return [_invite(row) for row in session.scalars(query.order_by(InviteRow.id.desc()))]


def find_invite(session: Session, token_hash: str, now: datetime) -> Invite | None:
    """The unused, unexpired invite of a link; None when there is none."""
    row = session.scalar(select(InviteRow).where(InviteRow.token_hash == token_hash))
    return _invite(row) if row is not None and row.used_at is None and row.expires_at > now else None


def use_invite(session: Session, invite_id: int, now: datetime) -> bool:
    """Mark an invite used; False when somebody else has just used it."""
    query = update(InviteRow).where(InviteRow.id == invite_id, InviteRow.used_at.is_(None)).values(used_at=now)
    return session.scalar(query.returning(InviteRow.id)) is not None


def drop_invite(session: Session, invite_id: int) -> None:
    """Take back one unused invite."""
    session.execute(delete(InviteRow).where(InviteRow.used_at.is_(None), InviteRow.id == invite_id))


def drop_invites_of(session: Session, email: str | None) -> None:
    """Take back every unused invite of an address; None: those that name nobody (links for the first admin)."""
    session.execute(delete(InviteRow).where(InviteRow.used_at.is_(None), InviteRow.email == email))


# -- failed sign-ins ---------------------------------------------------------------------------------------------------


def failed_attempts(session: Session, key: str, since: datetime) -> int:
    query = select(func.count()).select_from(SignInAttempt).where(SignInAttempt.key == key, SignInAttempt.at > since)
    return session.scalar(query) or 0


def add_attempts(session: Session, keys: Sequence[str], now: datetime) -> list[int]:
    """Note one attempt under each key; their ids."""
    rows = [SignInAttempt(key=key, at=now) for key in keys]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]


def forget_attempts(session: Session, *, ids: Sequence[int] = (), key: str = "") -> None:
    """Forget some attempts, and all of one key."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.id.in_(ids) | (SignInAttempt.key == key)))


def prune_attempts(session: Session, before: datetime) -> int:
    """Forget attempts that no longer throttle anybody; how many there were."""
    return len(
        session.scalars(delete(SignInAttempt).where(SignInAttempt.at < before).returning(SignInAttempt.id)).all()
    )


def _row(session: Session, staff_id: int) -> StaffRow:
    row = session.get(StaffRow, staff_id)
    if row is None:
        raise NotFound("staff", staff_id)
    return row


def _staff(row: StaffRow) -> Staff:
    return Staff(
        row.id, row.email, row.name, Role(row.role), row.session_key, row.disabled, row.created_at, row.last_sign_in_at
    )


def _invite(row: InviteRow) -> Invite:
    return Invite(row.id, row.email, Role(row.role), row.created_at, row.expires_at, row.used_at)
