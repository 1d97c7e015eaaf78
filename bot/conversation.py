"""What the bot does with a message or a pressed button, on Telegram and in the terminal alike. Plain records only."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from bot.callbacks import AskSuggestion, OpenClause, TurnGuide, decode
from bot.logs import get_logger
from bot.recent_questions import Exchange, Exchanges
from corpus.errors import ChidaoError
from index.answers import Answer, Citation, Question

if TYPE_CHECKING:
    from bot.access import Access
    from bot.clock import Clock
    from bot.guide import GuidePage
    from bot.texts import Texts

log = get_logger(__name__)

_COMMAND = re.compile(r"/(?P<name>[A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(?P<rest>.*))?", re.DOTALL)
_SUGGESTION = re.compile(r"^(\d{1,2})\. (.+)$", re.MULTILINE)


class AnswerService(Protocol):
    """Answers questions from what has been loaded. Slow: never called on the event loop."""

    def ask(self, question: Question) -> Answer:
        """One answer, or an abstention."""


class ClauseLookup(Protocol):
    """Finds the clause behind a button."""

    def __call__(self, token: str) -> Citation | None:
        """The clause with its whole text as quote; None when it is no longer in the store."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message of a person. `replied_to` and `replied_text` are of the bot's message it replies to, if any."""

    chat: int
    person: int
    text: str
    message: int | None = None
    replied_to: int | None = None
    replied_text: str | None = None


@dataclass(frozen=True, slots=True)
class Pressed:
    """One pressed button: its data, and the text of the message it is on."""

    chat: int
    person: int
    data: str
    shown: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Sentences of the bot's own, one paragraph each."""

    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer; `asked` is the question when the person did not type it (a suggestion they pressed)."""

    answer: Answer
    asked: str | None = None


@dataclass(frozen=True, slots=True)
class ClauseShown:
    """A clause opened from an answer."""

    citation: Citation


@dataclass(frozen=True, slots=True)
class GuideShown:
    """A page of the guide; `number` counts from 0."""

    pages: tuple[GuidePage, ...]
    number: int


Reply = Notice | Answered | ClauseShown | GuideShown


@dataclass(frozen=True, slots=True)
class Asking:
    """A question still to be answered, with the exchange it opens."""

    chat: int
    question: Question
    exchange: Exchange
    pressed: bool = False


class Conversation:
    """Turns messages and presses into replies. `receive` and `press` are quick; the other two steps may block."""

    def __init__(
        self,
        *,
        texts: Texts,
        clock: Clock,
        access: Access,
        service: AnswerService,
        clauses: ClauseLookup,
        guide: tuple[GuidePage, ...],
    ) -> None:
        self.texts = texts
        self._clock = clock
        self._access = access
        self._service = service
        self._clauses = clauses
        self._guide = guide
        self._exchanges = Exchanges()

    def receive(self, incoming: Incoming) -> Reply | Asking:
        """What to do about a message: a reply at once, or a question to answer."""
        if not self._access.admits(incoming.person):
            return Notice((self.texts("access.by_invitation", person=incoming.person),))
        text = incoming.text.strip()
        command = _COMMAND.fullmatch(text)
        if command is None:
            return self._ask(incoming, text)
        match command["name"].lower():
            case "start":
                return self._welcome()
            case "trogiup" | "help":
                return GuideShown(self._guide, 0)
            case "hoi":
                asked = (command["rest"] or "").strip()
                return self._ask(incoming, asked) if asked else Notice((self.texts("ask.empty"),))
        return Notice((self.texts("ask.unknown_command", command=f"/{command['name']}"),))

    def press(self, pressed: Pressed) -> GuideShown | Notice | Asking | OpenClause:
        """What to do about a pressed button; `OpenClause` is for `open_clause`."""
        if not self._access.admits(pressed.person):
            return Notice((self.texts("access.by_invitation.short"),))
        match decode(pressed.data):
            case OpenClause() as opening:
                return opening
            case TurnGuide(page) if page < len(self._guide):
                return GuideShown(self._guide, page)
            case AskSuggestion(number):
                # The last line with the number: an answer above the suggestions may hold numbered lines of its own.
                lines = {int(n): line for n, line in _SUGGESTION.findall(pressed.shown)}
                if number in lines:
                    return self._asking(pressed.chat, lines[number], previous=None, message=None, pressed=True)
        return Notice((self.texts("button.outdated"),))

    def not_text(self, person: int) -> Notice:
        """The reply to a message without words."""
        if not self._access.admits(person):
            return Notice((self.texts("access.by_invitation", person=person),))
        return Notice((self.texts("ask.only_text"),))

    def answer(self, asking: Asking) -> Answered:
        """The answer to a question. Blocks while searching."""
        answer = self._service.ask(asking.question)
        return Answered(answer, asking.question.text if asking.pressed else None)

    def open_clause(self, opening: OpenClause) -> ClauseShown | Notice:
        """The clause behind a button, or a word about why it is gone. Blocks while reading the store."""
        citation = self._clauses(opening.token)
        return ClauseShown(citation) if citation else Notice((self.texts("clause.gone"),))

    def answered(self, asking: Asking, messages: tuple[int, ...]) -> None:
        """Note the messages that carry an answer, for replies to them and for edits of the question."""
        self._exchanges.answered(asking.chat, asking.exchange, messages)

    def answers_to(self, chat: int, message: int) -> tuple[int, ...]:
        """The messages that answered a person's message; empty when unknown."""
        exchange = self._exchanges.asked_by(chat, message)
        return exchange.answers if exchange else ()

    def apologise(self, error: BaseException) -> Notice:
        """A sentence for a failure: an expected error's own, otherwise one with a code that the log carries too."""
        if isinstance(error, ChidaoError):
            log.warning("A question met an expected error", action="answer.refused", error=str(error))
            return Notice((str(error),))
        code = secrets.token_hex(3).upper()
        log.error("A message could not be handled", action="answer.failed", reference=code, exc_info=error)
        return Notice((self.texts("error.unexpected", code=code),))

    def _welcome(self) -> Notice:
        return Notice(tuple(self.texts(f"start.{part}") for part in ("welcome", "how", "example", "more")))

    def _ask(self, incoming: Incoming, text: str) -> Asking:
        return self._asking(incoming.chat, text, previous=self._previous(incoming), message=incoming.message)

    def _asking(
        self, chat: int, text: str, *, previous: str | None, message: int | None, pressed: bool = False
    ) -> Asking:
        question = Question(text=text, previous=previous, today=self._clock.today())
        exchange = Exchange(text, previous, self._clock.now(), message)
        earlier = self._exchanges.asked_by(chat, message) if message is not None else None
        if earlier:
            exchange = replace(exchange, answers=earlier.answers)
        self._exchanges.add(chat, exchange)
        return Asking(chat, question, exchange, pressed)

    def _previous(self, incoming: Incoming) -> str | None:
        """The question this one follows: that of the message replied to, else the last one asked a short while ago."""
        if incoming.replied_to is not None:
            touched = self._exchanges.touching(incoming.chat, incoming.replied_to)
            if touched:
                return touched.question
        if incoming.replied_text:
            # After a restart only the text is left; its first line is the headline, which names the subject.
            return incoming.replied_text.strip().partition("\n")[0]
        edited = incoming.message is not None and self._exchanges.asked_by(incoming.chat, incoming.message)
        if edited:
            return edited.previous
        latest = self._exchanges.latest(incoming.chat, self._clock.now())
        return latest.question if latest else None
