"""Questions: asked in words, by a suggestion or as a follow-up, recorded, answered, and their clauses opened.

Areas: `c:<token>` opens a clause (`corpus.identity.clause_token`); `s:<number>` asks the suggestion that stands under
that number in the message the button is on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from bot.citation_words import for_reading, row_for_reading
from bot.desk.replies import Asking, Say, Toast
from bot.desk.routing import Command, Press, Routes
from bot.office.records import scopes
from bot.rendering import answer_screen, clause_screen
from bot.screens import notice
from index.answers import Answer, Citation, Question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desk.replies import Reply
    from bot.desk.visit import Incoming, Pressed, Visit
    from bot.office.office import Office
    from corpus.store_records import StoredClause

OPENED_LIMIT = 3000  # a heading brings its items along, a whole part does not
_SUGGESTION = re.compile(r"^(\d{1,2})\. (.+)$", re.MULTILINE)


class AnswerService(Protocol):
    """Answers questions from what has been loaded. Slow: never called on the event loop."""

    def ask(self, question: Question) -> Answer:
        """One answer, or an abstention."""


class AskingFeature:
    """Everything about a question but finding its answer."""

    def __init__(self, office: Office, service: AnswerService) -> None:
        self._office = office
        self._service = service

    def routes(self) -> Routes:
        """The command, and the buttons under answers."""
        return Routes(
            commands=(Command("hoi", self._command),),
            presses=(Press("c", self._open), Press("s", self._suggestion)),
        )

    def ask(self, visit: Visit, incoming: Incoming, text: str) -> Sequence[Reply]:
        """A question in words."""
        if not text:
            return (Say(notice(visit.texts("ask.empty"))),)
        return (self._asking(visit, text, self._previous(visit, incoming), incoming.message),)

    def answer(self, asking: Asking) -> Sequence[Reply]:
        """The answer, recorded. Blocks while searching."""
        answer = self._service.ask(asking.question)
        self._office.questions.answered(asking.number, answer, getattr(answer, "resolved", None))
        screen = answer_screen(answer, asking.question.text if asking.pressed else None, asking.texts)
        return (Say(screen, quoting=True),)

    def _command(self, visit: Visit, incoming: Incoming, words: str) -> Sequence[Reply]:
        return self.ask(visit, incoming, words)

    def _suggestion(self, visit: Visit, pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        # The last line with the number: an answer above the suggestions may hold numbered lines of its own.
        lines = {int(n): line for n, line in _SUGGESTION.findall(pressed.shown)}
        number = int(arguments[0])
        if number not in lines:
            raise ValueError(number)
        return (self._asking(visit, lines[number], None, None, pressed=True),)

    def _open(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        citation = self._clause(arguments[0], self._visible(visit))
        if citation is None:
            return (Toast(visit.texts("clause.gone"), alert=True),)
        return (Say(clause_screen(citation, visit.texts), quoting=True),)

    def _asking(
        self, visit: Visit, text: str, previous: str | None, message: int | None, *, pressed: bool = False
    ) -> Asking:
        questions, clock = self._office.questions, self._office.clock
        earlier = questions.by_message(visit.place.chat, message) if message is not None else None
        number = questions.ask(visit.place, visit.person.id, text, previous=previous, now=clock.now(), message=message)
        units = visit.units
        question = Question(
            text=text,
            previous=previous,
            unit=units[0].name if len(units) == 1 else None,
            today=clock.today(),
            within=self._visible(visit),
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

    def _visible(self, visit: Visit) -> frozenset[str] | None:
        return self._office.visibility.visible(scopes(visit.person, visit.place, visit.group_unit))

    def _clause(self, token: str, visible: frozenset[str] | None) -> Citation | None:
        """The clause that a button's token stands for, with what stands under it; None when gone or not to be seen."""
        store = self._office.store
        clause = store.clause_by_token(token)
        if clause is None or (visible is not None and clause.directive not in visible):
            return None
        directive = store.directive(clause.directive)
        below = [c for c in store.clauses(clause.directive) if c.path.startswith(f"{clause.path}.")]
        return Citation(
            directive=clause.directive,
            number=directive.number if directive else None,
            title=directive.title if directive else None,
            path=clause.path,
            quote=_whole((clause, *below)),
            page=clause.page,
        )


def _whole(clauses: Sequence[StoredClause]) -> str:
    """The clauses one below the other, as many as are worth reading on a telephone."""
    kept: list[str] = []
    for clause in clauses:
        line = row_for_reading(clause.cells) if clause.cells else for_reading(clause.text)
        if kept and sum(map(len, kept)) + len(line) > OPENED_LIMIT:
            return "\n".join([*kept, "…"])
        kept.append(line)
    return "\n".join(kept)
