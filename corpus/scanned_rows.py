"""What a person has to confirm in a directive recognised from a scan: its figures and dates, clause by clause."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from corpus.scanned_gaps import gaps, runs_of
from corpus.text import collapse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.records import Clause, Source, Target, Task

_NAMED = 60
"""Doubtful words that a warning names; a clerk who has more to confirm needs the original in any case."""
_FIRST = re.compile(r"^\S*\s")
_LAST = re.compile(r"\s\S*$")
_BEFORE, _AFTER = 18, 12
_CITED = re.compile(
    r"(?:\bsố\s+\d\S*|\b\d+(?:/\d{4})?[/-](?=[A-ZĐ]{2})\S*)(?:\s+ngày\s+\d\S*)?|\[\d+\]|\b(?:khoản|điều|điểm|mục|phụ lục|chương)\s+\S+",
    re.IGNORECASE,
)
"""Numbers of documents, their dates, and numbers of clauses: no figures of this one."""


def to_confirm(
    source: Source, clauses: Sequence[Clause], targets: Sequence[Target], tasks: Sequence[Task]
) -> list[str]:
    """Warnings for a clerk, the most doubtful first; none for a text that was not recognised from a picture.

    Every clause from which a figure or a date was taken is named, and every other that holds a figure: what recognition
    has spoilt so far that no row came of it must be looked for, too.
    """
    if not source.scanned:
        return []
    said = []
    doubtful = list(dict.fromkeys(_place(source, span, clauses) for span in source.doubtful))
    if doubtful:
        more = f" và {len(doubtful) - _NAMED} chỗ khác" if len(doubtful) > _NAMED else ""
        said.append(f"Số đọc không chắc, xin xác nhận: {'; '.join(doubtful[:_NAMED])}{more}.")
    odd = [f"mục {gap.path}{f' (trang {gap.page})' if gap.page else ''}: {gap.what}" for gap in gaps(clauses)]
    if odd:
        more = f" và {len(odd) - _NAMED} chỗ khác" if len(odd) > _NAMED else ""
        said.append(f"Chỗ có thể đọc sót hoặc sai, xin xem bản gốc: {'; '.join(odd[:_NAMED])}{more}.")
    figures = [target.path for target in targets if target.value is not None or target.due is not None]
    dated = [task.path for task in tasks if task.due is not None or task.recurrence or task.recurs_before]
    said.append(
        f"Văn bản nhận dạng từ bản chụp: giá trị và thời hạn của {len(figures)} chỉ tiêu{_at(figures, clauses)}, "
        f"ngày hạn của {len(dated)} nhiệm vụ{_at(dated, clauses)} chưa được xác nhận; xin văn thư đối chiếu với bản gốc."
    )
    rows = {*figures, *dated}
    other = [clause.path for clause in clauses if clause.path not in rows and _holds_figures(clause)]
    if other:
        said.append(f"Có số mà không thành chỉ tiêu hay thời hạn, xin xem có sót không{_at(other, clauses)}.")
    return said


def _at(paths: Sequence[str], clauses: Sequence[Clause]) -> str:
    named = runs_of(paths, clauses)
    return f" (mục {', '.join(named)})" if named else ""


def _holds_figures(clause: Clause) -> bool:
    if clause.kind in {"end", "note"} or (clause.kind == "front" and "|" not in clause.text):
        return False
    words = clause.text.removeprefix(clause.label) if clause.label else clause.text
    held = " ".join(text for _, text in clause.cells[1:]) if clause.cells else words.lstrip(".)/ ")
    return any(c.isdigit() for c in _CITED.sub("", held))


def _place(source: Source, span: tuple[int, int], clauses: Sequence[Clause]) -> str:
    start, end = span
    line = collapse(source.text[source.text.rfind("\n", 0, start) + 1 : _line_end(source.text, end)])
    before = source.text[max(0, start - _BEFORE) : start].rsplit("\n", 1)[-1]
    after = source.text[end : end + _AFTER].split("\n", 1)[0]
    if start > _BEFORE and len(before) == _BEFORE:
        before = _FIRST.sub("", before) if " " in before else ""
    if len(after) == _AFTER:
        after = _LAST.sub("", after) if " " in after else ""
    path = next((clause.path for clause in clauses if line and (line in clause.text or clause.text in line)), None)
    said = collapse(f"{before}{source.text[start:end]}{after}".replace("|", " "))
    return f"“{said}”" + (f" (mục {path})" if path else "")


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end
