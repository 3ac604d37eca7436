"""Each kind of source with its provider on loopback, and a tracker beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from campaign.store.engine import Database
from tests.sources.ghost_world import GhostWorld
from tests.sources.line import Line
from tests.sources.patreon_world import PatreonWorld
from tests.sources.stripe_side import StripeSide

WORLDS: dict[str, Callable[[Path], Any]] = {
    "stripe": StripeSide,
    "ghost": lambda _: GhostWorld(),
    "patreon": lambda _: PatreonWorld(),
}


@pytest.fixture(params=sorted(WORLDS))
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    made = WORLDS[request.param](tmp_path / "provider")
    yield made
    made.stop()


@pytest.fixture
def line(db: Database, tmp_path: Path, world: Any) -> Iterator[Line]:
    """A tracker that the provider delivers to."""
    with Line.between(world, db, tmp_path) as made:
        yield made
