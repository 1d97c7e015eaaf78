"""MarkdownV2 and the legacy Markdown, as strictly as Telegram reads them (TDLib, MessageEntity.cpp)."""

from __future__ import annotations

from dataclasses import dataclass

from tests.botapi.errors import ApiError, bad_request
from tests.botapi.links import checked_link, linked_user
from tests.botapi.text import Entity, utf16_length

_RESERVED = "_*[]()~`>#+-=|{}.!\n"
_NAMES = {
    "bold": "Bold",
    "italic": "Italic",
    "underline": "Underline",
    "strikethrough": "Strikethrough",
    "spoiler": "Spoiler",
    "code": "Code",
    "pre": "Pre",
    "precode": "PreCode",
    "text_link": "TextUrl",
    "custom_emoji": "CustomEmoji",
    "blockquote": "BlockQuote",
}


def _refusal(text: str) -> ApiError:
    return bad_request(f"can't parse entities: {text}")


def _reserved(char: str) -> ApiError:
    return _refusal(f"Character '{char}' is reserved and must be escaped with the preceding '\\'")


def _linked(url: str, offset: int, length: int) -> list[Entity]:
    if (user := linked_user(url)) is not None:
        return [Entity("text_mention", offset, length, {"user_id": user})]
    link = checked_link(url)
    return [Entity("text_link", offset, length, {"url": link})] if link else []


@dataclass(slots=True)
class _Open:
    kind: str
    language: str
    offset: int
    byte_offset: int
    position: int


class _MarkdownV2:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._out: list[str] = []
        self._offset = 0
        self._stack: list[_Open] = []
        self._entities: list[Entity] = []
        self._quoting = False
        self._expandable = False

    def parse(self) -> tuple[str, list[Entity]]:
        while self._at < len(self._text):
            char = self._text[self._at]
            if char == "\\" and "\0" < self._ahead(1) <= "~":
                self._emit(self._ahead(1))
                self._at += 2
            elif char not in ("`" if self._in_code() else _RESERVED):
                self._emit(char)
                self._at += 1
            elif self._stack and self._ends(char):
                self._end(char)
            else:
                self._begin(char)
        if self._stack and self._stack[-1].kind == "blockquote":
            self._close_quote(self._stack.pop())
        if self._stack:
            raise self._unended()
        return "".join(self._out), self._entities

    def _ahead(self, distance: int) -> str:
        return self._text[self._at + distance : self._at + distance + 1]

    def _bytes_before(self, position: int) -> int:
        return len(self._text[:position].encode())

    def _emit(self, char: str) -> None:
        self._out.append(char)
        self._offset += utf16_length(char)

    def _in_code(self) -> bool:
        return bool(self._stack) and self._stack[-1].kind in {"code", "pre", "precode"}

    def _unended(self) -> ApiError:
        opened = self._stack[-1]
        return _refusal(f"Can't find end of {_NAMES[opened.kind]} entity at byte offset {opened.byte_offset}")

    def _ends(self, char: str) -> bool:
        if self._quoting and char == "\n" and self._ahead(1) != ">":
            return True
        two = char + self._ahead(1)
        match self._stack[-1].kind:
            case "bold":
                return char == "*"
            case "italic":
                return char == "_" and two != "__"
            case "underline":
                return two == "__"
            case "strikethrough":
                return char == "~"
            case "spoiler":
                return two == "||"
            case "code":
                return char == "`"
            case "pre" | "precode":
                return two + self._ahead(2) == "```"
            case "text_link" | "custom_emoji":
                return char == "]"
        # An expandable quotation ends with `||` that opens nothing.
        return two == "||" and self._text[self._at + 2 : self._at + 3] in {"", "\n"}

    def _begin(self, char: str) -> None:
        start = self._at
        kind, width = self._opening(char)
        self._at += width
        if kind == "newline":
            self._emit("\n")
            if self._ahead(0) != ">":
                return
            self._at += 1
            if self._quoting:
                return
            kind = "blockquote"
        if kind == "blockquote":
            self._quoting = True
        language = ""
        if kind == "pre":
            language = self._language()
            kind = "precode" if language else "pre"
        self._stack.append(_Open(kind, language, self._offset, self._bytes_before(start), len(self._out)))

    def _opening(self, char: str) -> tuple[str, int]:
        two = char + self._ahead(1)
        if char == "\n":
            return "newline", 1
        if char == ">" and self._at == 0:
            return "blockquote", 1
        if two in {"__", "||", "!["}:
            return {"__": "underline", "||": "spoiler", "![": "custom_emoji"}[two], 2
        if two + self._ahead(2) == "```":
            return "pre", 3
        if char in "_*~[`":
            return {"_": "italic", "*": "bold", "~": "strikethrough", "[": "text_link", "`": "code"}[char], 1
        raise _reserved(char)

    def _language(self) -> str:
        end = self._at
        while end < len(self._text) and not self._text[end].isspace() and self._text[end] != "`":
            end += 1
        language = ""
        if end != self._at and end < len(self._text) and self._text[end] != "`":
            language = self._text[self._at : end]
            self._at = end
        if self._ahead(0) in {"\n", "\r"} and self._ahead(0):
            self._at += 2 if self._ahead(1) in {"\n", "\r"} and self._ahead(1) not in {"", self._ahead(0)} else 1
        return language

    def _end(self, char: str) -> None:
        opened = self._stack[-1]
        if char == "\n" and opened.kind != "blockquote":
            raise self._unended()
        self._stack.pop()
        length = self._offset - opened.offset
        match opened.kind:
            case "blockquote":
                if char == "|":
                    self._expandable = True
                    self._at += 2
                    if self._ahead(0):
                        self._emit("\n")
                        self._at += 1
                else:
                    self._emit("\n")
                    self._at += 1
                self._close_quote(opened)
                return
            case "text_link" | "custom_emoji":
                self._end_link(opened, length)
                return
            case "underline" | "spoiler":
                self._at += 2
            case "pre" | "precode":
                self._at += 3
            case _:
                self._at += 1
        if length:
            kind = "pre" if opened.kind == "precode" else opened.kind
            self._entities.append(
                Entity(kind, opened.offset, length, {"language": opened.language} if opened.language else {})
            )

    def _close_quote(self, opened: _Open) -> None:
        kind = "expandable_blockquote" if self._expandable else "blockquote"
        self._quoting = self._expandable = False
        if length := self._offset - opened.offset:
            self._entities.append(Entity(kind, opened.offset, length))

    def _end_link(self, opened: _Open, length: int) -> None:
        self._at += 1
        emoji = opened.kind == "custom_emoji"
        if self._ahead(0) != "(":
            if emoji:
                raise _refusal("Custom emoji entity must contain a tg://emoji URL")
            url = "".join(self._out[opened.position :])
        else:
            url = self._url("custom emoji URL" if emoji else "URL")
        if emoji:
            identifier = url.partition("tg://emoji?id=")[2]
            if not identifier.isdigit():
                raise _refusal("Custom emoji URL must have an emoji identifier")
            self._entities.append(Entity("custom_emoji", opened.offset, length, {"custom_emoji_id": identifier}))
        elif length:
            self._entities += _linked(url, opened.offset, length)

    def _url(self, what: str) -> str:
        self._at += 1
        start = self._at
        url: list[str] = []
        while self._at < len(self._text) and self._text[self._at] != ")":
            if self._text[self._at] == "\\" and "\0" < self._ahead(1) <= "~":
                self._at += 1
            url.append(self._text[self._at])
            self._at += 1
        if self._at >= len(self._text):
            raise _refusal(f"Can't find end of a {what} at byte offset {self._bytes_before(start)}")
        self._at += 1
        return "".join(url)


