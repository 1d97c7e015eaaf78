"""Message blocks at the terminal, drawn with rich; what they say is settled elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from bot.message_blocks import Block, Style

_STYLES: dict[Style, str] = {"plain": "", "bold": "bold", "italic": "dim italic", "code": "cyan"}
_WIDTH = 100


def reading_console() -> Console:
    """The terminal, no wider than is comfortable to read."""
    console = Console(highlight=False)
    console.width = min(console.width, _WIDTH)
    return console


def drawn(blocks: Sequence[Block]) -> Iterator[RenderableType]:
    """Each block with its styles: a quotation in a frame, its source right below, other paragraphs apart."""
    for position, block in enumerate(blocks):
        if position and block.kind == "text" and blocks[position - 1].kind == "text":
            yield Text()
        text = Text.assemble(*((span.text, _STYLES[span.style]) for span in block.spans))
        yield Panel(text, border_style="dim") if block.kind == "quote" else text
