"""The conversation both surfaces share: commands, follow-ups, edits, presses, access, failures."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from bot.access import Access
from bot.callbacks import OpenClause
from bot.conversation import Answered, Asking, ClauseShown, Conversation, GuideShown, Incoming, Notice, Pressed
from bot.guide import load_guide
from bot.recent_questions import CHATS_KEPT, Exchange, Exchanges
from bot.texts import load_texts
from corpus.errors import SearchIndexError
from corpus.identity import clause_token
from tests.e2e.fake_service import FIRST, FakeService

AN, STRANGER, CHAT = 7, 8, 7


class HandClock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.moment = datetime(2025, 3, 31, 8, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def today(self):
        return self.moment.date()


class Desk:
    """A conversation with a fake service, and short ways to speak in it."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.service = FakeService()
        self.clauses = {clause_token(FIRST.directive, FIRST.path): FIRST}
        self.talk = Conversation(
            texts=load_texts("vi"),
            clock=self.clock,
            access=Access(frozenset({AN})),
            service=self.service,
            clauses=self.clauses.get,
            guide=load_guide("vi"),
        )
        self._next = 0

    def say(self, text: str, *, chat: int = CHAT, person: int = AN, message: int | None = None, **reply):
        self._next += 10
        return self.talk.receive(Incoming(chat=chat, person=person, text=text, message=message or self._next, **reply))

    def previous(self, text: str, **how) -> str | None:
        step = self.say(text, **how)
        assert isinstance(step, Asking)
        return step.question.previous


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_any_text_is_a_question_asked_today(desk):
    step = desk.say("  Ai chủ trì? ")
    assert isinstance(step, Asking)
    assert (step.question.text, step.question.previous) == ("Ai chủ trì?", None)
    assert step.question.today == desk.clock.today()
    assert isinstance(desk.talk.answer(step), Answered)
    assert desk.service.asked == [step.question]


@pytest.mark.parametrize("command", ["/hoi Ai chủ trì?", "/HOI@ChiDaoBot  Ai chủ trì?", "/hoi\nAi chủ trì?"])
def test_the_command_asks_too(desk, command):
    assert desk.say(command).question.text == "Ai chủ trì?"


def test_the_command_alone_says_how_to_ask(desk):
    assert "/hoi" in desk.say("/hoi  ").paragraphs[0]


def test_start_help_and_unknown_commands_are_answered_at_once(desk):
    assert len(desk.say("/start").paragraphs) == 4
    assert desk.say("/start any-payload") == desk.say("/start")
    assert isinstance(desk.say("/trogiup"), GuideShown)
    assert "/xoa" in desk.say("/xoa hết").paragraphs[0]


def test_a_slash_inside_a_number_is_not_a_command(desk):
    assert isinstance(desk.say("45-KH/TU nói gì?"), Asking)


def test_a_stranger_learns_only_their_own_id_whatever_they_send(desk):
    for text in ("/start", "/trogiup", "/hoi Ai chủ trì?", "Ai chủ trì?", "/abc"):
        assert desk.say(text, person=STRANGER) == Notice((desk.talk.texts("access.by_invitation", person=STRANGER),))
    assert desk.talk.not_text(STRANGER) == desk.say("/start", person=STRANGER)
    for data in ("v1:g:0", "v1:s:1", f"v1:c:{clause_token(FIRST.directive, FIRST.path)}", "junk"):
        pressed = desk.talk.press(Pressed(CHAT, STRANGER, data, "1. Ai chủ trì?"))
        assert pressed == Notice((desk.talk.texts("access.by_invitation.short"),))
    assert desk.service.asked == []


def test_a_question_follows_the_one_before_for_ten_minutes_and_no_longer(desk):
    assert desk.previous("Đến 2025 bao nhiêu?") is None
    desk.clock.moment += timedelta(minutes=10)
    assert desk.previous("Còn 2030?") == "Đến 2025 bao nhiêu?"
    desk.clock.moment += timedelta(minutes=10, seconds=1)
    assert desk.previous("Ai chủ trì?") is None


