"""A message as structure: blocks of styled spans, turned into Telegram HTML or plain text, split only where it is safe.

Knows no bot and no answer. Telegram counts a message after its entities are parsed; 4,096 UTF-16 units stay below its
limit however it counts. It also refuses raw text above 32 KiB.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Style = Literal["plain", "bold", "italic", "code"]
Kind = Literal["text", "quote"]

TEXT_LIMIT = 4096
RAW_LIMIT = 32 * 1024

_TAGS: dict[Style, tuple[str, str]] = {
    "plain": ("", ""),
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "code": ("<code>", "</code>"),
}
_MARKS: dict[str, Style] = {"**": "bold", "*": "italic", "`": "code"}
_MARKED = re.compile(r"(\*\*|\*|`)(?=\S)(.+?)(?<=\S)\1")

# Where a block may be cut, the best place first: between paragraphs, lines, sentences, clauses, words.
_BREAKS = (
    re.compile(r"\n{2,}"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…])\s"),
    re.compile(r"(?<=[;,:])\s"),
    re.compile(r"\s"),
)


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style."""

    text: str
    style: Style = "plain"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (its lines parted by `\\n`) or a quotation."""

    spans: tuple[Span, ...]
    kind: Kind = "text"

    @property
    def text(self) -> str:
        """The words without style."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Piece:
    """One message: the same content as HTML and as plain text."""

    html: str
    plain: str


def paragraph(text: str, style: Style = "plain") -> Block:
    """A paragraph in one style."""
    return Block((Span(text, style),))


def quotation(text: str) -> Block:
    """Words quoted as published."""
    return Block((Span(text),), "quote")


def marked(text: str) -> tuple[Block, ...]:
    """Blocks of a small Markdown: paragraphs between blank lines, `- ` items, `**bold**`, `*italic*`, `` `code` ``."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return tuple(Block(tuple(_spans(re.sub(r"(?m)^- ", "• ", part)))) for part in paragraphs if part)


def pieces(blocks: Iterable[Block], limit: int = TEXT_LIMIT, raw_limit: int = RAW_LIMIT) -> tuple[Piece, ...]:
    """The blocks as few messages, each within `limit` UTF-16 units of text and `raw_limit` bytes of HTML.

    A block moves whole to the next message when it can; one too long for any message is cut between paragraphs, lines,
    sentences or words, and its style and quotation continue in the next. Blank blocks are left out.
    """

    def fits(group: Sequence[Block]) -> bool:
        return units(_plain(group)) <= limit and len(_html(group).encode()) <= raw_limit

    def fits_after(group: Sequence[Block]) -> Callable[[Block], bool]:
        return lambda part: fits((*group, part))

    messages: list[tuple[Block, ...]] = []
    group: tuple[Block, ...] = ()
    for whole in blocks:
        block = _trim(whole)
        if not block.text:
            continue
        if not fits((*group, block)):
            # What must be cut anyway begins where there is room; anything shorter stays whole.
            if not fits((block,)) and units(_plain(group)) < limit // 2:
                head, block = _cut(block, fits_after(group))
                group = (*group, head)
            messages += [group] if group else []
            group = ()
        while not fits((block,)):
            head, block = _cut(block, fits_after(()))
            messages.append((head,))
        if block.text:
            group = (*group, block)
    if group:
        messages.append(group)
    return tuple(Piece(_html(message), _plain(message)) for message in messages)


def plain(blocks: Iterable[Block]) -> str:
    """The blocks as plain text of any length."""
    return _plain([block for block in map(_trim, blocks) if block.text])


def units(text: str) -> int:
    """The length in UTF-16 code units, as Telegram counts offsets."""
    return len(text.encode("utf-16-le")) // 2


def shorten(text: str, limit: int) -> str:
    """`text` on one line, cut at a word with an ellipsis when longer than `limit` characters."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    return (head.rsplit(" ", 1)[0] if " " in head[limit // 2 :] else head).rstrip(" ,;:.–-") + "…"


def _html(blocks: Sequence[Block]) -> str:
    return "\n\n".join(_block_html(block) for block in blocks)


def _block_html(block: Block) -> str:
    inner = "".join(_TAGS[s.style][0] + escape(s.text, quote=False) + _TAGS[s.style][1] for s in block.spans if s.text)
    return f"<blockquote expandable>{inner}</blockquote>" if block.kind == "quote" else inner


def _plain(blocks: Sequence[Block]) -> str:
    return "\n\n".join(f"«{b.text}»" if b.kind == "quote" else b.text for b in blocks)


def _spans(text: str) -> Iterator[Span]:
    end = 0
    for found in _MARKED.finditer(text):
        yield Span(text[end : found.start()])
        yield Span(found[2], _MARKS[found[1]])
        end = found.end()
    yield Span(text[end:])


def _trim(block: Block) -> Block:
    """The block without white space at its ends."""
    text = block.text
    start = len(text) - len(text.lstrip())
    return _slice(block, start, len(text.rstrip()))


def _slice(block: Block, start: int, stop: int) -> Block:
    spans: list[Span] = []
    position = 0
    for span in block.spans:
        part = span.text[max(start - position, 0) : max(stop - position, 0)]
        position += len(span.text)
        if part:
            spans.append(Span(part, span.style))
    return replace(block, spans=tuple(spans))


def _cut(block: Block, fits: Callable[[Block], bool]) -> tuple[Block, Block]:
    """The longest head that fits, ending at the best break in its second half, and the rest."""
    text = block.text
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(_slice(block, 0, middle)) else (low, middle - 1)
    at = _break_before(text, low)
    return _trim(_slice(block, 0, at)), _trim(_slice(block, at, len(text)))


def _break_before(text: str, longest: int) -> int:
    window = text[: longest + 1]
    for pattern in _BREAKS:
        ends = [m.start() for m in pattern.finditer(window) if longest // 2 <= m.start() <= longest and m.start() > 0]
        if ends:
            return ends[-1]
    at = longest
    # One unbroken word: at least keep a letter and its marks, or a joined emoji, together.
    while at > 1 and at < len(text) and (unicodedata.combining(text[at]) or "\u200d" in text[at - 1 : at + 1]):
        at -= 1
    return at
