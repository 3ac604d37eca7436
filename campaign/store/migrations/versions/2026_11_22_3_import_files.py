"""lists brought in as files, and what is entered by hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_import_files"
down_revision = "20261122_take_other_sources"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Files have their rows, refusals, duplicates and what stood before; what comes by hand has a table."""
    _add_imports()
    _add_rows()
    _add_by_hand()


def _add_imports() -> None:
    op.create_table(
        "file_import",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("source_id", sa.Integer(), sa.ForeignKey("source.id"), nullable=False, index=True),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.Column("exported_at", INSTANT, nullable=False),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("buckets", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("preview", JSON),
        sa.Column("batch_id", sa.Integer(), sa.ForeignKey("batch.id")),
        sa.Column("actor", sa.String(255), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("beat_at", INSTANT, nullable=False),
        sa.Column("booked_at", INSTANT),
        sa.Column("undone_at", INSTANT),
        sa.Column("undone_by", sa.String(255)),
    )


def _add_rows() -> None:
    op.create_table(
        "file_part",
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("file_import.id"), primary_key=True),
        sa.Column("bucket", sa.Integer(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "file_refusal",
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("file_import.id"), primary_key=True),
        sa.Column("line", sa.Integer(), primary_key=True),
        sa.Column("field", sa.String(60), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
    )
    op.create_table(
        "file_duplicate",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("source_id", sa.Integer(), sa.ForeignKey("source.id"), nullable=False),
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("file_import.id"), nullable=False, index=True),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.Column("decided_by", sa.String(255)),
        sa.Column("counts", sa.Boolean()),
        sa.UniqueConstraint("source_id", "key"),
    )
    op.create_table(
        "fact_before",
        sa.Column("source_id", sa.Integer(), sa.ForeignKey("source.id"), primary_key=True),
        sa.Column("stamp", sa.BigInteger(), primary_key=True),
        sa.Column("kind", sa.String(12), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("before_stamp", sa.BigInteger(), nullable=False),
        sa.Column("body", JSON, nullable=False),
    )
    op.create_index("ix_fact_before_key", "fact_before", ["source_id", "kind", "key"])


def _add_by_hand() -> None:
    op.create_table(
        "by_hand",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("source_id", sa.Integer(), sa.ForeignKey("source.id"), nullable=False),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("address_hash", sa.String(80)),
        sa.Column("amount_minor", sa.BigInteger()),
        sa.Column("currency", sa.String(3)),
        sa.Column("campaign_slug", sa.String(48)),
        sa.Column("how", sa.String(16), nullable=False),
        sa.Column("starts_at", INSTANT),
        sa.Column("ends_at", INSTANT),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.Column("entered_by", sa.String(255), nullable=False),
        sa.Column("received_at", INSTANT),
        sa.Column("received_by", sa.String(255)),
        sa.Column("reversed_at", INSTANT),
        sa.Column("reversed_by", sa.String(255)),
        sa.Column("reversed_why", sa.Text()),
    )


def downgrade() -> None:
    """Restore the backup that was taken before instead."""
    raise RuntimeError("this schema can't be taken back; restore a backup")
