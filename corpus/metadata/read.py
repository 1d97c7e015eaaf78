"""A directive's metadata from its letterhead, title, preamble, closing block and text, in that order of trust."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from corpus.lines import CAPITALS, SMALLS, Line, is_capital, markers, read_lines
from corpus.metadata.citations import read_citations
from corpus.metadata.dates import read_date_line
from corpus.metadata.numbers import first_number
from corpus.metadata.signature import Closing, read_closing, signed_in_words
from corpus.metadata.wording import bodies, is_central, kind_named, kind_of_code, kinds, provinces_in, sentence_case
from corpus.outline.zones import Zones, find_zones, shown, titled_kind
from corpus.records import Clause, Metadata, Source
from corpus.text import collapse, comparable, place_tones

_COLUMNS = re.compile(r"\s{3,}|\t+|\s*\|\s*")
_SUBJECT = re.compile(r"^(?:V/v|Về việc)\s*:?\s*", re.IGNORECASE)
_NUMBER_LABEL = re.compile(r"^Số\s*[:.]?", re.IGNORECASE)
_NOT_BODY = re.compile(r"cộng h[oò][aà] xã hội|độc lập|đảng cộng sản việt nam|^số\b|^v/v|ngày.*tháng|^[*\W_]+$", re.IGNORECASE)
_ATTACHED = re.compile(r"\(?\s*(?:ban hành )?kèm theo[^)]*\)?", re.IGNORECASE)
_ISSUES = re.compile(rf"(?P<body>[{CAPITALS}][^,.;:()]{{3,90}}?)\s+(?:ban hành|xây dựng|kết luận|yêu cầu|đề nghị|báo cáo|thông báo|hướng dẫn|chỉ đạo|quyết định)\b")
_CODE_IN_BLANK = re.compile(r"[-/]\s*([A-ZĐ][A-Za-zĐđ]{1,4})\s*[-/]")


@dataclass(frozen=True, slots=True)
class _Page:
    """The directive's parts as shown lines."""

    letterhead: list[str]
    title: list[str]
    preamble: str
    closing: list[Line]


def read_metadata(source: Source, clauses: Sequence[Clause]) -> Metadata:
    """What the directive says of itself. `clauses` are those of `corpus.outline.outline` for the same source."""
    lines = read_lines(source.text)
    if not lines:
        return Metadata(warnings=("Văn bản không có chữ nào.",))
    zones = find_zones(lines)
    page = _page(lines, zones)
    closing = read_closing(page.closing)
    title_text = collapse(" ".join(page.title))
    number = _number(page.letterhead) or _number_in_title(page.title)
    kind = _kind(page, number)
    title = _title(page, kind)
    place_line, issued_on, month = _date(page.letterhead)
    behalf = closing.behalf
    issuer = _issuer(page, behalf, title_text)
    place = _place(page, place_line, issuer, title, clauses)
    issuer = _placed(issuer, place)
    signed = None if closing.signer else signed_in_words(page.preamble)
    signer, role = signed or (closing.signer, closing.role)
    front = collapse(f"{title or ''} . {page.preamble}")
    body = collapse(" ".join(c.text for c in clauses if c.kind != "end" and c.path not in _letterhead_paths(zones)))
    cites = read_citations(front, collapse(f"{title or ''} . {body}".replace("**", "")))
    itself = next((cited for cited in cites if number and cited.number == number), None)
    if itself:
        title, issued_on = title or itself.title, issued_on or itself.issued_on
        cites = tuple(cited for cited in cites if cited is not itself)
    month = f"{issued_on:%Y-%m}" if issued_on else month
    recipients = closing.recipients or _addressees(lines, zones)
    return Metadata(
        number=number, kind=kind, issuer=issuer, place=place, issued_on=issued_on, issued_month=month, title=title,
        signer=signer, signer_role=role, cites=cites, recipients=recipients,
        warnings=_warnings(number, kind, issuer, issued_on, month, signer),
    )  # fmt: skip


def _letterhead_paths(zones: Zones) -> frozenset[str]:
    return frozenset({"0.p1"}) if zones.letterhead_end else frozenset()


