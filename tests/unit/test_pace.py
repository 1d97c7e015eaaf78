"""When messages may leave: never more in any span than Telegram allows, and nobody waits longer than that takes."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.error import RetryAfter

from bot.inbox.inbox import Claim
from bot.inbox.pace import Lane, LocalPace, chat, everything, reminders
from bot.telegram.held import ClaimLostError, Held, in_hand
from bot.telegram.limiting import IN_TURN, PatientLimiter, Turns


class Clock:
    def __init__(self) -> None:
        self.moment = 1000.0

    def __call__(self) -> float:
        return self.moment


@given(
    pauses=st.lists(st.floats(0, 5), min_size=1, max_size=60),
    lane=st.sampled_from([everything(), chat(7), chat(-7), reminders()]),
)
def test_no_span_holds_more_than_the_lane_allows_and_an_empty_lane_lets_pass_at_once(pauses, lane):
    clock = Clock()
    pace = LocalPace(clock)
    assert pace.turn([lane]) == 0
    sent = [clock.moment]
    for pause in pauses:
        clock.moment += pause
        wait = pace.turn([lane])
        sent.append(clock.moment + wait)
        assert wait <= lane.interval * len(sent)
    assert sent == sorted(sent)
    for begin in range(len(sent)):
        for end in range(begin, len(sent)):
            allowed = lane.burst + (sent[end] - sent[begin]) / lane.interval
            assert end - begin + 1 <= allowed + 1e-6
    clock.moment = sent[-1] + lane.interval * lane.burst + 1e-6
    assert pace.turn([lane]) == 0


@pytest.mark.parametrize(("lane", "count", "seconds"), [(everything(), 30, 1), (chat(-7), 20, 60)])
def test_telegrams_published_limits_are_kept_in_any_span(lane: Lane, count, seconds):
    assert lane.burst + seconds / lane.interval <= count


def test_a_lane_that_is_held_lets_nothing_pass_and_others_do():
    clock = Clock()
    pace = LocalPace(clock)
    pace.hold(chat(-7), 30)
    assert pace.turn([chat(-7)]) == pytest.approx(30)
    assert pace.turn([chat(-8)]) == 0
    clock.moment += 100
    pace.tidy()
    assert pace._full == {}


class Telegram:
    """Answers what it is told to, and notes when it was asked."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.asked: list[float] = []

    async def __call__(self) -> object:
        self.asked.append(asyncio.get_running_loop().time())
        answer = self.answers.pop(0) if self.answers else True
        if isinstance(answer, Exception):
            raise answer
        return answer


async def ask(limiter: PatientLimiter, telegram: Telegram, method: str = "sendMessage", chat_id: int = 7, args=None):
    return await limiter.process_request(telegram, (), {}, method, {"chat_id": chat_id}, args)


async def test_telegrams_patience_is_everybodys_when_a_private_chat_met_it():
    limiter, telegram, other = PatientLimiter(), Telegram(RetryAfter(0.4)), Telegram()
    first = asyncio.create_task(ask(limiter, telegram))
    await asyncio.sleep(0.05)
    await ask(limiter, other, chat_id=8)
    await first
    assert other.asked[0] - telegram.asked[0] >= 0.4
    assert telegram.asked[1] - telegram.asked[0] >= 0.4


async def test_a_groups_own_limit_keeps_no_other_chat_waiting():
    limiter, telegram, other = PatientLimiter(), Telegram(RetryAfter(0.4)), Telegram()
    first = asyncio.create_task(ask(limiter, telegram, chat_id=-7))
    await asyncio.sleep(0.05)
    await ask(limiter, other, chat_id=8)
    assert not first.done()
    await first


async def test_what_repeats_itself_is_not_repeated_here():
    with pytest.raises(RetryAfter):
        await ask(PatientLimiter(), Telegram(RetryAfter(0.01)), args=IN_TURN)


def held(answer: bool, notes: list[int]) -> Held:
    async def begin(claim: Claim) -> bool:
        notes.append(claim.update)
        return answer

    claim = Claim(5, "token", "7", "{}", 1, repeat=False, acted=False, received_at=None)
    return Held(claim, 1, begin, None)


async def test_the_first_message_of_an_answer_is_noted_before_it_leaves_and_ornaments_are_not():
    notes: list[int] = []
    in_hand.set(held(True, notes))
    limiter, telegram = PatientLimiter(), Telegram()
    for method in ("sendChatAction", "editMessageText", "deleteMessage", "answerCallbackQuery"):
        await ask(limiter, telegram, method)
    assert notes == []
    await ask(limiter, telegram)
    await ask(limiter, telegram, "sendDocument")
    assert notes == [5]


async def test_nothing_is_said_for_an_update_that_another_worker_has_in_hand():
    in_hand.set(held(False, []))
    telegram = Telegram()
    with pytest.raises(ClaimLostError):
        await ask(PatientLimiter(), telegram)
    assert telegram.asked == []


async def test_a_turn_is_asked_for_even_when_the_shared_pace_cannot_be_reached():
    from corpus.errors import StoreError

    class Gone:
        def turn(self, lanes):
            raise StoreError("away")

        def hold(self, lane, seconds):
            raise StoreError("away")

        def tidy(self):
            return

    turns = Turns(Gone())
    await turns.wait(everything())
    await turns.hold(everything(), 0.01)
