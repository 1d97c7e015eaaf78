"""Who issued a directive, and which province it concerns, from the parts of its page."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from corpus.lines import CAPITALS, SMALLS, is_capital
from corpus.metadata.page import NOT_BODY, Page
from corpus.metadata.wording import bodies, is_central, provinces_in, sentence_case
from corpus.text import comparable, place_tones

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.records import Clause

_ISSUES = re.compile(
    rf"(?P<body>[{CAPITALS}][^,.;:()]{{3,90}}?)\s+"
    r"(?:ban hành|xây dựng|kết luận|yêu cầu|đề nghị|báo cáo|thông báo|hướng dẫn|chỉ đạo|quyết định)\b"
)


_SESSION = re.compile(r",?\s+(?:lần thứ|nhiệm kỳ|khóa|khoá)\s.*", re.IGNORECASE)
_LOCAL = re.compile(
    rf"(?:huyện|quận|thị xã|thành phố|thị trấn|xã|phường|đặc khu|Huyện ủy|Thành ủy|Thị ủy|Quận ủy|Đảng ủy (?:xã|phường))\s+"
    rf"(?P<name>[{CAPITALS}][{SMALLS}]*(?:\s+[{CAPITALS}][{SMALLS}]*){{0,3}})"
)
"""A district or commune in the name of its body: the place when no province is named."""


def read_issuer(page: Page, behalf: str | None, title: str) -> str | None:
    named = re.search(rf"(?:^|\s)CỦA\s+(.{{3,90}}?)(?=\s+[{SMALLS}]|\s+VỀ\b|$)", title)
    if named and is_capital(named[1]):
        return _with_place_of(sentence_case(named[1]), _letterhead_bodies(page.letterhead))
    titled = next((part for part in page.title[1:] if is_capital(part) and is_body(part)), None)
    if titled:
        return sentence_case(_SESSION.sub("", titled))
    head = _letterhead_bodies(page.letterhead)
    stated = _stated_body(page.preamble)
    return _signed_for(sentence_case(behalf), head, stated) if behalf else head or stated


def _signed_for(signed: str, head: str | None, stated: str | None) -> str:
    """The body signed for ("T/M BAN THƯỜNG VỤ"), completed from the letterhead or the preamble."""
    if head and comparable(signed) in comparable(head):
        return head
    if head and comparable(signed) == "ban chấp hành" and re.match(r"(?:Tỉnh|Thành|Huyện|Thị|Quận|Đảng) ủy", head):
        return head
    if head and not comparable(signed).endswith(("ủy", "dân", "hội", "phủ", "trị")):
        return f"{signed} {head}"
    if not head and stated and comparable(stated).startswith(comparable(signed)):
        return stated
    return _with_place_of(signed, head)


def _stated_body(preamble: str) -> str | None:
    for m in reversed(list(_ISSUES.finditer(preamble))):
        words = m["body"].strip()
        at = [words.find(name) for name in (*bodies(), "Chủ tịch UBND") if name in words]
        if at:
            return words[min(at) :]
    return None


def _with_place_of(body: str, head: str | None) -> str:
    """ "Ban Thường vụ Tỉnh ủy" under the letterhead "Tỉnh ủy Hòa Sơn" is that committee's."""
    if not head:
        return body
    for name in ("Tỉnh ủy", "Thành ủy", "Huyện ủy", "Thị ủy", "Quận ủy", "Đảng ủy"):
        if body.endswith(name) and head.startswith(name):
            return f"{body}{head[len(name) :]}"
    return body


def _letterhead_bodies(letterhead: list[str]) -> str | None:
    """The issuing body of a letterhead: its last line of names, joined to the line above when that completes it."""
    names: list[str] = []
    for text in letterhead:
        plain = text.strip(" *-–_|")
        if not plain or NOT_BODY.search(plain) or not is_capital(plain):
            continue
        names.append(plain)
    if not names:
        return None
    joined: list[str] = []
    for name in names:
        area = re.match(r"(?:TỈNH|THÀNH PHỐ|HUYỆN|QUẬN|THỊ XÃ|XÃ|PHƯỜNG|THỊ TRẤN|ĐẶC KHU)\s+(?!ỦY|UỶ)", name)
        if (joined and area) or (joined and comparable(joined[-1]).endswith(("và", "của", ","))):
            joined[-1] = f"{joined[-1]} {name}"
        else:
            joined.append(name)
    last = sentence_case(joined[-1])
    above = sentence_case(joined[-2]) if len(joined) > 1 else ""
    if above and last == "Văn phòng":
        return f"{last} {above}"
    if (
        above
        and re.match(r"(?:Ban|Ủy ban Kiểm tra|Văn phòng|Thường trực)\b", last)
        and re.search(r"[ủu]y\b", above.split(" ")[1] if " " in above else "")
    ):
        return above if last == "Ban Chấp hành" else f"{last} {above}"
    return last


def read_place(
    page: Page, dated: str | None, issuer: str | None, title: str | None, clauses: Sequence[Clause]
) -> str | None:
    head = " ; ".join(sentence_case(text) for text in _joined_areas(page.letterhead))
    for text in (head, issuer or "", title or ""):
        found = provinces_in(text)
        if found:
            return found[0]
    central = is_central(issuer)
    if dated and not central:
        return place_tones(re.sub(r"^(?:TP\.?|Thành phố|Tỉnh)\s+", "", dated.strip(" *_"))) or None
    if central:
        return None
    counted = Counter(name for clause in clauses if clause.kind != "end" for name in provinces_in(clause.text))
    if counted:
        name, times = counted.most_common(1)[0]
        if times >= 2 and times >= 0.6 * counted.total():
            return name
    local = _LOCAL.search(issuer or "")
    return place_tones(local["name"]) if local else None


def _joined_areas(letterhead: list[str]) -> list[str]:
    joined: list[str] = []
    for text in letterhead:
        if joined and re.match(r"(?:TỈNH|THÀNH PHỐ)\s+(?!ỦY|UỶ)", text):
            joined[-1] = f"{joined[-1]} {text}"
        elif is_capital(text):
            joined.append(text)
    return joined


def with_place(issuer: str | None, place: str | None) -> str | None:
    """The issuer with the name of its province, when the text gives the name elsewhere."""
    if not issuer or not place or is_central(issuer) or place in place_tones(issuer):
        return issuer
    if re.search(r"(?:tỉnh|Tỉnh ủy|Tỉnh uỷ|thành phố|Thành ủy)$", issuer):
        return f"{issuer} {place}"
    if issuer.startswith("Sở "):
        return f"{issuer} tỉnh {place}"
    return issuer


def is_body(text: str) -> bool:
    lower = comparable(text)
    return any(comparable(name) in lower for name in bodies()) and not lower.startswith(
        ("về", "thực hiện", "triển khai", "ban hành")
    )
