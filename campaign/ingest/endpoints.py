"""Stripe's webhook endpoints: made by us, looked at, put right, and their signing secrets rolled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from campaign.domain.errors import CampaignTrackerError, Conflict
from campaign.ingest.accounts import Accounts
from campaign.ingest.errors import LacksPermission, RefusedBySource, UnknownAtSource
from campaign.ingest.stripe import endpoint as stripe_endpoint
from campaign.ingest.stripe.endpoint import EndpointSeen
from campaign.store import audit, sources
from campaign.store.sources import SourceSeen

OLD_SECRET_FOR = timedelta(hours=24)
"""As long as Stripe itself signs with an old secret."""
LOOKED_AT_EVERY = timedelta(hours=12)

_MAY_NOT = "the key may not write webhook endpoints; make or change it at Stripe by hand, as described below"


@dataclass(frozen=True, slots=True)
class EndpointState:
    """What is known of a source's endpoint. `trouble`: why nothing could be seen or done, in words."""

    seen: EndpointSeen | None
    others: int
    looked_at: datetime | None
    trouble: str = ""


def state_of(source: SourceSeen) -> EndpointState:
    """The endpoint as it was last looked at."""
    kept = source.endpoint or {}
    seen = kept.get("seen")
    at = kept.get("looked_at")
    return EndpointState(
        None if seen is None else _read(seen),
        int(kept.get("others") or 0),
        None if at is None else datetime.fromisoformat(at),
        str(kept.get("trouble") or ""),
    )


def look(accounts: Accounts, source_id: int, url: str, now: datetime) -> EndpointState:
    """How the endpoint stands at Stripe now; what keeps us from seeing it is part of the answer. Raises NotFound."""
    source = _source(accounts, source_id)
    try:
        found = stripe_endpoint.look(accounts.gateway(source_id), url)
        trouble = ""
    except LacksPermission:
        found, trouble = [], "the key may not read webhook endpoints, so whether there is one can’t be seen"
    except (CampaignTrackerError, ValueError) as error:
        found, trouble = [], str(error)
    ours = _retiring(source)
    standing = [one for one in found if one.key not in ours]
    return _keep(accounts, source, standing, trouble, now)


def make(accounts: Accounts, source_id: int, url: str, *, actor: str, now: datetime) -> EndpointState:
    """The endpoint is there, at our version, with the types we use, and its secret is kept.

    Raises Conflict where one stands at this address already, RefusedBySource, SourceUnavailable, NotFound.
    """
    before = look(accounts, source_id, url, now)
    if before.seen is not None:
        raise Conflict("Stripe has an endpoint at this address already; repair it, or replace its secret.")
    return _make(accounts, source_id, url, retire=None, actor=actor, now=now)


def repair(accounts: Accounts, source_id: int, url: str, *, actor: str, now: datetime) -> EndpointState:
    """The endpoint is on, at our version and sends what we use; another version means another endpoint.

    Raises RefusedBySource, SourceUnavailable, NotFound.
    """
    before = look(accounts, source_id, url, now)
    if before.seen is None or before.seen.is_right:
        return before if before.seen is not None else make(accounts, source_id, url, actor=actor, now=now)
    if not before.seen.is_at_our_version:
        return _make(accounts, source_id, url, retire=before.seen.key, actor=actor, now=now)
    source = _source(accounts, source_id)
    try:
        right = stripe_endpoint.put_right(accounts.gateway(source_id), before.seen)
    except LacksPermission as refused:
        raise RefusedBySource(_MAY_NOT) from refused
    state = _keep(accounts, source, [right], "", now)
    with accounts.db.write() as session:
        audit.write(session, actor, "source.endpoint_repair", source.slug, now, {"endpoint": right.key})
    return state


def roll(accounts: Accounts, source_id: int, url: str, *, actor: str, now: datetime) -> EndpointState:
    """Deliveries are signed with a new secret; the old one is taken for a day more. Raises as `repair`."""
    before = look(accounts, source_id, url, now)
    old = None if before.seen is None else before.seen.key
    return _make(accounts, source_id, url, retire=old, actor=actor, now=now)


def tidy(accounts: Accounts, public_url: str, now: datetime) -> int:
    """Secrets that ran out are forgotten, replaced endpoints deleted, endpoints looked at now and then.

    What fails with one source is kept with it and tried again; returns how many were tidied.
    """
    with accounts.db.read() as session:
        known = sources.listing(session)
    done = 0
    for source in known:
        done += _forget_secrets(accounts, source, now)
        if source.kind != sources.STRIPE or not source.enabled:
            continue
        done += _delete_retired(accounts, source, now)
        seen_at = state_of(source).looked_at
        if source.endpoint is not None and (seen_at is None or now - seen_at >= LOOKED_AT_EVERY):
            look(accounts, source.id, url_of(source, public_url), now)
    return done


