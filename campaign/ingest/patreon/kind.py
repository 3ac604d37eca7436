"""Patreon as a kind of source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign.ingest.bodies import inside
from campaign.ingest.errors import RefusedBySource
from campaign.ingest.fields import Fields
from campaign.ingest.members import MEMBER, Page, compare, pages_of, read_one, save_prices, take_in_all
from campaign.ingest.patreon.client import CALLS_PER_SECOND, PatreonGateway
from campaign.ingest.patreon.deliveries import delivery_of, verify
from campaign.ingest.patreon.told import Reader
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
    Lack,
    Progress,
    Work,
)
from campaign.store.engine import Session
from campaign.store.inbox import Delivery
from campaign.store.objects import Ref
from campaign.store.prices import ToldPrice


@dataclass(frozen=True, slots=True)
class Patreon:
    """Deliveries are hints; the member is asked for, with all that was charged. Every night everybody is."""

    name: str = "patreon"
    title: str = "Patreon"
    objects: frozenset[str] = frozenset({MEMBER})
    later: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    refused_status: int = 401
    longest_look_back: timedelta = timedelta(days=30)

    def accept(self, arrived: Arrived, endpoint: Endpoint, real_now: datetime) -> Delivery:  # noqa: ARG002 - unsigned
        """Which member to ask for. Patreon signs no time, so an old delivery may come again: it only asks again."""
        verify(arrived.body, arrived.headers.get("X-Patreon-Signature"), endpoint.secrets)
        return delivery_of(arrived.body, arrived.headers.get("X-Patreon-Event"), endpoint.account)

    def open(self, access: Access) -> PatreonGateway:
        """The page of a token."""
        if access.secrets.api_key is None:
            raise RefusedBySource("this source has no token: enter the creator's, or set PATREON_TOKEN")
        return PatreonGateway(access.secrets.api_key, access.source.account, access.base)

    def try_key(self, access: Access) -> KeyTried:
        """The page the token opens, and whether it tells members and their addresses."""
        gateway = self.open(access)
        first = next(gateway.members(CALLS_PER_SECOND))
        told = [inside(row, "attributes", "email") for row in first.rows]
        without = Lack("Members’ addresses: read", "campaigns.members[email]", "knowing who is also at another source")
        lacks = (without,) if told and not any(told) else ()
        return KeyTried(gateway.campaign_id()[:120], "", ("Members: read",), lacks, tuple(_sold(gateway)))

    def fetch(self, asking: Asking, ref: Ref) -> Reading:
        """The member as it is now, or as gone."""
        return read_one(asking, ref.key, asking.gateway.member(ref.key), Reader(asking.hash_address).member)

    def is_told(self, session: Session, source_id: int, ref: Ref, since: int) -> bool:  # noqa: ARG002 - of the kind
        """A member brings nothing else along."""
        return False

    def account_ref(self, account_key: str) -> Ref | None:
        """Accounts are members, and come with what they have."""
        return Ref(MEMBER, account_key)

    def take_in_all(self, asking: Asking, run: Importing) -> Work:
        """Tiers, then every member."""
        calls = asking.gateway.service.calls
        read = Reader(asking.hash_address).member
        seen = take_in_all(asking, run, _sold(asking.gateway), lambda after: _going_on(asking, after), read)
        return Work({"seen": dict(seen)}, asking.gateway.service.calls - calls)

    def compare(self, asking: Asking, since: datetime, progress: Progress) -> Compared:  # noqa: ARG002 - all are read
        """Every member, those that are missing among them."""
        calls = asking.gateway.service.calls
        save_prices(asking, _sold(asking.gateway))
        found = compare(asking, _pages(asking), Reader(asking.hash_address).member, progress, complete=True)
        return Compared(found, asking.gateway.service.calls - calls)

    def catch_up(self, asking: Asking, since: datetime) -> Caught:  # noqa: ARG002 - of the kind
        """Patreon can't be asked what changed: deliveries and the nightly sweep find it."""
        return Caught(0, 0, since)


def _pages(asking: Asking, after: str | None = None) -> Iterator[Page]:
    return pages_of(asking, asking.gateway.members(asking.calls_per_second or CALLS_PER_SECOND, after))


def _going_on(asking: Asking, after: str | None) -> Iterator[Page]:
    """The members behind `after`; all of them where Patreon knows that place no more."""
    pages = _pages(asking, after)
    try:
        first = next(pages, None)
    except RefusedBySource:
        if after is None:
            raise
        pages = _pages(asking)
        first = next(pages, None)
    if first is not None:
        yield first
        yield from pages


def _sold(gateway: PatreonGateway) -> Iterator[ToldPrice]:
    """The paid tiers of the page; Patreon states no currency for their amounts, so none is shown."""
    for row in gateway.tiers():
        tier = Fields.of(row, "tier")
        told = tier.part("attributes")
        if told is None or not told.minor("amount_cents"):
            continue
        yield ToldPrice(
            key=tier.key,
            name=(told.optional_text("title") or tier.key)[:255],
            amount_minor=None,
            currency="",
            recurring="month",
            active=told.body.get("published") is not False,
        )
