"""the newsroom's own systems: tokens, sign-ups, mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from campaign.store.tables.base import Instant

revision = "20261122_hear_newsroom_systems"
down_revision = "20261122_import_files"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = Instant(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Sign-ups belong to accounts and are confirmed; tokens, requests, the outbox and alarms have tables."""
    _widen_sign_ups()
    _add_tokens()
    _add_words_to_the_outside()


def _widen_sign_ups() -> None:
    with op.batch_alter_table("sign_up") as batch:
        batch.alter_column("campaign_id", existing_type=sa.Integer(), nullable=True)
        batch.add_column(sa.Column("campaign_slug", sa.String(48)))
        batch.add_column(sa.Column("account_id", ID))
        batch.add_column(sa.Column("confirmed_at", INSTANT))
        batch.add_column(sa.Column("withdrawn_at", INSTANT))
        batch.add_column(sa.Column("fetched_seq", sa.BigInteger(), nullable=False, server_default="0"))
        batch.create_foreign_key("sign_up_account_id_fkey", "account", ["account_id"], ["id"])
        batch.create_index("ix_sign_up_account_id", ["account_id"])
    op.execute("UPDATE sign_up SET campaign_slug = (SELECT slug FROM campaign WHERE campaign.id = sign_up.campaign_id)")
    op.create_table(
        "pending_sign_up",
        sa.Column("sign_up_id", ID, sa.ForeignKey("sign_up.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("address_hash", sa.String(80), nullable=False, index=True),
        sa.Column("sealed_address", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("mails", sa.Integer(), nullable=False),
        sa.Column("mailed_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False, index=True),
    )


def _add_tokens() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("source_id", sa.Integer(), sa.ForeignKey("source.id"), nullable=False, index=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("hint", sa.String(12), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(255), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
        sa.Column("revoked_by", sa.String(255)),
    )
    op.create_table(
        "api_request",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("source_id", sa.Integer(), sa.ForeignKey("source.id"), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.UniqueConstraint("source_id", "key"),
    )
    op.create_index("ix_api_request_at", "api_request", ["at"])


def _add_words_to_the_outside() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT),
        sa.Column("claimed_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
    )
    op.create_index("ix_outbox_due", "outbox", ["state", "due_at"])
    op.create_table(
        "alarm",
        sa.Column("key", sa.String(120), primary_key=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
    )


def downgrade() -> None:
    """Restore the backup that was taken before instead."""
    raise RuntimeError("this schema can't be taken back; restore a backup")
