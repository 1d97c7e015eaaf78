"""Updates kept until they are answered, and the pace of what is sent, shared by all workers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
serves_from = "0001"

_WORKING = sa.text("state = 'working'")
_UNFINISHED = sa.text("done_at IS NULL")


def upgrade() -> None:
    """Creates both tables."""
    op.create_table(
        "inbox",
        sa.Column("bot_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("update_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("claimed_by", sa.String(length=120), nullable=True),
        sa.Column("claim_token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("acted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("repeat", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("bot_id", "update_id", name=op.f("pk_inbox")),
    )
    op.create_index(op.f("ix_inbox_received_at"), "inbox", ["received_at"], unique=False)
    op.create_index(
        "ix_inbox_unfinished",
        "inbox",
        ["bot_id", "place", "update_id"],
        unique=False,
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    )
    op.create_index(
        "uq_inbox_place_working",
        "inbox",
        ["bot_id", "place"],
        unique=True,
        sqlite_where=_WORKING,
        postgresql_where=_WORKING,
    )
    op.create_table(
        "pace",
        sa.Column("bot_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lane", sa.String(length=32), nullable=False),
        sa.Column("full_until", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("bot_id", "lane", name=op.f("pk_pace")),
    )


def downgrade() -> None:
    """Drops them."""
    op.drop_table("pace")
    op.drop_index("uq_inbox_place_working", table_name="inbox")
    op.drop_index("ix_inbox_unfinished", table_name="inbox")
    op.drop_index(op.f("ix_inbox_received_at"), table_name="inbox")
    op.drop_table("inbox")
