"""The product as it is, but for one step: a delivery is not written into the database."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from campaign.app import create_app
from campaign.runtime import load_runtime
from campaign.store.shared_commit import SharedCommit


def _written_nowhere(_self: SharedCommit, _step: Callable[[Connection], bool]) -> bool:
    return True


SharedCommit.write = _written_nowhere
application = create_app(load_runtime())
