"""Setting up a source: its key is tried before it is kept, replaced, taken in and out of use, or taken away."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from campaign.domain.errors import Conflict, Invalid
from campaign.ingest.accounts import Accounts, IngestSettings, access_of
from campaign.ingest.errors import RefusedBySource, SourceUnavailable
from campaign.ingest.kinds import kind_of
from campaign.ingest.source_kind import Access, KeyTried, TriesKeys
from campaign.store import audit, changes, prices, source_figures, source_keys, sources
from campaign.store.engine import Database, Session
from campaign.store.sealing import SourceSecrets
from campaign.store.sources import SourceSeen
from campaign.store.stamps import next_stamp

LONGEST_ROLL = timedelta(days=7)
"""Stripe itself signs with an old secret for a day at most."""


@dataclass(frozen=True, slots=True)
class NewSource:
    """What somebody entered for a source that is asked. `account`, `service_url`: for kinds that need them."""

    kind: str
    slug: str
    name: str
    api_key: str = field(repr=False)
    webhook_secret: str = field(default="", repr=False)
    account: str = ""
    service_url: str = ""


def add(
    db: Database, settings: IngestSettings, wanted: NewSource, *, actor: str, now: datetime
) -> tuple[SourceSeen, KeyTried | None]:
    """The source is there, its secrets encrypted, with what its key was found to open.

    Raises Invalid (a value can't be used, the key opens nothing), Conflict (the slug or the account is there already).
    """
    source_keys.check_name(wanted.slug, wanted.name)
    livemode = source_keys.check_key(wanted.kind, wanted.api_key or None)
    secrets = SourceSecrets(wanted.api_key, tuple(s.strip() for s in wanted.webhook_secret.split(",") if s.strip()))
    draft = SourceSeen(
        *(0, wanted.kind, wanted.slug, wanted.name, wanted.account or None, livemode, True, None, False, now),
        service_url=wanted.service_url or None,
    )
    with db.write() as session:
        stamp = next_stamp(session)
    tried = _try(access_of(draft, secrets, settings))
    with db.write() as session:
        _refuse_twice(session, wanted.kind, livemode, tried.account if tried else "")
        source = sources.add(
            *(session, wanted.slug, wanted.name, secrets, settings, now, wanted.kind),
            account=wanted.account or (tried.account if tried else "") or None,
            service_url=wanted.service_url or None,
        )
        if tried is not None:
            sources.keep_key_check(session, source.id, _kept(tried, now))
            prices.save(session, source.id, tried.sold, stamp)
        audit.write(session, actor, "source.add", wanted.slug, now, {"name": wanted.name, "kind": wanted.kind})
        changes.announce(session, changes.INBOX)
        return sources.load(session, source.id), tried


def replace_key(
    db: Database, settings: IngestSettings, source_id: int, api_key: str, *, actor: str, now: datetime
) -> KeyTried | None:
    """The source is asked with this key from now on. Raises Invalid (another account's, another mode's), NotFound."""
    with db.read() as session:
        source = sources.load(session, source_id)
        kept = sources.kept_secrets(session, source_id, settings)
        from_environment = sources.key_is_from_environment(session, source_id, settings)
    if from_environment:
        raise Invalid("api_key", "This key stands in the environment (STRIPE_API_KEY); change it there and restart.")
    if source_keys.check_key(source.kind, api_key) != source.livemode:
        mode = "live" if source.livemode else "test"
        raise Invalid("api_key", f"This source is of the {mode} mode; enter a key of that mode.")
    tried = _try(access_of(source, replace(kept, api_key=api_key), settings))
    if tried is not None and source.account and tried.account and tried.account != source.account:
        raise Invalid(
            "api_key", f"This key opens another account ({tried.account}); add that one as a source of its own."
        )
    with db.write() as session:
        sources.change_secrets(session, source_id, replace(kept, api_key=api_key), settings)
        _keep_tried(session, source, tried, now)
        audit.write(session, actor, "source.key", source.slug, now)
    return tried


def try_again(accounts: Accounts, source_id: int, *, now: datetime) -> KeyTried | None:
    """What the key opens now; None for a kind that can't say. Raises Invalid where it opens nothing, NotFound."""
    db, settings = accounts.db, accounts.settings
    with db.read() as session:
        source = sources.load(session, source_id)
        access = access_of(source, sources.secrets_of(session, source_id, settings), settings)
    tried = _try(access)
    with db.write() as session:
        _keep_tried(session, source, tried, now)
    return tried


def add_secret(
    db: Database,
    settings: IngestSettings,
    source_id: int,
    secret: str,
    *,
    old_for: timedelta,
    actor: str,
    now: datetime,
) -> None:
    """Deliveries may be signed with this secret; with those of before only for a while. Raises Invalid, NotFound."""
    if not secret.strip() or len(secret) > 200:
        raise Invalid("webhook_secret", "Enter the signing secret of the endpoint, like whsec_…")
    if not timedelta(0) <= old_for <= LONGEST_ROLL:
        raise Invalid("old_for", "Keep the old secret for a week at most.")
    with db.write() as session:
        source = sources.load(session, source_id)
        kept = sources.kept_secrets(session, source_id, settings)
        sources.change_secrets(session, source_id, kept.rolled(secret.strip(), now + old_for), settings)
        details = {"old_until": (now + old_for).isoformat()} if kept.webhook_secrets else {}
        audit.write(session, actor, "source.secret", source.slug, now, details)


def rename(db: Database, source_id: int, name: str, *, actor: str, now: datetime) -> None:
    """Staff and readers see the source under this name. Raises Invalid, NotFound."""
    with db.write() as session:
        before = sources.load(session, source_id)
        after = sources.change(session, source_id, name=name)
        if before.name != after.name:
            audit.write(session, actor, "source.rename", before.slug, now, {"from": before.name, "to": after.name})


def set_enabled(db: Database, source_id: int, enabled: bool, *, actor: str, now: datetime) -> bool:
    """The source is in use, or out of use: nothing is asked of it then, and what it sends is kept and waits.

    Its facts count on. False when that is how it was. Raises NotFound.
    """
    with db.write() as session:
        before = sources.load(session, source_id)
        if before.enabled == enabled:
            return False
        sources.change(session, source_id, enabled=enabled)
        audit.write(session, actor, "source.enable" if enabled else "source.disable", before.slug, now)
        changes.announce(session, changes.INBOX)
    return True


def remove(db: Database, settings: IngestSettings, source_id: int, *, actor: str, now: datetime) -> None:
    """A source that has told nothing is gone. Raises Conflict where it has, or the environment names it, NotFound."""
    with db.write() as session:
        source = sources.load(session, source_id)
        if sources.key_is_from_environment(session, source_id, settings):
            raise Conflict("This source stands in the environment (STRIPE_API_KEY); take it out there first.")
        source_figures.remove_empty(session, source_id)
        audit.write(session, actor, "source.remove", source.slug, now, {"name": source.name})


def _try(access: Access) -> KeyTried | None:
    kind = kind_of(access.source.kind)
    if not isinstance(kind, TriesKeys):
        return None
    try:
        return kind.try_key(access)
    except RefusedBySource as refused:
        raise Invalid("api_key", f"{kind.title} does not take this key: {refused}") from refused
    except SourceUnavailable as failed:
        raise Invalid(
            "api_key", f"{kind.title} can’t be asked right now ({failed}). Try again in a moment."
        ) from failed


def _refuse_twice(session: Session, kind: str, livemode: bool, account: str) -> None:
    for other in sources.listing(session):
        if account and (other.kind, other.livemode, other.account) == (kind, livemode, account):
            raise Conflict(f"This account is here already, as {other.name!r}: its members would be asked for twice.")


def _keep_tried(session: Session, source: SourceSeen, tried: KeyTried | None, now: datetime) -> None:
    if tried is None:
        return
    sources.keep_key_check(session, source.id, _kept(tried, now))
    if tried.account and not source.account:
        sources.change(session, source.id, account=tried.account)


def _kept(tried: KeyTried, now: datetime) -> dict[str, Any]:
    return {"at": now.isoformat(), **asdict(replace(tried, sold=()))}
