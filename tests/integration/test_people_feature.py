"""Administrators admit, change and dismiss people, and keep the list of units."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.desk.replies import Menu, Tell, Toast
from bot.office.records import Place
from tests.integration.front_desk import AN, OWNER, STRANGER, FrontDesk, labels, said

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def front(tmp_path: Path) -> FrontDesk:
    front = FrontDesk(tmp_path)
    front.say("/start", OWNER)
    front.office.people.add_unit("Sở Nội vụ")
    return front


def press(front: FrontDesk, replies, label: str, person: int = OWNER):
    """Presses a button of the first screen among the replies."""
    screen = next(r.screen for r in replies if hasattr(r, "screen") and r.screen.buttons)
    return front.press_label(screen, label, person)


def test_an_administrator_invites_by_role_and_unit_and_the_link_admits(front):
    made = press(front, press(front, front.say("/moi", OWNER), "lãnh đạo"), "Sở Nội vụ")
    secret = said(made).rpartition("/start ")[2]
    assert "lãnh đạo" in said(front.say(f"/start {secret}", STRANGER))
    person = front.desk.visit(front_newcomer(STRANGER), front.place(STRANGER)).person
    assert (person.role, [u.name for u in person.units]) == ("leader", ["Sở Nội vụ"])


def front_newcomer(person: int):
    from bot.office.people import Newcomer

    return Newcomer(person, f"Người {person}")


def test_an_open_invitation_can_be_revoked(front):
    press(front, press(front, front.say("/moi", OWNER), "cán bộ"), "không đơn vị")
    shown = press(front, press(front, front.say("/nguoi", OWNER), "Lời mời (1)"), "🗑 cán bộ")
    assert front.texts("invite.none") in said(shown)


def test_a_request_is_approved_into_a_role_and_a_unit_and_the_person_hears_of_it(front):
    front.press("v1:x", STRANGER)
    waiting = press(front, front.say("/nguoi", OWNER), "Đề nghị (1)")
    replies = press(front, press(front, press(front, waiting, "Người 8"), "văn thư"), "Sở Nội vụ")
    told = next(r for r in replies if isinstance(r, Tell))
    assert told.place.chat == STRANGER
    assert Menu(STRANGER, "clerk") in replies
    assert said(front.press("v1:rr:1", OWNER)) == front.texts("admission.decided")


def test_a_refused_request_admits_nobody(front):
    front.press("v1:x", STRANGER)
    front.press("v1:rr:1", OWNER)
    assert front.texts("access.by_invitation", person=STRANGER) in said(front.say("Ai?", STRANGER))


def test_roles_and_units_change_and_a_dismissed_person_is_a_stranger(front):
    page = press(front, front.say("/nguoi", OWNER), f"Người {AN}")
    replies = press(front, page, "→ văn thư")
    assert Menu(AN, "clerk") in replies
    units = press(front, replies, "Đơn vị")
    assert "☑ Sở Nội vụ" in str(labels(press(front, units, "☐ Sở Nội vụ")[0].screen))
    gone = press(front, press(front, page, "Cho thôi dùng"), "Đúng")
    assert isinstance(gone[0], Toast)
    assert front.texts("access.by_invitation", person=AN) in said(front.say("Ai?"))


def test_nobody_takes_their_own_key_or_an_owners(front):
    front.admit(50, "admin")
    for data in (f"v1:nd:{OWNER}", f"v1:ny:{OWNER}", f"v1:nr:{OWNER}:officer"):
        assert front.press(data, 50) == (Toast(front.texts("button.outdated"), alert=True),)
    assert front.press("v1:ny:50", 50) == (Toast(front.texts("button.outdated"), alert=True),)


def test_units_are_added_renamed_and_removed_but_never_from_under_a_directive(front):
    press(front, front.say("/donvi", OWNER), "Thêm đơn vị")
    assert "Sở Y tế, Sở Tư pháp" in said(front.say("Sở Y tế\nSở Tư pháp", OWNER))
    page = press(front, front.say("/donvi", OWNER), "Sở Y tế")
    press(front, page, "Đổi tên")
    assert "Đã có đơn vị tên so tu phap" in said(front.say("so tu phap", OWNER))
    press(front, page, "Đổi tên")
    assert "Sở Y tế tỉnh" in said(front.say("Sở Y tế tỉnh", OWNER))
    number = next(u.id for u in front.office.people.units() if u.name == "Sở Y tế tỉnh")
    front.office.visibility.set_audience("mot-van-ban", [number])
    kept = press(front, press(front, press(front, front.say("/donvi", OWNER), "Sở Y tế"), "Xóa"), "Đúng")
    assert "chỉ dành cho" in said(kept)
    front.office.visibility.set_audience("mot-van-ban", [])
    press(front, press(front, press(front, front.say("/donvi", OWNER), "Sở Y tế"), "Xóa"), "Đúng")
    assert [u.name for u in front.office.people.units()] == ["Sở Nội vụ", "Sở Tư pháp"]


def test_many_units_are_chosen_from_pages(front):
    for number in range(30):
        front.office.people.add_unit(f"Xã số {number:02d}")
    first = press(front, front.say("/moi", OWNER), "cán bộ")
    assert labels(first[0].screen)[-1] == ["⏮", "◀", "▶ 1/4", "⏭"]
    last = press(front, first, "⏭")
    assert labels(last[0].screen)[-2] == ["không đơn vị"]


def test_what_administrators_did_stands_in_the_record(front):
    press(front, press(front, front.say("/moi", OWNER), "cán bộ"), "Sở Nội vụ")
    record = front.say("/nhatky", OWNER)
    assert "tạo lời mời: Sở Nội vụ" in said(record)
    front.clock.moment = front.clock.moment.replace(year=2027)
    kept = press(front, record, "Giữ 12 tháng")
    assert "tạo lời mời" not in said(kept)
    assert "đổi thời gian lưu nhật ký: 12" in said(kept)


def test_administrators_see_who_asked_what_and_got_which_clauses(front):
    front.desk.answer(front.asking("Bao nhiêu?"))
    front.desk.answer(front.asking("không nêu gì?"))
    shown = said(press(front, front.say("/nhatky", OWNER), "Ai hỏi gì"))
    assert f"Người {AN}: Bao nhiêu? → 45-KH/TU II.4.-1, 45-KH/TU III.2" in shown
    assert "không nêu gì? → không nêu" in shown


def test_what_could_not_be_answered_or_was_found_wrong_waits_for_the_clerks(front):
    front.admit(60, "clerk")
    front.desk.answer(front.asking("không nêu gì?"))
    answer = front.desk.answer(front.asking("Bao nhiêu?"))
    why = front.press_label(answer[0].screen, "👎", chat=AN)
    screen = next(r.screen for r in why if hasattr(r, "screen"))
    front.press_label(screen, "Sai số")
    waiting = front.say("/cauhoi", 60)
    assert ": 2." in said(waiting)
    one = press(front, waiting, "Bao nhiêu?", 60)
    assert front.texts("feedback.wrong_figure") in said(one)
    assert ": 1." in said(press(front, one, "Đã xử lý", 60))


def test_a_reason_in_ones_own_words_is_awaited_once(front):
    answer = front.desk.answer(front.asking("Bao nhiêu?"))
    why = front.press_label(answer[0].screen, "👎")
    front.press_label(next(r.screen for r in why if hasattr(r, "screen")), "Lý do khác")
    assert said(front.say("Số này của năm ngoái")) == front.texts("feedback.passed_on")
    front.asking("Ai chủ trì?")
    assert [reason for _, reason in front.office.questions.open_ones(9)] == ["Số này của năm ngoái"]


def test_a_hurried_person_is_asked_to_wait_and_nobody_else(front):
    for number in range(20):
        front.asking(f"Câu {number}?")
    assert said(front.say("Câu nữa?")) == front.texts("ask.too_many")
    front.asking("Ai?", OWNER)


def test_people_come_a_page_at_a_time_and_each_once(front):
    for number in range(300, 321):
        front.admit(number, "officer", "Sở Y tế")
    people = front.office.people
    everyone = people.everyone()
    assert [p for begin in range(0, 40, 8) for p in people.some(8, begin)] == everyone
    assert people.count() == len(everyone)
    assert [people.admitted(p.id) for p in everyone] == everyone
    people.set_role(305, None)
    assert people.admitted(305) is None
    assert 305 not in {p.id for p in people.some(99)}
    assert people.names([300, 305, 7777, OWNER]).keys() == {300, OWNER}
    shown = front.say("/nguoi", OWNER)
    assert str(people.count()) in said(shown)


def test_a_question_that_waits_is_found_by_its_number_however_many_wait_before_it(front):
    front.admit(60, "clerk", "Sở Nội vụ")
    numbers = [
        front.office.questions.ask(Place(60), 60, f"Câu hỏi {n}?", previous=None, now=front.clock.now(), message=n)
        for n in range(1, 22)
    ]
    for number in numbers:
        front.office.questions.rate(number, 60, False, front.clock.now())
    questions = front.office.questions
    assert [questions.open_one(number) for number in reversed(numbers)] == questions.open_ones(99)
    first = front.say("/cauhoi", 60)
    assert "Câu hỏi 21?" in choices(first)
    assert "Câu hỏi 1?" not in choices(first)
    assert "Câu hỏi 1?" in choices(front.press("v1:o:2", 60))
    assert "Câu hỏi 1?" in said(front.press(f"v1:oo:{numbers[0]}", 60))
    front.press(f"v1:oh:{numbers[0]}", 60)
    assert questions.open_one(numbers[0]) is None
    assert questions.count_open() == 20


def choices(replies) -> str:
    """All that the buttons say."""
    return " ".join(label for r in replies if hasattr(r, "screen") for row in labels(r.screen) for label in row)
