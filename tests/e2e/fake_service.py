"""A search service with answers of its own, for tests of the surfaces; words in the question choose what it does."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from index.answers import Answer, Citation, Question, SearchHit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.store import Store

PLAN = "45-kh-tu-hoa-son-2023"
TITLE = "Kế hoạch chuyển đổi số tỉnh Hòa Sơn giai đoạn 2023 - 2030"
FIRST = Citation(
    directive=PLAN,
    number="45-KH/TU",
    title=TITLE,
    path="II.4.-1",
    quote="- Đến năm 2030, tối thiểu 80% hồ sơ được nộp trực tuyến & xử lý <đúng hạn>; Sở Nội vụ chủ trì.",
    page=3,
)
SECOND = Citation(
    directive=PLAN, number="45-KH/TU", title=TITLE, path="III.2", quote="2. Ủy ban nhân dân các huyện báo cáo hằng quý."
)
ANNEX = Citation(
    directive="12-qd-ubnd-2024", number=None, title="Biểu phân công nhiệm vụ", path="PL2.I.7", quote="7 | Số hóa hồ sơ"
)


class FakeService:
    """Answers at once, or after `thinks` seconds of work.

    Words in the question: "chậm" makes it slow, "hỏng" breaks it, "không nêu" lets it abstain, "dài" quotes at length."""

    def __init__(self, store: Store | None = None, thinks: float = 0.0) -> None:
        self.asked: list[Question] = []
        self._store = store
        self._thinks = thinks

    def ask(self, question: Question) -> Answer:
        """An answer that repeats what it was asked."""
        self.asked.append(question)
        done = time.thread_time() + self._thinks
        while time.thread_time() < done:
            sum(range(1000))
        if "chậm" in question.text:
            time.sleep(1.0)
        if "hỏng" in question.text:
            raise RuntimeError("the model fell over")
        if "không nêu" in question.text:
            return self._abstention(question)
        headline = f"Tối thiểu 80% vào năm 2030 ({question.text})"
        follows = f" Câu trước: {question.previous}." if question.previous else ""
        quote = FIRST.quote if "dài" not in question.text else "Tỉnh Hòa Sơn đẩy mạnh số hóa hồ sơ. " * 400
        first = Citation(FIRST.directive, FIRST.number, FIRST.title, FIRST.path, quote.strip(), FIRST.page)
        return Answer(
            question=question.text,
            kind="target",
            abstained=False,
            confidence=0.9,
            headline=headline,
            answer=f"{headline}. Sở Nội vụ chủ trì; các sở & ngành <phối hợp>.{follows}",
            citations=(first, SECOND, ANNEX),
        )

    def ask_many(self, questions: Sequence[Question]) -> list[Answer]:
        """Each in turn."""
        return [self.ask(question) for question in questions]

    def search(self, query: str, k: int = 10) -> list[SearchHit]:
        """Nothing."""
        return []

    def refresh(self) -> None:
        """Nothing to take up."""

    def _abstention(self, question: Question) -> Answer:
        headline = "Văn bản đã nạp không nêu kinh phí của việc này."
        return Answer(
            question=question.text,
            kind="other",
            abstained=True,
            confidence=0.1,
            headline=headline,
            answer=f"{headline} Gần nhất là mục về nguồn lực.",
            suggestions=("Nguồn lực thực hiện Kế hoạch 45 lấy từ đâu?", "Ai chủ trì số hóa hồ sơ?"),
        )
