"""Two figures side by side, and directives that answer the same question differently."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from corpus.store_records import StoredClause, StoredDirective, StoredTarget
from index.answers import HEADLINE_LIMIT, Question
from index.comparing import comparison, differing, over_time, side_by_side
from index.evidence import Evidence, TermWeights
from index.holdings import Library
from index.query import Query, understand

if TYPE_CHECKING:
    from index.headline_records import Headline

SON = StoredDirective(key="45", file="45.txt", number="45-KH/TU", kind="Kế hoạch", place="Lào Cai")
LAM = StoredDirective(key="46", file="46.txt", number="46-KH/TU", kind="Kế hoạch", place="Cà Mau")
CLAUSE = StoredClause(
    path="I.1", label="1", heading="", text="x", parent=None, kind="item", segments=("x",), directive="45", file="45.txt",
    position=0, token="0" * 16,
)  # fmt: skip
ROW = StoredTarget(
    path="I.1", indicator="Tỉ lệ hộ dùng nước sạch", quote="hộ dùng nước sạch", op=">=", value=58.0, unit="%", due=date(2027, 12, 31),
    id="t1", directive="45", file="45.txt",
)  # fmt: skip
LATER = replace(ROW, value=70.0, due=date(2030, 12, 31), path="I.2", id="t2")
OTHER = replace(ROW, value=65.0, directive="46", id="t3")
POSTS = replace(ROW, indicator="Tỉ lệ hộ dùng điện lưới", value=99.0, id="t4")


def asked(question: str, *rows: StoredTarget) -> tuple[Query, list[Evidence], TermWeights, Library]:
    query = understand(Question(question, today=date(2026, 11, 22)))
    held: dict[str, list[StoredTarget]] = {}
    for row in rows:
        held.setdefault(f"{row.directive}#{row.path}", []).append(row)
    plans = {"45": SON, "46": LAM}
    evidence = [
        Evidence(key, replace(CLAUSE, path=targets[0].path), plans[targets[0].directive], 0.5, "x", (), tuple(targets), (), ())
        for key, targets in held.items()
    ]
    clauses = {item.key: replace(item.clause, directive=item.directive.key) for item in evidence}
    library = Library("1", plans, clauses, {}, held, {}, {})
    return query, evidence, TermWeights(query, dict.fromkeys(query.terms, 1.0)), library


def compared(question: str, *rows: StoredTarget) -> Headline | None:
    return comparison(*asked(question, *rows))


def test_two_years_of_one_indicator_stand_in_order_with_the_indicator_once() -> None:
    line = compared("Tỉ lệ hộ dùng nước sạch năm 2027 so với năm 2030?", LATER, ROW)
    assert line is not None
    assert line.text == (
        "Tỉ lệ hộ dùng nước sạch: tối thiểu 58%, đến hết năm 2027; tối thiểu 70%, đến hết năm 2030."
    )
    assert [row.id for row in line.targets] == ["t1", "t2"]


def test_a_year_that_is_not_the_best_evidence_is_found_in_the_directive() -> None:
    query, evidence, weights, library = asked("So sánh tỉ lệ hộ dùng nước sạch năm 2027 và năm 2030", ROW, LATER)
    line = comparison(query, evidence[:1], weights, library)
    assert line is not None
    assert len(line.targets) == 2


def test_two_places_stand_with_their_numbers() -> None:
    line = compared("So sánh tỉ lệ hộ dùng nước sạch năm 2027 của Lào Cai và Cà Mau", ROW, OTHER)
    assert line is not None
    assert line.text == (
        "Tỉ lệ hộ dùng nước sạch (đến hết năm 2027) — Lào Cai (45-KH/TU): tối thiểu 58%; Cà Mau (46-KH/TU): tối thiểu 65%."
    )


def test_two_indicators_say_which_is_higher_when_asked() -> None:
    line = compared("Tỉ lệ hộ dùng nước sạch hay điện lưới năm 2027 cao hơn, so sánh giúp?", ROW, POSTS)
    assert line is not None
    assert line.text == (
        "Tỉ lệ hộ dùng điện lưới: tối thiểu 99% (cao hơn); tỉ lệ hộ dùng nước sạch: tối thiểu 58%, đến hết năm 2027."
    )


def test_two_places_of_which_one_is_missing_are_no_comparison() -> None:
    assert compared("So sánh tỉ lệ hộ dùng nước sạch của Lào Cai và Cà Mau", ROW, LATER) is None


@pytest.mark.parametrize("question", ["Tỉ lệ hộ dùng nước sạch năm 2027?", "Tỉ lệ hộ dùng nước sạch giai đoạn 2026 - 2030?"])
def test_one_year_asked_is_no_comparison(question: str) -> None:
    assert compared(question, ROW, LATER) is None


def test_directives_that_differ_are_shown_with_place_and_number() -> None:
    found = differing(*asked("Tỉ lệ hộ dùng nước sạch năm 2027 là bao nhiêu?", ROW, OTHER))
    assert found is not None
    _, rows = found
    assert [row.id for row in rows] == ["t1", "t3"]
    line = side_by_side(rows, asked("?", ROW, OTHER)[3])
    assert len(line) <= HEADLINE_LIMIT
    assert "Lào Cai (45-KH/TU): tối thiểu 58%" in line
    assert "Cà Mau (46-KH/TU): tối thiểu 65%" in line


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("Tỉ lệ hộ dùng nước sạch của Lào Cai năm 2027?", OTHER),
        ("Theo Kế hoạch 45, tỉ lệ hộ dùng nước sạch năm 2027?", OTHER),
        ("Tỉ lệ hộ dùng nước sạch năm 2027?", replace(OTHER, value=58.0)),
        ("Tỉ lệ hộ dùng nước sạch năm 2027?", replace(OTHER, unit="hộ")),
        ("Tỉ lệ hộ dùng nước sạch năm 2027?", replace(OTHER, indicator="Số trường đạt chuẩn quốc gia")),
    ],
)
def test_what_is_named_or_the_same_or_something_else_is_not_set_side_by_side(question: str, other: StoredTarget) -> None:
    assert differing(*asked(question, ROW, other)) is None


def test_without_a_year_all_years_of_the_directive_are_said() -> None:
    query, _, _, library = asked("Tỉ lệ hộ dùng nước sạch bao nhiêu?", LATER, ROW, OTHER)
    line = over_time(query, LATER, library)
    assert line is not None
    assert [row.id for row in line.targets] == ["t1", "t2"]
    assert over_time(asked("Tỉ lệ hộ dùng nước sạch năm 2030?")[0], LATER, library) is None
    assert over_time(query, OTHER, library) is None
