"""since when a page at Ghost can't be written is known, so that it becomes an alarm."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261127_since_when_ghost_fails"
down_revision = "20261127_push_to_ghost"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of what fails now it is known from the next failure on."""
    op.add_column("ghost_page", sa.Column("failing_since", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Restore the backup that was taken before instead."""
    raise RuntimeError("this schema can't be taken back; restore a backup")
