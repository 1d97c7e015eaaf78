"""What tests of the command line share: a directive, a search service that needs no model, and how output is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.answers import Answer, Citation, SearchHit

if TYPE_CHECKING:
    from index.answers import Question

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., tuple[int, str, str]]
"""Runs `chidao` with arguments: exit code, stdout, stderr."""

PLAN = """TỈNH ỦY HÒA SƠN
*
Số 12-KH/TU
ĐẢNG CỘNG SẢN VIỆT NAM
Hòa Sơn, ngày 31 tháng 5 năm 2024

KẾ HOẠCH
về chuyển đổi số tỉnh Hòa Sơn đến năm 2030

I. MỤC TIÊU
1. Đến năm 2025, tỉ lệ hồ sơ giải quyết trực tuyến đạt tối thiểu 65%.
2. Đến năm 2030, tỉ lệ hồ sơ giải quyết trực tuyến đạt trên 90%.

II. TỔ CHỨC THỰC HIỆN
1. Sở Nội vụ chủ trì, phối hợp với Sở Tài chính xây dựng kế hoạch chi tiết trước ngày 30/6/2025.
2. Sở Y tế báo cáo Ủy ban nhân dân tỉnh kết quả thực hiện trước ngày 15/12 hằng năm.

T/M BAN THƯỜNG VỤ
PHÓ BÍ THƯ

Lê Văn Bình
"""


class FakeService:
    """Answers everything with the question itself; fails on the word "hỏng", also within a batch."""

    def __init__(self) -> None:
        self.asked: list[Question] = []

    def ask(self, question: Question) -> Answer:
        self.asked.append(question)
        if "hỏng" in question.text:
            raise ZeroDivisionError
        citation = Citation("d", "12-KH/TU", "về chuyển đổi số", "II.1", "trích đoạn")
        return Answer(
            question.text,
            "deadline",
            abstained=False,
            confidence=0.9,
            headline=question.text,
            answer=question.text,
            citations=(citation,),
            id=question.id,
        )

    def ask_many(self, questions: list[Question]) -> list[Answer]:
        return [self.ask(question) for question in questions]

    def search(self, query: str, k: int) -> list[SearchHit]:
        return [SearchHit("d", "12-KH/TU", None, f"I.{n}", "x", query, 1 / (n + 1)) for n in range(k)]

    def refresh(self) -> None:
        """Nothing changes."""


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def one_line(text: str) -> bool:
    return len(text.splitlines()) == 1 and "Traceback" not in text
