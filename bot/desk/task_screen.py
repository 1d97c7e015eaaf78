"""The page of one task: what, by when, who, the clause, how far the unit is. Decides who may mark, changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.callbacks import encode
from bot.citation_words import for_reading
from bot.desk.corrections_screens import correct_buttons
from bot.desk.pages import facts, way_back
from bot.desk.row_texts import SIGNS, marked_by_hand, source_line, time_of, units_line, who_when
from bot.message_blocks import Block, Span, paragraph, quotation, shorten
from bot.office.progress import STATES
from bot.office.records import KEEPERS
from bot.screens import Button, Screen, rows_of
from corpus.identity import clause_token
from corpus.row_words import capitalised, when
from corpus.text import collapse, comparable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.desk.duties import Duty
    from bot.desk.visit import Visit
    from bot.office.progress import Mark, State
    from bot.office.records import Unit
    from bot.texts import Texts
    from corpus.store_records import StoredDirective

QUOTE_LIMIT = 1200
_ACTION_LIMIT = 500
_UNIT_LABEL = 30
LETTERS: dict[State, str] = {"todo": "t", "doing": "d", "done": "x"}


def may_mark(visit: Visit, unit: Unit) -> bool:
    """Only the unit's own people, and keepers, say how far it is; standing in its group is not enough."""
    return visit.person.role in KEEPERS or any(own.id == unit.id for own in visit.person.units)


def task_screen(
    duty: Duty,
    directive: StoredDirective | None,
    to: str,
    visit: Visit,
    now: datetime,
    *,
    others: Sequence[tuple[str, Mark]] = (),
    choices: Sequence[Unit] = (),
    reminds: bool = False,
) -> Screen:
    """A task as a duty of `duty.unit`; `to` is the way back.

    `others` are units with their marks, for those who look after all; `choices` the visitor's further units that the
    task falls on; `reminds` when some feature takes `rm:<task id>`.
    """
    texts = visit.texts
    task = duty.task
    blocks: list[Block] = [
        paragraph(marked_by_hand(task) + shorten(capitalised(collapse(task.action)), _ACTION_LIMIT), "bold"),
        facts(
            (texts("task.due"), _time(duty, texts, now)),
            (texts("task.lead"), units_line(task.lead, texts)),
            (texts("task.coop"), units_line(task.coop, texts)),
            (texts("task.report_to"), units_line(task.report_to, texts)),
            (texts("task.via"), units_line(task.via, texts)),
            (texts("task.product"), capitalised(task.product or "")),
        ),
    ]
    if duty.unit and duty.role:
        blocks.append(_standing(duty, duty.unit, texts, now))
    if others:
        lines = "\n".join(f"{SIGNS[m.state]} {name}: {who_when(m, texts, now)}" for name, m in others[:10])
        blocks.append(Block((Span(texts("task.progress") + "\n", "bold"), Span(lines))))
    blocks.append(quotation(shorten(for_reading(task.quote), QUOTE_LIMIT)))
    blocks.append(paragraph(source_line(directive, task.directive, task.path, texts), "italic"))
    return Screen(tuple(blocks), _buttons(duty, to, visit, choices, reminds=reminds))


def _time(duty: Duty, texts: Texts, now: datetime) -> str:
    said = time_of(duty, texts, now.date())
    words = collapse(duty.task.due_text or "") or when(duty.task)
    stated = duty.next_due is not None and words and comparable(words) not in comparable(said)
    return f"{said}\n“{words}”" if stated and not words.isdigit() else said


def _standing(duty: Duty, unit: Unit, texts: Texts, now: datetime) -> Block:
    """The unit's part, state and note, with who said so."""
    part = texts("task.unit_role", unit=unit.name, role=texts(f"task.role.{duty.role}"))
    if duty.match.value in {"alias", "successor", "class"}:
        part += f" ({texts(f'task.match.{duty.match.value}', named=duty.named)})"
    said = f"{SIGNS[duty.state]} {texts(f'state.{duty.state}')}"
    mark = duty.mark
    if mark is not None:
        earlier = mark.state != duty.state
        before = texts("task.earlier_round", state=texts(f"state.{mark.state}")) + ", " if earlier else ""
        said += f" · {before}{who_when(mark, texts, now)}"
    spans = [Span(f"{part}\n"), Span(texts("task.state") + ": ", "bold"), Span(said)]
    if mark is not None and mark.note:
        spans += [Span(f"\n{texts('task.note')}: ", "bold"), Span(mark.note)]
    return Block(tuple(spans))


def _buttons(
    duty: Duty, to: str, visit: Visit, choices: Sequence[Unit], *, reminds: bool
) -> tuple[tuple[Button, ...], ...]:
    texts, task, unit = visit.texts, duty.task, duty.unit
    rows: list[tuple[Button, ...]] = []
    # In a group the page is everybody's: its buttons stand there for whoever may press them.
    if unit and duty.role and (visit.place.group or may_mark(visit, unit)):
        rows.append(
            tuple(
                Button(texts(f"task.mark.{state}"), encode("tm", task.id, LETTERS[state], unit.id, to))
                for state in STATES
                if state != duty.state
            )
        )
        notes = [Button(texts("task.add_note"), encode("tn", task.id, unit.id, to))]
        if duty.mark is not None and duty.mark.note:
            notes.append(Button(texts("task.drop_note"), encode("td", task.id, unit.id, to)))
        rows.append(tuple(notes))
    rows += rows_of([Button(f"🏢 {shorten(u.name, _UNIT_LABEL)}", encode("tt", task.id, u.id, to)) for u in choices], 2)
    last = [Button(texts("list.clause"), encode("c", clause_token(task.directive, task.path)))]
    if reminds:
        last.append(Button(texts("list.remind"), encode("rm", task.id)))
    last += correct_buttons(task.id, visit)
    return (*rows, tuple(last), way_back(texts, to))
