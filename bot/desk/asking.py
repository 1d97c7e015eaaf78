"""Questions: asked in words, by a suggestion or as a follow-up, recorded, answered, and judged.

Areas: `s:<number>` asks the suggestion that stands under that number in the message the button is on;
`fb:<question>:<1|0>` thumb up or down, `fr:<question>:<reason>` why down. Input: `feedback.reason`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from bot.callbacks import encode
from bot.desk.replies import Asking, Say, Toast, Turn
from bot.desk.routing import Command, Input, Press, Routes
from bot.desk.tasks import related_tasks_button
from bot.message_blocks import shorten
from bot.office.allowances import QUESTIONS
from bot.rendering import answer_screen
from bot.screens import Button, notice, rows_of
from bot.watching.instruments import rated
from bot.watching.questions import asked as told_of
from bot.watching.questions import watched
from index.answers import Answer, Question
from index.courtesy import is_courtesy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.desk.replies import Reply
    from bot.desk.visit import Incoming, Pressed, Visit
    from bot.office.office import Office
    from bot.office.questions import Asked

QUESTION_LIMIT = 2000
"""Characters; who sends more has pasted a document."""
REASONS = ("wrong_figure", "wrong_directive", "incomplete")
REASON_LIMIT = 500
_SUGGESTION = re.compile(r"^(\d{1,2})\. (.+)$", re.MULTILINE)


class AnswerService(Protocol):
    """Answers questions from what has been loaded. Slow: never called on the event loop."""

    def ask(self, question: Question) -> Answer:
        """One answer, or an abstention."""


class AskingFeature:
    """Everything about a question but finding its answer. `offers` says whether some feature takes a button's area."""

    def __init__(self, office: Office, service: AnswerService, offers: Callable[[str], bool]) -> None:
        self._office = office
        self._service = service
        self._offers = offers

    def routes(self) -> Routes:
        """The command, and the buttons under answers."""
        return Routes(
            commands=(Command("hoi", self._command),),
            presses=(
                Press("s", self._suggestion),
                Press("fb", self._rated),
                Press("fr", self._reason),
            ),
            inputs=(Input("feedback.reason", self._own_reason),),
        )

    def ask(self, visit: Visit, incoming: Incoming, text: str) -> Sequence[Reply]:
        """A question in words."""
        if not text:
            return (Say(notice(visit.texts("ask.empty"))),)
        if is_courtesy(text):
            return (Say(notice(visit.texts("ask.courtesy"))),)
        if len(text) > QUESTION_LIMIT:
            return (Say(notice(visit.texts("ask.too_long", limit=QUESTION_LIMIT)), quoting=True),)
        if not self._may_ask(visit):
            return (Say(notice(visit.texts("ask.too_many")), quoting=True),)
        return (self._asking(visit, text, self._previous(visit, incoming), incoming.message),)

    def _may_ask(self, visit: Visit) -> bool:
        return self._office.allowances.take(QUESTIONS, visit.person.id, self._office.clock.now())

    def answer(self, asking: Asking) -> Sequence[Reply]:
        """The answer, recorded. Blocks while searching."""
        answer = watched(self._service.ask, asking.question)
        self._office.questions.answered(asking.number, answer, answer.resolved)
        screen = answer_screen(answer, asking.question.text if asking.pressed else None, asking.texts)
        thumbs = (Button("👍", encode("fb", asking.number, 1)), Button("👎", encode("fb", asking.number, 0)))
        rows = (*screen.buttons, *self._task_buttons(asking, answer), thumbs)
        return (Say(replace(screen, buttons=rows), quoting=True),)

    def _task_buttons(self, asking: Asking, answer: Answer) -> tuple[tuple[Button, ...], ...]:
        """What can be done about the tasks of an answer: see them all, be reminded of a single one."""
        if not answer.tasks or answer.abstained:
            return ()
        buttons = [related_tasks_button(asking.texts, asking.number)]
        if len(answer.tasks) == 1 and self._offers("rm"):
            buttons.append(Button(asking.texts("reminder.watch"), encode("rm", answer.tasks[0])))
        return (tuple(buttons),)

    def _command(self, visit: Visit, incoming: Incoming, words: str) -> Sequence[Reply]:
        return self.ask(visit, incoming, words)

    def _suggestion(self, visit: Visit, pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        # The last line with the number: an answer above the suggestions may hold numbered lines of its own.
        lines = {int(n): line for n, line in _SUGGESTION.findall(pressed.shown)}
        number = int(arguments[0])
        if number not in lines:
            raise ValueError(number)
        if not self._may_ask(visit):
            return (Toast(visit.texts("ask.too_many"), alert=True),)
        return (self._asking(visit, lines[number][:QUESTION_LIMIT], None, None, pressed=True),)

    def _rated(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        asked, good = self._heard(visit, arguments[0]), arguments[1] == "1"
        self._office.questions.rate(asked.id, visit.person.id, good, self._office.clock.now())
        rated(good=good)
        if good:
            return (Toast(visit.texts("feedback.thanks")),)
        buttons = [Button(visit.texts(f"feedback.{r}"), encode("fr", asked.id, r)) for r in (*REASONS, "other")]
        ask = notice(visit.texts("feedback.why", question=shorten(asked.text, 120)), buttons=rows_of(buttons, 2))
        return Toast(visit.texts("feedback.noted")), Say(ask, quoting=True)

    def _reason(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        asked, reason = self._heard(visit, arguments[0]), arguments[1]
        if reason == "other":
            now = self._office.clock.now()
            self._office.expected.expect(visit.place, visit.person.id, "feedback.reason", {"asked": asked.id}, now)
            return (Turn(notice(visit.texts("feedback.type"))),)
        if reason not in REASONS:
            raise ValueError(reason)
        self._office.questions.explain(asked.id, visit.person.id, visit.texts(f"feedback.{reason}"))
        return (Turn(notice(visit.texts("feedback.passed_on"))),)

    def _own_reason(self, visit: Visit, incoming: Incoming, payload: dict[str, Any]) -> Sequence[Reply]:
        self._office.questions.explain(int(payload["asked"]), visit.person.id, incoming.text.strip()[:REASON_LIMIT])
        return (Say(notice(visit.texts("feedback.passed_on"))),)

    def _heard(self, visit: Visit, number: str) -> Asked:
        """A question that was asked in this very chat.

        Raises:
            ValueError: it was not, or is forgotten.
        """
        asked = self._office.questions.get(int(number))
        if asked is None or asked.place.chat != visit.place.chat:
            raise ValueError(number)
        return asked

    def _asking(
        self, visit: Visit, text: str, previous: str | None, message: int | None, *, pressed: bool = False
    ) -> Asking:
        questions, clock = self._office.questions, self._office.clock
        earlier = questions.by_message(visit.place.chat, message) if message is not None else None
        number = questions.ask(visit.place, visit.person.id, text, previous=previous, now=clock.now(), message=message)
        told_of(number)
        units = visit.units
        question = Question(
            text=text,
            previous=previous,
            unit=units[0].name if len(units) == 1 else None,
            today=clock.today(),
            within=self._office.visible(visit),
        )
        return Asking(visit.place, question, number, visit.texts, earlier.answers if earlier else (), pressed)

    def _previous(self, visit: Visit, incoming: Incoming) -> str | None:
        """The question this one follows: that of the message replied to, else the person's last, a short while ago."""
        questions = self._office.questions
        if incoming.replied_to is not None:
            touched = questions.touching(visit.place.chat, incoming.replied_to)
            if touched:
                return touched.subject
        if incoming.replied_text:
            # Of a message too old to be remembered only the text is left; its first line names the subject.
            return incoming.replied_text.strip().partition("\n")[0]
        if incoming.message is not None:
            edited = questions.by_message(visit.place.chat, incoming.message)
            if edited:
                return edited.previous
        latest = questions.latest(visit.place, visit.person.id, self._office.clock.now())
        return latest.subject if latest else None
