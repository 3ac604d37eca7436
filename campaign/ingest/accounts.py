"""The sources' own services, opened once: whom to ask, with whose key."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Protocol

from campaign.ingest.addresses import AddressHasher, address_hasher
from campaign.ingest.errors import RefusedBySource
from campaign.ingest.stripe.client import Gateway
from campaign.store import sources
from campaign.store.engine import Database
from campaign.store.sources import SourceSettings


class IngestSettings(SourceSettings, Protocol):
    """What of the environment concerns asking sources."""

    @property
    def person_key(self) -> str: ...
    @property
    def stripe_api_base(self) -> str | None: ...


@dataclass(slots=True)
class Accounts:
    """A gateway for each source, kept for as long as its key stays the same; thread-safe."""

    db: Database
    settings: IngestSettings
    hash_address: AddressHasher = field(init=False)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _gateways: dict[int, tuple[str, Gateway]] = field(init=False, default_factory=dict[int, tuple[str, Gateway]])

    def __post_init__(self) -> None:
        self.hash_address = address_hasher(self.settings.person_key)

    def gateway(self, source_id: int) -> Gateway:
        """Whom to ask for a source's objects. Raises RefusedBySource where it has no key, NotFound, Invalid."""
        with self.db.read() as session:
            api_key = sources.secrets_of(session, source_id, self.settings).api_key
        if api_key is None:
            raise RefusedBySource("this source has no key: enter one, or set STRIPE_API_KEY")
        with self._lock:
            held = self._gateways.get(source_id)
            if held is None or held[0] != api_key:
                held = (api_key, Gateway(api_key, self.settings.stripe_api_base))
                self._gateways[source_id] = held
            return held[1]
