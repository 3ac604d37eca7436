"""sources are set up in the browser."""

from __future__ import annotations

revision = "20261122_set_up_sources"
down_revision = "20261122_hear_newsroom_systems"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Restore the backup that was taken before instead."""
    raise RuntimeError("this schema can't be taken back; restore a backup")
