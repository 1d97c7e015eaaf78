"""The hottest queries of the running product, as it sends them, and how PostgreSQL carries them out.

`python -m tests.integration.plans [ROWS]` fills a database (1,000,000 by default) and prints a line a query. Every
statement is caught on its way to the database while the product's own functions run; none is written down here.
"""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

import index.tables  # noqa: F401 - the store is migrated with the tables of all
from bot.inbox.inbox import PATIENCE, Arrival, Inbox
from bot.inbox.pace import SharedPace, chat, everything
from bot.office.allowances import QUESTIONS, Allowances
from bot.office.expected_input import ExpectedInputs
from bot.office.groups import Groups
from bot.office.people import Newcomer, People
from bot.office.progress import Progress
from bot.office.questions import Questions
from bot.office.records import Place
from bot.office.visibility import Visibility
from bot.reminders.agenda import agenda_of
from bot.reminders.catalogue import Catalogue
from bot.reminders.concerned import concerned, promised
from bot.reminders.outbox import Outbox
from bot.reminders.planner import PlanningRun, cancel_gone
from bot.reminders.queue_view import QueueView
from bot.reminders.recipients import read_roll
from bot.reminders.wishes import WishBook
from bot.reminders.working_days import WorkingDays
from corpus.store import Store
from corpus.store_writing import IncomingFile
from tests.integration.directive_files import directive as small_directive
from tests.integration.synthetic_state import BOT, DILIGENT, GROUP, NOW, fill
from tests.postgres import postgres_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

GROWING = frozenset({
    "clause", "task", "task_unit", "target", "directive", "file", "person", "membership", "asked", "feedback", "inbox",
    "delivery", "reminder_item", "reminder_setting", "expected_input", "allowance", "progress", "pace",
})  # fmt: skip
"""Tables that grow with directives, people or time: no hot query may read one from end to end. (Units are few.)"""
READ_WHOLE = {
    "visit: directives visible": "what it gives are the keys of all directives that may be seen",
    "question: waiting for clerks": "every thumb down is looked up, however long ago its question was handled",
    "press: tasks of a unit": "the names under which tasks are given are gathered from all of them",
    "tick: what composes a batch": "for whom each limited directive is",
}
"""Calls whose cost grows with a table all the same, and why."""
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Plan:
    """A statement as sent, and what PostgreSQL says of it. `generic` is the plan that serves any parameters."""

    statement: str
    plan: dict[str, Any]
    generic: dict[str, Any]
    milliseconds: float

    @property
    def blocks(self) -> int:
        """Pages of 8 KiB looked at, wherever they lay."""
        return int(self.plan["Shared Hit Blocks"] + self.plan["Shared Read Blocks"])

    def scanned(self) -> set[str]:
        """Growing tables that are read from end to end: now, or once PostgreSQL takes the plan for any parameters.

        That it does (plan_cache_mode) when it costs no more than the plan for these, and the planning of it.
        """
        nodes = list(_nodes(self.plan))
        planning = 1000 * 0.0025 * (1 + sum("Relation Name" in n for n in nodes))
        if self.generic["Total Cost"] <= self.plan["Total Cost"] + planning:
            nodes += _nodes(self.generic)
        return {n["Relation Name"] for n in nodes if n["Node Type"] == "Seq Scan"} & GROWING

    def indexes(self) -> set[str]:
        """The indexes that are searched."""
        return {n["Index Name"] for n in _nodes(self.plan) if "Index Name" in n}

    def touched(self) -> float:
        """Rows that the leaves of the plan gave or threw away."""
        return sum(
            (n["Actual Rows"] + n.get("Rows Removed by Filter", 0) + n.get("Rows Removed by Index Recheck", 0)) * n["Actual Loops"]
            for n in _nodes(self.plan)
            if "Relation Name" in n and not n.get("Plans")
        )

    def line(self) -> str:
        """The plan in one line: how each table is reached."""
        return ", ".join(
            f"{n['Node Type']} {n.get('Index Name') or n.get('Relation Name')}"
            for n in _nodes(self.plan)
            if "Index Name" in n or ("Relation Name" in n and "Scan" in n["Node Type"] and n["Node Type"] != "Bitmap Heap Scan")
        )


