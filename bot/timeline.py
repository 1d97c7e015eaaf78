"""Deadlines as a picture for a telephone: 1080 pixels wide, months as sections, colours by urgency. Draws, decides nothing.

Telegram shrinks a photo until its longer side fits: one much taller than a telephone's screen could not be read.
The font is Be Vietnam Pro (SIL Open Font License), from the package `fontpkg-be-vietnam-pro`.
"""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Sequence

Urgency = Literal["late", "soon", "near", "far", "done"]

WIDTH, HEIGHT = 1080, 1920
_FOOT = 110  # below the last card: how many are left
_MARGIN = 48
_RAIL = 250  # where the line of time runs, between the days and the cards
_CARD_LEFT = _RAIL + 46
_LINE = 1.28  # distance of lines, in font sizes: stacked diacritics need room
_MAX_LINES = 3

_PAPER, _INK, _MUTED, _RULE, _CARD = "#F4F1EA", "#22262B", "#6A6F76", "#D3CEC2", "#FFFFFF"
COLOURS: dict[Urgency, str] = {
    "late": "#B3261E",
    "soon": "#D9730D",
    "near": "#B08900",
    "far": "#2E6F95",
    "done": "#4C8C4A",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One deadline: the day's number and weekday (empty without a stated day), what, by whom, how urgent."""

    section: str
    day: str
    weekday: str
    left: str
    what: str
    below: str
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class Timeline:
    """What stands in the picture; `legend` names the colours, `empty` stands for no items.

    `rest` is the sentence for what does not fit, with `{count}`; `further` are items that are not even given.
    """

    title: str
    subtitle: str
    items: tuple[Item, ...]
    legend: tuple[tuple[Urgency, str], ...]
    rest: str
    empty: str
    further: int = 0


@dataclass(frozen=True, slots=True)
class Drawing:
    """The picture as PNG, and how many of the items found room in it, from the first."""

    png: bytes
    drawn: int


def draw_timeline(timeline: Timeline, height: int = HEIGHT) -> Drawing:
    """As many items as fit into `height` pixels (one at least); `rest` says how many are left."""
    canvas = _Canvas(height - _FOOT)
    canvas.header(timeline)
    section = None
    drawn = 0
    for item in timeline.items:
        if drawn and not canvas.has_room(item, new_section=item.section != section):
            break
        if item.section != section:
            section = item.section
            canvas.section(section)
        canvas.item(item)
        drawn += 1
    left = timeline.further + len(timeline.items) - drawn
    if left or not timeline.items:
        canvas.note(timeline.rest.format(count=left) if left else timeline.empty)
    return Drawing(canvas.png(), drawn)


class _Canvas:
    """Draws downwards on a sheet that is long enough for any one item, cut to length at the end."""

    def __init__(self, bottom: int) -> None:
        self._bottom = bottom
        self._image = Image.new("RGB", (WIDTH, bottom + 1200), _PAPER)
        self._draw = ImageDraw.Draw(self._image)
        self._y = 0

    def header(self, timeline: Timeline) -> None:
        """Title, whose and when, and what the colours mean."""
        title = _wrapped(timeline.title, _font("Bold", 58), WIDTH - 2 * _MARGIN, 2)
        subtitle = _wrapped(timeline.subtitle, _font("Regular", 34), WIDTH - 2 * _MARGIN, 3)
        height = round(40 + len(title) * 58 * _LINE + 10 + len(subtitle) * 34 * _LINE + 36)
        self._draw.rectangle((0, 0, WIDTH, height), fill="#7A1420")
        self._y = 36
        self._lines(title, "Bold", 58, _MARGIN, "#FFFFFF")
        self._y += 10
        self._lines(subtitle, "Regular", 34, _MARGIN, "#F6DEDF")
        self._y = height + 30
        x = _MARGIN
        font = _font("Medium", 28)
        for urgency, name in timeline.legend:
            width = 30 + font.getlength(name) + 28
            if x + width > WIDTH - _MARGIN:
                x, self._y = _MARGIN, self._y + 46
            self._draw.ellipse((x, self._y + 8, x + 20, self._y + 28), fill=COLOURS[urgency])
            self._draw.text((x + 30, self._y), name, font=font, fill=_INK)
            x += round(width)
        self._y += 66

    def section(self, name: str) -> None:
        """The head of a month."""
        self._y += 14
        font = _font("Bold", 40)
        self._draw.text((_MARGIN, self._y), name, font=font, fill="#7A1420")
        right = _MARGIN + font.getlength(name) + 24
        self._draw.line((right, self._y + 30, WIDTH - _MARGIN, self._y + 30), fill=_RULE, width=3)
        self._y += 72

    def has_room(self, item: Item, *, new_section: bool) -> bool:
        """True when the item, with the head of its month, ends above the foot."""
        return self._y + (86 if new_section else 0) + self._card(item)[2] + 24 <= self._bottom

    def item(self, item: Item) -> None:
        """A day at the left, a dot on the line of time, a card at the right."""
        colour = COLOURS[item.urgency]
        what, below, height = self._card(item)
        left = _CARD_LEFT
        top, bottom = self._y, self._y + height
        self._draw.line((_RAIL, top - 6, _RAIL, bottom + 24), fill=_RULE, width=5)
        self._draw.rounded_rectangle((left, top, WIDTH - _MARGIN, bottom), 18, fill=_CARD, outline=_RULE, width=2)
        self._draw.rounded_rectangle((left, top, left + 12, bottom), 6, fill=colour)
        self._draw.ellipse((_RAIL - 15, top + 34, _RAIL + 15, top + 64), fill=colour, outline=_PAPER, width=5)
        self._right("Bold", 46, item.day, top + 8, colour)
        self._right("Regular", 25, item.weekday, top + 66, _MUTED)
        self._right("SemiBold", 25, item.left, top + 97, colour)
        self._y = top + 22
        self._lines(what, "Medium", 32, left + 34, _INK if item.urgency != "done" else _MUTED)
        self._y += 8
        self._lines(below, "Regular", 27, left + 34, _MUTED)
        self._y = bottom + 24

    def note(self, text: str) -> None:
        """A line below everything."""
        self._y += 12
        self._lines(_wrapped(text, _font("Medium", 34), WIDTH - 2 * _MARGIN, 2), "Medium", 34, _MARGIN, _MUTED)

    def png(self) -> bytes:
        """The sheet cut to what is drawn on it; few colours, so the file stays small, and quickly found."""
        whole = self._image.crop((0, 0, WIDTH, self._y + 36))
        out = io.BytesIO()
        whole.quantize(128, Image.Quantize.FASTOCTREE).save(out, "PNG")
        return out.getvalue()

    @staticmethod
    def _card(item: Item) -> tuple[list[str], list[str], int]:
        """The lines of a card, and its height."""
        inner = WIDTH - _MARGIN - _CARD_LEFT - 56
        what = _wrapped(item.what, _font("Medium", 32), inner, _MAX_LINES)
        below = _wrapped(item.below, _font("Regular", 27), inner, 2)
        height = round(26 + len(what) * 32 * _LINE + (8 + len(below) * 27 * _LINE if below else 0) + 24)
        return what, below, max(height, 140)

    def _lines(self, lines: Sequence[str], weight: str, size: int, x: int, colour: str) -> None:
        for line in lines:
            self._draw.text((x, self._y), line, font=_font(weight, size), fill=colour)
            self._y += round(size * _LINE)

    def _right(self, weight: str, size: int, text: str, y: int, colour: str) -> None:
        """Text that ends at the line of time, smaller when it is too long for its column."""
        width = _RAIL - 30 - _MARGIN
        text = _drawable(text)
        while size > 16 and _font(weight, size).getlength(text) > width:
            size -= 1
        font = _font(weight, size)
        self._draw.text((_RAIL - 30 - font.getlength(text), y), text, font=font, fill=colour)


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: int, most: int) -> list[str]:
    """The text in lines that fit, cut with an ellipsis after `most` of them."""
    lines: list[str] = []
    line = ""
    for word in _drawable(text).split():
        longer = f"{line} {word}".strip()
        if font.getlength(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while font.getlength(line) > width:  # one word wider than a line is broken where it must be
            fits = next(n for n in range(len(line) - 1, 0, -1) if font.getlength(line[:n]) <= width)
            lines.append(line[:fits])
            line = line[fits:]
    lines += [line] if line else []
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and font.getlength(f"{last}…") > width:
        last = last.rpartition(" ")[0] or last[:-1]
    return [*lines[: most - 1], last.rstrip(" ,;:.–-") + "…"]


def _drawable(text: str) -> str:
    """The text without what has no shape: control and formatting characters stray in from scans and word processors."""
    return "".join(" " if unicodedata.category(c)[0] == "C" else c for c in unicodedata.normalize("NFC", text))


@cache
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    font = files("fontpkg_be_vietnam_pro") / "files" / f"BeVietnamPro-{weight}.ttf"
    # The basic layout is everywhere the same; the other needs a library that not every machine has.
    return ImageFont.truetype(io.BytesIO(font.read_bytes()), size, layout_engine=ImageFont.Layout.BASIC)
