"""The provider on loopback, and a tracker beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from campaign.store.engine import Database
from tests.ingest.stand import Stand, instant
from tests.stripe_world import StripeWorld


@pytest.fixture
def stripe(tmp_path: Path) -> Iterator[StripeWorld]:
    with StripeWorld.start(tmp_path / "stripe") as world:
        yield world


@pytest.fixture
def stand(db: Database, tmp_path: Path, stripe: StripeWorld) -> Iterator[Stand]:
    """A tracker that the provider delivers to."""
    stand = Stand.open(db, tmp_path, stripe.api_key, stripe.address, instant(stripe.now))
    with stand.serving() as address:
        stand.use_secret(stripe.deliver_to(address))
        yield stand
