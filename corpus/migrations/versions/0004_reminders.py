"""The reminders: settings, watches, mutes, the outbox and what each delivery reminds of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
serves_from = "0001"


def upgrade() -> None:
    """Creates the reminders' tables."""
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False),
        sa.Column("reference", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("repeat", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claimed_by", sa.String(length=64), nullable=True),
        sa.Column("claim_token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_delivery_dedupe_key")),
    )
    op.create_index(op.f("ix_delivery_chat_id_topic_day"), "delivery", ["chat_id", "topic", "day"], unique=False)
    op.create_index(
        op.f("ix_delivery_state_next_try_at_id"), "delivery", ["state", "next_try_at", "id"], unique=False
    )
    op.create_table(
        "reminder_mute",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("chat_id", "topic", "subject", name=op.f("pk_reminder_mute")),
    )
    op.create_table(
        "reminder_setting",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wishes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "topic", name=op.f("pk_reminder_setting")),
    )
    op.create_table(
        "reminder_watch",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "topic", "source_id", name=op.f("pk_reminder_watch")),
    )
    op.create_table(
        "reminder_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(length=32), nullable=False),
        sa.Column("directive_key", sa.String(length=160), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_reminder_item_delivery_id_delivery"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_item")),
        sa.UniqueConstraint(
            "chat_id",
            "topic",
            "source_id",
            "due",
            "days_before",
            name=op.f("uq_reminder_item_chat_id_topic_source_id_due_days_before"),
        ),
    )
    op.create_index(op.f("ix_reminder_item_day"), "reminder_item", ["day"], unique=False)
    op.create_index(op.f("ix_reminder_item_delivery_id"), "reminder_item", ["delivery_id"], unique=False)
    op.create_index(op.f("ix_reminder_item_directive_key"), "reminder_item", ["directive_key"], unique=False)
    op.create_index(op.f("ix_reminder_item_source_id"), "reminder_item", ["source_id"], unique=False)


def downgrade() -> None:
    """Drops them."""
    op.drop_index(op.f("ix_reminder_item_source_id"), table_name="reminder_item")
    op.drop_index(op.f("ix_reminder_item_directive_key"), table_name="reminder_item")
    op.drop_index(op.f("ix_reminder_item_delivery_id"), table_name="reminder_item")
    op.drop_index(op.f("ix_reminder_item_day"), table_name="reminder_item")
    op.drop_table("reminder_item")
    op.drop_table("reminder_watch")
    op.drop_table("reminder_setting")
    op.drop_table("reminder_mute")
    op.drop_index(op.f("ix_delivery_state_next_try_at_id"), table_name="delivery")
    op.drop_index(op.f("ix_delivery_chat_id_topic_day"), table_name="delivery")
    op.drop_table("delivery")