def test_chats_do_not_hear_each_other(desk):
    desk.say("Câu của An?", chat=1)
    assert desk.previous("Còn 2030?", chat=2) is None


def test_a_reply_to_an_older_answer_follows_that_question_even_much_later(desk):
    first = desk.say("Đến 2025 bao nhiêu?")
    desk.talk.answered(first, (101, 102))
    desk.say("Ai chủ trì?")
    desk.clock.moment += timedelta(hours=5)
    assert desk.previous("Còn 2030?", replied_to=102, replied_text="...") == "Đến 2025 bao nhiêu?"


def test_a_reply_to_a_forgotten_answer_follows_its_headline(desk):
    text = "Tối thiểu 80% hồ sơ vào năm 2030\n\nSở Nội vụ chủ trì."
    assert desk.previous("Còn 2025?", replied_to=55, replied_text=text) == "Tối thiểu 80% hồ sơ vào năm 2030"


def test_an_edited_question_keeps_its_place_and_its_answer(desk):
    desk.say("Đến 2025 bao nhiêu?", message=1)
    second = desk.say("Còn 203?", message=2)
    desk.talk.answered(second, (200,))
    assert desk.talk.answers_to(CHAT, 2) == (200,)
    assert desk.previous("Còn 2030?", message=2) == "Đến 2025 bao nhiêu?"
    assert desk.talk.answers_to(CHAT, 2) == (200,)
    assert desk.previous("Ai chủ trì?", message=3) == "Còn 2030?"


def test_a_button_opens_its_clause_as_long_as_it_is_in_the_store(desk):
    token = clause_token(FIRST.directive, FIRST.path)
    opening = desk.talk.press(Pressed(CHAT, AN, f"v1:c:{token}", ""))
    assert opening == OpenClause(token)
    assert desk.talk.open_clause(opening) == ClauseShown(FIRST)
    desk.clauses.clear()
    assert desk.talk.open_clause(opening) == Notice((desk.talk.texts("clause.gone"),))


def test_a_suggestion_is_read_from_the_message_it_stands_in_and_the_last_number_counts(desk):
    shown = "Không nêu.\n\n1. Việc thứ nhất\n\nAnh/chị có thể hỏi:\n1. Ai chủ trì?\n2. Bao giờ xong?"
    step = desk.talk.press(Pressed(CHAT, AN, "v1:s:1", shown))
    assert isinstance(step, Asking)
    assert step.question.text == "Ai chủ trì?"
    assert desk.talk.answer(step).asked == "Ai chủ trì?"
    assert isinstance(desk.talk.press(Pressed(CHAT, AN, "v1:s:3", shown)), Notice)


@pytest.mark.parametrize("data", ["v0:c:1", "v1:g:99", "v1:s:1", ""])
def test_an_old_button_says_that_it_is_old(desk, data):
    assert desk.talk.press(Pressed(CHAT, AN, data, "")) == Notice((desk.talk.texts("button.outdated"),))


def test_an_expected_error_speaks_for_itself_and_any_other_gets_a_code_that_is_logged(desk):
    sentence = "Chưa có chỉ mục: hãy nạp văn bản trước."
    assert desk.talk.apologise(SearchIndexError(sentence)) == Notice((sentence,))
    with structlog.testing.capture_logs() as logged:
        notice = desk.talk.apologise(RuntimeError("secret inside"))
    code = re.search(r"mã ([0-9A-F]{6})", notice.paragraphs[0])[1]
    assert "secret inside" not in notice.paragraphs[0]
    assert [line["reference"] for line in logged] == [code]


def test_memory_of_chats_is_bounded_and_keeps_the_busy_ones():
    exchanges, now = Exchanges(), datetime.now(UTC)
    for chat in range(CHATS_KEPT + 10):
        exchanges.add(chat, Exchange("?", None, now, message=1))
        exchanges.add(0, Exchange("0?", None, now, message=chat))
    assert exchanges.latest(0, now) is not None
    assert exchanges.latest(1, now) is None
    assert exchanges.latest(CHATS_KEPT + 9, now) is not None
    assert exchanges.asked_by(0, 3) is None  # only the last few of a chat are kept
