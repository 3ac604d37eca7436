"""Tokens of the newsroom's own systems, and the requests that were taken under a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from campaign.domain.errors import NotFound
from campaign.store.tables import ApiRequest, ApiToken, Source


@dataclass(frozen=True, slots=True)
class TokenSeen:
    """A token without itself: what it may do, for which source, and until when."""

    id: int
    source_id: int
    source_slug: str
    source_name: str
    source_enabled: bool
    name: str
    hint: str
    scopes: tuple[str, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    def is_good_at(self, now: datetime) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class TakenRequest:
    """A request that was taken: the digest of what it said, and what was answered."""

    digest: str
    answer: str


def add(
    session: Session,
    *,
    source_id: int,
    name: str,
    hint: str,
    token_hash: str,
    scopes: Sequence[str],
    expires_at: datetime,
    actor: str,
    now: datetime,
) -> TokenSeen:
    """A new token of a source."""
    row = ApiToken(
        source_id=source_id,
        name=name,
        hint=hint,
        token_hash=token_hash,
        scopes=list(scopes),
        created_at=now,
        created_by=actor,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    return load(session, row.id)


def by_hash(session: Session, token_hash: str) -> TokenSeen | None:
    """The token with this hash; None when there is none."""
    found = session.execute(_query().where(ApiToken.token_hash == token_hash)).one_or_none()
    return None if found is None else _seen(*found)


def load(session: Session, token_id: int) -> TokenSeen:
    """Raises NotFound."""
    found = session.execute(_query().where(ApiToken.id == token_id)).one_or_none()
    if found is None:
        raise NotFound("token", token_id)
    return _seen(*found)


def listing(session: Session) -> list[TokenSeen]:
    """Every token, the newest first."""
    return [_seen(*found) for found in session.execute(_query().order_by(ApiToken.id.desc()))]


def revoke(session: Session, token_id: int, actor: str, now: datetime) -> TokenSeen:
    """The token is useless from now on; one that was revoked before stays as it was. Raises NotFound."""
    row = session.get(ApiToken, token_id)
    if row is None:
        raise NotFound("token", token_id)
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = now, actor
        session.flush()
    return load(session, token_id)


def used(session: Session, token_id: int, now: datetime) -> None:
    """The token was used now."""
    row = session.get(ApiToken, token_id)
    if row is not None:
        row.last_used_at = now


def taken(session: Session, source_id: int, key: str) -> TakenRequest | None:
    """What was answered to the request with this key; None when there was none."""
    query = select(ApiRequest).where(ApiRequest.source_id == source_id, ApiRequest.key == key)
    row = session.scalars(query).one_or_none()
    return None if row is None else TakenRequest(row.digest, row.answer)


def keep_request(session: Session, source_id: int, key: str, digest: str, answer: str, now: datetime) -> None:
    """The request with this key is taken."""
    session.add(ApiRequest(source_id=source_id, key=key, digest=digest, answer=answer, at=now))
    session.flush()


def forget_requests(session: Session, before: datetime) -> None:
    """Keys of requests taken before are free again."""
    session.execute(delete(ApiRequest).where(ApiRequest.at < before))


def _query() -> Select[ApiToken, Source]:
    return select(ApiToken, Source).join(Source, Source.id == ApiToken.source_id)


def _seen(row: ApiToken, source: Source) -> TokenSeen:
    return TokenSeen(
        row.id,
        row.source_id,
        source.slug,
        source.name,
        source.enabled,
        row.name,
        row.hint,
        tuple(row.scopes),
        row.created_at,
        row.created_by,
        row.expires_at,
        row.last_used_at,
        row.revoked_at,
    )
