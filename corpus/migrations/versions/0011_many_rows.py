"""Indexes for queries that would otherwise read more and more as questions, marks and reminders gather.

Plain, not CONCURRENTLY: migrations run in one transaction, in which PostgreSQL cannot build an index concurrently, and
a half-built index would have to be found and dropped by hand. Writers of a table wait while its index is built. Who
has tens of millions of rows makes the same indexes beforehand, while the bot runs, with `CREATE INDEX CONCURRENTLY
IF NOT EXISTS` and the names below; what is there already is passed over here.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
serves_from = "0001"

_WHOLE = {
    "ix_asked_chat_id_id": ("asked", ["chat_id", "id"]),
    "ix_asked_chat_id_topic_person_id_asked_at": ("asked", ["chat_id", "topic", "person_id", "asked_at"]),
    "ix_progress_unit_id": ("progress", ["unit_id"]),
}
_PARTIAL = {
    "ix_asked_unanswered": ("asked", ["id"], "handled_at IS NULL AND abstained = 1"),
    "ix_feedback_bad": ("feedback", ["asked_id"], "good = 0"),
    "ix_delivery_waiting": ("delivery", ["due_at"], "state IN ('pending', 'uncertain')"),
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
