"""the newsroom's own systems: tokens, sign-ups, mail."""

from __future__ import annotations

revision = "20261122_hear_newsroom_systems"
down_revision = "20261122_import_files"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Restore the backup that was taken before instead."""
    raise RuntimeError("this schema can't be taken back; restore a backup")
