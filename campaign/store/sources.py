"""Sources: accounts at Stripe and elsewhere whose deliveries we take."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.domain.errors import Conflict, Invalid, NotFound
from campaign.store.sealing import SourceSecrets, seal, unseal
from campaign.store.source_keys import GHOST, PATREON, STRIPE, check_key, check_name, livemode_of
from campaign.store.tables import Source

FILE, API, HAND = "file", "api", "hand"
ASKED = (STRIPE, GHOST, PATREON)
"""Sources that we ask; what the others hold is pushed to us, and nobody can sweep them."""
FORM_SLUG = "sign-up-form"
"""The source of those who sign up on a campaign's own page."""
FIRST_SLUG = "stripe"
"""The source the environment describes; deliveries without a source's name in their address are its own."""


class SourceSettings(Protocol):
    """What of the environment concerns sources."""

    @property
    def secret_key(self) -> str: ...
    @property
    def stripe_api_key(self) -> str | None: ...
    @property
    def stripe_webhook_secrets(self) -> tuple[str, ...]: ...
    @property
    def ghost_url(self) -> str | None: ...
    @property
    def ghost_admin_key(self) -> str | None: ...
    @property
    def ghost_webhook_secret(self) -> str | None: ...
    @property
    def patreon_token(self) -> str | None: ...
    @property
    def patreon_webhook_secret(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class SourceSeen:
    """A source without its secrets. `counted_prices` None: every recurring one. `from_environment`: so is its key."""

    id: int
    kind: str
    slug: str
    name: str
    account: str | None
    livemode: bool
    enabled: bool
    counted_prices: tuple[str, ...] | None
    from_environment: bool
    created_at: datetime
    service_url: str | None = None
    key_check: Mapping[str, Any] | None = None
    endpoint: Mapping[str, Any] | None = None


def ensure_from_env(session: Session, settings: SourceSettings, now: datetime) -> SourceSeen | None:
    """The environment's Stripe account is the first source; None where the environment names none.

    So are the environment's Ghost site and Patreon page sources, named after their kinds.
    Raises Invalid when the key is of the other mode than the one this installation has counted with.
    """
    if settings.ghost_admin_key is not None:
        _ensure(session, GHOST, "Ghost", settings.ghost_url, now)
    if settings.patreon_token is not None:
        _ensure(session, PATREON, "Patreon", None, now)
    if settings.stripe_api_key is None:
        return None
    livemode = livemode_of(settings.stripe_api_key)
    row = session.scalars(select(Source).where(Source.slug == FIRST_SLUG)).one_or_none()
    if row is None:
        row = _new_row(FIRST_SLUG, "Stripe", livemode, now)
        session.add(row)
        session.flush()
    elif row.livemode != livemode:
        raise Invalid(
            "STRIPE_API_KEY",
            f"This installation has counted with Stripe's {_mode(row.livemode)} mode and STRIPE_API_KEY is of its "
            f"{_mode(livemode)} mode: start with an empty database, or add the account as another source.",
        )
    return _seen(row)


def add(
    session: Session,
    slug: str,
    name: str,
    secrets: SourceSecrets,
    settings: SourceSettings,
    now: datetime,
    kind: str = STRIPE,
    *,
    account: str | None = None,
    service_url: str | None = None,
) -> SourceSeen:
    """One more source that is asked, its secrets encrypted. Raises Invalid and Conflict (the slug is taken)."""
    check_name(slug, name)
    livemode = check_key(kind, secrets.api_key)
    if session.scalar(select(Source.id).where(Source.slug == slug)) is not None:
        raise Conflict(f"there is a source {slug!r} already")
    row = _new_row(slug, name.strip(), livemode, now)
    row.kind, row.account, row.service_url = kind, account, service_url
    row.secrets = seal(secrets, settings.secret_key)
    session.add(row)
    session.flush()
    return _seen(row)


def add_pushed(session: Session, kind: str, slug: str, name: str, now: datetime) -> SourceSeen:
    """One more source that tells us and is never asked (FILE, API, HAND). Raises Invalid, Conflict (slug taken)."""
    check_name(slug, name)
    if session.scalar(select(Source.id).where(Source.slug == slug)) is not None:
        raise Conflict(f"there is a source {slug!r} already")
    row = Source(kind=kind, slug=slug, name=name.strip(), livemode=True, enabled=True, created_at=now)
    session.add(row)
    session.flush()
    return _seen(row)


def listing(session: Session) -> list[SourceSeen]:
    """Every source, the first one first."""
    return [_seen(row) for row in session.scalars(select(Source).order_by(Source.id))]


def load(session: Session, source_id: int) -> SourceSeen:
    """The source with our id. Raises NotFound."""
    return _seen(_row(session, source_id))


def by_slug(session: Session, slug: str) -> SourceSeen:
    """The source with this slug. Raises NotFound."""
    row = session.scalars(select(Source).where(Source.slug == slug)).one_or_none()
    if row is None:
        raise NotFound("source", slug)
    return _seen(row)


def change(
    session: Session,
    source_id: int,
    *,
    name: str | None = None,
    enabled: bool | None = None,
    account: str | None = None,
    service_url: str | None = None,
) -> SourceSeen:
    """The source is renamed, taken in or out of use, or reached elsewhere. Raises NotFound and Invalid."""
    row = _row(session, source_id)
    if name is not None:
        check_name(row.slug, name)
        row.name = name.strip()
    row.enabled = row.enabled if enabled is None else enabled
    row.account = row.account if account is None else account
    row.service_url = row.service_url if service_url is None else service_url
    return _seen(row)


def keep_key_check(session: Session, source_id: int, found: Mapping[str, Any]) -> None:
    """What the source's key was found to open. Raises NotFound."""
    _row(session, source_id).key_check = dict(found)


def keep_endpoint(session: Session, source_id: int, seen: Mapping[str, Any] | None) -> None:
    """The webhook endpoint as it was seen at the source; None: it has none. Raises NotFound."""
    _row(session, source_id).endpoint = None if seen is None else dict(seen)


def count_prices(session: Session, source_id: int, price_keys: Collection[str] | None) -> None:
    """Only these prices count from now on (None: every recurring one); the caller recounts. Raises NotFound."""
    _row(session, source_id).counted_prices = None if price_keys is None else sorted(set(price_keys))
    session.flush()


def change_secrets(session: Session, source_id: int, secrets: SourceSecrets, settings: SourceSettings) -> None:
    """The source's secrets are these, encrypted. Raises NotFound, and Invalid for a key of the other mode.

    Without a key it must have one from elsewhere: only the signing secrets are kept then.
    """
    row = _row(session, source_id)
    if secrets.api_key is not None and check_key(row.kind, secrets.api_key) != row.livemode:
        raise Invalid("api_key", f"This source is of Stripe's {_mode(row.livemode)} mode; enter such a key.")
    row.secrets = seal(secrets, settings.secret_key)


def key_is_from_environment(session: Session, source_id: int, settings: SourceSettings) -> bool:
    """Whether the source is asked with a key that stands in the environment. Raises NotFound."""
    row = _row(session, source_id)
    from_env = _of_environment(settings).get(row.slug) if row.slug == row.kind else None
    return from_env is not None and from_env.api_key is not None


def kept_secrets(session: Session, source_id: int, settings: SourceSettings) -> SourceSecrets:
    """What was entered here, whatever the environment says. Raises NotFound and Invalid."""
    sealed = _row(session, source_id).secrets
    return SourceSecrets() if sealed is None else unseal(sealed, settings.secret_key)


def secrets_of(session: Session, source_id: int, settings: SourceSettings) -> SourceSecrets:
    """The source's secrets; for a source of the environment its key wins, and its signing secrets are taken too.

    Raises NotFound and Invalid.
    """
    row = _row(session, source_id)
    kept = SourceSecrets() if row.secrets is None else unseal(row.secrets, settings.secret_key)
    from_env = _of_environment(settings).get(row.slug) if row.slug == row.kind else None
    if from_env is None:
        return kept
    signing = dict.fromkeys((*from_env.webhook_secrets, *kept.webhook_secrets))
    return SourceSecrets(from_env.api_key or kept.api_key, tuple(signing), kept.expiries)


def _of_environment(settings: SourceSettings) -> dict[str, SourceSecrets]:
    """What the environment says of the first source of each kind."""
    ghost, patreon = settings.ghost_webhook_secret, settings.patreon_webhook_secret
    return {
        STRIPE: SourceSecrets(settings.stripe_api_key, settings.stripe_webhook_secrets),
        GHOST: SourceSecrets(settings.ghost_admin_key, (ghost,) if ghost else ()),
        PATREON: SourceSecrets(settings.patreon_token, (patreon,) if patreon else ()),
    }


def _ensure(session: Session, kind: str, name: str, service_url: str | None, now: datetime) -> None:
    row = session.scalars(select(Source).where(Source.slug == kind)).one_or_none()
    if row is None:
        row = Source(kind=kind, slug=kind, name=name, livemode=True, enabled=True, created_at=now)
        session.add(row)
    row.service_url = service_url or row.service_url
    session.flush()


def _mode(livemode: bool) -> str:
    return "live" if livemode else "test"


def _new_row(slug: str, name: str, livemode: bool, now: datetime) -> Source:
    return Source(kind=STRIPE, slug=slug, name=name, livemode=livemode, enabled=True, created_at=now)


def _row(session: Session, source_id: int) -> Source:
    row = session.get(Source, source_id)
    if row is None:
        raise NotFound("source", source_id)
    return row


def _seen(row: Source) -> SourceSeen:
    prices = row.counted_prices
    return SourceSeen(
        row.id,
        row.kind,
        row.slug,
        row.name,
        row.account,
        row.livemode,
        row.enabled,
        None if prices is None else tuple(prices),
        row.secrets is None,
        row.created_at,
        row.service_url,
        row.key_check,
        row.endpoint,
    )
