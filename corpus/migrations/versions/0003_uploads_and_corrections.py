"""Files that clerks load from the chat, whom they give tasks, and rows that a person corrected."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
serves_from = "0001"


def upgrade() -> None:
    """Creates the tables and marks rows that a person corrected."""
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("directive_key", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("row_id", sa.String(length=32), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("original", sa.JSON(), nullable=False),
        sa.Column("applied", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sa.UniqueConstraint("row_id", name=op.f("uq_correction_row_id")),
    )
    op.create_index(op.f("ix_correction_directive_key"), "correction", ["directive_key"], unique=False)
    op.create_table(
        "row_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("row_id", sa.String(length=32), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_row_draft")),
    )
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("album", sa.String(length=64), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("staged", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("summary", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("fields", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("audience", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("known_tasks", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    for column in ("album", "person_id", "state"):
        op.create_index(op.f(f"ix_upload_{column}"), "upload", [column], unique=False)
    op.create_table(
        "upload_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.Integer(), nullable=False),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("tasks", sa.JSON(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_upload_notice_upload_id_upload"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload_notice")),
        sa.UniqueConstraint("upload_id", "chat_id", "topic", name=op.f("uq_upload_notice_upload_id_chat_id_topic")),
    )
    for table in ("target", "task"):
        op.add_column(table, sa.Column("corrected", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Drops them; what people corrected stays in the rows until they are read again."""
    for table in ("task", "target"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("corrected")
    op.drop_table("upload_notice")
    for column in ("state", "person_id", "album"):
        op.drop_index(op.f(f"ix_upload_{column}"), table_name="upload")
    op.drop_table("upload")
    op.drop_table("row_draft")
    op.drop_index(op.f("ix_correction_directive_key"), table_name="correction")
    op.drop_table("correction")
