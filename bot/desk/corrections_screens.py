"""How rows look to those who correct them: lists, one row with its fields, a correction before it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.callbacks import encode
from bot.citation_words import for_reading
from bot.desk.corrections_values import CHOICES, FIELDS, shown
from bot.desk.pages import facts
from bot.desk.row_texts import BY_HAND, source_line
from bot.message_blocks import Block, Span, paragraph, quotation, shorten
from bot.office.records import KEEPERS
from bot.screens import Button, Screen, notice, rows_of
from corpus.corrections import kind_of
from corpus.records import Task
from corpus.row_words import capitalised, target_line, when

if TYPE_CHECKING:
    from bot.desk.visit import Visit
    from bot.texts import Texts
    from corpus.corrections import Correction, Row
    from corpus.store_records import StoredDirective

_QUOTE = 900
_VALUE = 160
_LINE = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as it stands (as read, when a person removed it), and what was said of it."""

    id: str
    directive: str
    row: Row
    correction: Correction | None = None

    @property
    def removed(self) -> bool:
        """A person has taken it out."""
        return self.correction is not None and self.correction.removed

    @property
    def lost(self) -> bool:
        """Corrected once, and not found when the directive was last read."""
        return self.correction is not None and not self.correction.applied


def correct_buttons(row_id: str, visit: Visit) -> tuple[Button, ...]:
    """For the page of a task or target: the button that opens it to those who may correct it, where they may."""
    if visit.place.group or visit.person.role not in KEEPERS:
        return ()
    return (Button(visit.texts("fix.correct"), encode("cr", row_id)),)


def row_spans(one: Shown, texts: Texts) -> tuple[Span, ...]:
    """A row in a list: what kind, corrected or removed, and what it says."""
    sign = "⚠️ " if one.lost else "🗑 " if one.removed else f"{BY_HAND} " if one.correction else ""
    kind = texts(f"fix.kind.{kind_of(one.row)}")
    return (Span(f"{sign}{kind}: ", "bold"), Span(shorten(line_of(one.row), _LINE)))


def line_of(row: Row) -> str:
    """A row in one line."""
    if isinstance(row, Task):
        parts = (capitalised(row.action), "; ".join(row.lead), when(row))
        return " – ".join(part for part in parts if part)
    return target_line(row)


def row_screen(one: Shown, directive: StoredDirective | None, back: Button, texts: Texts, said: str = "") -> Screen:
    """A row with its fields, each under a button; a removed one, or one that was lost, can only be brought back."""
    kind = kind_of(one.row)
    blocks: list[Block] = [paragraph(said, "bold")] if said else []
    blocks.append(paragraph(texts(f"fix.page.{kind}"), "bold"))
    if one.lost:
        blocks.append(paragraph(texts("fix.lost")))
    elif one.removed:
        blocks.append(paragraph(texts("fix.removed")))
    blocks.append(
        facts(
            *((_label(field, one, texts), shorten(shown(field, getattr(one.row, field), texts), _VALUE))
              for field in FIELDS[kind])
        )
    )  # fmt: skip
    blocks.append(quotation(shorten(for_reading(one.row.quote), _QUOTE)))
    blocks.append(paragraph(source_line(directive, one.directive, one.row.path, texts), "italic"))
    undo = (Button(texts("fix.undo"), encode("cru", one.id)),) if one.correction else ()
    if one.lost or one.removed:
        return Screen(tuple(blocks), (undo, (back,)))
    fields = [Button(texts(f"fix.field.{field}"), encode("crf", one.id, field)) for field in FIELDS[kind]]
    last = (Button(texts("fix.remove"), encode("crx", one.id)), *undo)
    return Screen(tuple(blocks), (*rows_of(fields), last, (back,)))


def _label(field: str, one: Shown, texts: Texts) -> str:
    corrected = one.correction is not None and field in one.correction.fields
    return (f"{BY_HAND} " if corrected else "") + texts(f"fix.field.{field}")


def ask_screen(one: Shown, field: str, texts: Texts) -> Screen:
    """What to type or choose for a field, and its present value."""
    now = texts("fix.now", field=texts(f"fix.field.{field}"), value=shown(field, getattr(one.row, field), texts))
    back = (Button(texts("button.back"), encode("cr", one.id)),)
    if field not in CHOICES:
        return notice(now, texts(f"fix.type.{_how(field)}"), buttons=(back,))
    choices = [
        Button(texts("fix.none") if value is None else shown(field, value, texts), encode("crv", one.id, field, n))
        for n, value in enumerate(CHOICES[field])
    ]
    return notice(now, texts("fix.choose"), buttons=(*rows_of(choices, 2), back))


def _how(field: str) -> str:
    """Which instruction a field needs."""
    ways = {"due": "due", "recurs_before": "recurs_before", "value": "figure", "value_max": "figure"}
    ways |= dict.fromkeys(("lead", "coop", "report_to", "via"), "units")
    return ways.get(field, "words" if field in {"action", "indicator"} else "optional")


def preview_screen(one: Shown, field: str, value: Any, draft: int, texts: Texts) -> Screen:
    """A correction before it is made: what stands, and what will."""
    spans = (
        Span(texts(f"fix.field.{field}") + "\n", "bold"),
        Span(shown(field, getattr(one.row, field), texts), "italic"),
        Span("\n→ "),
        Span(shown(field, value, texts), "bold"),
    )
    buttons = (
        Button(texts("fix.confirm"), encode("crc", draft)),
        Button(texts("button.back"), encode("cr", one.id)),
    )
    return Screen((paragraph(line_of(one.row)), Block(spans)), (buttons,))


def removal_screen(one: Shown, texts: Texts) -> Screen:
    """The question before a row is removed."""
    buttons = (
        Button(texts("fix.remove_really"), encode("cry", one.id)),
        Button(texts("button.back"), encode("cr", one.id)),
    )
    return notice(texts("fix.remove_ask"), line_of(one.row), buttons=(buttons,))
