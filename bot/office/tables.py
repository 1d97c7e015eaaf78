"""The office's tables, on the store's own metadata; knows columns and keys, not what they are used for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

from corpus.models import Base

TELEGRAM_ID = BigInteger  # ids of people and chats need up to 52 bits


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC: SQLite would otherwise give it back without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """To UTC; a moment without a zone is a mistake of the caller."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: Any, _dialect: Dialect) -> datetime | None:
        """Aware again."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


_metadata = Base.metadata
_unanswered = text("handled_at IS NULL AND abstained = 1")
_bad = text("good = 0")

unit = Table(
    "unit",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False, unique=True),
)
"""A body that people belong to; `folded` is its name in lower case without diacritics."""

person = Table(
    "person",
    _metadata,
    Column("id", TELEGRAM_ID, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("username", Text),
    Column("role", String(16)),
    Column("language", String(2)),
    Column("reachable", Integer, nullable=False, server_default="1"),
    Column("since", Moment, nullable=False),
)
"""Somebody admitted; `role` is null once they are dismissed, `reachable` 0 while they block the bot."""

membership = Table(
    "membership",
    _metadata,
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("unit_id", ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True, index=True),
)

invitation = Table(
    "invitation",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("unit_id", ForeignKey("unit.id", ondelete="CASCADE")),
    Column("role", String(16), nullable=False),
    Column("made_by", TELEGRAM_ID, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_by", TELEGRAM_ID),
    Column("used_at", Moment),
    Column("revoked_at", Moment),
)
"""A link that admits one person, once; only the SHA-256 of its secret is kept."""

admission_request = Table(
    "admission_request",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", TELEGRAM_ID, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("username", Text),
    Column("asked_at", Moment, nullable=False),
    Column("state", String(8), nullable=False),
    Column("decided_by", TELEGRAM_ID),
    Column("decided_at", Moment),
)
"""A stranger's wish to be admitted: `pending`, `approved` or `refused`."""

allowance = Table(
    "allowance",
    _metadata,
    Column("key", String(64), primary_key=True),
    Column("since", Moment, nullable=False),
    Column("taken", Integer, nullable=False),
)
"""How often something has been done since a moment (`bot.office.allowances`); `key` is a SHA-256 and names nobody."""

