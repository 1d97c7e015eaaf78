"""Indexes by which the planner of reminders finds the few whom the days at hand concern, however many there are.

Plain, as those of 0011, and passed over when they are there already: see its words on how to make them beforehand.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
serves_from = "0001"

_WHOLE = {
    "ix_reminder_item_chat_id_day": ("reminder_item", ["chat_id", "day"]),
    "ix_reminder_watch_source_id": ("reminder_watch", ["source_id"]),
}
_PARTIAL = {
    "ix_delivery_pending": ("delivery", ["chat_id"], "state = 'pending'"),
    "ix_reminder_mute_put_off": ("reminder_mute", ["until"], "until IS NOT NULL"),
}


def upgrade() -> None:
    """Creates them."""
    for name, (table, columns) in _WHOLE.items():
        op.create_index(name, table, columns, unique=False, if_not_exists=True)
    for name, (table, columns, which) in _PARTIAL.items():
        rows = sa.text(which)
        op.create_index(
            name, table, columns, unique=False, sqlite_where=rows, postgresql_where=rows, if_not_exists=True
        )


def downgrade() -> None:
    """Drops them."""
    for name, (table, *_) in (_PARTIAL | _WHOLE).items():
        op.drop_index(name, table_name=table)
