"""Copies all rows of one database into another with the same tables, between SQLite and PostgreSQL in either direction.

Reads the tables from the databases themselves, so that no table can be forgotten; knows none by name but Alembic's own.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, DateTime, MetaData, column, event, func, select, text

from corpus.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from sqlalchemy import Column, Connection, Table
    from sqlalchemy.engine.interfaces import ReflectedColumn

OF_THE_SCHEMA = frozenset({"alembic_version", "compatibility"})
"""Tables that tell of the tables themselves; each database keeps its own."""

_ROWS = 500


def tables_of(connection: Connection, leave_out: Collection[str] = ()) -> dict[str, Table]:
    """The tables of a database, referenced ones before those that refer to them."""
    found = MetaData()

    def typed(_inspector: object, _table: object, info: ReflectedColumn) -> None:
        if isinstance(info["type"], JSON):  # absent is NULL, on both
            info["type"] = JSON(none_as_null=True)

    event.listen(found, "column_reflect", typed)
    found.reflect(connection, only=lambda name, _: name not in OF_THE_SCHEMA and name not in leave_out)
    return {table.name: table for table in found.sorted_tables}


def copy_rows(
    source: Connection,
    target: Connection,
    *,
    leave_out: Collection[str] = (),
    without: Mapping[str, str] | None = None,
) -> dict[str, int]:
    """Puts the rows of `source` into the empty tables of `target`; how many, by table.

    `leave_out` are tables not to be copied; `without` has, for a table, a condition on rows not to be copied.

    Raises:
        StoreError: the two have not the same tables.
    """
    given, taking = tables_of(source, leave_out), tables_of(target, leave_out)
    if {n: set(t.c.keys()) for n, t in given.items()} != {n: set(t.c.keys()) for n, t in taking.items()}:
        raise StoreError("Hai cơ sở dữ liệu không cùng các bảng; không chép được.")
    copied = {}
    for name, table in given.items():
        query = select(table)
        if without and name in without:
            query = query.where(text(f"NOT ({without[name]})"))
        into = taking[name]
        changes = [(c.name, _change(c, to=target.dialect.name)) for c in into.c]
        copied[name] = 0
        for some in source.execution_options(yield_per=_ROWS).execute(query).mappings().partitions(_ROWS):
            target.execute(into.insert(), [{key: change(row[key]) for key, change in changes} for row in some])
            copied[name] += len(some)
    return copied


def delete_rows(connection: Connection) -> None:
    """Empties all tables; on PostgreSQL nobody else writes to them until the transaction ends."""
    tables = tables_of(connection)
    if connection.dialect.name == "postgresql":
        names = ", ".join(connection.dialect.identifier_preparer.quote(name) for name in tables)
        connection.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))
    for table in reversed(tables.values()):
        connection.execute(table.delete())


def count_on(connection: Connection) -> None:
    """Lets PostgreSQL number new rows after those that were copied; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables_of(connection).values():
        for numbered in table.c:
            sequence = connection.execute(
                select(func.pg_get_serial_sequence(f'"{table.name}"', numbered.name))
            ).scalar()
            if sequence is not None:
                last = select(func.max(numbered)).scalar_subquery()
                connection.execute(select(func.setval(sequence, func.coalesce(last, 0) + 1, False)))  # noqa: FBT003 - "is called"


def has_rows(connection: Connection, leave_out: Collection[str] = ()) -> bool:
    """Whether any table holds anything."""
    tables = tables_of(connection, leave_out).values()
    return any(connection.execute(select(column("1", is_literal=True)).select_from(t).limit(1)).first() for t in tables)


def _change(into: Column[Any], *, to: str) -> Callable[[Any], Any]:
    """What a value must become for the other database to keep what it means."""
    if isinstance(into.type, DateTime):
        return _naive_utc if to == "sqlite" else _aware
    if to == "postgresql":
        return _without_nul
    return _same


def _same(value: Any) -> Any:
    return value


def _naive_utc(value: datetime | None) -> datetime | None:
    return value.astimezone(UTC).replace(tzinfo=None) if value is not None and value.tzinfo else value


def _aware(value: datetime | None) -> datetime | None:
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def _without_nul(value: Any) -> Any:
    """PostgreSQL's text cannot hold NUL."""
    return value.replace("\0", "") if isinstance(value, str) else value
