"""What a kind of source has to know of itself, so that everything else can treat all kinds alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from campaign.ingest.addresses import AddressHasher
from campaign.ingest.reading import Found, Reading
from campaign.store.engine import Database, Session
from campaign.store.imports import ImportState
from campaign.store.inbox import Delivery
from campaign.store.ledger import Cause
from campaign.store.objects import Ref
from campaign.store.prices import ToldPrice
from campaign.store.sealing import SourceSecrets
from campaign.store.sources import SourceSeen

Progress = Callable[[Mapping[str, int]], None]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one source delivers to: what must have signed a delivery, and whose objects it may name."""

    source_id: int
    kind: str
    livemode: bool
    account: str | None
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A delivery as it came. `topic`: the last part of its address, where a kind has one address an event."""

    body: bytes
    headers: Mapping[str, str]
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """How a source is reached. `base`: another host to ask, for a stand-in; None: the kind's own."""

    source: SourceSeen
    secrets: SourceSecrets
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """One source, being asked. `gateway` is what its kind opened; `run_id`: the sweep or listing that asks."""

    db: Database
    source: SourceSeen
    gateway: Any
    hash_address: AddressHasher
    now: Callable[[], datetime]
    calls_per_second: float | None = None
    run_id: int | None = None

    @property
    def source_id(self) -> int:
        """The source's id."""
        return self.source.id


@dataclass(frozen=True, slots=True)
class Lack:
    """What a key may not do, as staff find it where keys are made. `purpose`: only this needs it; "": counting does."""

    words: str
    permission: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class KeyTried:
    """What a key opens: whose account ("" where that is not told), what it lacks of what is needed, what is sold."""

    account: str
    account_name: str
    tried: tuple[str, ...]
    lacks: tuple[Lack, ...] = ()
    sold: tuple[ToldPrice, ...] = ()


@runtime_checkable
class TriesKeys(Protocol):
    """A kind of source that can say what a key opens before it is kept."""

    def try_key(self, access: Access) -> KeyTried:
        """What the key opens. Raises RefusedBySource where it opens nothing, SourceUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Importing:
    """The run of an import: what its steps beat, and what its entries name.

    `state`: how far an earlier run has got, and since when its facts matter.
    """

    batch_id: int
    cause: Cause
    progress: Progress
    state: ImportState


@dataclass(frozen=True, slots=True)
class Work:
    """What came of a long visit: its report, and with how many calls."""

    report: Mapping[str, Any]
    calls: int


@dataclass(frozen=True, slots=True)
class Compared:
    """What a sweep found, and with how many calls."""

    found: Found
    calls: int


@dataclass(frozen=True, slots=True)
class Caught:
    """What was asked for since a time: how much was seen, how much of it was news, and how far that reached."""

    seen: int
    news: int
    newest: datetime


class SourceKind(Protocol):
    """One kind of source that is asked. Methods raise what its gateway raises, and MalformedFact."""

    @property
    def name(self) -> str:
        """As the source's row and its address say it."""
        ...

    @property
    def title(self) -> str:
        """As staff say it."""
        ...

    @property
    def objects(self) -> frozenset[str]:
        """The kinds of objects that can be fetched."""
        ...

    @property
    def later(self) -> tuple[str, ...]:
        """Those that others mostly bring along, so they are fetched a little later."""
        ...

    @property
    def topics(self) -> tuple[str, ...]:
        """Events that have an address each; none: all come to one."""
        ...

    @property
    def refused_status(self) -> int:
        """What a delivery is answered that nobody signed."""
        ...

    @property
    def longest_look_back(self) -> timedelta:
        """How far back it can be asked what changed."""
        ...

    def accept(self, arrived: Arrived, endpoint: Endpoint, real_now: datetime) -> Delivery:
        """What is kept of a delivery. Raises Unverified where nobody with a secret signed it, or it is none."""
        ...

    def open(self, access: Access) -> Any:
        """Whom to ask. Raises RefusedBySource where something to ask with is missing."""
        ...

    def fetch(self, asking: Asking, ref: Ref) -> Reading:
        """What the source says of one object now."""
        ...

    def is_told(self, session: Session, source_id: int, ref: Ref, since: int) -> bool:
        """Whether the object was told under a stamp after this one, and need not be asked for again."""
        ...

    def account_ref(self, account_key: str) -> Ref | None:
        """What to ask for about an account that was named and never told."""
        ...

    def take_in_all(self, asking: Asking, run: Importing) -> Work:
        """Everything the source holds is taken in, in steps."""
        ...

    def compare(self, asking: Asking, since: datetime, progress: Progress) -> Compared:
        """What it holds that is not known, or otherwise; nothing is taken in."""
        ...

    def catch_up(self, asking: Asking, since: datetime) -> Caught:
        """What changed since a time and was not told is kept or asked for."""
        ...
