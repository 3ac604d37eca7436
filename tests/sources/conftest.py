"""Each kind of source with its provider on loopback, and a tracker beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from campaign.store.engine import Database
from tests.sources.api_world import ApiWorld
from tests.sources.ghost_world import GhostWorld
from tests.sources.line import Line
from tests.sources.list_world import ListWorld
from tests.sources.patreon_world import PatreonWorld
from tests.sources.stripe_side import StripeSide

WORLDS: dict[str, type[Any]] = {one.kind: one for one in (StripeSide, GhostWorld, PatreonWorld, ApiWorld, ListWorld)}


@pytest.fixture(params=sorted(WORLDS))
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    kind = WORLDS[request.param]
    made = kind(tmp_path / "provider") if kind is StripeSide else kind()
    yield made
    made.stop()


@pytest.fixture
def line(db: Database, tmp_path: Path, world: Any) -> Iterator[Line]:
    """A tracker that the provider delivers to."""
    with getattr(world, "line", Line).between(world, db, tmp_path) as made:
        yield made


@pytest.fixture
def ghost() -> Iterator[GhostWorld]:
    """A Ghost site by itself."""
    made = GhostWorld()
    yield made
    made.stop()
