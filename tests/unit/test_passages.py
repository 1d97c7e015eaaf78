"""What is indexed of a directive: every clause in its context, and its sentences, under keys that lead back to it."""

from __future__ import annotations

from corpus.records import Clause
from index.passages import clause_key, owner_key, passages_of, plain

LONG = (
    "1. Sở Y tế chủ trì rà soát mạng lưới trạm y tế xã trong năm 2026. "
    "Sở Tài chính bố trí kinh phí sửa chữa trạm y tế xuống cấp."
)
CLAUSES = (
    Clause("II", "II", "**NHIỆM VỤ**", "II. **NHIỆM VỤ**", None, "heading", ("II. **NHIỆM VỤ**",)),
    Clause("II.1", "1", "Sở Y tế chủ trì", LONG, "II", "item", (LONG,)),
    Clause("page1", "", "3", "3", None, "note", ("3",)),
)


def test_a_clause_is_found_with_its_headings_and_sentence_by_sentence() -> None:
    passages = {p.key: p for p in passages_of("45", "Kế hoạch nước sạch", CLAUSES)}
    assert list(passages) == ["45#II", "45#II@0", "45#II.1", "45#II.1@0", "45#II.1@1"]
    assert passages["45#II.1"].embed_text == f"Kế hoạch nước sạch. NHIỆM VỤ. {LONG}"
    assert passages["45#II.1@1"].text == "Sở Tài chính bố trí kinh phí sửa chữa trạm y tế xuống cấp."


def test_page_numbers_are_never_found() -> None:
    assert not [p for p in passages_of("45", None, CLAUSES) if "page" in p.key]


def test_every_passage_leads_back_to_its_clause() -> None:
    keys = {clause_key("45", c.path) for c in CLAUSES}
    assert {owner_key(p.key) for p in passages_of("45", None, CLAUSES)} <= keys


def test_emphasis_and_table_bars_are_for_the_eye_only() -> None:
    assert plain("### **Mục tiêu** | 65%  |") == "Mục tiêu 65%"


def test_bookmarks_and_drawn_lines_are_not_read() -> None:
    assert plain("[bookmark: _GoBack]- Sửa đường ống -----") == "- Sửa đường ống"
