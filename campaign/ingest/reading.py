"""What one visit to a source brought: facts, which objects they are the whole of, and what else must be asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from campaign.store.objects import Ref
from campaign.store.prices import ToldPrice
from campaign.store.told import Told

MOST_NAMED = 20
"""How many of each kind a report names; it counts all."""


@dataclass(frozen=True, slots=True)
class SignUpEnd:
    """How a checkout session ended: paid or abandoned."""

    session_key: str
    state: str


@dataclass(slots=True)
class Reading:
    """`whole`: objects this reading is complete for. `dirties`: objects to ask for next, because of this one."""

    told: Told = field(default_factory=Told)
    whole: set[Ref] = field(default_factory=set[Ref])
    dirties: set[Ref] = field(default_factory=set[Ref])
    prices: list[ToldPrice] = field(default_factory=list[ToldPrice])
    sign_up: SignUpEnd | None = None

    def update(self, other: Reading) -> None:
        """The other's facts are part of this, over those of the same key."""
        self.told.update(other.told)
        self.whole |= other.whole
        self.dirties |= other.dirties
        self.prices += other.prices
        self.sign_up = other.sign_up or self.sign_up


@dataclass(slots=True)
class Found:
    """Objects to ask for, and the report: by kind, how many were seen, unknown and different."""

    seen: Counter[str] = field(default_factory=Counter[str])
    unknown: set[Ref] = field(default_factory=set[Ref])
    different: set[Ref] = field(default_factory=set[Ref])

    def note(self, kind: str, unknown: AbstractSet[str], different: AbstractSet[str]) -> None:
        """Keys of one kind that are not known, and keys of which something else is."""
        self.unknown |= {Ref(kind, key) for key in unknown}
        self.different |= {Ref(kind, key) for key in different}

    def report(self) -> dict[str, Any]:
        """The counts by kind, and the first few by name."""
        return {
            "seen": dict(self.seen),
            "unknown": dict(Counter(ref.kind for ref in self.unknown)),
            "different": dict(Counter(ref.kind for ref in self.different)),
            "named": [f"{ref.kind} {ref.key}" for ref in sorted(self.unknown | self.different)[:MOST_NAMED]],
        }
