"""How often something that is limited has been done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
serves_from = "0001"


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "allowance",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_allowance"),
    )


def downgrade() -> None:
    """Drops it."""
    op.drop_table("allowance")
