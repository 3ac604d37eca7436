"""sources other than Stripe."""

from __future__ import annotations

revision = "20261122_take_other_sources"
down_revision = "20261122_merge_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Restore the backup that was taken before instead."""
    raise RuntimeError("this schema can't be taken back; restore a backup")
