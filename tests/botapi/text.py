"""Text as Telegram keeps it: UTF-16 offsets, trimming, nested entities, and the entities it finds by itself."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tests.botapi.errors import bad_request

if TYPE_CHECKING:
    from collections.abc import Iterable

# Order of entities over the same span: outermost first (TDLib, MessageEntity.cpp, get_type_priority).
_PRIORITY = {
    "blockquote": 0,
    "expandable_blockquote": 0,
    "pre": 10,
    "code": 20,
    "text_link": 49,
    "text_mention": 49,
    "bold": 90,
    "italic": 91,
    "underline": 92,
    "strikethrough": 93,
    "spoiler": 94,
    "custom_emoji": 99,
}
_SPLITTABLE = ("bold", "italic", "underline", "strikethrough", "spoiler")
_QUOTES = ("blockquote", "expandable_blockquote")

_CONTROL = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f]")
_DROPPED = re.compile("[\r\u2028-\u202e\u0333\u033f\u030a]")

_WORD = r"\w"
_URL_END = ".:;,('?!`"
_AUTO = (
    (
        "url",
        re.compile(
            r"(?<![\w@.])(?:https?://|ftp://)[^\s<>\"«»]+|(?<![\w@./:])(?:[\w-]+\.)+(?:com|net|org|info|vn|me|io|dev|app|edu|gov)"
            r"(?![\w@.-]*@)\b(?::\d+)?(?:[/?#][^\s<>\"«»]*)?",
            re.IGNORECASE,
        ),
    ),
    ("email", re.compile(r"(?<![\w.+-])[A-Za-z0-9_.+-]{1,64}@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,10}\b")),
    ("mention", re.compile(rf"(?<!{_WORD})@[A-Za-z0-9_]{{2,32}}(?!{_WORD})")),
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>@])")),
    ("hashtag", re.compile(r"(?<!\w)#(?=\w*[^\W\d_])\w{1,256}(?![\w#])")),
    ("cashtag", re.compile(r"(?<![\w$])\$[A-Z]{1,8}(?![\w$])")),
)


@dataclass(frozen=True, slots=True)
class Entity:
    """A marked span; `offset` and `length` count UTF-16 code units. `extra` holds url, language, user_id."""

    type: str
    offset: int
    length: int
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def end(self) -> int:
        return self.offset + self.length


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, the unit of entity offsets."""
    return len(text) + sum(c > "\uffff" for c in text)


def utf16_slice(text: str, offset: int, length: int) -> str:
    """The part of `text` that an entity marks."""
    encoded = text.encode("utf-16-le")
    return encoded[2 * offset : 2 * (offset + length)].decode("utf-16-le", errors="replace")


def clean(text: str, entities: Iterable[Entity]) -> tuple[str, list[Entity]]:
    """`text` trimmed and freed of control characters, its entities moved along, nested properly and completed.

    Raises ApiError when an entity does not fit the text.
    """
    marked = sorted(entities, key=_order)
    total = utf16_length(text)
    for entity in marked:
        if entity.offset > total:
            raise bad_request(f"entity begins after the end of the text at UTF-16 offset {entity.offset}")
        if entity.end > total:
            raise bad_request(
                f"entity beginning at UTF-16 offset {entity.offset} ends after the end of the text "
                f"at UTF-16 offset {entity.end}"
            )
    text, marked = _without(text, marked)
    marked = [e for e in marked if utf16_slice(text, e.offset, e.length).strip(" \n")]
    text, marked = _trimmed(text, marked)
    return text, _nested(marked, _found(text))


def _order(entity: Entity) -> tuple[int, int, int]:
    return entity.offset, -entity.length, _PRIORITY.get(entity.type, 50)


def _without(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    text = _CONTROL.sub(" ", text)
    dropped = [utf16_length(text[: m.start()]) for m in _DROPPED.finditer(text)]
    if not dropped:
        return text, entities

    def moved(position: int) -> int:
        return position - sum(d < position for d in dropped)

    kept = [replace(e, offset=moved(e.offset), length=moved(e.end) - moved(e.offset)) for e in entities]
    return _DROPPED.sub("", text), kept


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    first = min((e.offset for e in entities), default=len(text))
    lead = min(len(text) - len(text.lstrip(" \n")), first)
    text = text[lead:].rstrip(" \n")
    end = utf16_length(text)
    moved = (replace(e, offset=e.offset - lead, length=min(e.length, end - e.offset + lead)) for e in entities)
    return text, [e for e in moved if e.length > 0]


def _found(text: str) -> list[Entity]:
    found: list[Entity] = []
    for kind, pattern in _AUTO:
        for match in pattern.finditer(text):
            span = match[0].rstrip(_URL_END) if kind == "url" else match[0]
            entity = Entity(kind, utf16_length(text[: match.start()]), utf16_length(span))
            if not any(_overlap(entity, other) for other in found):
                found.append(entity)
    return sorted(found, key=_order)


def _overlap(one: Entity, other: Entity) -> bool:
    return one.offset < other.end and other.offset < one.end


def _nested(given: list[Entity], found: list[Entity]) -> list[Entity]:
    """Entities such that of two that overlap one contains the other, and code stands alone."""
    quotes = [e for e in given if e.type in _QUOTES]
    solid: list[Entity] = []
    for entity in (e for e in given if e.type not in _SPLITTABLE and e.type not in _QUOTES):
        if not any(_overlap(entity, other) for other in solid):
            solid.append(entity)
    solid += [e for e in found if not any(_overlap(e, other) for other in solid)]
    code = [e for e in solid if e.type in {"code", "pre"}]
    cuts = sorted({p for e in (*solid, *quotes) for p in (e.offset, e.end)})
    pieces: list[Entity] = []
    for kind in _SPLITTABLE:
        for start, end in _merged([(e.offset, e.end) for e in given if e.type == kind]):
            pieces += _split(kind, start, end, [c for c in cuts if start < c < end], [*solid, *quotes], code)
    return sorted([*quotes, *solid, *pieces], key=_order)


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _split(kind: str, start: int, end: int, cuts: list[int], others: list[Entity], code: list[Entity]) -> list[Entity]:
    crossing = {
        p
        for e in others
        if _overlap(Entity(kind, start, end - start), e)
        and (e in code or not ((start <= e.offset and e.end <= end) or (e.offset <= start and end <= e.end)))
        for p in (e.offset, e.end)
    }
    edges = [start, *(c for c in cuts if c in crossing), end]
    spans = (Entity(kind, a, b - a) for a, b in itertools.pairwise(edges))
    return [span for span in spans if not any(_overlap(span, e) for e in code)]
