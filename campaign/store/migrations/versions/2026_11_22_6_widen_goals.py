"""givers, sign-ups, scopes, rates, ladders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from campaign.store.tables.base import Instant

revision = "20261122_widen_goals"
down_revision = "20261122_set_up_sources"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = Instant(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """What was known so far names no campaign, no tag and no product; no rate is known."""
    op.add_column("membership", sa.Column("campaign_slug", sa.String(48)))
    op.add_column("membership", sa.Column("tags", JSON, server_default="[]", nullable=False))
    op.add_column("payment", sa.Column("tags", JSON, server_default="[]", nullable=False))
    op.add_column("price", sa.Column("product_key", sa.String(255)))
    op.create_table(
        "rate",
        sa.Column("currency", sa.String(3), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("per_euro", sa.String(40), nullable=False),
        sa.Column("origin", sa.String(120), nullable=False),
    )
    op.create_table(
        "conversion",
        sa.Column("payment_id", ID, sa.ForeignKey("payment.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("currency", sa.String(3), primary_key=True),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("rate_on", sa.Date(), nullable=False),
        sa.Column("from_per_euro", sa.String(40), nullable=False),
        sa.Column("to_per_euro", sa.String(40), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.String(120), nullable=False),
    )
    op.create_table(
        "comparison",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("campaign_id", sa.Integer(), sa.ForeignKey("campaign.id"), nullable=False, index=True),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", sa.String(255), nullable=False),
        sa.Column("list_name", sa.String(255), nullable=False),
        sa.Column("result", JSON, nullable=False),
    )


def downgrade() -> None:
    """Restore the backup that was taken before instead."""
    raise RuntimeError("this schema can't be taken back; restore a backup")