def parse_markdown_v2(text: str) -> tuple[str, list[Entity]]:
    """Text and entities of MarkdownV2. Raises ApiError as Telegram words it."""
    return _MarkdownV2(text).parse()


def parse_markdown(text: str) -> tuple[str, list[Entity]]:
    """Text and entities of the legacy Markdown (no nesting). Raises ApiError as Telegram words it."""
    out: list[str] = []
    entities: list[Entity] = []
    offset = at = 0
    while at < len(text):
        char = text[at]
        if char == "\\" and text[at + 1 : at + 2] in {"_", "*", "`", "["}:
            out.append(text[at + 1])
            offset, at = offset + 1, at + 2
            continue
        if char not in "_*`[":
            out.append(char)
            offset, at = offset + utf16_length(char), at + 1
            continue
        fence = "```" if text.startswith("```", at) else {"[": "]"}.get(char, char)
        start = at + (3 if fence == "```" else 1)
        language = ""
        if fence == "```":
            start, language = _fenced(text, start)
        end = text.find(fence, start)
        if end < 0:
            raise _refusal(f"Can't find end of the entity starting at byte offset {len(text[:at].encode())}")
        inner = text[start:end]
        out.append(inner)
        length = utf16_length(inner)
        at = end + len(fence)
        if char == "[":
            url = inner
            if text[at : at + 1] == "(":
                close = text.find(")", at)
                url, at = (text[at + 1 : close], close + 1) if close >= 0 else (text[at + 1 :], len(text))
            entities += _linked(url, offset, length) if length else []
        elif length:
            kind = "pre" if fence == "```" else {"_": "italic", "*": "bold", "`": "code"}[char]
            entities.append(Entity(kind, offset, length, {"language": language} if language else {}))
        offset += length
    return "".join(out), entities


def _fenced(text: str, start: int) -> tuple[int, str]:
    """Where the code of a fence begins, and its language."""
    end = start
    while end < len(text) and not text[end].isspace() and text[end] != "`":
        end += 1
    language = text[start:end] if end < len(text) and text[end] != "`" else ""
    start = end if language else start
    if text[start : start + 2] in {"\r\n", "\n\r"}:
        return start + 2, language
    return start + (text[start : start + 1] in {"\n", "\r"}), language
