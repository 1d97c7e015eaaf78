"""What Telegram's refusals mean for a reminder, and how reminders keep below its limits and behind answers."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut

from bot.inbox.pace import chat
from bot.message_blocks import paragraph
from bot.office.records import Place
from bot.reminders.sender import Gone, Later, Moved, Refused, Sent, Uncertain, Unreachable
from bot.screens import Screen
from bot.telegram.delivering import TelegramSender

SCREEN = Screen((paragraph("Việc sắp đến hạn."),))


class FakeBot:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    async def send_message(self, *_arguments, **named):
        assert named["rate_limit_args"] == 0
        if self.error:
            raise self.error

        class Message:
            message_id = 5

        return Message()


def never_left() -> NetworkError:
    error = NetworkError("no route")
    error.__cause__ = httpx.ConnectError("no route")
    return error


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, Sent),
        (RetryAfter(7), Later),
        (Forbidden("bot was blocked by the user"), Gone),
        (BadRequest("Chat not found"), Gone),
        (BadRequest("Topic_closed"), Refused),
        (BadRequest("Message thread not found"), Refused),
        (ChatMigrated(-1009), Moved),
        (InvalidToken(), Unreachable),
        (never_left(), Unreachable),
        (TimedOut(), Uncertain),
        (NetworkError("Bad Gateway"), Uncertain),
    ],
)
async def test_each_refusal_has_its_meaning(error, outcome):
    assert isinstance(await TelegramSender(FakeBot(error), lambda: False).send(Place(5), SCREEN), outcome)


async def test_turns_keep_below_the_limits_overall_and_in_one_group():
    sender, loop = TelegramSender(FakeBot(), lambda: False), asyncio.get_running_loop()
    began = loop.time()
    await asyncio.gather(*(sender.turn(Place(n)) for n in range(1, 12)))
    assert loop.time() - began >= 0.45  # twenty a second
    group = chat(-1)
    began = loop.time()
    await asyncio.gather(*(sender.turn(Place(-1, topic, group=True)) for topic in range(group.burst + 1)))
    assert loop.time() - began >= group.interval - 0.1


async def test_a_turn_waits_for_answers_but_not_for_ever():
    busy = [True] * 6 + [False]
    sender, loop = TelegramSender(FakeBot(), lambda: busy.pop(0)), asyncio.get_running_loop()
    began = loop.time()
    await sender.turn(Place(1))
    assert 0.25 <= loop.time() - began < 0.9
    began = loop.time()
    await TelegramSender(FakeBot(), lambda: True).turn(Place(1))
    assert 0.9 <= loop.time() - began < 3
