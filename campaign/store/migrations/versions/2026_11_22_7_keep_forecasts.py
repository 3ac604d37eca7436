"""forecasts are kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from campaign.store.tables.base import Instant

revision = "20261122_keep_forecasts"
down_revision = "20261122_widen_goals"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = Instant(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Nothing was foretold or planned so far, and readers are told nothing."""
    op.create_table(
        "forecast",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("campaign_id", sa.Integer(), sa.ForeignKey("campaign.id"), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("elapsed", sa.Float(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("result", sa.BigInteger()),
    )
    op.create_index("ix_forecast_campaign", "forecast", ["campaign_id", "made_at"])
    op.create_table(
        "planned_push",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("campaign_id", sa.Integer(), sa.ForeignKey("campaign.id"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("author", sa.String(255), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("withdrawn_at", INSTANT),
    )
    op.create_index("ix_planned_push_campaign_id", "planned_push", ["campaign_id"])
    op.create_table(
        "forecast_shown",
        sa.Column("campaign_id", sa.Integer(), sa.ForeignKey("campaign.id"), primary_key=True),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
    )


def downgrade() -> None:
    """Restore the backup that was taken before instead."""
    raise RuntimeError("this schema can't be taken back; restore a backup")
