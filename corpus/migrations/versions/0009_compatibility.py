"""The schema says which programs it serves, so that older ones work on while newer ones take over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
serves_from = "0001"


def upgrade() -> None:
    """Creates the table; whoever migrates fills it."""
    op.create_table(
        "compatibility",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("serves_from", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compatibility")),
    )


def downgrade() -> None:
    """Drops it."""
    op.drop_table("compatibility")
