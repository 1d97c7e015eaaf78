"""The user guide that /trogiup serves, as pages; the Markdown files beside this one are also read as they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.texts import Language

_FILES: dict[Language, str] = {"vi": "huong-dan.md", "en": "guide.md"}
_HEADING = re.compile(r"^#{1,2} +(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class GuidePage:
    """One part of the guide: its title and its body in the small Markdown that `bot.message_blocks` understands."""

    title: str
    body: str


@cache
def load_guide(language: Language) -> tuple[GuidePage, ...]:
    """The pages in order: the introduction first, then one for each second-level heading."""
    text = files(__package__).joinpath(_FILES[language]).read_text(encoding="utf-8")
    _, *parts = _HEADING.split(text)
    return tuple(GuidePage(title.strip(), body.strip()) for title, body in zip(parts[::2], parts[1::2], strict=True))
