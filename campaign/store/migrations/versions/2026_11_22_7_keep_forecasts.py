"""forecasts are kept."""

from __future__ import annotations

revision = "20261122_keep_forecasts"
down_revision = "20261122_widen_goals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Restore the backup that was taken before instead."""
    raise RuntimeError("this schema can't be taken back; restore a backup")
