"""Sources that tell only how things are: a random life, a sweep a night, and the provider's truth every morning.

The short form is a case of tests/sources/test_conformance.py.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from campaign.store.engine import Database
from tests.proofs.figures import prove_command, record
from tests.sources.ghost_world import GhostWorld
from tests.sources.line import Line
from tests.sources.patreon_world import PatreonWorld

NIGHTS = 100


@pytest.mark.prove
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("world_type", [GhostWorld, PatreonWorld])
def test_a_random_life_is_true_every_morning(world_type: Any, db: Database, tmp_path: Path) -> None:
    """Some weeks everything is delivered, some weeks part of it, some weeks nothing."""
    chance = random.Random(7)
    world = world_type(7)
    world.largest_page = 50
    highest = 0
    try:
        with Line.between(world, db, tmp_path) as line:
            line.take_in_all()
            for night in range(NIGHTS):
                if night % 7 == 0:
                    world.deliveries(drop=chance.choice([0.0, 0.3, 1.0]), duplicate=0.3, shuffle=20)
                world.random_change(3, night)
                if chance.random() < 0.7:
                    line.catch_up()
                world.advance(1)
                line.sweep()
                assert line.number == world.truth(), f"night {night}"
                highest = max(highest, world.truth())
            line.agrees()
    finally:
        world.stop()
    told = {"mornings": NIGHTS, "people": len(world.humans), "members at most": highest, "differences": 0}
    kind = "SQLite" if db.is_sqlite else "PostgreSQL"
    record("Ghost and Patreon", f"{world.kind.title()}, {kind}", told, command=prove_command(__file__))
