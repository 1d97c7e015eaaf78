"""The parts of a directive on the page: letterhead, title, preamble, body, recipients and signature, annexes.

Works on printed lines; the numbering inside the body is not its business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from corpus.lines import CAPITALS, Line, finished, is_capital, markers, must_go_on
from corpus.outline.labels import BULLETS, Label, read_label

_FRONT_LIMIT = 60
"""Lines. A kind of document named farther down is not this directive's title."""
_SIGNATURE = re.compile(rf"(?P<mark>[A-Z](?:[./]?[A-Z]){{0,2}})(?:[.:/]+\s*|\s+)(?P<body>[{CAPITALS}].*)", re.DOTALL)
_ANNEX_ALONE = re.compile(
    r"phụ (?:lục|biểu)(?:\s+số)?(?:\s*[:.]?\s*(?:[ivxl]{1,6}|\d{1,2}[a-z]?))?\s*[.:]?", re.IGNORECASE
)
_FORM_ALONE = re.compile(r"(?:biểu|bảng|mẫu)(?:\s+số)?\s*[:.]?\s*(?:[ivxl]{1,6}|\d{1,2}[a-z]?)\s*[.:]?")
_NUMBER_LINE = re.compile(r"^Số\s*[:.]?\s*(?:\d|\.{2,}|…|/|-|\s{2,})", re.IGNORECASE)
_DATE_LINE = re.compile(r"^[^,;]{2,40},\s*ngày\s*[\d.…\s]*tháng\s*[\d.…\s]*năm", re.IGNORECASE)
_MOTTO = re.compile(r"cộng h[oò][aà] xã hội chủ nghĩa|độc lập\s*[-–]\s*tự do|đảng cộng sản việt nam", re.IGNORECASE)
_COLUMNS = re.compile(r"\s{3,}|\t+|\s*\|\s*")
_ATTACHED = re.compile(r"\(?\s*(?:ban hành )?kèm theo", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Zones:
    """Line indices: the title is `title:title_end` (equal when there is none), the front ends at `body`, the closing
    block is `end:annexes[0]`, each annex runs to the next. `letterhead_end` closes what stands above the title."""

    letterhead_end: int
    title: int
    title_end: int
    body: int
    end: int
    annexes: tuple[int, ...]


@cache
def kind_names() -> tuple[str, ...]:
    """Names of the kinds of documents that stand as a title, longest first, in lower case."""
    text = resources.files("corpus").joinpath("data/kinds.yaml").read_text(encoding="utf-8")
    names = [kind["name"].lower() for kind in yaml.safe_load(text) if kind.get("titled", True)]
    return tuple(sorted(names, key=len, reverse=True))


def shown(line: Line) -> str:
    """What the line says, without the bars of a table drawn for layout."""
    return line.bare.strip("| \t").replace("**", "").strip("*_ ")


def titled_kind(text: str) -> str | None:
    """The kind (lower case) that a line in capitals opens a title with, or None."""
    if not is_capital(text):
        return None
    lower = re.sub(r"\s+", " ", text).lower().rstrip(":* ")
    for name in kind_names():
        if lower == name or lower.startswith(name + " "):
            return name
    return None


def is_recipients(text: str) -> bool:
    """True for the line that opens the block of recipients."""
    return text.lower().lstrip("*_ ").startswith(markers("recipients"))


def is_role(text: str) -> bool:
    """True for a line that is a signer's role in capitals, with or without "KT." before it."""
    return is_capital(text) and text.lower().strip(" .:*") in _roles()


@cache
def _roles() -> frozenset[str]:
    return frozenset(role.lower() for role in markers("roles"))


def is_signature(text: str) -> bool:
    """True for a line such as "T/M BAN THƯỜNG VỤ", "KT. CHỦ TỊCH" or a role alone in capitals."""
    if is_role(text):
        return True
    m = _SIGNATURE.match(text)
    return m is not None and m["mark"].lower() in markers("signature") and is_capital(text) and len(text) < 120


def signs_jointly(line: Line) -> bool:
    """True for the line of two or more roles side by side, each with its body: several bodies sign together."""
    offices = [part.strip(" *_|") for part in _COLUMNS.split(line.raw.strip()) if part.strip(" *_|")]
    return len(offices) > 1 and all(
        is_signature(office) or (is_capital(office) and f"{office.lower()} ".startswith(_opening_roles()))
        for office in offices
    )


@cache
def _opening_roles() -> tuple[str, ...]:
    return tuple(f"{role} " for role in _roles())


def is_letterhead(text: str) -> bool:
    """True for a number line, a line of place and date, or the national motto."""
    return bool(_NUMBER_LINE.match(text) or _DATE_LINE.match(text) or _MOTTO.search(text))


def is_annex(text: str, *, closed: bool) -> bool:
    """True for a line that opens an annex; `closed` says that the recipients' block has been passed."""
    lower = text.lower()
    if lower.startswith(markers("annex_always")):
        return bool(_ANNEX_ALONE.fullmatch(lower)) or (is_capital(text) and len(text) < 300)
    named = is_capital(text) and lower.startswith(markers("annex")) and not is_signature(text)
    return closed and (named or _FORM_ALONE.fullmatch(lower) is not None)


def find_zones(lines: list[Line]) -> Zones:
    """Where the parts of one directive begin and end."""
    title = _find_title(lines)
    title_end = _title_end(lines, title) if title is not None else 0
    letterhead_end = title if title is not None else _letterhead_end(lines)
    start = max(title_end, letterhead_end)
    body = _find_body(lines, start)
    end, annexes = _find_end(lines, body)
    return Zones(
        letterhead_end,
        title if title is not None else letterhead_end,
        max(title_end, letterhead_end),
        min(body, end),
        end,
        annexes,
    )


def structural(line: Line) -> Label | None:
    """The label of a line that may open an item of the outline."""
    return None if line.is_rule else read_label(line.bare)


def _find_title(lines: list[Line]) -> int | None:
    for i, line in enumerate(lines[:_FRONT_LIMIT]):
        text = shown(line)
        if titled_kind(text):
            return i
        label = structural(line)
        if label and label.family not in BULLETS and not is_letterhead(text):
            break
    if (
        lines
        and lines[0].raw.startswith("#")
        and any(shown(lines[0]).lower().startswith(name) for name in kind_names())
    ):
        return 0
    return None


def _title_end(lines: list[Line], title: int) -> int:
    after = title + 1
    for i in range(after, min(after + 12, len(lines))):
        line = lines[i]
        if line.is_rule:
            return i + 1
        if len(line.bare) > 220 or _opens_text(line) or (structural(line) and not lines[i - 1].is_bold):
            break
    return _title_end_by_words(lines, title)


def _title_group(lines: list[Line], title: int) -> int | None:
    """Where the lines printed together with the first words of the title end, when an empty line sets them apart."""
    i = title + 1
    while i < min(title + 3, len(lines)) and (is_capital(shown(lines[i])) or i == title + 1):
        i += 1
    while i < min(title + 9, len(lines)) and lines[i].gap == 0:
        i += 1
    group = lines[title + 1 : i]
    if i >= len(lines) or lines[i].gap == 0 or len(group) < 2:
        return None
    plain = all(len(line.bare) <= 130 and not structural(line) and not _opens_text(line) for line in group)
    return i if plain and not any(is_letterhead(shown(line)) for line in group) else None


def _opens_text(line: Line) -> bool:
    text = shown(line)
    return text.startswith(("Căn cứ", "Kính gửi", "Theo đề nghị")) or text.endswith((":", "."))


def _title_end_by_words(lines: list[Line], title: int) -> int:
    group = _title_group(lines, title)
    if group is not None:
        return group
    i, content = title + 1, not titled_kind(shown(lines[title])) or len(shown(lines[title]).split()) > 6
    while i < min(title + 14, len(lines)):
        line, above = lines[i], lines[i - 1]
        text = shown(line)
        if line.is_rule:
            return i + 1
        if _opens_text(line) or len(text) > 500 or structural(line) or is_letterhead(text):
            break
        if is_capital(text) and is_capital(shown(above)):
            content = content or not text.startswith("CỦA")
        elif not content:
            content = True
        elif not (
            text[:1].islower() or must_go_on(shown(above)) or (line.is_bold and above.is_bold) or _ATTACHED.match(text)
        ):
            break
        i += 1
    return i


def _letterhead_end(lines: list[Line]) -> int:
    last = 0
    for i, line in enumerate(lines[:20]):
        text = shown(line)
        label = structural(line)
        if label and label.family not in BULLETS:
            break
        if is_letterhead(text) or text.lower().startswith("v/v"):
            last = i + 1
    while 0 < last < len(lines) and (
        lines[last].is_rule or (lines[last].gap == 0 and shown(lines[last])[:1].islower())
    ):
        last += 1
    return last


_TABLE_HEAD = re.compile(r"\|?[\s*]*(?:stt|tt|số tt|số thứ tự)[\s*]*(?:\||\t| {3})", re.IGNORECASE)
"""The titles of a numbered table: where a directive has nothing else, its body begins there."""


def _find_body(lines: list[Line], start: int) -> int:
    addressed = False
    for i in range(start, len(lines)):
        line = lines[i]
        text = shown(line)
        if is_recipients(text) or is_signature(text):
            return i
        if _TABLE_HEAD.match(line.raw):
            return i
        label = structural(line)
        if label is None:
            addressed = text.lower().startswith(markers("addressees")) or (addressed and not finished(text))
            continue
        if label.family in BULLETS and addressed:
            continue
        if label.family in BULLETS and any(c.isdigit() for c in line.bare[:3]):
            continue
        return i
    return len(lines)


def _find_end(lines: list[Line], body: int) -> tuple[int, tuple[int, ...]]:
    end: int | None = None
    annexes: list[int] = []
    for i in range(body, len(lines)):
        text = shown(lines[i])
        signed = i > body and (is_signature(text) or signs_jointly(lines[i]))
        if end is None and not annexes and (is_recipients(text) or signed):
            end = i
        elif end is not None and not annexes and _is_attached(lines, i):
            annexes.append(i)
        elif is_annex(text, closed=end is not None) and (end is not None or not must_go_on(lines[i - 1].bare)):
            if annexes and i - annexes[-1] <= 3 and not text.lower().startswith(markers("annex_always")):
                continue
            annexes.append(i)
            end = i if end is None else end
    if end is None:
        end = len(lines)
    if not annexes:
        table = _loose_table(lines, end)
        annexes = [] if table is None else [table]
    return end, tuple(annexes)


def _is_attached(lines: list[Line], i: int) -> bool:
    """True for the title of a document that the directive issues with itself ("Ban hành kèm theo Quyết định ...")."""
    if not titled_kind(shown(lines[i])):
        return False
    return any(_ATTACHED.match(shown(line)) for line in lines[i + 1 : i + 8])


def _loose_table(lines: list[Line], end: int) -> int | None:
    """Where a table follows the signature without a word such as "Phụ lục": its caption, or its first row."""
    for i in range(end + 1, len(lines) - 1):
        here, below = lines[i].raw, lines[i + 1].raw
        # The row below the titles may name a group only, and empty cells at its end are not printed.
        tabbed = here.count("\t") >= 2 and below.count("\t") >= 1
        if min(here.count("|"), below.count("|")) >= 4 or tabbed:
            return _caption(lines, end, i)
    return None


def _caption(lines: list[Line], end: int, table: int) -> int:
    """The first line of the capitals or brackets right above a table; its own first line when there are none."""
    first = table
    while first - 1 > end:
        above = shown(lines[first - 1])
        if is_signature(above) or not (is_capital(above) or _ATTACHED.match(above)):
            break
        first -= 1
    return first
