"""people can be merged, kept apart and erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from campaign.store.tables.base import Instant

revision = "20261122_merge_people"
down_revision = "20261122_create_the_schema"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = Instant(timezone=True)


def upgrade() -> None:
    """A person is found by the addresses of their accounts; their own is no longer kept."""
    op.create_index("ix_account_address", "account", ["address_hash", "person_id"])
    op.execute("UPDATE person SET address_hash = NULL")
    op.create_table(
        "person_decision",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("account_id", ID, sa.ForeignKey("account.id"), nullable=False, index=True),
        sa.Column("other_id", ID, sa.ForeignKey("account.id"), nullable=False, index=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.String(255), nullable=False),
        sa.Column("undone_at", INSTANT),
        sa.Column("undone_by", sa.String(255)),
    )
    op.create_table(
        "account_link",
        sa.Column("account_id", ID, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("link_key", sa.String(255), primary_key=True),
    )
    op.create_index("ix_account_link_key", "account_link", ["link_key"])
    op.create_table(
        "erased_address",
        sa.Column("address_hash", sa.String(80), primary_key=True),
        sa.Column("erased_at", INSTANT, nullable=False),
    )


def downgrade() -> None:
    """Restore the backup that was taken before instead."""
    raise RuntimeError("this schema can't be taken back; restore a backup")
