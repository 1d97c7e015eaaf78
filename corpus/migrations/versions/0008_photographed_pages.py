"""Photos that come one by one and make one document."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
serves_from = "0001"


def upgrade() -> None:
    """Adds who gathers an upload, the groups of photos it comes from, and its pages."""
    op.add_column("upload", sa.Column("pages", sa.Integer(), nullable=True))
    op.add_column("upload", sa.Column("keeper", sa.String(length=32), nullable=True))
    op.add_column("upload", sa.Column("kept_until", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "upload_album",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("album", sa.String(length=64), nullable=False),
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_upload_album_upload_id_upload"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("chat_id", "album", name=op.f("pk_upload_album")),
    )
    op.create_index(op.f("ix_upload_album_upload_id"), "upload_album", ["upload_id"], unique=False)
    op.create_table(
        "upload_page",
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_upload_page_upload_id_upload"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upload_id", "message_id", name=op.f("pk_upload_page")),
    )


def downgrade() -> None:
    """Drops them."""
    op.drop_table("upload_page")
    op.drop_index(op.f("ix_upload_album_upload_id"), table_name="upload_album")
    op.drop_table("upload_album")
    with op.batch_alter_table("upload") as table:
        table.drop_column("kept_until")
        table.drop_column("keeper")
        table.drop_column("pages")
