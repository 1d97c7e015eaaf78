"""Who is to be told of new tasks, and what they read: the groups of the units concerned, and the units' people."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot.callbacks import encode
from bot.desk.loading_reading import time_to_say
from bot.desk.loading_screens import task_line
from bot.desk.replies import Tell
from bot.desk.seen import directive_token
from bot.desk.task_views import TaskView
from bot.message_blocks import Block, Span, paragraph, shorten
from bot.office.records import Place
from bot.office.uploads import Notice
from bot.screens import Button, Screen
from corpus.identity import clause_token
from corpus.row_words import capitalised
from corpus.units import unit_matches

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.office.office import Office
    from bot.office.records import Unit
    from bot.office.uploads import Uploads
    from bot.texts import Texts
    from corpus.store_records import StoredDirective, StoredTask

TASKS_SHOWN = 5
_CLAUSES = 3
_TITLE = 160


def notices(office: Office, uploads: Uploads, tasks: Sequence[StoredTask]) -> list[Notice]:
    """One for each chat that has not been told yet of some of these tasks and may see them."""
    mine = _tasks_of_units(office, uploads, tasks)
    chats: dict[tuple[int, int], list[Unit]] = {}
    for group in office.groups.groups():
        for topic, unit in group.units.items():
            if group.present:
                chats[group.chat, topic] = [unit]
    away = office.people.unreachable()
    for person in office.people.everyone():
        if person.id not in away:
            chats[person.id, 0] = list(person.units)
    found: list[Notice] = []
    for (chat, topic), units in chats.items():
        told = uploads.told(chat, topic)
        given = dict.fromkeys(task for unit in units for task in mine.get(unit.id, ()) if task not in told)
        concerned = [unit.id for unit in units if any(task in given for task in mine.get(unit.id, ()))]
        if given:
            found.append(Notice(chat, topic, tuple(concerned), tuple(given)))
    return found


def _tasks_of_units(office: Office, uploads: Uploads, tasks: Sequence[StoredTask]) -> dict[int, list[str]]:
    """Ids of the tasks that each unit leads or helps with and may see."""
    audiences = {key: uploads.audience_of(key) for key in {task.directive for task in tasks}}
    return {
        unit.id: [
            task.id
            for task in tasks
            if (not audiences[task.directive] or unit.id in audiences[task.directive])
            and any(unit_matches(unit.name, name) for name in (*task.lead, *task.coop))
        ]
        for unit in office.people.units()
    }


def notice_screen(office: Office, notice: Notice, texts: Texts, knows: Callable[[str], bool]) -> Screen | None:
    """What a chat reads; None when the tasks are gone. `knows` says which buttons some feature answers."""
    tasks = [task for number in notice.tasks if (task := office.store.task(number)) is not None]
    if not tasks:
        return None
    units = [unit for number in notice.units if (unit := office.people.unit(number)) is not None]
    names = "; ".join(unit.name for unit in units)
    keys = list(dict.fromkeys(task.directive for task in tasks))
    directives = [d for key in keys if (d := office.store.directive(key)) is not None]
    blocks = [paragraph(texts("load.news", unit=names, count=len(tasks)), "bold")]
    blocks += [Block((Span(f"📄 {_named(directive)}", "italic"),)) for directive in directives]
    lines = []
    for number, task in enumerate(tasks[:TASKS_SHOWN], 1):
        helps = not any(unit_matches(unit.name, name) for unit in units for name in task.lead)
        part = f" ({texts('load.helping')})" if helps else ""
        lines.append(f"{number}. {task_line(task.action, (), time_to_say(task))}{part}")
    if len(tasks) > TASKS_SHOWN:
        lines.append(texts("load.more_tasks", count=len(tasks) - TASKS_SHOWN))
    blocks.append(paragraph("\n".join(lines)))
    return Screen(tuple(blocks), _buttons(tasks, units, keys, texts, knows))


def tells(
    office: Office,
    uploads: Uploads,
    texts_of: Callable[[int], Texts],
    knows: Callable[[str], bool],
    found: Sequence[Notice],
) -> list[Tell]:
    """What to tell each chat, unless it is told meanwhile; nothing where the tasks are gone."""

    def tell_now(number: int) -> bool:
        return uploads.claim_notice(number, office.clock.now())

    told: list[Tell] = []
    for one in found:
        screen = notice_screen(office, one, texts_of(one.chat), knows)
        if screen is not None:
            place = Place(one.chat, one.topic, group=one.chat < 0)
            told.append(Tell(place, screen, partial(tell_now, one.id)))
    return told


def _buttons(
    tasks: Sequence[StoredTask],
    units: Sequence[Unit],
    keys: Sequence[str],
    texts: Texts,
    knows: Callable[[str], bool],
) -> tuple[tuple[Button, ...], ...]:
    rows: list[tuple[Button, ...]] = []
    if knows("c"):
        clauses = dict.fromkeys((task.directive, task.path) for task in tasks[:TASKS_SHOWN])
        rows.append(
            tuple(
                Button(texts("load.clause", number=number), encode("c", clause_token(*clause)))
                for number, clause in enumerate(list(clauses)[:_CLAUSES], 1)
            )
        )
    if knows("tl"):
        views = [("load.all_tasks", TaskView(f"u{unit.id}")) for unit in units[:1] if len(units) == 1]
        views += [("load.directive_tasks", TaskView(f"d{directive_token(key)}")) for key in keys if len(keys) == 1]
        lists = [Button(texts(label), encode("tl", view, 0)) for label, view in views]
        if lists:
            rows.append(tuple(lists))
    return tuple(rows)


def _named(directive: StoredDirective) -> str:
    named = " ".join(part for part in (directive.kind, directive.number) if part)
    title = shorten(capitalised(directive.title or ""), _TITLE)
    return " – ".join(part for part in (named, title) if part) or directive.key