def url_of(source: SourceSeen, public_url: str) -> str:
    """Where a source's deliveries go."""
    first = source.slug == source.kind
    return f"{public_url}/webhooks/{source.kind}" + ("" if first else f"/{source.slug}")


def _make(
    accounts: Accounts, source_id: int, url: str, *, retire: str | None, actor: str, now: datetime
) -> EndpointState:
    source = _source(accounts, source_id)
    made = int((source.endpoint or {}).get("made") or 0)
    try:
        seen, secret = stripe_endpoint.make(
            accounts.gateway(source_id), url, f"{source.slug} {source.created_at.isoformat()} {made}"
        )
    except LacksPermission as refused:
        raise RefusedBySource(_MAY_NOT) from refused
    with accounts.db.write() as session:
        settings = accounts.settings
        kept = sources.kept_secrets(session, source_id, settings)
        sources.change_secrets(session, source_id, kept.rolled(secret, now + OLD_SECRET_FOR), settings)
        retiring = _retiring(source)
        if retire is not None:
            retiring[retire] = (now + OLD_SECRET_FOR).isoformat()
        sources.keep_endpoint(session, source_id, _body(seen, 0, "", now, made + 1, retiring))
        audit.write(session, actor, "source.endpoint", source.slug, now, {"endpoint": seen.key, "replaces": retire})
        return state_of(sources.load(session, source_id))


def _keep(
    accounts: Accounts, source: SourceSeen, found: list[EndpointSeen], trouble: str, now: datetime
) -> EndpointState:
    made = int((source.endpoint or {}).get("made") or 0)
    seen = found[0] if found else None
    with accounts.db.write() as session:
        body = _body(seen, max(0, len(found) - 1), trouble, now, made, _retiring(source))
        sources.keep_endpoint(session, source.id, body)
        return state_of(sources.load(session, source.id))


def _forget_secrets(accounts: Accounts, source: SourceSeen, now: datetime) -> int:
    with accounts.db.read() as session:
        try:
            kept = sources.kept_secrets(session, source.id, accounts.settings)
        except CampaignTrackerError:
            return 0  # sealed under another key: staff see that at the source
    if kept.at(now) == kept:
        return 0
    with accounts.db.write() as session:
        kept = sources.kept_secrets(session, source.id, accounts.settings)
        sources.change_secrets(session, source.id, kept.at(now), accounts.settings)
        audit.write(session, "jobs", "source.secret_ended", source.slug, now)
    return 1


def _delete_retired(accounts: Accounts, source: SourceSeen, now: datetime) -> int:
    due = [key for key, until in _retiring(source).items() if datetime.fromisoformat(until) <= now]
    deleted: list[str] = []
    for key in due:
        try:
            stripe_endpoint.remove(accounts.gateway(source.id), key)
        except UnknownAtSource:
            pass  # somebody deleted it at Stripe
        except CampaignTrackerError:
            continue  # tried again the next time
        deleted.append(key)
    if deleted:
        with accounts.db.write() as session:
            body = dict(sources.load(session, source.id).endpoint or {})
            body["retiring"] = {k: v for k, v in body.get("retiring", {}).items() if k not in deleted}
            sources.keep_endpoint(session, source.id, body)
            audit.write(session, "jobs", "source.endpoint_delete", source.slug, now, {"endpoints": deleted})
    return len(deleted)


def _retiring(source: SourceSeen) -> dict[str, str]:
    return dict((source.endpoint or {}).get("retiring") or {})


def _source(accounts: Accounts, source_id: int) -> SourceSeen:
    with accounts.db.read() as session:
        return sources.load(session, source_id)


def _body(
    seen: EndpointSeen | None, others: int, trouble: str, now: datetime, made: int, retiring: Mapping[str, str]
) -> dict[str, Any]:
    kept = None
    if seen is not None:
        kept = {
            "key": seen.key,
            "url": seen.url,
            "api_version": seen.api_version,
            "is_enabled": seen.is_enabled,
            "missing": list(seen.missing),
            "needless": list(seen.needless),
        }
    at = now.isoformat()
    return {"seen": kept, "others": others, "trouble": trouble, "looked_at": at, "made": made, "retiring": retiring}


def _read(kept: Mapping[str, Any]) -> EndpointSeen:
    seen = EndpointSeen(kept["key"], kept["url"], kept["api_version"], kept["is_enabled"], (), ())
    lists = (cast(list[str], kept[name]) for name in ("missing", "needless"))
    return replace(seen, **dict(zip(("missing", "needless"), map(tuple, lists), strict=True)))