@dataclass
class Watch:
    """Explains every statement right before it is carried out, in its own transaction, and undoes the explaining.

    PostgreSQL rightly reads a small table whole, and joins it whole. With `by_index` it does so only where no index would
    serve: in a small database that shows what a large one would have to do.
    """

    by_index: bool = False
    plans: list[Plan] = field(default_factory=list)

    def __call__(self, connection: Any, cursor: Any, statement: str, given: Any, *_: Any) -> None:
        if not re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", statement) or "advisory" in statement:
            return
        own = connection.connection.dbapi_connection.cursor()
        values = given[0] if isinstance(given, list) else given
        own.execute("SAVEPOINT explaining")
        if self.by_index:
            own.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
        own.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", values, prepare=False)
        found = own.fetchone()[0][0]
        own.execute(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {_numbered(statement)}", prepare=False)
        generic = own.fetchone()[0][0]["Plan"]
        own.execute("ROLLBACK TO SAVEPOINT explaining")
        own.execute("RELEASE SAVEPOINT explaining")
        self.plans.append(Plan(statement, found["Plan"], generic, found["Execution Time"]))


@contextmanager
def watching(engine: Engine, *, by_index: bool = False) -> Iterator[list[Plan]]:
    """The plans of what is sent inside the block; `by_index` as in `Watch`."""
    watch = Watch(by_index)
    event.listen(engine, "before_cursor_execute", watch)
    try:
        yield watch.plans
    finally:
        event.remove(engine, "before_cursor_execute", watch)


def hot_calls(store: Store, rows: int) -> dict[str, Callable[[], object]]:
    """What is called for every update, question, press or tick, by a name; for somebody in the midst of the tables."""
    database = store.database
    who = rows // 2 // 20 * 20 + 1
    newcomer, here, group = Newcomer(who, "Nguyễn Văn An"), Place(who), Place(GROUP, 0, group=True)
    people, questions, progress = People(database), Questions(database), Progress(database)
    inbox, outbox = Inbox(database, BOT, "worker"), Outbox(database)
    clause = store.clauses(f"{rows // 286}-kh-ubnd-hoa-son-2025")[5]
    task = store.tasks(clause.directive)[3]
    scopes = (frozenset({3, 4}), frozenset({4}))
    update = rows // 2 + 1

    def take_an_update() -> None:
        for claim in inbox.claim(NOW, 4, patience=PATIENCE):
            inbox.renew([claim], NOW)
            inbox.begin(claim, NOW)
            inbox.finish(claim, NOW)

    def send_reminders() -> None:
        for claim in outbox.claim("worker", NOW):
            outbox.begin(claim, NOW)
            outbox.sent(claim, 7, NOW)

    def compose_reminders() -> None:
        places = {(chat_id * 7919 % rows + 1, 0) for chat_id in range(rows - 20, rows)}
        read_roll(database, UTC, places)
        WishBook(database).in_chats({chat_id for chat_id, _ in places})

    def plan_a_page() -> None:
        chats = [chat_id * 7919 % rows + 1 for chat_id in range(rows // 3, rows // 3 + 50)]
        window = (NOW.date(), NOW.date() + timedelta(days=2))
        agenda = agenda_of(Catalogue(), window, WorkingDays(), lambda _: frozenset())
        PlanningRun(database, Catalogue(), agenda, {}, window, NOW, UTC).over(chats)

    def look_whom_to_plan_for() -> None:
        window = (NOW.date(), NOW.date() + timedelta(days=2))
        agenda = replace(
            agenda_of(Catalogue(), window, WorkingDays(), lambda _: frozenset()),
            loud=frozenset({3, 4}), quiet=frozenset({5}), sources=frozenset({task.id}),
        )  # fmt: skip
        with database.reading() as connection:
            concerned(connection, agenda, window)
            promised(connection, [task.id])

    def take_back_reminders() -> None:
        with database.writing() as connection:
            cancel_gone(connection, {clause.directive})

    def keep_a_question() -> None:
        number = questions.ask(here, who, "Hạn là khi nào?", previous=None, now=NOW, message=rows * 3)
        questions.shown(number, (rows * 3 + 1,))
        questions.rate(number, who, False, NOW)

    return {
        "update: keep": lambda: inbox.accept([Arrival(update, "chat 1", "{}")], NOW),
        "update: claim, begin, finish": take_an_update,
        "update: look for work": lambda: (inbox.anything_waits(), inbox.anything_left(NOW), inbox.holders()),
        "update: forget the old": lambda: inbox.tidy(NOW - timedelta(hours=1)),
        "update: pace": lambda: SharedPace(database, BOT).turn([everything(), chat(who)]),
        "visit: person and units": lambda: people.person(newcomer),
        "visit: unit of a group": lambda: Groups(database).unit_of(group),
        "visit: input expected": lambda: ExpectedInputs(database).waiting(here, who, NOW),
        "visit: directives visible": lambda: Visibility(database).visible(scopes),
        "question: allowance": lambda: Allowances(database).take(QUESTIONS, who, NOW),
        "question: kept, shown, rated": keep_a_question,
        "question: latest, in private": lambda: questions.latest(here, who, NOW),
        "question: latest, in a busy group": lambda: questions.latest(group, who, NOW),
        "question: latest, of a newcomer there": lambda: questions.latest(group, rows * 5, NOW),
        "question: latest, after years": lambda: questions.latest(Place(DILIGENT), DILIGENT, NOW),
        "question: by message": lambda: questions.by_message(GROUP, 40),
        "question: reply in a busy group": lambda: questions.touching(GROUP, 41),
        "question: reply in a chat long quiet": lambda: questions.touching(DILIGENT, 41),
        "question: waiting for clerks": lambda: (questions.open_ones(8), questions.count_open()),
        "store: revision": store.revision,
        "press: clause by token": lambda: store.clause_by_token(clause.token),
        "press: clauses of a directive": lambda: store.clauses(clause.directive),
        "press: rows of a directive": lambda: (store.tasks(clause.directive), store.targets(clause.directive)),
        "press: tasks of a unit": lambda: store.tasks_given_to([name for name in store.actors() if name == "Sở số 3"]),
        "press: directive by key": lambda: store.directive(clause.directive),
        "press: marks of a task": lambda: progress.of_task(task.id),
        "press: marks of a unit": lambda: progress.marks([4]),
        "press: reminders of a person": lambda: (QueueView(database).of(here), WishBook(database).of(here)),
        "tick: claim and settle reminders": send_reminders,
        "tick: what composes a batch": compose_reminders,
        "tick: whom to plan for": look_whom_to_plan_for,
        "tick: plan for some": plan_a_page,
        "store: put a file": lambda: store.foresee(IncomingFile("/moi.txt", "f" * 64, "r"), [small_directive("7-KH/TU")]),
        "store: reminders taken back": take_back_reminders,
        "scrape: oldest reminder due": lambda: QueueView(database).oldest_due(NOW),
    }


def plans_of(engine: Engine, call: Callable[[], object], *, by_index: bool = False) -> list[Plan]:
    """What PostgreSQL does for one call; `by_index` as in `Watch`."""
    with watching(engine, by_index=by_index) as plans:
        call()
    return plans


@contextmanager
def filled(url: str, rows: int) -> Iterator[Store]:
    """A store in an empty database, filled."""
    with Store.open(url) as store:
        fill(store.engine, rows)
        yield store


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def _numbered(statement: str) -> str:
    """The statement with numbered parameters, as the server keeps it when it is prepared."""
    names: dict[str, int] = {}
    return _PLACEHOLDER.sub(lambda m: f"${names.setdefault(m[1], len(names) + 1)}", statement).replace("%%", "%")


def show(store: Store, rows: int) -> None:
    """Prints a line for each call: time and pages of all its statements, and the plan of the costliest."""
    print(f"| call ({rows:,} rows) | statements | ms | blocks | rows touched | plan of the costliest |\n|---|--:|--:|--:|--:|---|")
    for name, call in hot_calls(store, rows).items():
        plans_of(store.engine, call)  # once for the cache
        plans = plans_of(store.engine, call)
        if not plans:
            continue
        worst = max(plans, key=lambda p: p.blocks)
        scanned = " ".join(sorted(set().union(*(p.scanned() for p in plans))))
        figures = f"{sum(p.milliseconds for p in plans):.1f} | {sum(p.blocks for p in plans)} | {sum(p.touched() for p in plans):.0f}"
        print(f"| {name} | {len(plans)} | {figures} | {worst.line()}{' **scans ' + scanned + '**' if scanned else ''} |")


if __name__ == "__main__":
    asked_for = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with postgres_server() as server, filled(server, asked_for) as opened:
        show(opened, asked_for)
