"""Answers, clauses and the guide as screens. Pure; knows no Telegram."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.callbacks import encode
from bot.citation_words import TITLE_LIMIT, citation_label, citation_line, for_reading, place_in_words
from bot.message_blocks import Block, Span, marked, paragraph, quotation, shorten
from bot.screens import Button, Screen, rows_of
from corpus.clause_places import path_in_words
from corpus.identity import clause_token

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.guide import GuidePage
    from bot.texts import Texts
    from index.answers import Answer, Citation

CITATION_BUTTONS = 5
SUGGESTIONS = 5
_SUGGESTION_LIMIT = 300
_SHORT_TITLE = 60  # with number and place, about a line of a terminal
_QUOTATION = re.compile(r"“(?P<words>.+)”(?: \([^()]*(?:\([^()]*\)[^()]*)*\))?\.?", re.DOTALL)


def clause_screen(citation: Citation, texts: Texts) -> Screen:
    """A clause opened from a button, with where it stands."""
    return Screen((*_quoted(citation, citation.quote, texts),))


def answer_page(answer: Answer, texts: Texts) -> tuple[Block, ...]:
    """An answer to read where nothing can be pressed: citations that it does not quote are lines, not buttons."""
    said, quoted = _taken_apart(answer)
    blocks = [paragraph(answer.headline, "bold"), *(paragraph(words) for words in said)]
    if answer.abstained:
        return _with_suggestions(blocks, answer, texts).blocks
    for citation, words in quoted.items():
        blocks += _quoted(citation, words, texts, _SHORT_TITLE)
    others = [citation_line(c, texts, _SHORT_TITLE) for c in answer.citations if c not in quoted]
    return (*blocks, *([_list(texts("answer.see_also"), (f"• {line}" for line in others))] if others else []))


def answer_screen(answer: Answer, asked: str | None, texts: Texts) -> Screen:
    """An answer; `asked` is the question when the person did not type it (a suggestion they pressed)."""
    said, quoted = _taken_apart(answer)
    blocks: list[Block] = []
    if asked:
        blocks.append(paragraph(texts("answer.asked", question=asked), "italic"))
    blocks.append(paragraph(answer.headline, "bold"))
    blocks += [paragraph(words) for words in said]
    if answer.abstained:
        return _with_suggestions(blocks, answer, texts)
    for citation, words in quoted.items():
        blocks += _quoted(citation, words, texts)
    others = [citation for citation in answer.citations if citation not in quoted][:CITATION_BUTTONS]
    if answer.kind == "list" and answer.tasks:  # its lines name their places, and a button leads to all of them
        others = []
    buttons = [*(_whole_button(c, texts) for c in answer.citations[:1]), *(_clause_button(c, texts) for c in others)]
    return Screen(tuple(blocks), tuple((button,) for button in buttons))


def _with_suggestions(blocks: list[Block], answer: Answer, texts: Texts) -> Screen:
    """An abstention: what is nearest, each under a number that opens its clause, or asks it when it is a question."""
    lines = [shorten(line, _SUGGESTION_LIMIT) for line in answer.suggestions[:SUGGESTIONS]]
    if not lines:
        return Screen(tuple(blocks))
    row = []
    for number, suggestion in enumerate(answer.suggestions[:SUGGESTIONS], 1):
        clause = next((c for c in answer.citations if _names(suggestion, c)), None)
        data = encode("c", clause_token(clause.directive, clause.path)) if clause else encode("s", number)
        row.append(Button(str(number), data))
    numbered = (f"{n}. {line}" for n, line in enumerate(lines, 1))
    return Screen((*blocks, _list(texts("answer.suggestions"), numbered)), (tuple(row),))


def _names(suggestion: str, citation: Citation) -> bool:
    """True when a suggestion is of this citation's clause: it names the place in words, and the number where there is one."""
    return f", {path_in_words(citation.path)}:" in suggestion and (citation.number or "") in suggestion


def _taken_apart(answer: Answer) -> tuple[list[str], dict[Citation, str]]:
    """The answer's own words by paragraph, and the citations to quote with the words to show.

    `Answer.answer` is one plain text for people and scripts: headline, quotations, nearest clauses. A screen shows the
    headline, quotations and suggestions in their own places, so they leave the text here.
    """
    quoted = {citation: citation.quote for citation in answer.citations[:1]}
    said: list[str] = []
    for part in answer.answer.removeprefix(answer.headline).lstrip(" .;:\n").split("\n\n"):
        quotation_found = _QUOTATION.fullmatch(part.strip())
        words = quotation_found["words"].strip("… ") if quotation_found else ""
        citation = next((c for c in answer.citations if words and _overlap(words, c.quote)), None)
        if citation is not None:
            # The citation keeps to one stretch of the source; the answer may show a clause whole across a page break.
            quoted[citation] = words if len(_letters(words)) > len(_letters(citation.quote)) else citation.quote
            continue
        own = [line for line in part.split("\n") if not _repeats(line, answer)]
        if len(own) < len(part.split("\n")) and own and own[-1].endswith(":"):
            own.pop()  # it introduced the list that is now shown below
        if "".join(own).strip():
            said.append("\n".join(own))
    return said, quoted


def _overlap(words: str, quote: str) -> bool:
    """True when one holds the other, whatever marks and spaces stand between the letters."""
    one, other = _letters(words), _letters(quote)
    return one in other or other in one


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def _repeats(line: str, answer: Answer) -> bool:
    """True for a suggestion, and for a line that only says where the first citation stands."""
    source = any(
        re.fullmatch(rf"\(.*{re.escape(path_in_words(c.path))}(?:, .*)?\)\.?", line) for c in answer.citations[:1]
    )
    return source or line.removeprefix("•").strip() in answer.suggestions


def _quoted(citation: Citation, words: str, texts: Texts, title_limit: int = TITLE_LIMIT) -> list[Block]:
    return [quotation(for_reading(words)), paragraph(f"📄 {citation_line(citation, texts, title_limit)}", "italic")]


def _list(title: str, lines: Iterable[str]) -> Block:
    return Block((Span("\n".join([title, *lines])),))


def _whole_button(citation: Citation, texts: Texts) -> Button:
    """Opens the quoted clause itself: the quotation may be one stretch of it, or a heading without its items."""
    token = clause_token(citation.directive, citation.path)
    label = texts("answer.whole_clause", place=place_in_words(citation.path, texts))
    return Button(f"📖 {label}", encode("c", token))


def _clause_button(citation: Citation, texts: Texts) -> Button:
    token = clause_token(citation.directive, citation.path)
    return Button(f"📄 {citation_label(citation, texts)}", encode("c", token))


def guide_screen(pages: Sequence[GuidePage], number: int, texts: Texts) -> Screen:
    """A page of the guide (`number` counts from 0), with buttons to the others."""
    page = pages[number]
    blocks = (paragraph(page.title, "bold"), *marked(page.body), paragraph(texts("guide.contents"), "italic"))
    others = [Button(other.title, encode("g", at)) for at, other in enumerate(pages) if at != number]
    return Screen(blocks, rows_of(others, 2))
