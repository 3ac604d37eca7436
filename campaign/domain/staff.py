"""Staff: people who sign in, and what their role lets them do (contract.md, For staff and operators)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """A viewer sees; an editor changes campaigns; an admin also changes people, sources and keys."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"

    def allows(self, needed: Role) -> bool:
        """Whether somebody of this role may do what needs `needed`."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Staff:
    """One person who signs in. Whoever holds a session with another `session_key` is signed out."""

    id: int
    email: str
    name: str
    role: Role
    session_key: str = field(repr=False)
    disabled: bool
    created_at: datetime
    last_sign_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class Invite:
    """A one-time link that lets somebody set a name and a password; the link itself is kept nowhere."""

    id: int
    email: str | None
    role: Role
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
