"""What a person has to confirm in a directive recognised from a scan: its figures and dates, the doubtful ones by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from corpus.text import collapse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.records import Clause, Source, Target, Task

_NAMED = 20
"""Doubtful words that a warning names; a clerk who has more to confirm needs the original in any case."""

_FIRST = re.compile(r"^\S*\s")


def to_confirm(
    source: Source, clauses: Sequence[Clause], targets: Sequence[Target], tasks: Sequence[Task]
) -> list[str]:
    """Warnings for a clerk; none for a text that was not recognised from a picture."""
    if not source.scanned:
        return []
    figures = sum(target.value is not None or target.due is not None for target in targets)
    dated = sum(task.due is not None or task.recurs_before is not None for task in tasks)
    rows = f"giá trị và thời hạn của {figures} chỉ tiêu, ngày hạn của {dated} nhiệm vụ"
    said = [f"Văn bản nhận dạng từ bản chụp: {rows} chưa được xác nhận; xin văn thư đối chiếu với bản gốc."]
    doubtful = list(dict.fromkeys(_place(source, span, clauses) for span in source.doubtful))
    if doubtful:
        more = f" và {len(doubtful) - _NAMED} chỗ khác" if len(doubtful) > _NAMED else ""
        said.append(f"Số đọc không chắc, xin xác nhận: {'; '.join(doubtful[:_NAMED])}{more}.")
    return said


def _place(source: Source, span: tuple[int, int], clauses: Sequence[Clause]) -> str:
    start, end = span
    line = collapse(source.text[source.text.rfind("\n", 0, start) + 1 : _line_end(source.text, end)])
    words = source.text[max(0, start - 25) : end + 15].split("\n")
    shown = collapse(next((part for part in words if source.text[start:end] in part), source.text[start:end]))
    path = next((clause.path for clause in clauses if line and (line in clause.text or clause.text in line)), None)
    said = shown if shown.startswith(source.text[start:end]) else _FIRST.sub("", shown)
    return f"“{said}”" + (f" (mục {path})" if path else "")


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end
