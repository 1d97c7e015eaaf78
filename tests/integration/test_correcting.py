"""Clerks correct rows from the chat: find, type or choose, see, confirm; everyone else is kept out."""

from __future__ import annotations

from datetime import date

import pytest

from bot.desk.corrections_values import FIELDS, field_typed, shown
from bot.office.progress import Mark
from bot.texts import load_texts
from tests.integration.clerk_desk import CLERK, SECOND_CLERK, ClerkDesk, plan, screen_of, toast_of
from tests.integration.front_desk import AN, STRANGER, labels, said, words

AREAS = {"cr", "crl", "crd", "crk", "crf", "crv", "crc", "crx", "cry", "cru"}


@pytest.fixture
def front(tmp_path):
    desk = ClerkDesk(tmp_path)
    desk.pressed(screen_of(desk.offer(plan())), "Xác nhận")
    yield desk
    desk.store.close()


def row_page(front, number="1"):
    directives = screen_of(front.typed("/sua"))
    assert "12/KH-UBND" in words(directives)
    rows = screen_of(front.pressed(directives, "1"))
    return screen_of(front.pressed(rows, number))


def corrected(front, page, field, text):
    front.pressed(page, field)
    preview = screen_of(front.typed(text))
    return front.pressed(preview, "✅ Sửa")


def test_a_clerk_finds_a_row_types_sees_and_confirms(front):
    task = front.store.tasks()[0]
    (unit,) = front.admit(30, "officer", "Sở Nội vụ")
    front.office.progress.mark(Mark(task.id, unit.id, "doing", None, 30, front.clock.now()))
    page = row_page(front)
    assert "rà soát hồ sơ" in words(page).lower()
    ask = front.pressed(page, "Hạn")
    assert "30/06/2025" in said(ask)
    assert "Chưa đọc được" in said(front.typed("30/02/2025"))
    preview = screen_of(front.typed("31/7/2025"))
    assert "→ 31/07/2025" in words(preview)
    assert front.store.tasks()[0].due == date(2025, 6, 30)
    done = front.pressed(preview, "✅ Sửa")
    assert "Đã sửa" in said(done)
    assert "✍ Hạn: 31/07/2025" in said(done)
    now = front.store.tasks()[0]
    assert (now.id, now.due, now.corrected) == (task.id, date(2025, 7, 31), True)
    assert front.acts()[-1] == "row.corrected"
    assert "12/KH-UBND" in front.office.audit.entries(1)[0].subject
    (marks,) = front.office.progress.marks([unit.id]).values()
    assert marks[0].state == "doing"


def test_a_second_press_of_the_same_confirmation_changes_nothing(front):
    front.pressed(row_page(front), "Hạn")
    preview = screen_of(front.typed("31/7/2025"))
    front.pressed(preview, "✅ Sửa")
    assert toast_of(front.pressed(preview, "✅ Sửa")) == front.texts("fix.made_before")
    assert front.acts().count("row.corrected") == 1


def test_a_draft_is_its_makers_alone(front):
    front.admit(SECOND_CLERK, "clerk")
    front.pressed(row_page(front), "Hạn")
    preview = screen_of(front.typed("31/7/2025"))
    assert toast_of(front.pressed(preview, "✅ Sửa", SECOND_CLERK)) == front.texts("fix.made_before")
    assert front.store.tasks()[0].corrected is False


def test_a_correction_survives_a_restart_between_typing_and_confirming_and_a_new_version(front):
    front.pressed(row_page(front), "Chủ trì")
    preview = screen_of(front.typed("Sở Khoa học và Công nghệ; Sở Nội vụ"))
    again = front.restarted()
    again.pressed(preview, "✅ Sửa")
    assert again.store.tasks()[0].lead == ("Sở Khoa học và Công nghệ", "Sở Nội vụ")
    screen = screen_of(again.offer(plan(more="3. Các sở thực hiện.\n"), "khac.txt"))
    again.pressed(screen, "Xác nhận")
    assert again.store.tasks()[0].lead == ("Sở Khoa học và Công nghệ", "Sở Nội vụ")


def test_what_has_a_fixed_set_of_values_is_chosen(front):
    page = row_page(front)
    preview = screen_of(front.pressed(screen_of(front.pressed(page, "Định kỳ")), "quý"))
    front.pressed(preview, "✅ Sửa")
    assert front.store.tasks()[0].recurrence == "quarterly"


def test_a_target_is_corrected_too_and_answers_see_it(front):
    page = row_page(front, "3")
    assert "Chỉ tiêu" in words(page)
    corrected(front, page, "Giá trị", "70,5")
    (target,) = front.store.targets()
    assert (target.value, target.corrected) == (70.5, True)
    assert front.app.index.publish(front.store).manifest.corpus_revision == front.store.revision()