group_chat = Table(
    "group_chat",
    _metadata,
    Column("id", TELEGRAM_ID, primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("present", Integer, nullable=False, server_default="1"),
    Column("since", Moment, nullable=False),
)
"""A group the bot is or was in; `present` 0 after it was removed."""

group_binding = Table(
    "group_binding",
    _metadata,
    Column("chat_id", ForeignKey("group_chat.id", ondelete="CASCADE", onupdate="CASCADE"), primary_key=True),
    Column("topic", Integer, primary_key=True, autoincrement=False),
    Column("unit_id", ForeignKey("unit.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("bound_by", TELEGRAM_ID, nullable=False),
    Column("bound_at", Moment, nullable=False),
)
"""Whose group, or forum topic, it is; topic 0 stands for the whole group."""

audience = Table(
    "audience",
    _metadata,
    Column("directive_key", String(160), primary_key=True),
    Column("unit_id", ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True, index=True),
)
"""Who may see a directive; one without rows here is for all. By key, so that reading a file again changes nothing."""

progress = Table(
    "progress",
    _metadata,
    Column("task_id", String(32), primary_key=True),
    Column("unit_id", ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("state", String(8), nullable=False),
    Column("note", Text),
    Column("person_id", TELEGRAM_ID, nullable=False),
    Column("changed_at", Moment, nullable=False),
)
"""How far a unit is with a task: `todo`, `doing` or `done`; a task given to several units has a row for each."""

asked = Table(
    "asked",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("chat_id", TELEGRAM_ID, nullable=False),
    Column("topic", Integer, nullable=False),
    Column("person_id", TELEGRAM_ID, nullable=False, index=True),
    Column("message_id", TELEGRAM_ID),
    Column("asked_at", Moment, nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("previous", Text),
    Column("resolved", Text),
    Column("kind", String(16)),
    Column("abstained", Integer),
    Column("confidence", Float),
    Column("headline", Text),
    Column("citations", JSON(none_as_null=True)),
    Column("answer_messages", JSON(none_as_null=True)),
    Column("handled_by", TELEGRAM_ID),
    Column("handled_at", Moment),
    Column("handled_note", Text),
    Column("tasks", JSON(none_as_null=True)),
    Index(None, "chat_id", "topic", "id"),
    Index(None, "chat_id", "message_id"),
    Index(None, "chat_id", "id"),
    Index(None, "chat_id", "topic", "person_id", "asked_at"),
    Index("ix_asked_unanswered", "id", sqlite_where=_unanswered, postgresql_where=_unanswered),
)
"""Every question with what it was answered; `abstained` is null until there is an answer. Also the follow-ups' memory."""

feedback = Table(
    "feedback",
    _metadata,
    Column("asked_id", ForeignKey("asked.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", TELEGRAM_ID, primary_key=True, autoincrement=False),
    Column("good", Integer, nullable=False),
    Column("reason", Text),
    Column("given_at", Moment, nullable=False),
    Index("ix_feedback_bad", "asked_id", sqlite_where=_bad, postgresql_where=_bad),
)

audit_entry = Table(
    "audit_entry",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("person_id", TELEGRAM_ID, nullable=False, index=True),
    Column("chat_id", TELEGRAM_ID),
    Column("action", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", JSON(none_as_null=True)),
)
"""Who did what, when; questions stand in `asked`."""

expected_input = Table(
    "expected_input",
    _metadata,
    Column("chat_id", TELEGRAM_ID, primary_key=True, autoincrement=False),
    Column("topic", Integer, primary_key=True, autoincrement=False),
    Column("person_id", TELEGRAM_ID, primary_key=True, autoincrement=False),
    Column("kind", String(32), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("expires_at", Moment, nullable=False),
)
"""What the next message of a person in a chat is for, when it is not a question."""

upload = Table(
    "upload",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", TELEGRAM_ID, nullable=False, index=True),
    Column("chat_id", TELEGRAM_ID, nullable=False),
    Column("message_id", TELEGRAM_ID),
    Column("album", String(64), index=True),
    Column("name", Text, nullable=False),
    Column("staged", Text, nullable=False),
    Column("content_hash", String(64)),
    Column("state", String(12), nullable=False, index=True),
    Column("summary", JSON(none_as_null=True)),
    Column("fields", JSON(none_as_null=True)),
    Column("audience", JSON(none_as_null=True)),
    Column("known_tasks", JSON(none_as_null=True)),
    Column("made_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("settled_by", TELEGRAM_ID),
    Column("pages", Integer),
    Column("keeper", String(32)),
    Column("kept_until", Moment),
    Column("worker", Text),
    Column("leased_until", Moment),
)
"""A file a clerk sent, from its arrival until it is settled; `staged` is its own name in the folder of uploads.

`message_id` shows how it goes; `fields` hold what the clerk said of each directive, `audience` units (null: as before).
`pages` counts the photos it is made of (null: it came as a file); until `kept_until`, `keeper` alone gathers them.
Until `leased_until`, `worker` alone reads or publishes it.
"""

kept_file = Table(
    "kept_file",
    _metadata,
    Column("content_hash", String(64), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("bytes", LargeBinary, nullable=False),
)
"""Files of uploads by the SHA-256 of their content, in parts numbered from 0, where several machines need them."""

upload_album = Table(
    "upload_album",
    _metadata,
    Column("chat_id", TELEGRAM_ID, primary_key=True, autoincrement=False),
    Column("album", String(64), primary_key=True),
    Column("upload_id", ForeignKey("upload.id", ondelete="CASCADE"), nullable=False, index=True),
)
"""What was sent together, or by itself (`album` is Telegram's name of the group, or of the one message), and its upload."""

upload_page = Table(
    "upload_page",
    _metadata,
    Column("upload_id", ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True),
    Column("message_id", TELEGRAM_ID, primary_key=True, autoincrement=False),
    Column("reference", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("caption", Text),
    Column("failures", Integer, nullable=False),
    Column("arrived_at", Moment, nullable=False),
)
"""A photo of a page, under the `reference` by which the surface gives it again; pages stand in order of their messages.

`failures` counts how often it could not be fetched."""

upload_notice = Table(
    "upload_notice",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("upload_id", ForeignKey("upload.id", ondelete="CASCADE"), nullable=False),
    Column("chat_id", TELEGRAM_ID, nullable=False),
    Column("topic", Integer, nullable=False),
    Column("units", JSON, nullable=False),
    Column("tasks", JSON, nullable=False),
    Column("claimed_at", Moment),
    UniqueConstraint("upload_id", "chat_id", "topic"),
)
"""Whom a published file gives new tasks; claimed right before it is said, so that nobody is told twice."""

row_draft = Table(
    "row_draft",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", TELEGRAM_ID, nullable=False),
    Column("row_id", String(32), nullable=False),
    Column("changes", JSON, nullable=False),
    Column("made_at", Moment, nullable=False),
)
"""A correction shown for confirmation and not yet made."""
