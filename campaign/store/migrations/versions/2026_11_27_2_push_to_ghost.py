"""what a page at Ghost says of a campaign is kept, so that it is written only when its words change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261127_push_to_ghost"
down_revision = "20261127_know_what_led_there"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """No page is written until staff switch it on."""
    op.create_table(
        "ghost_page",
        sa.Column("campaign_id", sa.Integer(), sa.ForeignKey("campaign.id"), primary_key=True),
        sa.Column("source_id", sa.Integer(), sa.ForeignKey("source.id"), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("page_key", sa.String(40)),
        sa.Column("page_slug", sa.String(80)),
        sa.Column("words_digest", sa.String(64)),
        sa.Column("pushed_at", INSTANT),
        sa.Column("purged_at", INSTANT),
        sa.Column("asked_at", INSTANT),
        sa.Column("problem", sa.String(500), nullable=False),
    )


def downgrade() -> None:
    """Restore the backup that was taken before instead."""
    raise RuntimeError("this schema can't be taken back; restore a backup")
