"""The other documents a directive names, each once, with the best its text says of them, and how it stands to them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from corpus.metadata.dates import DATE, date_at
from corpus.metadata.numbers import Number, find_numbers
from corpus.metadata.wording import bodies, kinds, title_words
from corpus.lines import CAPITALS
from corpus.records import CitedDirective, Relation
from corpus.text import comparable

_BEFORE = 90
_AFTER = 420
_DATE_AFTER = re.compile(rf"\s*,?\s*\(?\s*(?:ban hành\s+)?(?=ngày|\d)(?:{DATE.pattern})\)?", re.IGNORECASE)
_TITLE = re.compile(r"\s*,?\s*[(“\"]?\s*(?P<title>(?:về|Về|V/v|ban hành|quy định|hướng dẫn|phê duyệt|tiếp tục|thực hiện|triển khai|sửa đổi)\b.*)", re.DOTALL)
_STOP = re.compile(r"[;“”\"]|\.(?=\s|$)|\s\((?:sau đây|viết tắt|gọi|dưới đây)|, ban hành kèm|\sngày\s\d|\s(?:đã|được|như sau)\s")
_HOLLOW = re.compile(r"(?:về\s+)?(?:ban hành|thực hiện|triển khai|quy định|hướng dẫn|phê duyệt)", re.IGNORECASE)
_PROPER = rf"[{CAPITALS}]\w*"
_IMPLEMENTS = re.compile(r"(?:^|[.;]\s+)(?:về việc|v/v|về)?\s*(?:tổ chức\s+)?(?:(?:triển )?khai thực hiện|thực hiện|triển khai|cụ thể hóa)\s", re.IGNORECASE)
_LISTED = re.compile(r";\s*(?:và\s+)?|(?<=\.)\s|(?<=\))\s*,?\s*(?:và\s+)?(?=[A-ZĐ])")
_REPLACES = re.compile(r"(?:thay thế|bãi bỏ|hủy bỏ|huỷ bỏ|hết hiệu lực)[^.]{0,40}$", re.IGNORECASE)
_REPLACED = re.compile(r"^[^.;]{0,160}?(?:hết hiệu lực|được thay thế|bị bãi bỏ)", re.IGNORECASE)
_CONGRESS = re.compile(
    r"Nghị quyết\s+(?P<body>Đại hội\s+(?:(?P<n1>[XVI]+)\s+)?(?P<whose>(?:đại biểu\s+)?(?:Đảng bộ\s+(?:tỉnh|thành phố|huyện)|(?:Đảng\s+)?toàn quốc|Đảng)(?:\s+"
    rf"{_PROPER}){{0,3}}?)(?:\s+toàn quốc)?(?:\s+(?:của Đảng\s+)?lần thứ\s+(?P<n2>[XVI]+))?)(?P<term>,?\s+nhiệm kỳ\s+\d{{4}}\s*-\s*\d{{4}})?"
)
_PLENUM = re.compile(r"Nghị quyết\s+(?:Hội nghị\s+)?(?P<body>(?:lần thứ\s+\w+\s+)?(?:Ban Chấp hành\s+)?Trung ương\s*(?P<n>\d{1,2}|lần thứ\s+\w+)?,?\s*\(?(?:khóa|khoá)\s+(?P<term>[XVI]+)\)?)")
_LAW = re.compile(rf"(?<![\w])(?P<kind>Luật|Bộ luật|Pháp lệnh|Hiến pháp)\s+(?P<name>(?!này|sư)[{CAPITALS}][^.;:()“”\"|]{{3,160}})")
_LAW_STOP = re.compile(r",\s*(?:Luật|Bộ luật|Pháp lệnh|Nghị|Quyết|Thông|và|các|pháp)\b|\s(?:và|hoặc)\s(?:Luật|Bộ luật|các|Nghị|quy định|pháp)|\s(?:năm|số|ngày|được|theo|đã|của|để|tại các|bảo đảm|trong|cho|theo)\s")
_PLAN = re.compile(rf"(?P<name>[Qq]uy hoạch tỉnh(?:\s+{_PROPER}){{2,3}}(?:\s+thời kỳ\s+\d{{4}}\s*-\s*\d{{4}}(?:,\s*tầm nhìn đến năm\s+\d{{4}})?)?)")


@dataclass(slots=True)
class _Mention:
    number: Number
    cited: CitedDirective
    end: int


def read_citations(front: str, text: str) -> tuple[CitedDirective, ...]:
    """The documents cited in `text` (one line, without letterhead), in order; `front` is its title and preamble."""
    found: dict[str, CitedDirective] = {}
    implemented = _implemented(front)
    for mention in _shared(list(_mentions(text)), text):
        cited = mention.cited
        key = comparable(cited.number or "")
        if key in implemented and cited.relation == "cites":
            cited = replace(cited, relation="implements")
        found[key] = _merge(found[key], cited) if key in found else cited
    for key, cited in _unnumbered(text):
        implements = cited.title is not None and any(comparable(cited.title)[:24] in part for part in _implementing_parts(front))
        found[key] = found.get(key) or (replace(cited, relation="implements") if implements else cited)
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
        title = _title(after[at:]) if (issued or issuer) else _title(after[at:], strict=True)
        relation: Relation = "replaces" if _REPLACES.search(before) or _REPLACED.match(after) else "cites"
        mentions.append(_Mention(number, CitedDirective(number.text, kind, issued, issuer, title, relation), number.end + at))
    return mentions


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
    return re.compile(
        rf"(?:{names})(?:\s+(?:Trung ương|Đảng|Chính phủ|Việt Nam|tỉnh|thành phố|huyện|Tỉnh (?:ủy|uỷ)|Thành (?:ủy|uỷ)|Huyện (?:ủy|uỷ)|Đảng (?:ủy|uỷ)|UBND|HĐND|Ủy ban nhân dân|Uỷ ban nhân dân|Quốc hội)"
        rf"(?!\s+(?:số))|\s+{_PROPER})*(?:,?\s*\(?(?:khóa|khoá)\s+[IVX\d]+\)?)?",
    )


def _issuer(after: str, at: int) -> tuple[str | None, int]:
    m = re.compile(r"\s*,?\s*(?:của|do)\s+").match(after, at)
    if not m:
        return None, at
    plain = after.replace("Uỷ", "Ủy").replace("uỷ", "ủy")
    found = _body_pattern().match(plain, m.end())
    if not found:
        return None, at
    return after[found.start() : found.end()].strip(" ,"), found.end()


def _title(after: str, *, strict: bool = False) -> str | None:
    m = _TITLE.match(after)
    if not m or (strict and not m["title"].lower().startswith(("về", "v/v"))):
        return None
    title = m["title"]
    stop = _STOP.search(title)
    if stop:
        title = title[: stop.start()]
    if title.count(")") > title.count("("):
        title = title[: title.rfind(")")]
    parts = re.split(r"(,\s+)", title)
    kept = parts[0]
    for comma, part in zip(parts[1::2], parts[2::2], strict=True):
        if not part.lower().startswith(title_words()):
            break
        kept += comma + part
    kept = kept.strip(" ,")
    if _HOLLOW.fullmatch(kept):
        return None
    return kept if 8 <= len(kept) <= 350 else None


def _shared(mentions: list[_Mention], text: str) -> list[_Mention]:
    """Two numbers joined by "và" or a comma share the date and the issuer that follow the second."""
    names = "|".join(re.escape(kind) for kind in kinds())
    joint = re.compile(rf"\s*(?:,|và|;)?\s*(?:và\s+)?(?:(?:{names})\s+)?(?:số\s+)?", re.IGNORECASE)
    for first, second in reversed(list(zip(mentions, mentions[1:], strict=False))):
        between = text[first.end : second.number.start]
        if first.cited.issued_on or first.cited.issuer or not joint.fullmatch(between):
            continue
        if first.cited.kind and second.cited.kind and first.cited.kind != second.cited.kind:
            continue
        first.cited = replace(first.cited, issued_on=second.cited.issued_on, issuer=second.cited.issuer)
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
    """The parts of the title and preamble that name what is carried out, without what those documents carry out in turn."""
    parts = []
    for m in _IMPLEMENTS.finditer(front):
        rest = front[m.end() : m.end() + 700]
        for k, part in enumerate(_LISTED.split(rest)):
            if k and not re.match(r"(?:{})".format("|".join(kinds())), part, re.IGNORECASE):
                break
            parts.append(comparable(re.split(r"(?<=\s)(?:về|thực hiện|nhằm|ban hành)\s", part, maxsplit=1)[0]))
    return parts


def _implemented(front: str) -> frozenset[str]:
    return frozenset(comparable(number.text) for part in _implementing_parts(front) for number in find_numbers(part.upper()))


def _unnumbered(text: str) -> list[tuple[str, CitedDirective]]:
    found: dict[str, CitedDirective] = {}
    for m in _CONGRESS.finditer(text):
        ordinal = m["n1"] or m["n2"]
        if not ordinal:
            continue
        whose = "toàn quốc" if "toàn quốc" in m["body"] or m["whose"].startswith("Đảng bộ") is False else "đảng bộ"
        title = " ".join(m.group().split())
        key = f"đại hội {whose} {ordinal}"
        issuer = " ".join(m["body"].split())
        if key not in found or len(title) > len(found[key].title or ""):
            found[key] = CitedDirective(None, "Nghị quyết", None, issuer, title)
    for m in _PLENUM.finditer(text):
        body = " ".join(m["body"].split())
        if text[m.start() - 3 : m.start()].strip().endswith("số"):
            continue
        title = _title(text[m.end() : m.end() + _AFTER])
        name = f"Nghị quyết {body}" + (f" {title}" if title else "")
        found.setdefault(f"trung ương {m['n']} {m['term']}", CitedDirective(None, "Nghị quyết", None, body, name))
    for m in _LAW.finditer(text):
        name = m["name"]
        stop = _LAW_STOP.search(name)
        name = (name[: stop.start()] if stop else name).strip(" ,")
        if len(name) > 3:
            found.setdefault(comparable(f"{m['kind']} {name}"), CitedDirective(None, m["kind"], None, None, f"{m['kind']} {name}"))
    for m in _PLAN.finditer(text):
        name = " ".join(m["name"].split())
        key = comparable(re.match(rf"[Qq]uy hoạch tỉnh(?:\s+{_PROPER}){{2}}", name)[0] if re.match(rf"[Qq]uy hoạch tỉnh(?:\s+{_PROPER}){{2}}", name) else name)
        if key not in found or len(name) > len(found[key].title or ""):
            found[key] = CitedDirective(None, "Quy hoạch", None, None, name)
    return list(found.items())