def test_a_row_is_removed_listed_as_such_and_brought_back(front):
    page = row_page(front)
    asked = screen_of(front.pressed(page, "Bỏ dòng này"))
    assert len(front.store.tasks()) == 2
    gone = screen_of(front.pressed(asked, "🗑 Bỏ"))
    assert len(front.store.tasks()) == 1
    assert front.acts()[-1] == "row.removed"
    assert toast_of(front.pressed(asked, "🗑 Bỏ")) == front.texts("fix.gone")
    rows = screen_of(front.pressed(screen_of(front.typed("/sua")), "1"))
    assert "🗑 Việc" in words(rows)
    back = front.pressed(gone, "Hoàn tác")
    assert front.texts("fix.undone") in said(back)
    assert len(front.store.tasks()) == 2


def test_corrections_without_their_row_are_shown_to_clerks(front):
    corrected(front, row_page(front), "Hạn", "31/7/2025")
    other = plan().decode().replace("Sở Nội vụ chủ trì, phối hợp với Sở Tài chính rà soát hồ sơ lưu trữ lịch sử",
                                    "Trung tâm Lưu trữ mua sắm máy quét tài liệu mới")  # fmt: skip
    done = front.pressed(screen_of(front.offer(other.encode())), "Xác nhận")
    assert "1 chỗ đã sửa" in said(done)
    first = screen_of(front.typed("/sua"))
    lost = screen_of(front.pressed(first, "không còn thấy"))
    page = screen_of(front.pressed(lost, "1"))
    assert labels(page) == [["↩️ Hoàn tác"], [front.texts("button.back")]]
    front.pressed(page, "Hoàn tác")
    assert "không còn thấy" not in str(labels(screen_of(front.typed("/sua"))))


def test_officers_and_strangers_get_nothing_of_it(front):
    row = front.store.tasks()[0].id
    for person in (AN, STRANGER):
        assert "12/KH-UBND" not in said(front.say("/sua", person))
        for area in sorted(AREAS):
            before = front.store.revision()
            reply = said(front.through(front.press(f"v1:{area}:{row}:due:0", person)))
            assert reply in {front.texts("access.role"), front.texts("access.by_invitation.short")}
            assert front.store.revision() == before
    assert front.desk.table.presses.keys() >= AREAS


def test_in_a_group_nothing_is_corrected(front):
    row = front.store.tasks()[0].id
    assert said(front.press(f"v1:cr:{row}", CLERK, chat=-1001)) == front.texts("access.private_only")


def test_made_up_buttons_are_outdated_or_gone(front):
    row = front.store.tasks()[0].id
    for data in (f"v1:crf:{row}:quote", f"v1:crv:{row}:due:0", f"v1:crv:{row}:op:0", f"v1:crv:{row}:recurrence:99",
                 "v1:crd:zzzzzzzz:x", "v1:crl:x", "v1:crc:x"):  # fmt: skip
        assert toast_of(front.press(data, CLERK)) == front.texts("button.outdated"), data
    for data in ("v1:cr:task-000000000000", "v1:crx:nothing", "v1:crd:00000000:0"):
        assert toast_of(front.press(data, CLERK)) == front.texts("fix.gone")


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("due", "5/9/2025", "2025-09-05"),
        ("due", "2025-09-05", "2025-09-05"),
        ("due", "-", None),
        ("due", "sớm", False),
        ("due", "31/4/2025", False),
        ("lead", "Sở A;  Sở B\nSở A", ["Sở A", "Sở B"]),
        ("lead", "-", []),
        ("lead", ";", False),
        ("recurs_before", "15/12", "12-15"),
        ("recurs_before", "29/2", "02-29"),
        ("recurs_before", "05", "05"),
        ("recurs_before", "32", False),
        ("recurs_before", "31/13", False),
        ("value", "1.200", 1200.0),
        ("value", "46,5", 46.5),
        ("value", "46.5", 46.5),
        ("value", "1.234.567,8", 1234567.8),
        ("value", "65%", 65.0),
        ("value", "nhiều", False),
        ("unit", "%", "%"),
        ("action", "-", False),
        ("action", "  rà   soát ", "rà soát"),
        ("action", "x" * 601, False),
    ],
)
def test_values_are_read_as_people_type_them(field, typed, value):
    assert field_typed(field, typed) == value
    assert type(field_typed(field, typed)) is type(value)


def test_every_field_can_be_shown_in_every_language(front):
    rows = {"task": front.store.tasks()[0], "target": front.store.targets()[0]}
    for language in ("vi", "en"):
        for kind, fields in FIELDS.items():
            assert all(shown(field, getattr(rows[kind], field), load_texts(language)) for field in fields)
