"""The list of a unit's duties as it is read on a phone: counted, grouped, whole in `tasks`, honest about what is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from corpus.store_records import StoredDirective, StoredTask
from index.answers import ANSWER_LIMIT, Question
from index.duties import Duties
from index.duty_answers import duties_answer
from index.holdings import Library
from index.query import understand
from index.windows import Window

TODAY = date(2026, 11, 22)
PLAN = StoredDirective(key="77", file="77.txt", number="77/KH-UBND", kind="Kế hoạch", issued_on=date(2024, 9, 5))
LATER = replace(PLAN, key="78", number="78/KH-UBND", issued_on=date(2025, 9, 5))
LIBRARY = Library("1", {"77": PLAN, "78": LATER}, {}, {}, {}, {}, {})
QUARTER = Window(date(2026, 10, 1), date(2026, 12, 31), "quý này")
QUERY = understand(Question("Sở Y tế phải làm gì?"))


def duty(number: int, directive: str = "77", **fields: object) -> StoredTask:
    base = StoredTask(
        path=f"II.{number}", action=f"lập danh mục thuốc số {number} cho các trạm y tế vùng cao, vùng biên giới", quote="lập danh mục",
        lead=("Sở Y tế",), id=f"task-{number}", directive=directive, file="77.txt",
    )  # fmt: skip
    return replace(base, **fields)


def listed(*rows: tuple[StoredTask, date | None], window: Window | None = None, unit: str = "Sở Y tế", by_class: int = 0) -> str:
    answer = duties_answer(QUERY, Duties(unit, window, rows, by_class), LIBRARY, TODAY, "")
    assert answer.answer.startswith(answer.headline)
    assert len(answer.answer) <= ANSWER_LIMIT
    assert len(answer.tasks) == len(rows)
    return answer.answer


def test_what_does_not_fit_is_counted_and_all_ids_are_given() -> None:
    text = listed(*((duty(n), None) for n in range(1, 31)))
    assert text.startswith("Sở Y tế có 30 việc.")
    shown = sum(line.split(".")[0].isdigit() for line in text.split("\n"))
    assert f"… còn {30 - shown} việc nữa." in text
    assert "thu gọn" in text


def test_in_a_window_duties_stand_by_month() -> None:
    text = listed(
        (duty(1, due=date(2026, 11, 30)), date(2026, 11, 30)),
        (duty(2, due=date(2026, 12, 5)), date(2026, 12, 5)),
        (duty(3, recurrence="quarterly"), None),
        window=QUARTER,
    )
    titles = [line for line in text.split("\n") if line.endswith(":")]
    assert titles == ["Tháng 11/2026:", "Tháng 12/2026:", "Trong kỳ, không nêu ngày:"]
    assert "(77/KH-UBND, mục II.1)" in text


def test_many_duties_of_several_directives_stand_under_each_the_newest_first() -> None:
    text = listed(*((duty(n, directive="77" if n % 2 else "78"), None) for n in range(1, 9)))
    assert text.index("Kế hoạch 78/KH-UBND (4 việc):") < text.index("1. Lập danh mục")
    assert "(mục II.2)" in text


def test_few_duties_stand_in_order_with_their_sources() -> None:
    text = listed((duty(1), None), (duty(2, directive="78"), None))
    assert "(77/KH-UBND, mục II.1)" in text
    assert "(78/KH-UBND, mục II.2)" in text


def test_a_shortened_duty_keeps_its_time() -> None:
    long = duty(1, action="rà soát " * 40, due=date(2026, 12, 5))
    assert "… — hạn 05/12/2026 (77/KH-UBND" in listed((long, date(2026, 12, 5)))


def test_a_unit_that_has_ended_is_told_with_its_successor() -> None:
    text = listed((duty(1, lead=("Sở Kế hoạch và Đầu tư",)), None), unit="Sở Kế hoạch và Đầu tư")
    assert text.endswith("Lưu ý: Sở Kế hoạch và Đầu tư đã kết thúc hoạt động từ 01/03/2025; tiếp nhận nhiệm vụ: Sở Tài chính.")


def test_articles_are_named_without_the_chapters_above_them() -> None:
    assert "(77/KH-UBND, Điều 9, khoản 2)" in listed((duty(1, path="QĐ.C4.Đ9.2"), None))


@pytest.mark.parametrize("window", [None, QUARTER])
def test_no_duties_is_an_abstention(window: Window | None) -> None:
    answer = duties_answer(QUERY, Duties("Sở Y tế", window, (), 0), LIBRARY, TODAY, "")
    assert answer.abstained
    assert answer.headline.startswith("Văn bản đã nạp không nêu việc nào của Sở Y tế")
