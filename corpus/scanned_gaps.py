"""Where a text recognised from a scan may lack something: numbers that jump, cells without their figure, dates that cannot be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corpus.records import Clause

_LETTERS = "abcdđeghiklmnopqrstuvxy"
_ROMANS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")
_REPEATED = re.compile(r"(?P<label>.+)\((?P<time>\d+)\)")
_DATE = re.compile(r"(?<![\d/.,])(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{2,4})(?![\d/])")
_DAY = re.compile(r"\bngày\s+(?P<day>\d{1,3})/(?P<month>\d{1,3})(?![\d/])", re.IGNORECASE)
_QUARTER = re.compile(r"\bquý\s+(?P<which>[\dA-ZĐÍÌỊ|]{1,5})(?=[/,.;)\s]|$)", re.IGNORECASE)
_QUARTERS = frozenset({"I", "II", "III", "IV", "1", "2", "3", "4"})
_CUT_SHORT = re.compile(r"\b(?:trước|trong|đến|từ|sau|vào) (?:ngày|tháng|quý|năm)$|\btrước$", re.IGNORECASE)
_FIGURE = re.compile(r"[<>≥≤~]?\s*\d[\d.,/%–-]*")
_YEARS = range(1930, 2101)
_MOSTLY = 0.6
_ENOUGH_ROWS = 3


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that looks wrong at a clause: what, as the end of a sentence that names the clause."""

    path: str
    page: int | None
    what: str


def gaps(clauses: Sequence[Clause]) -> list[Gap]:
    """What a person should look up in the original, in reading order of each kind."""
    return [*_jumps(clauses), *_serials(clauses), *_bare_cells(clauses), *_odd_dates(clauses)]


def _jumps(clauses: Sequence[Clause]) -> Iterator[Gap]:
    """Sections and items whose numbers do not follow on."""
    latest: dict[tuple[str | None, str], tuple[int, str]] = {}
    for clause in clauses:
        last = clause.path.rsplit(".", 1)[-1]
        if clause.kind not in {"heading", "item"} or clause.cells:
            continue
        repeated = _REPEATED.fullmatch(last)
        if repeated:
            yield Gap(clause.path, clause.page, f"số mục {repeated['label']} lặp lại")
        for kind, order in _orders(repeated["label"] if repeated else last):
            before = latest.get((clause.parent, kind))
            # Where đ is not counted as a letter, e follows d.
            if before and order > before[0] + 1 and (before[1], last) != ("d", "e"):
                yield Gap(clause.path, clause.page, f"số mục nhảy từ {before[1]} sang {last}, có thể đọc thiếu")
            latest[clause.parent, kind] = order, last
            break


def _orders(label: str) -> Iterator[tuple[str, int]]:
    if re.fullmatch(r"\d{1,3}", label):
        yield "number", int(label)
    elif label in _ROMANS:
        yield "roman", _ROMANS.index(label) + 1
    elif len(label) == 1 and label in _LETTERS:
        yield "letter", _LETTERS.index(label) + 1


def _serials(clauses: Sequence[Clause]) -> Iterator[Gap]:
    """Rows of a table whose serial numbers jump, or that have none between rows that have."""
    for _, table in groupby((clause for clause in clauses if clause.kind == "row"), key=_table):
        rows = list(table)
        numbered = sum(_serial(row) is not None for row in rows)
        before: int | None = None
        for row in rows:
            serial = _serial(row)
            if serial is None and numbered > _MOSTLY * len(rows) and before is not None:
                yield Gap(row.path, row.page, "dòng của bảng không đọc được số thứ tự")
            if serial is not None:
                if before is not None and serial not in {1, before, before + 1}:
                    yield Gap(row.path, row.page, f"số thứ tự nhảy từ {before} sang {serial}, bảng có thể đọc thiếu dòng")
                before = serial


def _table(row: Clause) -> tuple[str, str]:
    return row.path.split(".", 1)[0], row.cells[0][0] if row.cells else ""


def _serial(row: Clause) -> int | None:
    first = row.cells[0][1].strip().rstrip(".") if row.cells else ""
    return int(first) if re.fullmatch(r"\d{1,3}", first) else None


def _bare_cells(clauses: Sequence[Clause]) -> Iterator[Gap]:
    """Cells that are empty or hold no figure in a column of figures."""
    for _, table in groupby((clause for clause in clauses if clause.kind == "row"), key=_table):
        rows = [(row, dict(row.cells)) for row in table]
        if len(rows) < _ENOUGH_ROWS:
            continue
        for title in dict.fromkeys(title for row, _ in rows for title, _ in row.cells[1:]):
            figures = sum(bool(_FIGURE.fullmatch(cells.get(title, "").strip())) for _, cells in rows)
            if figures < max(2, _MOSTLY * len(rows)):
                continue
            for row, cells in rows:
                text = cells.get(title, "").strip()
                if not re.search(r"\d", text):
                    yield Gap(row.path, row.page, f"ô “{title}” {f'ghi “{text[:30]}”, không có số' if text else 'trống'}")


def _odd_dates(clauses: Sequence[Clause]) -> Iterator[Gap]:
    for clause in clauses:
        for found in (*_DATE.finditer(clause.text), *_DAY.finditer(clause.text)):
            parts = found.groupdict()
            whole = parts.get("year")
            year = int(whole) if whole and len(whole) != 2 else 2000
            if not (1 <= int(parts["day"]) <= 31 and 1 <= int(parts["month"]) <= 12 and year in _YEARS):
                yield Gap(clause.path, clause.page, f"“{found[0]}” không phải ngày tháng")
        if _CUT_SHORT.search(clause.text.rstrip(" .;,")):
            yield Gap(clause.path, clause.page, "câu dừng ở chỗ phải có thời gian")
        for found in _QUARTER.finditer(clause.text):
            if (found["which"].isupper() or found["which"].isdigit()) and found["which"] not in _QUARTERS:
                yield Gap(clause.path, clause.page, f"“{found[0]}” không phải tên quý")


def runs_of(paths: Sequence[str], clauses: Sequence[Clause]) -> list[str]:
    """Clause paths in reading order, three or more neighbours with one parent as "first đến last"."""
    wanted = set(paths)
    order = [clause for clause in clauses if clause.path in wanted]
    place = {clause.path: number for number, clause in enumerate(clauses)}
    groups: list[list[Clause]] = []
    for before, clause in pairwise([None, *order]):
        if before and clause and before.parent == clause.parent and place[clause.path] == place[before.path] + 1:
            groups[-1].append(clause)
        elif clause:
            groups.append([clause])
    said: list[str] = []
    for group in groups:
        if len(group) > 2:
            said.append(f"{group[0].path} đến {group[-1].path.rsplit('.', 1)[-1]}")
        else:
            said += [clause.path for clause in group]
    return said
