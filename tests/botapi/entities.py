"""The three parse modes, with Telegram's own refusals; these count in bytes, entities in UTF-16 units.

Rules and wording follow TDLib's MessageEntity.cpp (parse_html); nothing here knows messages or chats.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.botapi.errors import ApiError, bad_request
from tests.botapi.links import checked_link, linked_user
from tests.botapi.markdown import parse_markdown, parse_markdown_v2
from tests.botapi.text import Entity, utf16_length

_SIMPLE = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
_TAGS = {*_SIMPLE, "a", "pre", "code", "blockquote", "tg-emoji", "tg-time"}
_SPACES = b" \t\r\n\v\0"
_NAMED = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"'}
_REFERENCE = re.compile(rb"&(?:#x([0-9a-fA-F]*)|#(\d*)|([A-Za-z]*))")
_TOKEN = re.compile(rb"[A-Za-z0-9.-]*")


def parse(text: str, mode: str) -> tuple[str, list[Entity]]:
    """`text` without its mark-up, and the entities this makes. Raises ApiError for bad mark-up or an unknown mode."""
    match mode.lower():
        case "":
            return text, []
        case "html":
            return _Html(text).parse()
        case "markdown":
            return parse_markdown(text)
        case "markdownv2":
            return parse_markdown_v2(text)
    raise bad_request("unsupported parse_mode")


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    position: int
    extra: dict[str, str]


class _Html:
    """One pass over the bytes of a text; a NUL byte marks its end, as in the original."""

    def __init__(self, text: str) -> None:
        self._bytes = text.encode() + b"\0"
        self._size = len(self._bytes) - 1
        self._at = 0
        self._out: list[str] = []
        self._offset = 0
        self._stack: list[_Open] = []
        self._entities: list[Entity] = []

    def parse(self) -> tuple[str, list[Entity]]:
        while self._at < self._size:
            byte = self._bytes[self._at : self._at + 1]
            if byte == b"<":
                if self._bytes[self._at + 1 : self._at + 2] == b"/":
                    self._end_tag()
                else:
                    self._start_tag()
            elif byte == b"&" and (char := self._reference()):
                self._emit(char)
            else:
                self._emit(self._character())
        if self._stack:
            raise _refusal(f'Can\'t find end tag corresponding to start tag "{self._stack[-1].tag}"')
        entities = [Entity(e.type, e.offset, e.length) if e.type == "code" else e for e in self._entities]
        return "".join(self._out), entities

    def _emit(self, char: str) -> None:
        self._out.append(char)
        self._offset += utf16_length(char)

    def _character(self) -> str:
        start = self._at
        self._at += 1
        while self._at < self._size and self._bytes[self._at] & 0xC0 == 0x80:
            self._at += 1
        return self._bytes[start : self._at].decode()

    def _reference(self) -> str:
        """The character a reference at the present place stands for, or nothing (and then the place stays)."""
        match = _REFERENCE.match(self._bytes, self._at)
        if match is None:
            return ""
        if match[3] is not None:
            char = _NAMED.get(match[3], "")
        else:
            code = int(match[1] or b"0", 16) if match[1] is not None else int(match[2] or b"0")
            char = "" if code == 0 or code >= 0x10FFFF or match.end() - self._at >= 10 else chr(code)
        if char:
            self._at = match.end() + (self._bytes[match.end() : match.end() + 1] == b";")
        return char

    def _peek(self) -> int:
        return self._bytes[self._at]

    def _skip_spaces(self) -> None:
        while self._at < self._size and self._peek() in _SPACES:
            self._at += 1

    def _skip_to(self, stops: bytes) -> bytes:
        start = self._at
        while self._peek() not in _SPACES and self._peek() not in stops:
            self._at += 1
        return self._bytes[start : self._at]

    def _start_tag(self) -> None:
        begin = self._at
        self._at += 1
        tag = self._skip_to(b">").decode(errors="replace").lower()
        if self._at >= self._size:
            raise _refusal(f"Unclosed start tag at byte offset {begin}")
        if tag not in _TAGS:
            raise _refusal(f'Unsupported start tag "{tag}" at byte offset {begin}')
        opened = _Open(tag, "", self._offset, len(self._out), {})
        while self._peek() != ord(">"):
            self._skip_spaces()
            if self._peek() == ord(">"):
                break
            self._attribute(opened, begin)
        self._at += 1
        if tag == "span" and opened.argument != "spoiler":
            raise _refusal(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self._stack.append(opened)

    def _attribute(self, opened: _Open, begin: int) -> None:
        name = self._skip_to(b"=>").decode(errors="replace")
        if not name:
            raise _refusal(f'Empty attribute name in the tag "{opened.tag}" at byte offset {begin}')
        self._skip_spaces()
        if self._at >= self._size:
            raise _refusal(f'Unclosed start tag "{opened.tag}" at byte offset {begin}')
        if self._peek() != ord("="):
            if (opened.tag, name) == ("blockquote", "expandable"):
                opened.argument = "1"
            return
        self._at += 1
        self._skip_spaces()
        if self._at >= self._size:
            raise _refusal(f'Unclosed start tag "{opened.tag}" at byte offset {begin}')
        value = self._literal() if self._peek() in b"\"'" else self._name_token()
        if self._at >= self._size:
            raise _refusal(f"Unclosed start tag at byte offset {begin}")
        _take_attribute(opened, name, value)

    def _name_token(self) -> str:
        start = self._at
        token = _TOKEN.match(self._bytes, start)
        self._at = token.end() if token else start
        if self._peek() not in _SPACES and self._peek() != ord(">"):
            raise _refusal(f"Unexpected end of name token at byte offset {start}")
        return self._bytes[start : self._at].decode().lower()

    def _literal(self) -> str:
        quote = self._peek()
        self._at += 1
        value: list[str] = []
        while self._at < self._size and self._peek() != quote:
            char = self._reference() if self._peek() == ord("&") else ""
            value.append(char or self._character())
        if self._at < self._size:
            self._at += 1
        return "".join(value)

    def _end_tag(self) -> None:
        begin = self._at
        if not self._stack:
            raise _refusal(f"Unexpected end tag at byte offset {begin}")
        self._at += 2
        name = self._skip_to(b">").decode(errors="replace").lower()
        self._skip_spaces()
        if self._peek() != ord(">"):
            raise _refusal(f"Unclosed end tag at byte offset {begin}")
        self._at += 1
        opened = self._stack.pop()
        if name and name != opened.tag:
            raise _refusal(f'Unmatched end tag at byte offset {begin}, expected "</{opened.tag}>", found "</{name}>"')
        if self._offset > opened.offset:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        offset, length = opened.offset, self._offset - opened.offset
        match opened.tag:
            case "blockquote":
                kind = "expandable_blockquote" if opened.argument else "blockquote"
                self._entities.append(Entity(kind, offset, length))
            case "a":
                self._close_link(opened, offset, length)
            case "tg-emoji":
                if not opened.argument.isdigit() or int(opened.argument) == 0:
                    raise _refusal("Invalid custom emoji identifier specified")
                self._entities.append(Entity("custom_emoji", offset, length, {"custom_emoji_id": opened.argument}))
            case "tg-time":
                if opened.argument.isdigit():
                    extra = {"unix_time": int(opened.argument), **opened.extra}
                    self._entities.append(Entity("date_time", offset, length, extra))
            case "pre" | "code":
                self._close_code(opened, offset, length)
            case tag:
                self._entities.append(Entity(_SIMPLE[tag], offset, length))

    def _close_code(self, opened: _Open, offset: int, length: int) -> None:
        """Code inside pre, or pre inside code, over the same span is one block in the language that the code names."""
        last = self._entities[-1] if self._entities else Entity("", 0, 0)
        same_span = (last.offset, last.length) == (offset, length)
        language = {"language": opened.argument} if opened.argument else {}
        if opened.tag == "pre" and same_span and last.type == "code" and last.extra:
            self._entities[-1] = Entity("pre", offset, length, last.extra)
        elif opened.tag == "code" and same_span and last.type == "pre" and language:
            self._entities[-1] = Entity("pre", offset, length, language)
        else:
            self._entities.append(Entity(opened.tag, offset, length, language))

    def _close_link(self, opened: _Open, offset: int, length: int) -> None:
        url = opened.argument or "".join(self._out[opened.position :])
        if (user := linked_user(url)) is not None:
            self._entities.append(Entity("text_mention", offset, length, {"user_id": user}))
        elif (link := checked_link(url)) is not None:
            self._entities.append(Entity("text_link", offset, length, {"url": link}))


def _take_attribute(opened: _Open, name: str, value: str) -> None:
    match opened.tag, name:
        case ("a", "href") | ("tg-emoji", "emoji-id") | ("tg-time", "unix"):
            opened.argument = value
        case "tg-time", "format":
            opened.extra["date_time_format"] = value
        case "code", "class" if value.startswith("language-"):
            opened.argument = value.removeprefix("language-")
        case "span", "class" if value.startswith("tg-"):
            opened.argument = value.removeprefix("tg-")


def _refusal(text: str) -> ApiError:
    return bad_request(f"can't parse entities: {text}")
