"""Stripe as a kind of source."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from campaign.ingest.errors import RefusedBySource, Unverified
from campaign.ingest.reading import Reading
from campaign.ingest.source_kind import (
    Access,
    Arrived,
    Asking,
    Caught,
    Compared,
    Endpoint,
    Importing,
    KeyTried,
    Progress,
    Work,
)
from campaign.ingest.stripe.allowance import Meter, allowance
from campaign.ingest.stripe.client import Gateway
from campaign.ingest.stripe.envelope import delivery_of, read_event
from campaign.ingest.stripe.events import EVENT_TYPES
from campaign.ingest.stripe.fetch import Fetcher
from campaign.ingest.stripe.importing import Importer
from campaign.ingest.stripe.key import try_key
from campaign.ingest.stripe.pages import CALLS_PER_SECOND, GENTLE_CALLS_PER_SECOND, Lister, Page
from campaign.ingest.stripe.reading import CUSTOMER, INVOICE, KINDS, LATER_KINDS, SUBSCRIPTION, Reader
from campaign.ingest.stripe.sweeping import Sweeper
from campaign.ingest.stripe.verify import verify
from campaign.store import facts, inbox
from campaign.store.engine import Session
from campaign.store.inbox import Delivery
from campaign.store.objects import Ref

LISTS_WITHIN_MINUTES = 5
"""Of each hour, while the allowance of reads is short; listings come every five minutes."""


@dataclass(frozen=True, slots=True)
class Stripe:
    """Deliveries are signed hints; objects are fetched at our version; events, lists and sweeps find the rest."""

    name: str = "stripe"
    title: str = "Stripe"
    objects: frozenset[str] = KINDS
    later: tuple[str, ...] = LATER_KINDS
    topics: tuple[str, ...] = ()
    refused_status: int = 400
    longest_look_back: timedelta = timedelta(days=30)
    """For so long Stripe keeps events."""

    def accept(self, arrived: Arrived, endpoint: Endpoint, real_now: datetime) -> Delivery:
        """An event of this source's mode and account, signed within five minutes."""
        verify(arrived.body, arrived.headers.get("Stripe-Signature"), endpoint.secrets, real_now)
        return read_event(arrived.body, endpoint.livemode, endpoint.account)

    def open(self, access: Access) -> Gateway:
        """The account of a key."""
        if access.secrets.api_key is None:
            raise RefusedBySource("this source has no key: enter one, or set STRIPE_API_KEY")
        return Gateway(access.secrets.api_key, access.base)

    def try_key(self, access: Access) -> KeyTried:
        """Each list that counting needs is asked for once."""
        return try_key(self.open(access))

    def fetch(self, asking: Asking, ref: Ref) -> Reading:
        """The object with all that is needed to book it, in one visit where that can be."""

        def is_linked(link_key: str) -> bool:
            with asking.db.read() as session:
                return facts.is_linked(session, asking.source_id, link_key)

        def is_complete(membership_key: str) -> bool:
            with asking.db.read() as session:
                return facts.knows_all_invoices(session, asking.source_id, membership_key)

        try:
            return Fetcher(asking.gateway, Reader(asking.hash_address), is_linked, is_complete).fetch(ref)
        finally:
            _meter(asking).count_many()

    def is_told(self, session: Session, source_id: int, ref: Ref, since: int) -> bool:
        """Subscriptions and invoices bring each other along."""
        if ref.kind == SUBSCRIPTION:
            return facts.membership_stamp(session, source_id, ref.key) > since
        return ref.kind == INVOICE and facts.invoice_stamp(session, source_id, ref.key) > since

    def account_ref(self, account_key: str) -> Ref | None:
        """The customer; a payment's own giver can't be asked for."""
        return Ref(CUSTOMER, account_key) if account_key.startswith("cus_") else None

    def take_in_all(self, asking: Asking, run: Importing) -> Work:
        """Prices, invoices, charges and subscriptions, page by page, five a second where nothing else is asked for."""
        pace = asking.calls_per_second or GENTLE_CALLS_PER_SECOND
        lister = Lister(asking.db, asking.gateway, pace, _meter(asking))
        reader = Reader(asking.hash_address)
        importer = Importer(
            *(asking.db, lister, reader, asking.source_id, run.batch_id, run.cause, asking.now, run.progress, run.state)
        )
        importer.run()
        return Work({"seen": dict(importer.found)}, lister.calls)

    def compare(self, asking: Asking, since: datetime, progress: Progress) -> Compared:
        """All subscriptions, and what happened to money since then."""
        lister = _lister(asking)
        sweeper = Sweeper(asking.db, lister, Reader(asking.hash_address), asking.source_id, since, progress, asking.now)
        return Compared(sweeper.run(), lister.calls)

    def catch_up(self, asking: Asking, since: datetime) -> Caught:
        """Every event since then is in the inbox; once an hour only while there is no room for long reading."""
        meter = _meter(asking)
        with asking.db.read() as session:
            is_short = allowance(session, asking.source_id, asking.now()).is_spent
        if is_short and asking.now().minute >= LISTS_WITHIN_MINUTES:
            return Caught(0, 0, since)
        lister = Lister(asking.db, asking.gateway, asking.calls_per_second or CALLS_PER_SECOND, meter, is_guarded=False)
        seen = news = 0
        newest = int(since.timestamp())
        for types in EVENT_TYPES:
            for page in lister.pages("events", types=list(types), created={"gte": int(since.timestamp())}):
                seen += len(page.rows)
                news += _keep_unknown(asking, page)
                newest = max([newest, *(row["created"] for row in page.rows)])
        return Caught(seen, news, datetime.fromtimestamp(newest, UTC))


def _lister(asking: Asking) -> Lister:
    return Lister(asking.db, asking.gateway, asking.calls_per_second or CALLS_PER_SECOND, _meter(asking))


def _meter(asking: Asking) -> Meter:
    return Meter(asking.db, asking.source_id, asking.gateway, asking.now)


def _keep_unknown(asking: Asking, page: Page) -> int:
    source = asking.source
    with asking.db.read() as session:
        unknown = inbox.unknown_of(session, source.id, [row["id"] for row in page.rows])
    if not unknown:
        return 0
    kept = 0
    with asking.db.begin() as connection:
        for row in reversed(page.rows):
            if row["id"] not in unknown:
                continue
            try:
                delivery = delivery_of(row, source.livemode, source.account, _digest(row))
            except Unverified:
                continue  # what can't be kept when it is delivered can't be kept when it is listed
            kept += inbox.keep(connection, source.id, delivery, inbox.LISTED, asking.now())
    return kept


def _digest(row: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()
