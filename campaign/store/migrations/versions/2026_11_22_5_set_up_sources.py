"""sources are set up in the browser."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_set_up_sources"
down_revision = "20261122_hear_newsroom_systems"
branch_labels = None
depends_on = None


JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """What is known of a source's key and endpoint, and how often it was asked."""
    op.add_column("source", sa.Column("service_url", sa.String(255)))
    op.add_column("source", sa.Column("key_check", JSON))
    op.add_column("source", sa.Column("endpoint", JSON))
    op.create_table(
        "source_reads",
        sa.Column("source_id", sa.Integer(), sa.ForeignKey("source.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("reads", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    """Restore the backup that was taken before instead."""
    raise RuntimeError("this schema can't be taken back; restore a backup")
