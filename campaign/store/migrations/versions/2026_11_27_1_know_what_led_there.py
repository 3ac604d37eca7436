"""the words and the article that led somebody to join stand at what they began."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261127_know_what_led_there"
down_revision = "20261122_show_everywhere"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is known of what was begun before, until its source tells of it again."""
    only = sa.text("variant IS NOT NULL")
    for table in ("membership", "payment"):
        op.add_column(table, sa.Column("variant", sa.String(12)))
        op.add_column(table, sa.Column("article", sa.String(200)))
        op.create_index(f"ix_{table}_led", table, ["campaign_slug"], sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    """Restore the backup that was taken before instead."""
    raise RuntimeError("this schema can't be taken back; restore a backup")
