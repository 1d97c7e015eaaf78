"""An office that has been used for a while, made-up rows for any table, and all rows of a database to compare."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, BigInteger, Date, DateTime, Float, Integer, LargeBinary, func, select

from corpus.row_copy import tables_of
from corpus.store_corrections import Corrections
from corpus.store_engine import create
from tests.integration.clerk_desk import CLERK, ClerkDesk, plan, screen_of
from tests.integration.front_desk import GROUP, OWNER
from tests.integration.test_reminders import FakeSender, store_tasks, task

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Column, Connection

BINH = 30
ROWS = 3
Rows = dict[str, list[dict[str, Any]]]


def live(home: Path) -> ClerkDesk:
    """A desk with directives, people, a group, questions, corrections, files on their way, reminders sent and to come."""
    desk = ClerkDesk(home)
    (interior,) = desk.admit(BINH, "officer", "Sở Nội vụ")
    desk.office.groups.bind(desk.place(OWNER, GROUP), "Nhóm Sở Nội vụ", interior.id, OWNER, desk.clock.now())
    key = store_tasks(desk.store, task("Trình đề án", date(2025, 4, 1)), task("Gửi báo cáo", date(2025, 4, 20)))
    desk.office.visibility.set_audience(key, [interior.id])
    desk.pressed(screen_of(desk.offer(plan())), "Xác nhận")
    desk.offer(plan("13/KH-UBND", more="3. Sở Nội vụ báo cáo trước ngày 20/11/2025.\n"), "thu-hai.txt")
    number = desk.office.questions.ask(
        desk.place(BINH), BINH, "Ai chủ trì?", previous=None, now=desk.clock.now(), message=77
    )
    desk.office.questions.answered(number, desk.service.ask(desk.asking("Ai chủ trì số hóa?", BINH).question))
    desk.office.questions.rate(number, BINH, good=False, now=desk.clock.now())
    first = next(t for t in desk.store.tasks() if t.action == "Gửi báo cáo")
    Corrections(desk.store.database).correct(first.id, {"due": "2025-04-21"}, CLERK, desk.clock.now())
    remind(desk)
    return desk


def remind(desk: ClerkDesk) -> list[tuple[int, int, str]]:
    """Plans, and sends what is due at nine in the morning; what was sent."""
    engine = desk.app.reminders
    engine.sender = engine.sender or FakeSender()
    before = len(engine.sender.sent)
    desk.clock.moment = desk.clock.moment.replace(hour=2) + timedelta(days=1)

    async def all_of_it() -> None:
        while await engine.tick():
            pass

    asyncio.run(all_of_it())
    return engine.sender.sent[before:]


def rows_of(url: str, leave_out: tuple[str, ...] = ()) -> Rows:
    """Every row of every table, in an order and in values that do not depend on the database."""
    engine = create(url)
    with engine.connect() as connection:
        found = rows_in(connection, leave_out)
    engine.dispose()
    return found


def rows_in(connection: Connection, leave_out: tuple[str, ...] = ()) -> Rows:
    """As `rows_of`, within a transaction."""
    found = {}
    for name, table in tables_of(connection, leave_out).items():
        rows = [{k: _plain(v) for k, v in row.items()} for row in connection.execute(select(table)).mappings()]
        found[name] = sorted(rows, key=repr)
    return found


def fill_empty_tables(connection: Connection) -> None:
    """A few made-up rows for each table that has none; those that refer to others refer to rows that are there."""
    for table in tables_of(connection).values():
        if connection.execute(select(table).limit(1)).first() is None:
            owners = [key.column.table for key in table.foreign_keys]
            most = [connection.execute(select(func.count()).select_from(owner)).scalar_one() for owner in owners]
            count = 1 if table.name == "revision" else min([ROWS, *most])
            rows = [{c.name: _made_up(connection, c, n) for c in table.c} for n in range(1, count + 1)]
            connection.execute(table.insert(), rows)


def missing(then: Rows, now: Rows) -> list[str]:
    """What stood in tables and columns then and does not stand there now, for tables and columns that still are."""
    wrong = []
    for name in then.keys() & now.keys():
        kept = [c for c in (then[name] or [{}])[0] if c in (now[name] or then[name] or [{}])[0]]
        one = sorted(({c: row[c] for c in kept} for row in then[name]), key=repr)
        two = sorted(({c: row[c] for c in kept} for row in now[name]), key=repr)
        if one != two:
            wrong.append(f"{name}: {len(one)} rows then, {len(two)} now")
    return wrong




def _made_up(connection: Connection, column: Column, n: int) -> Any:
    for key in column.foreign_keys:
        return connection.execute(select(key.column).order_by(key.column).offset(n - 1).limit(1)).scalar()
    match column.type:
        case BigInteger():
            return 5_000_000_000 + n
        case Integer():
            return n
        case Float():
            return n + 0.25
        case DateTime():
            return datetime(2025, 3, n, 7, 30, tzinfo=UTC)
        case Date():
            return date(2025, 3, n)
        case JSON():
            return {"số": n, "tên": ["Lò Văn Bình", None]}
        case LargeBinary():
            return bytes([n, 0, 255])
        case _:
            length = getattr(column.type, "length", None) or 40
            return f"{n} {column.name} Đắk Nông"[:length]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    if isinstance(value, memoryview):
        return bytes(value)
    return value
