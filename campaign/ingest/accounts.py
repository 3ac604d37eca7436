"""The sources' own services, opened once: whom to ask, with whose key."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from campaign.ingest.addresses import AddressHasher, PersonKeys, hasher_of
from campaign.ingest.kinds import kind_of
from campaign.ingest.source_kind import Access, Asking
from campaign.store import sources
from campaign.store.engine import Database
from campaign.store.sealing import SourceSecrets
from campaign.store.sources import SourceSeen, SourceSettings


class IngestSettings(SourceSettings, PersonKeys, Protocol):
    """What of the environment concerns asking sources."""

    @property
    def stripe_api_base(self) -> str | None: ...
    @property
    def patreon_api_base(self) -> str | None: ...


def access_of(source: SourceSeen, secrets: SourceSecrets, settings: IngestSettings) -> Access:
    """How a source is reached with these secrets, whether it is kept yet or not."""
    bases = {sources.STRIPE: settings.stripe_api_base, sources.PATREON: settings.patreon_api_base}
    return Access(source, secrets, bases.get(source.kind))


@dataclass(slots=True)
class Accounts:
    """A gateway for each source, kept for as long as its key stays the same; thread-safe."""

    db: Database
    settings: IngestSettings
    hash_address: AddressHasher = field(init=False)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _gateways: dict[int, tuple[object, Any]] = field(init=False, default_factory=dict[int, tuple[object, Any]])

    def __post_init__(self) -> None:
        self.hash_address = hasher_of(self.settings)

    def gateway(self, source_id: int) -> Any:
        """Whom to ask for a source's objects. Raises RefusedBySource where it has no key, NotFound, Invalid."""
        return self._open(self._access(source_id))

    def asking(self, source_id: int, now: Callable[[], datetime], calls_per_second: float | None = None) -> Asking:
        """The source, to be asked. Raises as `gateway`."""
        access = self._access(source_id)
        return Asking(self.db, access.source, self._open(access), self.hash_address, now, calls_per_second)

    def _access(self, source_id: int) -> Access:
        with self.db.read() as session:
            source = sources.load(session, source_id)
            secrets = sources.secrets_of(session, source_id, self.settings)
        return access_of(source, secrets, self.settings)

    def _open(self, access: Access) -> Any:
        key = (access.secrets.api_key, access.source.account, access.source.service_url, access.base)
        with self._lock:
            held = self._gateways.get(access.source.id)
            if held is None or held[0] != key:
                held = (key, kind_of(access.source.kind).open(access))
                self._gateways[access.source.id] = held
            return held[1]
