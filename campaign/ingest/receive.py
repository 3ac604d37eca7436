"""Custody of deliveries: verified, kept on disk, then answered. Nothing is worked on here."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime

from campaign.domain.errors import DatabaseUnavailable, Invalid, NotFound
from campaign.ingest.kinds import KINDS, kind_of
from campaign.ingest.source_kind import Arrived, Endpoint
from campaign.store import inbox, sources
from campaign.store.engine import Database, Session
from campaign.store.shared_commit import SharedCommit
from campaign.store.sources import SourceSettings

LARGEST_BODY = 1 << 20
"""Bytes; a Stripe event is a few thousand."""

_REFRESH_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a delivery: it is on disk. `ignored`: why nothing will be done with it."""

    repeat: bool
    ignored: str | None


class Receiver:
    """Takes deliveries for every source, also for one out of use: what it sends waits until it is in use again.

    Sources are read again every few seconds; thread-safe.
    """

    def __init__(self, db: Database, settings: SourceSettings) -> None:
        self._db = db
        self._inbox = SharedCommit(db)
        self._settings = settings
        self._lock = threading.Lock()
        self._endpoints: dict[str, Endpoint] = {}
        self._fresh_until = 0.0

    def receive(self, kind: str, slug: str, arrived: Arrived, now: datetime, real_now: datetime) -> Receipt:
        """The delivery is on disk when this returns.

        Raises NotFound (no such source), Unverified and DatabaseUnavailable (it is to be sent again).
        """
        endpoint = self._endpoint(slug)
        if endpoint.kind != kind:
            raise NotFound("source", slug)
        delivery = kind_of(kind).accept(arrived, endpoint, real_now)
        is_new = self._inbox.write(
            lambda connection: inbox.keep(connection, endpoint.source_id, delivery, inbox.DELIVERED, now)
        )
        return Receipt(not is_new, delivery.ignored)

    def _endpoint(self, slug: str) -> Endpoint:
        if time.monotonic() >= self._fresh_until:
            self._refresh()
        found = self._endpoints.get(slug)
        if found is None:
            raise NotFound("source", slug)
        return found

    def _refresh(self) -> None:
        """Another thread may refresh meanwhile; what was read last goes on being used while the database is gone."""
        if self._endpoints and not self._lock.acquire(blocking=False):
            return
        if not self._endpoints:
            self._lock.acquire()
        try:
            self._endpoints = self._read()
            self._fresh_until = time.monotonic() + _REFRESH_SECONDS
        except DatabaseUnavailable:
            if not self._endpoints:
                raise
        finally:
            self._lock.release()

    def _read(self) -> dict[str, Endpoint]:
        with self._db.read() as session:
            return {
                s.slug: Endpoint(
                    source_id=s.id,
                    kind=s.kind,
                    livemode=s.livemode,
                    account=s.account,
                    secrets=self._secrets(session, s.id),
                )
                for s in sources.listing(session)
                if s.kind in KINDS
            }

    def _secrets(self, session: Session, source_id: int) -> tuple[str, ...]:
        """None for a source whose secrets can't be read: its deliveries are refused, those of others are not."""
        try:
            return sources.secrets_of(session, source_id, self._settings).webhook_secrets
        except Invalid:
            return ()
