"""The other documents a directive names, each once, with the best its text says of them, and how it stands to them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from corpus.lines import CAPITALS, markers
from corpus.metadata.cited_titles import AND_KIND, read_title
from corpus.metadata.dates import DATE, date_at
from corpus.metadata.numbers import Number, find_numbers
from corpus.metadata.unnumbered import read_unnumbered
from corpus.metadata.wording import bodies, kinds
from corpus.records import CitedDirective, Relation
from corpus.text import comparable

if TYPE_CHECKING:
    from datetime import date

_BEFORE = 90
_AFTER = 420
"""Characters looked at before and after a number."""
_DATE_AFTER = re.compile(rf"\s*,?\s*\(?\s*(?:ban hành\s+)?(?=ngày|\d)(?:{DATE.pattern})\)?", re.IGNORECASE)
_ISSUED_BY = re.compile(r"\s*,?\s*(?:của|do)\s+")
_NEXT = re.compile(r"\s+")
"""Between a date and the issuer when "của" was forgotten."""
_PROPER = rf"[{CAPITALS}]\w*"
_IMPLEMENTS = re.compile(
    r"(?:^|[.;]\s+)(?:về việc|v/v|về)?\s*(?:tổ chức\s+)?"
    r"(?:(?:triển )?khai thực hiện|thực hiện|triển khai|cụ thể hóa)\s",
    re.IGNORECASE,
)
_LISTED = re.compile(r";\s*(?:và\s+)?|(?<=\.)\s|(?<=\))\s*,?\s*(?:và\s+)?(?=[A-ZĐ])")
_REPLACES = re.compile(r"(?:thay thế|bãi bỏ|hủy bỏ|huỷ bỏ|hết hiệu lực)[^.]{0,40}$", re.IGNORECASE)
_APART = re.compile(
    r"\b(?:thực hiện|theo|căn cứ|tại|hướng dẫn|thi hành|sửa đổi|có hiệu lực|ban hành kèm)\b", re.IGNORECASE
)
_REPLACED = re.compile(r"^[^.;\n]{0,160}?(?:hết hiệu lực|được thay thế|bị bãi bỏ)", re.IGNORECASE)
_NAMED_LAW = re.compile(
    r"(?P<kind>Luật|Bộ luật|Pháp lệnh)\s+(?P<name>[^.;:()\n“”]{3,80}?)\s+(?:ngày\s[\d/]+\s+)?số\s*:?\s*$"
)


@dataclass(slots=True)
class _Mention:
    """A number where it stands, with what is said around it; `end` is one past the date, issuer and number."""

    number: Number
    cited: CitedDirective
    end: int


def read_citations(front: str, text: str) -> tuple[CitedDirective, ...]:
    """The documents cited in `text` (a line for each clause, without the letterhead), in order.

    `front` is the directive's title and preamble: what it says there that it carries out, it implements.
    """
    found: dict[str, CitedDirective] = {}
    parts = _implementing_parts(front)
    implemented = frozenset(comparable(number.text) for part in parts for number in find_numbers(part))
    for mention in _replaced_together(_shared(list(_mentions(text)), text), text):
        cited = mention.cited
        key = comparable(cited.number or "")
        if key in implemented and cited.relation == "cites":
            cited = replace(cited, relation="implements")
        found[key] = _merge(found[key], cited) if key in found else cited
    for key, cited in read_unnumbered(text).items():
        implements = any(comparable(cited.title or "")[:24] in comparable(part) for part in parts)
        found.setdefault(key, replace(cited, relation="implements") if implements else cited)
    return tuple(found.values())


def _mentions(text: str) -> list[_Mention]:
    mentions = []
    for number in find_numbers(text):
        before = text[max(0, number.start - _BEFORE) : number.start]
        kind = _kind_before(before) or number.kind
        after = text[number.end : number.end + _AFTER]
        at = 0
        issued: date | None = None
        m = _DATE_AFTER.match(after)
        if m:
            issued, at = date_at(m), m.end()
        issuer, at = _issuer(after, at)
        if issued is None:
            m = _DATE_AFTER.match(after, at)
            if m:
                issued, at = date_at(m), m.end()
        title = read_title(after[at:]) if (issued or issuer) else read_title(after[at:], strict=True)
        law = _NAMED_LAW.search(before)
        if law:
            kind, title = law["kind"], f"{law['kind']} {law['name']}"
        issuer = issuer or _proposer(before)
        relation: Relation = "replaces" if _REPLACES.search(before) or _REPLACED.match(after) else "cites"
        cited = CitedDirective(number.text, kind, issued, issuer, title, relation)
        mentions.append(_Mention(number, cited, number.end + at))
    return mentions


@cache
def _proposed() -> re.Pattern[str]:
    heads = "|".join(re.escape(head) for head in markers("heads_of_bodies"))
    names = "|".join(re.escape(kind) for kind in kinds())
    return re.compile(
        rf"đề nghị của\s+(?:(?:{heads})\s+)?(?P<body>[^.;:]{{3,80}}?)\s+tại\s+(?:các\s+)?(?:{names}|văn bản)\s+số\s*:?\s*$",
        re.IGNORECASE,
    )


def _proposer(before: str) -> str | None:
    """Whose proposal a document is ("Theo đề nghị của Giám đốc Sở Xây dựng tại Tờ trình số ...")."""
    m = _proposed().search(before)
    return m["body"][0].upper() + m["body"][1:] if m else None


@cache
def _kind_pattern() -> re.Pattern[str]:
    names = "|".join(re.escape(kind) for kind in kinds())
    return re.compile(rf"(?<!\w)({names})(?:\s+số)?\s*:?\s*$", re.IGNORECASE)


def _kind_before(before: str) -> str | None:
    m = _kind_pattern().search(before)
    return m[1][0].upper() + m[1][1:].lower() if m else None


@cache
def _body_pattern() -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in bodies())
    more = "Trung ương|Chính phủ|Việt Nam|tỉnh|thành phố|huyện|Tỉnh ủy|Thành ủy|Huyện ủy|Đảng ủy|Ủy ban nhân dân"
    return re.compile(rf"(?:{names})(?: (?:{more})\b| {_PROPER})*(?:,? ?\(?(?:khóa|khoá) [IVX\d]+\)?)?")


def _issuer(after: str, at: int) -> tuple[str | None, int]:
    m = _ISSUED_BY.match(after, at) or (_NEXT.match(after, at) if at else None)
    if not m:
        return None, at
    plain = after.replace("Uỷ", "Ủy").replace("uỷ", "ủy")
    found = _body_pattern().match(plain, m.end())
    if not found:
        return None, at
    return after[found.start() : found.end()].strip(" ,"), found.end()


def _shared(mentions: list[_Mention], text: str) -> list[_Mention]:
    """Two numbers joined by "và" or a comma share the date and the issuer that follow the second."""
    names = "|".join(re.escape(kind) for kind in kinds())
    joint = re.compile(rf"\s*(?:,|và|;)?\s*(?:và\s+)?(?:(?:{names})\s+)?(?:số\s+)?", re.IGNORECASE)
    for first, second in reversed(list(pairwise(mentions))):
        between = text[first.end : second.number.start]
        if first.cited.issued_on or first.cited.issuer or not joint.fullmatch(between):
            continue
        if first.cited.kind and second.cited.kind and first.cited.kind != second.cited.kind:
            continue
        first.cited = replace(first.cited, issued_on=second.cited.issued_on, issuer=second.cited.issuer)
    return mentions


def _replaced_together(mentions: list[_Mention], text: str) -> list[_Mention]:
    """ "Thay thế Quyết định số A của X và Quyết định số B": what stands in the list is replaced like its first."""
    names = "|".join(re.escape(kind) for kind in kinds())
    listed = re.compile(
        rf"[^.\n]{{0,160}}?(?:[,;]|\bvà)\s+(?:(?:các|những)\s+)?(?:{names})?\s*(?:số)?\s*:?\s*", re.IGNORECASE
    )
    for first, second in pairwise(mentions):
        between = text[first.end : second.number.start]
        if first.cited.relation == "replaces" and listed.fullmatch(between) and not _APART.search(between):
            second.cited = replace(second.cited, relation="replaces")
    return mentions


def _merge(one: CitedDirective, other: CitedDirective) -> CitedDirective:
    order = ("cites", "implements", "replaces")
    return CitedDirective(
        one.number,
        one.kind or other.kind,
        one.issued_on or other.issued_on,
        one.issuer or other.issuer,
        one.title or other.title,
        max(one.relation, other.relation, key=order.index),
    )


def _implementing_parts(front: str) -> list[str]:
    """What the title and preamble say is carried out, without what those documents carry out in turn."""
    parts: list[str] = []
    for m in _IMPLEMENTS.finditer(front):
        rest = front[m.end() : m.end() + 700]
        for k, part in enumerate(_LISTED.split(rest)):
            if k and not part.lower().startswith(tuple(kind.lower() for kind in kinds())):
                break
            named, *about = re.split(r"(?<=\s)(?:về|thực hiện|nhằm|ban hành)\s", part, maxsplit=1)
            parts.append(named)
            joined = AND_KIND.search(about[0]) if about else None
            if joined and "thực hiện" not in about[0][: joined.start()]:
                parts.append(about[0][joined.end() :])
    return parts
