"""Tokens with which the newsroom's own systems come in: each of one source, for some scopes, until some day.

A token is shown once, when it is made; what is kept is its SHA-256, which needs no salt for 256 random bits.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from campaign.domain.errors import Invalid
from campaign.store import audit, sources, tokens
from campaign.store.engine import Database
from campaign.store.sources import SourceSeen
from campaign.store.tokens import TokenSeen

MARK = "mgt_"
"""How every token begins, so that people and scanners of leaked secrets know one when they see it."""
MOST_DAYS = 730
USE_IS_NOTED_EVERY = timedelta(minutes=10)


class Scope(StrEnum):
    """What a token may do."""

    SIGNUPS = "signups"
    MEMBERSHIPS = "memberships"
    PAYMENTS = "payments"
    ADJUSTMENTS = "adjustments"
    READ = "read"


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token with its secret, which can be shown this once only."""

    token: TokenSeen
    secret: str = field(repr=False)


def make(
    db: Database,
    *,
    name: str,
    source_slug: str,
    scopes: Collection[str],
    days: int,
    actor: str,
    now: datetime,
    source_name: str = "",
) -> NewToken:
    """A token of the API source at `source_slug`, which is made where there is none. Raises Invalid, Conflict."""
    if not name.strip() or len(name.strip()) > 120:
        raise Invalid("name", "Say what the token is for, in at most 120 characters.")
    wanted = [scope.value for scope in Scope if scope in scopes]
    if not wanted:
        raise Invalid("scopes", "Choose at least one thing the token may do.")
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("days", f"A token is good for 1 to {MOST_DAYS} days.")
    secret = MARK + secrets.token_urlsafe(32)
    with db.write() as session:
        known = next((s for s in sources.listing(session) if s.slug == source_slug), None)
        if known is None:
            known = sources.add_pushed(session, sources.API, source_slug, source_name or source_slug, now)
            audit.write(session, actor, "source.add", known.slug, now, {"kind": known.kind})
        if known.kind != sources.API:
            raise Invalid("source", f"{known.name} is not a source of the newsroom’s own systems.")
        made = tokens.add(
            session,
            source_id=known.id,
            name=name.strip(),
            hint=secret[: len(MARK) + 4],
            token_hash=_hash(secret),
            scopes=wanted,
            expires_at=now + timedelta(days=days),
            actor=actor,
            now=now,
        )
        details = {"source": known.slug, "scopes": wanted, "days": days}
        audit.write(session, actor, "token.make", f"token {made.id}", now, details)
    return NewToken(made, secret)


def revoke(db: Database, token_id: int, *, actor: str, now: datetime) -> TokenSeen:
    """The token is useless from now on. Raises NotFound."""
    with db.write() as session:
        token = tokens.revoke(session, token_id, actor, now)
        audit.write(session, actor, "token.revoke", f"token {token_id}", now, {"name": token.name})
    return token


def listing(db: Database) -> list[TokenSeen]:
    """Every token, the newest first."""
    with db.read() as session:
        return tokens.listing(session)


def api_sources(db: Database) -> list[SourceSeen]:
    """The sources a token can belong to."""
    with db.read() as session:
        return [source for source in sources.listing(session) if source.kind == sources.API]


def find(db: Database, secret: str, now: datetime) -> TokenSeen | None:
    """The good token with this secret; None for an unknown, revoked or expired one. Its use is noted now and then."""
    if not re.fullmatch(MARK + r"[A-Za-z0-9_-]{43}", secret):
        return None
    with db.read() as session:
        token = tokens.by_hash(session, _hash(secret))
    if token is None or not token.is_good_at(now):
        return None
    if token.last_used_at is None or now - token.last_used_at > USE_IS_NOTED_EVERY:
        with db.write() as session:
            tokens.used(session, token.id, now)
    return token


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
