"""Replies as screens: what a person sees, as blocks of a document, and the buttons below. Pure; knows no Telegram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.callbacks import AskSuggestion, OpenClause, TurnGuide, encode
from bot.citing import citation_label, citation_line
from bot.conversation import Answered, ClauseShown, GuideShown, Notice
from bot.document import Block, Span, marked, paragraph, quotation, shorten
from corpus.identity import clause_token

if TYPE_CHECKING:
    from bot.conversation import Reply
    from bot.texts import Texts
    from index.answers import Answer, Citation

CITATION_BUTTONS = 5
SUGGESTIONS = 5
_SUGGESTION_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Button:
    """A button: what it says, and its callback data."""

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class Screen:
    """One thing shown: its blocks in order, and rows of buttons."""

    blocks: tuple[Block, ...]
    buttons: tuple[tuple[Button, ...], ...] = ()


def render(reply: Reply, texts: Texts) -> Screen:
    """A reply as a screen."""
    match reply:
        case Notice(paragraphs):
            return Screen(tuple(paragraph(text) for text in paragraphs))
        case Answered(answer, asked):
            return _answer(answer, asked, texts)
        case ClauseShown(citation):
            return Screen((*_quoted(citation, texts),))
        case GuideShown():
            return _guide(reply, texts)


def _answer(answer: Answer, asked: str | None, texts: Texts) -> Screen:
    blocks: list[Block] = []
    if asked:
        blocks.append(paragraph(texts("answer.asked", question=asked), "italic"))
    blocks.append(paragraph(answer.headline, "bold"))
    blocks += [paragraph(part) for part in _details(answer).split("\n\n") if part.strip()]
    first, *others = answer.citations or (None,)
    if first is not None:
        blocks += _quoted(first, texts)
    buttons: list[tuple[Button, ...]] = []
    if answer.abstained and answer.suggestions:
        lines = [shorten(line, _SUGGESTION_LIMIT) for line in answer.suggestions[:SUGGESTIONS]]
        blocks.append(_numbered(texts("answer.suggestions"), lines))
        # First, so that the numbers in the text are also the numbers of the buttons.
        buttons.append(tuple(Button(str(n), encode(AskSuggestion(n))) for n in range(1, len(lines) + 1)))
    buttons += [(_clause_button(citation, texts),) for citation in others[:CITATION_BUTTONS] if citation]
    return Screen(tuple(blocks), tuple(buttons))


def _details(answer: Answer) -> str:
    """The answer without the headline it starts with."""
    return answer.answer.removeprefix(answer.headline).lstrip(" .;:\n")


def _quoted(citation: Citation, texts: Texts) -> list[Block]:
    return [quotation(citation.quote), paragraph(f"📄 {citation_line(citation, texts)}", "italic")]


def _numbered(title: str, lines: list[str]) -> Block:
    return Block((Span("\n".join([title, *(f"{n}. {line}" for n, line in enumerate(lines, 1))])),))


def _clause_button(citation: Citation, texts: Texts) -> Button:
    token = clause_token(citation.directive, citation.path)
    return Button(f"📄 {citation_label(citation, texts)}", encode(OpenClause(token)))


def _guide(shown: GuideShown, texts: Texts) -> Screen:
    page = shown.pages[shown.number]
    blocks = (paragraph(page.title, "bold"), *marked(page.body), paragraph(texts("guide.contents"), "italic"))
    others = [
        Button(other.title, encode(TurnGuide(number)))
        for number, other in enumerate(shown.pages)
        if number != shown.number
    ]
    return Screen(blocks, tuple(tuple(others[at : at + 2]) for at in range(0, len(others), 2)))
