"""A runtime on each kind of database, and waiting without guessing how long."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaign.runtime import Runtime
from campaign.store.engine import Database
from config import Settings


@pytest.fixture
def runtime(db: Database, database_url: str, tmp_path: Path) -> Runtime:
    environ = {
        "SECRET_KEY": "s" * 32,
        "PERSON_KEY": "p" * 32,
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": database_url,
    }
    return Runtime(Settings.from_env(environ), db, lambda: datetime.now(UTC))


@pytest.fixture
def until() -> Callable[[Callable[[], object]], None]:
    """Waits until something is true, for ten seconds at most."""

    def wait(is_true: Callable[[], object]) -> None:
        give_up = time.monotonic() + 10
        while not is_true():
            assert time.monotonic() < give_up, "it did not come true within ten seconds"
            time.sleep(0.02)

    return wait
