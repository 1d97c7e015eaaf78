"""Lines that belong to the duty above them: "Cơ quan chủ trì: ...", "Thời gian hoàn thành: ...", "Sản phẩm: ..."."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from corpus.tasks.actors import actors_at
from corpus.tasks.reading import read
from corpus.tasks.reporting import units_named
from corpus.tasks.timing import when_of_cell
from corpus.tasks.words import words

if TYPE_CHECKING:
    from corpus.records import Task
    from corpus.tasks.reading import Origin, Reading
    from corpus.tasks.timing import When

_LONGEST_TIME = 24
_BETWEEN = re.compile(r"(?:^|[;.,\n(]|\s[-+•])[\s*_+\-•]*(?=[^\W\d_])")
_COLON = re.compile(r"[\s*_]*:[\s*_]*")
_EDGE = " .;,*_"


@dataclass(frozen=True, slots=True)
class Labelled:
    """One labelled value: its role (lead, coop, when, product, report_to), names or time, and words."""

    role: str
    text: str
    names: tuple[str, ...] = ()
    when: When | None = None


def labelled(reading: Reading, start: int, end: int) -> tuple[Labelled, ...]:
    """The labelled values of a clause or sentence that holds nothing else; empty for any other."""
    if ":" not in reading.text[start:end]:
        return ()
    marks = _marks(reading.text, reading.low, start, end)
    if not marks or marks[0][0] > reading.blank(start):
        return ()
    return values(reading.text, marks, end, origin=reading.origin)


def _marks(text: str, low: str, start: int, stop: int) -> list[tuple[int, int, str]]:
    """Where each label begins, where its value begins, and its role."""
    marks = []
    for gap in _BETWEEN.finditer(text, start, stop):
        found = words().labels.at(low, gap.end())
        colon = _COLON.match(text, found.end) if found else None
        if found is not None and colon is not None:
            marks.append((gap.end(), colon.end(), found.value))
    first = words().labels.at(low, start)
    colon = _COLON.match(text, first.end) if first else None
    if first is not None and colon is not None and (not marks or marks[0][0] != start):
        marks.insert(0, (start, colon.end(), first.value))
    return marks


def values(text: str, marks: list[tuple[int, int, str]], stop: int, *, origin: Origin) -> tuple[Labelled, ...]:
    """The values after the labels at `marks`."""
    read_out = []
    for i, (_, begin, role) in enumerate(marks):
        end = marks[i + 1][0] if i + 1 < len(marks) else stop
        value = text[begin:end].strip(_EDGE).rstrip("-+• ").strip(_EDGE)
        if role == "when" and (actors_at(read(value), 0) or len(value.split()) > _LONGEST_TIME):
            return ()
        if role == "when":
            read_out.append(Labelled(role, value, when=when_of_cell(value, origin=origin)))
        elif role == "product":
            read_out.append(Labelled(role, value))
        else:
            read_out.append(Labelled(role, value, names=units_named(value)))
    return tuple(v for v in read_out if v.text)


def apply_labels(task: Task, labels: tuple[Labelled, ...]) -> Task:
    """The task with the labelled values."""
    for label in labels:
        if label.role == "lead":
            task = replace(task, lead=label.names)
        elif label.role == "coop":
            task = replace(task, coop=label.names)
        elif label.role == "report_to":
            task = replace(task, report_to=label.names)
        elif label.role == "product":
            task = replace(task, product=label.text)
        elif label.when is not None and task.due_text is None:
            when = label.when
            task = replace(
                task, due=when.due, due_text=when.text, recurrence=when.recurrence, recurs_before=when.recurs_before
            )
    return task