def _page(lines: list[Line], zones: Zones) -> _Page:
    letterhead = [part for line in lines[: zones.letterhead_end] for part in _COLUMNS.split(shown(line)) if part]
    title = [shown(line) for line in lines[zones.title : zones.title_end] if not line.is_rule] if zones.title >= zones.letterhead_end else []
    preamble = collapse(" ".join(line.bare for line in lines[zones.title_end : zones.body]))
    last = zones.annexes[0] if zones.annexes else len(lines)
    return _Page(letterhead, [part for part in title if part], preamble, lines[zones.end : last])


def _number(letterhead: list[str]) -> str | None:
    for i, text in enumerate(letterhead):
        if _NUMBER_LABEL.match(text):
            rest = f"{text} {letterhead[i + 1] if i + 1 < len(letterhead) else ''}"
            found = first_number(text) or (first_number(rest) if re.fullmatch(r"Số\s*[:.]?\s*\d*\s*", text, re.IGNORECASE) else None)
            return found.text if found else None
    for text in letterhead:
        found = first_number(text)
        if found and not read_date_line(text) and len(text) < 40:
            return found.text
    return None


def _number_in_title(title: list[str]) -> str | None:
    if title and (m := re.match(rf"(?:{'|'.join(kinds())})\s+số\s*:?", title[0], re.IGNORECASE)):
        found = first_number(title[0][m.end() :])
        return found.text if found else None
    return None


def _kind(page: _Page, number: str | None) -> str | None:
    if page.title:
        named = titled_kind(page.title[0])
        return kind_named(named) if named else kind_named(page.title[0])
    if number:
        code = re.sub(r"^\d+[a-z]?(?:/\d{4})?[-/]", "", number)
        kind = kind_of_code(re.split(r"[-/]", code)[0])
        if kind:
            return kind
    for text in page.letterhead:
        if _NUMBER_LABEL.match(text) and (m := _CODE_IN_BLANK.search(text)):
            return kind_of_code(m[1]) or "Công văn"
    if any(_SUBJECT.match(text) for text in page.letterhead) or "Kính gửi" in page.preamble:
        return "Công văn"
    return None


def _title(page: _Page, kind: str | None) -> str | None:
    parts = list(page.title)
    if not parts:
        return _subject(page.letterhead)
    rest = parts[0][len(kind) :].strip(" :") if kind and comparable(parts[0]).startswith(kind.lower()) else ""
    rest = re.sub(r"^(?:số|SỐ)\s*:?\s*[\w/-]+\s*", "", rest)
    words = [rest, *parts[1:]] if rest else parts[1:]
    while words and is_capital(words[0]) and (words[0].startswith("CỦA ") or _is_body(words[0])) and len(words) > 1:
        words = words[1:]
    text = _ATTACHED.sub("", collapse(" ".join(words))).strip(" *-–_")
    return text or None


def _is_body(text: str) -> bool:
    lower = comparable(text)
    return any(comparable(name) in lower for name in bodies()) and not lower.startswith(("về", "thực hiện", "triển khai", "ban hành"))


def _subject(letterhead: list[str]) -> str | None:
    for i, text in enumerate(letterhead):
        if _SUBJECT.match(text):
            words = [text]
            for following in letterhead[i + 1 :]:
                if _NOT_BODY.search(following) or is_capital(following) or following.lower().startswith(markers("addressees")):
                    break
                words.append(following)
            return collapse(" ".join(words))
    return None


def _date(letterhead: list[str]) -> tuple[str | None, date | None, str | None]:
    for i, text in enumerate(letterhead):
        if "ngày" not in text.lower():
            continue
        found = read_date_line(text) or read_date_line(f"{text} {' '.join(letterhead[i + 1 : i + 3])}")
        if found:
            return found
    return None, None, None


def _issuer(page: _Page, behalf: str | None, title: str) -> str | None:
    named = re.search(rf"(?:^|\s)CỦA\s+(.{{3,90}}?)(?=\s+[{SMALLS}]|\s+VỀ\b|$)", title)
    body = sentence_case(named[1]) if named and is_capital(named[1]) else None
    head = _letterhead_bodies(page.letterhead)
    signed = sentence_case(behalf) if behalf else None
    titled = next((sentence_case(part) for part in page.title[1:] if is_capital(part) and _is_body(part) and not part.startswith("CỦA ")), None)
    if body:
        return _with_place_of(body, head)
    if titled:
        return titled
    issued = _ISSUES.search(page.preamble) if page.preamble else None
    stated = _stated_body(page.preamble)
    if signed:
        if head and comparable(head).endswith(comparable(signed)):
            return head
        if head and not comparable(signed).endswith(("ủy", "dân", "hội", "phủ", "trị")) or (head and comparable(signed) == "ban thường vụ"):
            return f"{signed} {head}" if head else signed
        if not head and stated and comparable(stated).startswith(comparable(signed)):
            return stated
        return _with_place_of(signed, head)
    if head:
        return head
    return stated or (issued["body"] if issued and _is_body(issued["body"]) else None)


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
            return f"{body}{head[len(name):]}"
    return body


