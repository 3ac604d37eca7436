"""Events are listed every few minutes: what was never delivered is found, and goes the same way."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign.ingest.accounts import Accounts
from campaign.ingest.errors import Unverified
from campaign.ingest.stripe.envelope import delivery_of
from campaign.ingest.stripe.pages import Lister, Page
from campaign.store import inbox, sources, sweeps
from campaign.store.engine import Database
from campaign.store.sources import SourceSeen

EVENT_TYPES = (
    (
        "customer.subscription.created",
        "customer.subscription.deleted",
        "customer.subscription.paused",
        "customer.subscription.resumed",
        "customer.subscription.updated",
        "invoice.created",
        "invoice.finalized",
        "invoice.marked_uncollectible",
        "invoice.paid",
        "invoice.payment_failed",
        "invoice.updated",
        "invoice.voided",
        "invoice_payment.paid",
        "charge.captured",
        "charge.failed",
        "charge.pending",
        "charge.refunded",
        "charge.succeeded",
        "charge.updated",
    ),
    (
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.dispute.funds_reinstated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "checkout.session.async_payment_failed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
        "checkout.session.expired",
        "customer.created",
        "customer.deleted",
        "customer.updated",
        "price.created",
        "price.deleted",
        "price.updated",
        "refund.created",
        "refund.failed",
        "refund.updated",
    ),
)
"""What leads to something, in lists of at most twenty (the most one call takes); endpoints should get them."""

CURSOR = "events"
OVERLAP = timedelta(minutes=10)
FIRST_LOOK_BACK = timedelta(hours=1)
STRIPE_KEEPS = timedelta(days=30)
KEPT_RUNS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Listed:
    """What one listing saw, and how much of it had never been delivered."""

    source_id: int
    events: int
    never_delivered: int


def list_all_events(db: Database, accounts: Accounts, now: datetime) -> list[Listed]:
    """Every enabled Stripe source is listed; one that fails keeps its error with its run and stops no other."""
    with db.read() as session:
        enabled = [s for s in sources.listing(session) if s.enabled and s.kind == sources.STRIPE]
    listed: list[Listed] = []
    problems: list[Exception] = []
    for source in enabled:
        try:
            listed.append(list_events(db, accounts, source, now))
        except Exception as error:  # noqa: BLE001 - raised below, when the others were listed
            problems.append(error)
    if problems:
        raise problems[0]
    return listed


def list_events(db: Database, accounts: Accounts, source: SourceSeen, now: datetime) -> Listed:
    """Every event since the last listing is in the inbox. Raises what the gateway raises; the run keeps the error."""
    with db.write() as session:
        sweeps.forget_listings(session, now - KEPT_RUNS)
        since = _since(sweeps.cursor(session, source.id, CURSOR), now)
        run_id = sweeps.begin(session, source.id, sweeps.LISTING, now)
    events = found = 0
    newest = int(since.timestamp())
    try:
        lister = Lister(db, accounts.gateway(source.id))
        for types in EVENT_TYPES:
            created = {"gte": int((since - OVERLAP).timestamp())}
            for page in lister.pages("events", types=list(types), created=created):
                events += len(page.rows)
                found += _keep_unknown(db, source, page, now)
                newest = max([newest, *(row["created"] for row in page.rows)])
    except Exception as error:
        with db.write() as session:
            sweeps.finish(session, run_id, now, f"{type(error).__name__}: {error}"[:500])
        raise
    with db.write() as session:
        sweeps.set_cursor(session, source.id, CURSOR, str(newest), now)
        sweeps.report(session, run_id, {"events": events, "never_delivered": found})
        sweeps.finish(session, run_id, now)
    return Listed(source.id, events, found)


def _since(cursor: str | None, now: datetime) -> datetime:
    earliest = now - STRIPE_KEEPS
    if cursor is None:
        return now - FIRST_LOOK_BACK
    return max(earliest, datetime.fromtimestamp(int(cursor), now.tzinfo))


def _keep_unknown(db: Database, source: SourceSeen, page: Page, now: datetime) -> int:
    with db.read() as session:
        unknown = inbox.unknown_of(session, source.id, [row["id"] for row in page.rows])
    if not unknown:
        return 0
    kept = 0
    with db.begin() as connection:
        for row in reversed(page.rows):
            if row["id"] not in unknown:
                continue
            digest = hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()
            try:
                delivery = delivery_of(row, source.livemode, source.account, digest)
            except Unverified:
                continue  # what can't be kept when it is delivered can't be kept when it is listed
            kept += inbox.keep(connection, source.id, delivery, inbox.LISTED, now)
    return kept
