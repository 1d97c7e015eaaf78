"""The tasks that an answer speaks of stand beside its question."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
serves_from = "0001"


def upgrade() -> None:
    """Adds the column."""
    op.add_column("asked", sa.Column("tasks", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Drops it."""
    with op.batch_alter_table("asked") as table:
        table.drop_column("tasks")