def _letterhead_bodies(letterhead: list[str]) -> str | None:
    """The issuing body of a letterhead: its last line of names, joined to the line above when that completes it."""
    names: list[str] = []
    for text in letterhead:
        plain = text.strip(" *-–_|")
        if not plain or _NOT_BODY.search(plain) or not is_capital(plain):
            continue
        names.append(plain)
    if not names:
        return None
    joined: list[str] = []
    for name in names:
        area = re.match(r"(?:TỈNH|THÀNH PHỐ|HUYỆN|QUẬN|THỊ XÃ|XÃ|PHƯỜNG|THỊ TRẤN|ĐẶC KHU)\s+(?!ỦY|UỶ)", name)
        if joined and area:
            joined[-1] = f"{joined[-1]} {name}"
        elif joined and comparable(joined[-1]).endswith(("và", "của", ",")):
            joined[-1] = f"{joined[-1]} {name}"
        else:
            joined.append(name)
    last = sentence_case(joined[-1])
    above = sentence_case(joined[-2]) if len(joined) > 1 else ""
    if above and re.match(r"(?:Ban|Ủy ban Kiểm tra|Văn phòng|Thường trực)\b", last) and re.search(r"[ủu]y\b", above.split(" ")[1] if " " in above else ""):
        return f"{last} {above}"
    return last


def _place(page: _Page, dated: str | None, issuer: str | None, title: str | None, clauses: Sequence[Clause]) -> str | None:
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
    return None


def _joined_areas(letterhead: list[str]) -> list[str]:
    joined: list[str] = []
    for text in letterhead:
        if joined and re.match(r"(?:TỈNH|THÀNH PHỐ)\s+(?!ỦY|UỶ)", text):
            joined[-1] = f"{joined[-1]} {text}"
        elif is_capital(text):
            joined.append(text)
    return joined


def _placed(issuer: str | None, place: str | None) -> str | None:
    """The issuer with the name of its province, when the text gives the name elsewhere."""
    if not issuer or not place or is_central(issuer) or place in place_tones(issuer):
        return issuer
    if re.search(r"(?:tỉnh|Tỉnh ủy|Tỉnh uỷ|thành phố|Thành ủy)$", issuer):
        return f"{issuer} {place}"
    if issuer.startswith("Sở "):
        return f"{issuer} tỉnh {place}"
    return issuer


def _addressees(lines: list[Line], zones: Zones) -> tuple[str, ...]:
    """Whom an official letter is addressed to ("Kính gửi: ..."), where there is no block of recipients."""
    found: list[str] = []
    listing = False
    for line in lines[zones.title_end : zones.body]:
        text = shown(line)
        if text.lower().startswith(markers("addressees")):
            listing = True
            rest = text.partition(":")[2].strip(" -–;.")
            if rest:
                found.append(rest)
        elif listing and text[:1] in "-–+•":
            found.append(text.strip(" -–+•;.,"))
        elif listing and found and text[:1].islower():
            found[-1] = f"{found[-1]} {text.strip(' ;.,')}"
        elif listing:
            break
    return tuple(found)


def _warnings(number: str | None, kind: str | None, issuer: str | None, issued_on: date | None, month: str | None, signer: str | None) -> tuple[str, ...]:
    found = []
    if number is None:
        found.append("Không thấy số hiệu văn bản.")
    if kind is None:
        found.append("Không rõ loại văn bản.")
    if issuer is None:
        found.append("Không rõ cơ quan ban hành.")
    if issued_on is None:
        found.append(f"Thiếu ngày ban hành (chỉ có tháng {month[5:]}/{month[:4]})." if month else "Không thấy ngày ban hành.")
    if signer is None:
        found.append("Không thấy người ký.")
    return tuple(found)
