"""Ghost as a kind of source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign.domain.errors import MalformedFact
from campaign.ingest.errors import RefusedBySource
from campaign.ingest.fields import Fields
from campaign.ingest.ghost.client import CALLS_PER_SECOND, GhostGateway
from campaign.ingest.ghost.deliveries import TOPICS, delivery_of, verify
from campaign.ingest.ghost.told import Reader
from campaign.ingest.members import MEMBER, Page, compare, pages_of, read_one, save_prices, take_in_all
from campaign.ingest.reading import Found, Reading
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
from campaign.store import objects
from campaign.store.engine import Session
from campaign.store.inbox import Delivery
from campaign.store.objects import Ref
from campaign.store.prices import ToldPrice


@dataclass(frozen=True, slots=True)
class Ghost:
    """Deliveries are hints; the Admin API is the truth: what changed every few minutes, everything every night."""

    name: str = "ghost"
    title: str = "Ghost"
    objects: frozenset[str] = frozenset({MEMBER})
    later: tuple[str, ...] = ()
    topics: tuple[str, ...] = TOPICS
    refused_status: int = 401
    longest_look_back: timedelta = timedelta(days=30)

    def accept(self, arrived: Arrived, endpoint: Endpoint, real_now: datetime) -> Delivery:
        """Which member to ask for."""
        signed_at = verify(arrived.body, arrived.headers.get("X-Ghost-Signature"), endpoint.secrets, real_now)
        return delivery_of(arrived.body, arrived.topic or "", signed_at)

    def open(self, access: Access) -> GhostGateway:
        """The site of a key."""
        site = access.base or access.source.service_url
        if site is None:
            raise RefusedBySource("this source has no address: enter your site's, or set GHOST_URL")
        if access.secrets.api_key is None:
            raise RefusedBySource("this source has no key: enter an Admin API key, or set GHOST_ADMIN_KEY")
        return GhostGateway(site, access.secrets.api_key)

    def try_key(self, access: Access) -> KeyTried:
        """The key reads members and tiers, or it opens nothing; its site is the account."""
        gateway = self.open(access)
        title, address = gateway.site()
        sold = tuple(_sold(gateway))
        next(gateway.members(CALLS_PER_SECOND), None)
        return KeyTried(address[:120], title[:120], ("Members: read", "Tiers: read"), sold=sold)

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
        seen = take_in_all(asking, run, _sold(asking.gateway), lambda after: _pages(asking, after=after), read)
        return Work({"seen": dict(seen)}, asking.gateway.service.calls - calls)

    def compare(self, asking: Asking, since: datetime, progress: Progress) -> Compared:  # noqa: ARG002 - all are read
        """Every member, those that are missing among them."""
        calls = asking.gateway.service.calls
        save_prices(asking, _sold(asking.gateway))
        found = compare(asking, _pages(asking), Reader(asking.hash_address).member, progress, complete=True)
        return Compared(found, asking.gateway.service.calls - calls)

    def catch_up(self, asking: Asking, since: datetime) -> Caught:
        """Members changed since then are asked for where they are known otherwise."""
        newest = [since]
        found = compare(
            asking, _pages(asking, since, newest), Reader(asking.hash_address).member, _silent, complete=False
        )
        return _ask_for(asking, found, max(newest))


def _ask_for(asking: Asking, found: Found, newest: datetime) -> Caught:
    refs = sorted(found.unknown | found.different)
    if refs:
        with asking.db.write() as session:
            objects.mark_dirty(session, asking.source_id, refs, asking.now(), "sweep", asking.run_id)
    return Caught(found.seen[MEMBER], len(refs), newest)


def _pages(
    asking: Asking, since: datetime | None = None, newest: list[datetime] | None = None, after: str | None = None
) -> Iterator[Page]:
    """The members; `newest` gathers when they changed."""
    for page in pages_of(asking, asking.gateway.members(asking.calls_per_second or CALLS_PER_SECOND, since, after)):
        if newest is not None:
            newest += [at for row in page.rows if (at := _updated_at(row)) is not None]
        yield page


def _updated_at(row: dict[str, object]) -> datetime | None:
    try:
        return Fields(MEMBER, "?", row).optional_instant("updated_at")
    except MalformedFact:
        return None


def _sold(gateway: GhostGateway) -> Iterator[ToldPrice]:
    """The paid tiers, by their monthly price."""
    for row in gateway.tiers(CALLS_PER_SECOND):
        tier = Fields.of(row, "tier")
        if tier.optional_text("type") == "free":
            continue
        has_price = tier.body.get("monthly_price") is not None and tier.optional_text("currency") is not None
        yield ToldPrice(
            key=tier.key,
            name=(tier.optional_text("name") or tier.key)[:255],
            amount_minor=tier.minor("monthly_price") if has_price else None,
            currency=tier.currency("currency") if has_price else "",
            recurring="month",
            active=tier.body.get("active") is not False,
        )


def _silent(_seen: object) -> None:
    """Nobody watches."""
