"""What several machines share: index generations, vectors, the files of uploads, and who works on an upload."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
serves_from = "0001"


def upgrade() -> None:
    """Creates the tables, and the columns of the lease."""
    op.create_table(
        "index_generation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.String(length=64), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("tokenizer", sa.Text(), nullable=False),
        sa.Column("index_schema", sa.Integer(), nullable=False),
        sa.Column("dense", sa.String(length=32), nullable=False),
        sa.Column("manifest", sa.JSON(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_generation")),
    )
    op.create_index(op.f("ix_index_generation_revision_model"), "index_generation", ["revision", "model"], unique=False)
    op.create_table(
        "index_file",
        sa.Column("generation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["generation_id"],
            ["index_generation.id"],
            name=op.f("fk_index_file_generation_id_index_generation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("generation_id", "name", "part", name=op.f("pk_index_file")),
    )
    op.create_table(
        "passage_vector",
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("model", "digest", name=op.f("pk_passage_vector")),
    )
    op.create_table(
        "kept_file",
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("content_hash", "part", name=op.f("pk_kept_file")),
    )
    op.add_column("upload", sa.Column("worker", sa.Text(), nullable=True))
    op.add_column("upload", sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True))
    if op.get_bind().dialect.name == "postgresql":  # what is packed already is not packed once more
        for table in ("index_file", "kept_file"):
            op.execute(f"ALTER TABLE {table} ALTER COLUMN bytes SET STORAGE EXTERNAL")


def downgrade() -> None:
    """Drops them: everything but the files of uploads can be made again."""
    with op.batch_alter_table("upload") as table:
        table.drop_column("leased_until")
        table.drop_column("worker")
    op.drop_table("kept_file")
    op.drop_table("passage_vector")
    op.drop_table("index_file")
    op.drop_index(op.f("ix_index_generation_revision_model"), table_name="index_generation")
    op.drop_table("index_generation")
