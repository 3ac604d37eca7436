"""people can be merged, kept apart and erased."""

from __future__ import annotations

revision = "20261122_merge_people"
down_revision = "20261122_create_the_schema"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Restore the backup that was taken before instead."""
    raise RuntimeError("this schema can't be taken back; restore a backup")
