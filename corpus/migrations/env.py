"""Runs migrations on the connection that `corpus.store_engine.migrate` holds open, inside its transaction."""

from __future__ import annotations

from alembic import context

from corpus.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,  # SQLite can, once the driver leaves transactions alone: a crash leaves the old tables
)
with context.begin_transaction():
    context.run_migrations()
