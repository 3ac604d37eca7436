"""What the newsroom's own systems send becomes facts, under the `as_of` they give (counting.md, The ledger 2).

One transaction keeps the request (its digest, never an address), the facts, what they book, and the answer under its
Idempotency-Key: so an answer means that everything is on disk, and a request that is repeated changes nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from pydantic import ValidationError

from campaign.counting import adjust, book
from campaign.domain.errors import CampaignTrackerError, Invalid, NotFound
from campaign.ingest import api_shapes as shapes
from campaign.ingest.addresses import AddressHasher
from campaign.ingest.api_told import Problem, Unfit, memberships_told, payments_told, sign_ups_told
from campaign.store import campaigns, facts, inbox, tokens
from campaign.store.engine import Database, Session
from campaign.store.fact_rows import lock_facts
from campaign.store.ledger import Cause
from campaign.store.tokens import TokenSeen
from campaign.store.told import Told

MOST_BYTES = 1024 * 1024
MOST_PROBLEMS = 20
CLOCKS_DIFFER = timedelta(minutes=5)
KEYS_ARE_KEPT = timedelta(days=30)
IDEMPOTENCY_KEY = "Idempotency-Key"

_KEY = re.compile(r"[!-~]{1,200}")
ShapeT = TypeVar("ShapeT", bound=shapes.Shape)


class KeyReused(CampaignTrackerError):
    """Another request was taken under the same Idempotency-Key."""


class SourceOff(CampaignTrackerError):
    """The token's source is switched off."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered, as JSON text. `is_repeat`: it was answered before, and nothing was done now."""

    body: str
    is_repeat: bool


def take_sign_ups(
    db: Database, hash_address: AddressHasher, token: TokenSeen, body: bytes, key: str | None, now: datetime
) -> Answer:
    """The sign-ups are facts. Raises Unfit, KeyReused, SourceOff."""
    sent = _read(shapes.SignUps, body)
    return _take_facts(db, token, "signups", (body, key), (sent.as_of, sign_ups_told(sent, hash_address)), now)


def take_memberships(
    db: Database, hash_address: AddressHasher, token: TokenSeen, body: bytes, key: str | None, now: datetime
) -> Answer:
    """The memberships are facts. Raises Unfit, KeyReused, SourceOff."""
    sent = _read(shapes.Memberships, body)
    return _take_facts(db, token, "memberships", (body, key), (sent.as_of, memberships_told(sent, hash_address)), now)


def take_payments(
    db: Database, hash_address: AddressHasher, token: TokenSeen, body: bytes, key: str | None, now: datetime
) -> Answer:
    """The payments are facts. Raises Unfit, KeyReused, SourceOff."""
    sent = _read(shapes.Payments, body)
    return _take_facts(db, token, "payments", (body, key), (sent.as_of, payments_told(sent, hash_address)), now)


def take_adjustment(
    db: Database,
    _hash_address: AddressHasher,
    token: TokenSeen,
    body: bytes,
    key: str | None,
    now: datetime,
) -> Answer:
    """The adjustment stands, once for its key. Raises Unfit, KeyReused, SourceOff."""
    sent = _read(shapes.AdjustmentIn, body)
    if key is None:
        raise Unfit([Problem(IDEMPOTENCY_KEY, "an adjustment needs one: sent twice, it would count twice")])

    def write(session: Session) -> str:
        try:
            campaign = campaigns.by_slug(session, sent.campaign)
            adjust.book_adjustment(
                session,
                campaign,
                sent.amount,
                sent.reason,
                f"token {token.name}",
                now,
                public=sent.public,
                occurred_at=sent.occurred_at,
            )
        except NotFound:
            raise Unfit([Problem("campaign", f"there is no campaign {sent.campaign!r}")]) from None
        except Invalid as error:
            raise Unfit([Problem(error.field, error.message)]) from None
        return shapes.Received(received=1, entries=1).model_dump_json()

    return _once(db, token, "adjustments", body, key, write, now)


def _take_facts(
    db: Database,
    token: TokenSeen,
    kind: str,
    request: tuple[bytes, str | None],
    said: tuple[datetime, Told],
    now: datetime,
) -> Answer:
    (body, key), (as_of, told) = request, said
    if as_of > now + CLOCKS_DIFFER:
        raise Unfit([Problem("as_of", "lies in the future: nothing newer could be told until then")])

    def write(session: Session) -> str:
        event_id = inbox.record(
            session, token.source_id, _external_id(kind, body, key), f"api.{kind}", _digest(kind, body), now
        )
        saved = facts.save(session, token.source_id, told, stamp_of(as_of))
        entries = book.recount(session, saved.touched, Cause("inbox", event_id), now)
        number = len(told.sign_ups) + len(told.memberships) + len(told.payments)
        return shapes.Received(received=number, entries=entries).model_dump_json()

    return _once(db, token, kind, body, key, write, now)


def stamp_of(as_of: datetime) -> int:
    """The stamp of what was pushed: microseconds since 1970, UTC."""
    return (as_of.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _once(
    db: Database,
    token: TokenSeen,
    kind: str,
    body: bytes,
    key: str | None,
    write: Callable[[Session], str],
    now: datetime,
) -> Answer:
    """What `write` does is done, once for a key; a repeat gets the same answer. Raises KeyReused, SourceOff."""
    if key is not None and not _KEY.fullmatch(key):
        raise Unfit([Problem(IDEMPOTENCY_KEY, "use 1 to 200 visible ASCII characters without spaces")])
    if not token.source_enabled:
        raise SourceOff("this source is switched off")
    digest = _digest(kind, body)
    with db.write() as session:
        lock_facts(session)  # so that of two requests with one key the second sees the first
        before = None if key is None else tokens.taken(session, token.source_id, key)
        if before is not None and before.digest != digest:
            raise KeyReused(f"another request was taken under this {IDEMPOTENCY_KEY}")
        if before is not None:
            return Answer(before.answer, is_repeat=True)
        answer = write(session)
        if key is not None:
            tokens.keep_request(session, token.source_id, key, digest, answer, now)
    return Answer(answer, is_repeat=False)


def _digest(kind: str, body: bytes) -> str:
    return hashlib.sha256(kind.encode() + b"\0" + body).hexdigest()


def _external_id(kind: str, body: bytes, key: str | None) -> str:
    return f"{kind}:{key}" if key is not None else f"{kind}:digest:{_digest(kind, body)}"


def forget_old_requests(db: Database, now: datetime) -> None:
    """Idempotency-Keys are kept for a month."""
    with db.write() as session:
        tokens.forget_requests(session, now - KEYS_ARE_KEPT)


def _read(shape: type[ShapeT], body: bytes) -> ShapeT:
    """The body as its shape. Raises Unfit, naming each field; what was sent is not repeated: it may be private."""
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        if any(one["type"] == "json_invalid" for one in found):
            raise Unfit([Problem("", "the body is no JSON")], is_json=False) from None
        problems = [Problem(_field(one["loc"]), _words(one["msg"])) for one in found[:MOST_PROBLEMS]]
        raise Unfit(problems) from None


def _field(loc: tuple[int | str, ...]) -> str:
    """items[3].email"""
    path = ""
    for part in loc:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            name = part if part.isidentifier() else json.dumps(part[:60])
            path += f".{name}" if path else name
    return path


def _words(message: str) -> str:
    return message.removeprefix("Value error, ")
