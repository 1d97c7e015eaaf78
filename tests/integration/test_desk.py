"""The desk both surfaces share: commands, follow-ups, edits, presses, admission, failures."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import structlog

from bot.desk.replies import Asking, Say, Tell, Toast, Turn
from corpus.errors import SearchIndexError
from corpus.identity import clause_token
from tests.e2e.conftest import store_a_directive
from tests.e2e.fake_service import SECOND
from tests.integration.front_desk import GROUP, OWNER, STRANGER, FrontDesk, labels, said

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = clause_token(SECOND.directive, SECOND.path)


@pytest.fixture
def front(tmp_path: Path) -> FrontDesk:
    return FrontDesk(tmp_path)


def previous(front: FrontDesk, text: str, **how) -> str | None:
    return front.asking(text, **how).question.previous


def test_any_text_is_a_question_asked_today(front):
    asking = front.asking("  Ai chủ trì? ")
    assert (asking.question.text, asking.question.previous) == ("Ai chủ trì?", None)
    assert asking.question.today == front.clock.today()
    assert isinstance(front.desk.answer(asking)[0], Say)
    assert front.service.asked == [asking.question]


@pytest.mark.parametrize("command", ["/hoi Ai chủ trì?", "/HOI@ChiDaoBot  Ai chủ trì?", "/hoi\nAi chủ trì?"])
def test_the_command_asks_too(front, command):
    assert front.asking(command).question.text == "Ai chủ trì?"


def test_the_command_alone_says_how_to_ask(front):
    assert "/hoi" in said(front.say("/hoi  "))


def test_start_help_and_unknown_commands_are_answered_at_once(front):
    assert said(front.say("/start")).count("\n\n") == 3
    assert said(front.say("/start any-payload")) == said(front.say("/start"))
    assert front.texts("guide.contents") in said(front.say("/trogiup"))
    assert "/xoahet" in said(front.say("/xoahet ngay"))


def test_a_slash_inside_a_number_is_not_a_command(front):
    front.asking("45-KH/TU nói gì?")


def test_a_stranger_learns_only_their_own_id_whatever_they_send(front):
    for text in ("/start", "/trogiup", "/hoi Ai chủ trì?", "Ai chủ trì?", "/abc", "/huy", "/ngonngu"):
        assert said(front.say(text, STRANGER)) == front.texts("access.by_invitation", person=STRANGER)
    for data in ("v1:g:0", "v1:s:1", f"v1:c:{TOKEN}", "junk"):
        (toast,) = front.press(data, STRANGER, shown="1. Ai chủ trì?")
        assert toast == Toast(front.texts("access.by_invitation.short"), alert=True)
    assert front.service.asked == []


def test_a_stranger_may_ask_to_be_admitted_and_the_administrators_hear_of_it_once(front):
    (door,) = front.say("/start", STRANGER)
    answer, *told = front.press_label(door.screen, "Xin được dùng", STRANGER)
    assert isinstance(answer, Turn)
    assert [(t.place.chat, labels(t.screen)) for t in told if isinstance(t, Tell)] == [
        (OWNER, [["✅ Duyệt", "❌ Từ chối"]])
    ]
    assert len(front.press_label(door.screen, "Xin được dùng", STRANGER)) == 1


def test_an_invitation_admits_once_and_binds_role_and_unit(front):
    unit = front.office.people.add_unit("Sở Nội vụ")
    secret = front.office.people.invite("leader", unit.id, OWNER, front.clock.now())
    greeting = said(front.say(f"/start {secret}", STRANGER))
    assert "Sở Nội vụ" in greeting
    assert front.texts("role.leader") in greeting
    assert front.texts("access.invitation_spent") in said(front.say(f"/start {secret}", 99))
    assert front.asking("Ai?", STRANGER).question.unit == "Sở Nội vụ"


def test_an_expired_invitation_admits_nobody(front):
    secret = front.office.people.invite("officer", None, OWNER, front.clock.now())
    front.clock.moment += timedelta(days=8)
    assert front.texts("access.invitation_spent") in said(front.say(f"/start {secret}", STRANGER))


def test_a_question_follows_the_one_before_for_ten_minutes_and_no_longer(front):
    assert previous(front, "Đến 2025 bao nhiêu?") is None
    front.clock.moment += timedelta(minutes=10)
    assert previous(front, "Còn 2030?") == "Đến 2025 bao nhiêu?"
    front.clock.moment += timedelta(minutes=10, seconds=1)
    assert previous(front, "Ai chủ trì?") is None


def test_thanks_are_no_question_and_the_one_before_stays_in_mind(front):
    front.say("Đến 2025 bao nhiêu?")
    assert said(front.say("cảm ơn nhé")) == front.texts("ask.courtesy")
    assert previous(front, "Còn 2030?") == "Đến 2025 bao nhiêu?"


def test_people_do_not_follow_each_other(front):
    front.say("Câu của An?")
    assert previous(front, "Còn 2030?", person=OWNER) is None


def test_a_reply_to_an_older_answer_follows_that_question_even_much_later(front):
    first = front.asking("Đến 2025 bao nhiêu?")
    front.desk.answer(first)
    front.desk.shown(first, (101, 102))
    front.say("Ai chủ trì?")
    front.clock.moment += timedelta(hours=5)
    assert previous(front, "Còn 2030?", replied_to=102, replied_text="...") == "Đến 2025 bao nhiêu?"


def test_a_reply_to_a_forgotten_answer_follows_its_headline(front):
    text = "Tối thiểu 80% hồ sơ vào năm 2030\n\nSở Nội vụ chủ trì."
    assert previous(front, "Còn 2025?", replied_to=55, replied_text=text) == "Tối thiểu 80% hồ sơ vào năm 2030"


def test_an_edited_question_keeps_its_place_and_its_answer(front):
    front.say("Đến 2025 bao nhiêu?", message=1)
    second = front.asking("Còn 203?", message=2)
    front.desk.shown(second, (200,))
    edited = front.asking("Còn 2030?", message=2, edited=True)
    assert edited.shown == (200,)
    assert edited.question.previous == "Đến 2025 bao nhiêu?"
    assert previous(front, "Ai chủ trì?", message=3) == "Còn 2030?"


def test_an_edit_of_what_was_no_question_is_left_alone(front):
    assert front.say("lý do của tôi", message=77, edited=True) == ()


def test_questions_are_remembered_across_a_restart(front, tmp_path):
    first = front.asking("Đến 2025 bao nhiêu?")
    front.desk.shown(first, (101,))
    again = FrontDesk(tmp_path)
    assert previous(again, "Còn 2030?", replied_to=101) == "Đến 2025 bao nhiêu?"


def test_a_button_opens_its_clause_as_long_as_it_is_in_the_store(front):
    assert front.press(f"v1:c:{TOKEN}") == (Toast(front.texts("clause.gone"), alert=True),)
    store_a_directive(front.app)
    assert SECOND.quote in said(front.press(f"v1:c:{TOKEN}"))


def test_a_directive_for_one_unit_is_opened_and_searched_by_that_unit_only(front):
    store_a_directive(front.app)
    (ours,) = front.admit(20, "officer", "Sở Nội vụ")
    (theirs,) = front.admit(21, "officer", "Sở Y tế")
    front.office.visibility.set_audience(SECOND.directive, [ours.id])
    assert SECOND.quote in said(front.press(f"v1:c:{TOKEN}", 20))
    assert front.press(f"v1:c:{TOKEN}", 21) == (Toast(front.texts("clause.gone"), alert=True),)
    assert front.asking("Ai?", 20).question.within == {SECOND.directive}
    assert front.asking("Ai?", 21).question.within == frozenset()
    assert front.asking("Ai?", OWNER).question.within is None
    front.office.groups.bind(front.place(20, GROUP), "Nhóm", theirs.id, OWNER, front.clock.now())
    assert front.asking("Ai?", 20, chat=GROUP).question.within == frozenset()
    assert front.asking("Ai?", OWNER, chat=GROUP).question.within == frozenset()


def test_a_group_without_a_unit_is_told_how_to_get_one(front):
    assert said(front.say("/hoi Ai?", chat=GROUP)) == front.texts("access.unbound")


def test_a_suggestion_is_read_from_the_message_it_stands_in_and_the_last_number_counts(front):
    shown = "Không nêu.\n\n1. Việc thứ nhất\n\nAnh/chị có thể hỏi:\n1. Ai chủ trì?\n2. Bao giờ xong?"
    (asking,) = front.press("v1:s:1", shown=shown)
    assert isinstance(asking, Asking)
    assert asking.question.text == "Ai chủ trì?"
    assert "Ai chủ trì?" in said(front.desk.answer(asking))
    assert isinstance(front.press("v1:s:3", shown=shown)[0], Toast)


@pytest.mark.parametrize("data", ["v0:c:1", "v1:g:99", "v1:s:1", "", "v1:l:xx", "v1:g", "v1:zz:1"])
def test_an_old_button_says_that_it_is_old(front, data):
    assert front.press(data) == (Toast(front.texts("button.outdated"), alert=True),)


def test_a_language_is_chosen_once_and_kept(front):
    (choice,) = front.say("/ngonngu")
    front.press_label(choice.screen, "English")
    assert said(front.say("/huy")) == "Cancelled. Just ask."


def test_an_expected_error_speaks_for_itself_and_any_other_gets_a_code_that_is_logged(front):
    sentence = "Chưa có chỉ mục: hãy nạp văn bản trước."
    assert said((front.desk.apologise(SearchIndexError(sentence)),)) == sentence
    with structlog.testing.capture_logs() as logged:
        apology = said((front.desk.apologise(RuntimeError("secret inside")),))
    code = re.search(r"mã ([0-9A-F]{6})", apology)[1]
    assert "secret inside" not in apology
    assert [line["reference"] for line in logged] == [code]


# ---- a message handled anew, because who had it died


def test_what_was_typed_as_asked_is_no_question_when_its_message_is_handled_anew(front):
    screen = front.say("/donvi", OWNER)[-1].screen
    front.press_label(screen, "Thêm đơn vị", OWNER)
    first = front.say("Sở Nội vụ", OWNER, message=40)
    assert said(front.say("Sở Nội vụ", OWNER, message=40)) == said(first)
    assert [unit.name for unit in front.office.people.units()] == ["Sở Nội vụ"]
    assert [entry.action for entry in front.office.audit.entries(10)].count("unit.added") == 1
    assert front.office.questions.count() == 0
    assert front.asking("Sở Nội vụ làm gì?", OWNER, message=41).question.previous is None
    assert said(front.say("Sở Nội vụ", OWNER, message=40)) == said(first)


def test_what_was_refused_and_asked_for_again_is_handled_anew_alike(front):
    now, place = front.clock.now(), front.place(OWNER)
    kinds = {"unit.add"}
    front.office.expected.expect(place, OWNER, "unit.add", {"n": 1}, now)
    taken = front.office.expected.take(place, OWNER, 40, now, kinds)
    assert taken == front.office.expected.take(place, OWNER, 40, now, kinds)
    assert front.office.expected.waiting(place, OWNER, now) is None
    assert front.office.expected.take(place, OWNER, 41, now, kinds) is None
    front.office.expected.expect(place, OWNER, "unit.add", {"n": 1}, now)  # it was no good
    assert taken == front.office.expected.take(place, OWNER, 40, now, kinds)


def test_a_command_ends_what_was_typed_before(front):
    now, place = front.clock.now(), front.place(OWNER)
    front.office.expected.expect(place, OWNER, "unit.add", {}, now)
    front.office.expected.take(place, OWNER, 40, now, {"unit.add"})
    front.say("/huy", OWNER)
    assert front.office.expected.take(place, OWNER, 40, now, {"unit.add"}) is None
