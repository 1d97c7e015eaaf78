"""The last questions of each chat and the messages that answered them: what follow-ups and edited questions refer to.

A convenience kept in memory and bounded; when it is lost, a reply still carries the text it replies to.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=10)
CHATS_KEPT = 5000
EXCHANGES_KEPT = 20


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question, the one it followed, and the ids of the messages that asked and answered it."""

    question: str
    previous: str | None
    asked_at: datetime
    message: int | None = None
    answers: tuple[int, ...] = ()


class Exchanges:
    """The recent exchanges of every chat, oldest chats forgotten first. Used from the event loop only."""

    def __init__(self) -> None:
        self._chats: OrderedDict[int, list[Exchange]] = OrderedDict()

    def add(self, chat: int, exchange: Exchange) -> None:
        """Remember a question; one asked by the same message (an edit) takes the place of the earlier."""
        kept = [e for e in self._chats.pop(chat, []) if exchange.message is None or e.message != exchange.message]
        self._chats[chat] = [*kept, exchange][-EXCHANGES_KEPT:]
        while len(self._chats) > CHATS_KEPT:
            self._chats.popitem(last=False)

    def answered(self, chat: int, exchange: Exchange, answers: tuple[int, ...]) -> None:
        """Note which messages answered `exchange`."""
        known = self._chats.get(chat)
        if known is None:  # so many chats were busy meanwhile that this one is forgotten
            return
        self._chats[chat] = [replace(e, answers=answers) if e == exchange else e for e in known]

    def latest(self, chat: int, now: datetime) -> Exchange | None:
        """The last question of the chat, if it is recent enough to be followed up."""
        known = self._chats.get(chat)
        return known[-1] if known and now - known[-1].asked_at <= WINDOW else None

    def asked_by(self, chat: int, message: int) -> Exchange | None:
        """The exchange that a person's message opened."""
        return next((e for e in self._chats.get(chat, []) if e.message == message), None)

    def touching(self, chat: int, message: int) -> Exchange | None:
        """The exchange that a message belongs to, as its question or as one of its answers."""
        return next((e for e in self._chats.get(chat, []) if message == e.message or message in e.answers), None)
