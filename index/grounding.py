"""The contract of a headline: each figure in it stands in a cited quote, or in the structured row the quote belongs to.

Knows answers and rows; it judges no meaning.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from corpus.row_words import day, number, target_line, task_line
from index.passages import clause_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from corpus.store_records import StoredDirective, StoredTarget, StoredTask
    from index.answers import Answer, Citation
    from index.holdings import Library

_NUMBERING = re.compile(r"(?:(?<=^)|(?<=; ))\d\) ")
_DATE_IN_WORDS = re.compile(r"(\d{1,2}) tháng (\d{1,2})(?: năm (\d{4}))?")
_FIGURE = re.compile(r"\d+(?:[.,/]\d+)*")


def figures(text: str) -> frozenset[str]:
    """Numbers and dates of a text in one form: `05/3/2026`, `5/03/2026` and "5 tháng 3 năm 2026" are equal."""
    text = _DATE_IN_WORDS.sub(lambda found: "/".join(part for part in found.groups() if part), text)
    return frozenset(_one_form(found) for found in _FIGURE.findall(text))


def ungrounded(answer: Answer, library: Library) -> frozenset[str]:
    """Figures of the headline that neither a cited quote nor a row of a cited clause states; none for an abstention.

    A directive's number, dates and names are the row of its citation. A list counts what it lists, in the time asked.
    """
    if answer.abstained:
        return frozenset()
    stated = figures(" ".join(_statements(answer.citations, library)))
    if answer.kind == "list":
        stated |= figures(f"{len(answer.tasks)} {len(answer.citations) - 1} {answer.question}")
    said = _NUMBERING.sub(" ", answer.headline)  # parts of a question answered each under its number
    return frozenset(f for f in figures(said) if f not in stated)


def _one_form(figure: str) -> str:
    return "/".join(part.lstrip("0") or "0" for part in figure.split("/"))


def _statements(citations: Iterable[Citation], library: Library) -> Iterator[str]:
    for citation in citations:
        yield citation.quote
        key = clause_key(citation.directive, citation.path)
        directive = library.directives.get(citation.directive)
        if directive is not None:
            yield from _of_directive(directive)
        for target in library.targets.get(key, ()):
            yield from _of_target(target)
        for task in library.tasks.get(key, ()):
            yield from _of_task(task)


def _of_directive(directive: StoredDirective) -> Iterator[str]:
    yield f"{directive.number} {directive.title} {directive.place} {' '.join(directive.recipients)}"
    yield from _of_day(directive.issued_on)
    for cited in directive.cites:
        yield f"{cited.number} {cited.title}"
        yield from _of_day(cited.issued_on)


def _of_target(target: StoredTarget) -> Iterator[str]:
    yield f"{target_line(target)} {target.quote} {target.cadence} {' '.join(target.period or ())}"
    yield from (number(value) for value in (target.value, target.value_max) if value is not None)
    yield from _of_day(target.due)


def _of_task(task: StoredTask) -> Iterator[str]:
    yield f"{task_line(task)} {task.quote} {task.due_text} {task.product} {' '.join((*task.lead, *task.coop, *task.report_to))}"
    yield from _of_day(task.due)


def _of_day(value: date | None) -> Iterator[str]:
    if value is not None:
        yield f"{day(value)} {value.month}/{value.year} {value.year}"
