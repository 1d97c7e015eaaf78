"""Fakes for the tests of store and ingest: a reader of a tiny made-up format, an index that keeps its revision."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from corpus.errors import UnreadableFileError
from corpus.records import CitedDirective, Clause, Directive, Metadata, Rule, Source, Target, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from corpus.store import Store


def directive(number: str | None = "12-KH/TU", title: str = "về chuyển đổi số", body: str = "Nội dung.") -> Directive:
    """A small directive of the invented province with one of everything."""
    return Directive(
        source=Source(f"{number} {title} {body}", (0,)),
        metadata=Metadata(
            number=number,
            kind="Kế hoạch",
            issuer="Tỉnh ủy Hòa Sơn",
            place="Hòa Sơn",
            issued_on=date(2024, 5, 31),
            title=title,
            cites=(CitedDirective("3-NQ/TU", "Nghị quyết", date(2023, 1, 2), "Tỉnh ủy", None, "implements"),),
            recipients=("Sở Nội vụ",),
        ),
        clauses=(
            Clause("I", "I", "MỤC TIÊU", "I. MỤC TIÊU", None, "heading", ("I. MỤC TIÊU",)),
            Clause("I.1", "1", "Nội dung", f"1. {body} tiếp.", "I", "item", (f"1. {body}", "tiếp."), 1),
            Clause("PL.1", "1", "Rà soát", "1 Rà soát Sở Nội vụ", None, "row", ("1 Rà soát Sở Nội vụ",), 2,
                   (("Nội dung", "Rà soát"), ("Chủ trì", "Sở Nội vụ"))),
        ),
        targets=(
            Target("I.1", "Tỉ lệ hồ sơ", body, ">=", 65.0, unit="%", due=date(2025, 12, 31), period=("2024", "2025")),
        ),
        tasks=(
            Task("II.1", "báo cáo kết quả", body, ("Sở Nội vụ",), ("Sở Tài chính", "các sở, ban, ngành"),
                 recurrence="yearly", recurs_before="12-15", report_to=("Tỉnh ủy",), via=("Văn phòng Tỉnh ủy",)),
        ),
        rules=(Rule("III", "trễ hạn từ 5%", "không xét thi đua", body),),
    )  # fmt: skip


def read(path: Path) -> list[Directive]:
    """`number|title|body` on each line is a directive; `!` refuses, `?` breaks."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line == "!":
            raise UnreadableFileError("Tệp hỏng.")
        if line == "?":
            raise ZeroDivisionError
        number, title, body = line.split("|")
        found.append(directive(number or None, title, body))
    return found


class FakeIndex:
    """Counts the directives prepared and keeps the revision published. `before_publish` may raise, as a crash would."""

    def __init__(self, before_publish: Callable[[], None] = lambda: None) -> None:
        self.prepared = 0
        self.revision: str | None = None
        self._before_publish = before_publish

    def prepare(self, directives: Sequence[Directive], progress: Callable[[int, int], None] | None = None) -> None:
        self.prepared += len(directives)
        if progress:
            progress(len(directives), len(directives))

    def publish(self, store: Store, progress: Callable[[int, int], None] | None = None) -> None:
        self._before_publish()
        self.revision = store.revision()
