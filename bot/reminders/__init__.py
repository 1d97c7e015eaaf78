"""Reminders that are planned, sent and recorded in SQL: what is due, for whom, and an outbox that survives anything."""
