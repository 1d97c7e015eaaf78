"""The store's tables, for SQLite and PostgreSQL alike; knows columns and keys, not how directives are read."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - SQLAlchemy reads the annotations at run time
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, ForeignKey, Index, MetaData, String, Text, UniqueConstraint, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Names every constraint, because SQLite's batch migrations can only change what has a name."""

    metadata = MetaData(naming_convention=NAMING)


class FileRow(Base):
    """A file as last read. `reading` is the version of the reading code, `manifest` the fields a person supplied."""

    __tablename__ = "file"

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64), unique=True)
    reading: Mapped[str] = mapped_column(String(64))
    manifest: Mapped[dict[str, Any]] = mapped_column(JSON)
    read_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.current_timestamp())


class DirectiveRow(Base):
    """A directive: what it says of itself, and the text it was read from (kept, so that quotes stay checkable)."""

    __tablename__ = "directive"
    __table_args__ = (UniqueConstraint("file_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id", ondelete="CASCADE"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(160), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    number: Mapped[str | None] = mapped_column(Text)
    number_key: Mapped[str | None] = mapped_column(Text, index=True)
    kind: Mapped[str | None] = mapped_column(Text)
    issuer: Mapped[str | None] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(Text)
    issued_on: Mapped[date | None]
    issued_month: Mapped[str | None] = mapped_column(String(7))
    title: Mapped[str | None] = mapped_column(Text)
    signer: Mapped[str | None] = mapped_column(Text)
    signer_role: Mapped[str | None] = mapped_column(Text)
    recipients: Mapped[list[str]] = mapped_column(JSON)
    warnings: Mapped[list[str]] = mapped_column(JSON)
    text: Mapped[str] = mapped_column(Text)
    page_starts: Mapped[list[int]] = mapped_column(JSON)


class CitedRow(Base):
    """Another document a directive names, and how: implements, replaces or cites."""

    __tablename__ = "cited_directive"
    __table_args__ = (UniqueConstraint("directive_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    directive_id: Mapped[int] = mapped_column(ForeignKey("directive.id", ondelete="CASCADE"))
    position: Mapped[int]
    number: Mapped[str | None] = mapped_column(Text)
    number_key: Mapped[str | None] = mapped_column(Text, index=True)
    kind: Mapped[str | None] = mapped_column(Text)
    issued_on: Mapped[date | None]
    issuer: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    relation: Mapped[str] = mapped_column(String(16))


class ClauseRow(Base):
    """A clause in reading order. `segments` is null when the clause stands in the source in one piece."""

    __tablename__ = "clause"
    __table_args__ = (UniqueConstraint("directive_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    directive_id: Mapped[int] = mapped_column(ForeignKey("directive.id", ondelete="CASCADE"))
    position: Mapped[int]
    token: Mapped[str] = mapped_column(String(16), index=True)
    path: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    heading: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    parent: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(16))
    segments: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    page: Mapped[int | None]
    cells: Mapped[list[list[str]] | None] = mapped_column(JSON(none_as_null=True))


class TargetRow(Base):
    """A goal with its value, unit and deadline; `due` is indexed for the calendar."""

    __tablename__ = "target"
    __table_args__ = (UniqueConstraint("directive_id", "position"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    directive_id: Mapped[int] = mapped_column(ForeignKey("directive.id", ondelete="CASCADE"))
    position: Mapped[int]
    path: Mapped[str] = mapped_column(Text)
    indicator: Mapped[str] = mapped_column(Text)
    quote: Mapped[str] = mapped_column(Text)
    op: Mapped[str] = mapped_column(String(8))
    value: Mapped[float | None]
    value_max: Mapped[float | None]
    unit: Mapped[str | None] = mapped_column(Text)
    change: Mapped[str | None] = mapped_column(String(8))
    due: Mapped[date | None] = mapped_column(index=True)
    period_from: Mapped[str | None] = mapped_column(String(10))
    period_to: Mapped[str | None] = mapped_column(String(10))
    cadence: Mapped[str | None] = mapped_column(Text)
    baseline: Mapped[str | None] = mapped_column(Text)
    scope: Mapped[str | None] = mapped_column(Text)
    corrected: Mapped[int] = mapped_column(default=0, server_default="0")


class TaskRow(Base):
    """A duty; its actors and recipients stand in `task_unit`."""

    __tablename__ = "task"
    __table_args__ = (UniqueConstraint("directive_id", "position"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    directive_id: Mapped[int] = mapped_column(ForeignKey("directive.id", ondelete="CASCADE"))
    position: Mapped[int]
    path: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    quote: Mapped[str] = mapped_column(Text)
    due: Mapped[date | None] = mapped_column(index=True)
    due_text: Mapped[str | None] = mapped_column(Text)
    recurrence: Mapped[str | None] = mapped_column(String(16))
    recurs_before: Mapped[str | None] = mapped_column(String(8))
    product: Mapped[str | None] = mapped_column(Text)
    corrected: Mapped[int] = mapped_column(default=0, server_default="0")


class TaskUnitRow(Base):
    """A unit in one role of a task: `lead`, `coop`, `report_to` or `via`. `folded` is its name without diacritics."""

    __tablename__ = "task_unit"
    __table_args__ = (Index(None, "folded", "role"),)

    task_id: Mapped[str] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text)


class RuleRow(Base):
    """A threshold with its consequence."""

    __tablename__ = "rule"
    __table_args__ = (UniqueConstraint("directive_id", "position"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    directive_id: Mapped[int] = mapped_column(ForeignKey("directive.id", ondelete="CASCADE"))
    position: Mapped[int]
    path: Mapped[str] = mapped_column(Text)
    condition: Mapped[str] = mapped_column(Text)
    consequence: Mapped[str] = mapped_column(Text)
    quote: Mapped[str] = mapped_column(Text)


class CorrectionRow(Base):
    """What a person said of a target or task as read: other values for some fields, or that it is none (`removed`).

    `original` is the row as last read with its place in the directive, `applied` 0 when no row read last is the one
    meant. No foreign keys: it outlives the reading, and the directive's withdrawal.
    """

    __tablename__ = "correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    directive_key: Mapped[str] = mapped_column(String(160), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    row_id: Mapped[str] = mapped_column(String(32), unique=True)
    path: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(String(64))
    removed: Mapped[int]
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    original: Mapped[dict[str, Any]] = mapped_column(JSON)
    applied: Mapped[int]
    made_by: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class RevisionRow(Base):
    """One row (id 1): a counter of content changes and a digest of all content, by which an index knows its store.

    The digest is as in `corpus.store_revision`, or (64 digits) as older programs made it.
    """

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    counter: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


class MetaRow(Base):
    """Small named values that belong to the state as a whole."""

    __tablename__ = "meta"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class CompatibilityRow(Base):
    """One row (id 1): the oldest program that these tables serve, by the number of its newest migration."""

    __tablename__ = "compatibility"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    serves_from: Mapped[str] = mapped_column(String(32))
