"""what readers' browsers tell of showings is kept, as sums."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261122_show_everywhere"
down_revision = "20261122_keep_forecasts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was told so far. Look, rules and headlines under test live in a campaign's settings, with defaults."""
    op.create_table(
        "showing_total",
        sa.Column("campaign_id", sa.Integer(), sa.ForeignKey("campaign.id"), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("what", sa.String(20), primary_key=True),
        sa.Column("variant", sa.String(12), primary_key=True),
        sa.Column("article", sa.String(200), primary_key=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    """Restore the backup that was taken before instead."""
    raise RuntimeError("this schema can't be taken back; restore a backup")
