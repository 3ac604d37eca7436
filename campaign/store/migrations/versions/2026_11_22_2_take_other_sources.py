"""sources other than Stripe: by what a membership runs, and whether a better source holds it too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261122_take_other_sources"
down_revision = "20261122_merge_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is known so far was paid for, at a source that knows best."""
    op.add_column("membership", sa.Column("how", sa.String(length=16), server_default="paid", nullable=False))
    op.add_column("membership", sa.Column("same_as", sa.String(length=255), nullable=True))


def downgrade() -> None:
    """Restore the backup that was taken before instead."""
    raise RuntimeError("this schema can't be taken back; restore a backup")
