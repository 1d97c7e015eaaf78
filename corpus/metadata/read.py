"""A directive's metadata from its letterhead, title, preamble, closing block and text, in that order of trust."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from corpus.lines import Line, is_capital, markers, read_lines
from corpus.metadata.citations import read_citations
from corpus.metadata.dates import read_date_line
from corpus.metadata.issuer import is_body, read_issuer, read_place, with_place
from corpus.metadata.numbers import first_number
from corpus.metadata.page import NOT_BODY, Page, read_page
from corpus.metadata.signature import read_closing, signed_in_words
from corpus.metadata.wording import kind_named, kind_of_code, kinds
from corpus.outline.zones import Zones, find_zones, shown, titled_kind
from corpus.records import Clause, Metadata, Source
from corpus.text import collapse, comparable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

_COLUMNS = re.compile(r"\s{3,}|\t+|\s*\|\s*")
_SUBJECT = re.compile(r"^(?:V/v|Về việc)\s*:?\s*", re.IGNORECASE)
_NUMBER_LABEL = re.compile(r"^Số\s*[:.]?", re.IGNORECASE)
_ATTACHED = re.compile(r"\(?\s*(?:ban hành )?kèm theo[^)]*\)?", re.IGNORECASE)
_CODE_IN_BLANK = re.compile(r"[-/]\s*([A-ZĐ][A-Za-zĐđ]{1,4})\s*[-/]")


def read_metadata(source: Source, clauses: Sequence[Clause]) -> Metadata:
    """What the directive says of itself. `clauses` are those of `corpus.outline.outline` for the same source."""
    lines = read_lines(source.text)
    if not lines:
        return Metadata(warnings=("Văn bản không có chữ nào.",))
    zones = find_zones(lines)
    page = read_page(lines, zones)
    closing = read_closing(page.closing)
    title_text = collapse(" ".join(page.title))
    number = _number(page.letterhead) or _number_in_title(page.title)
    kind = _kind(page, number)
    title = _title(page, kind)
    place_line, issued_on, month = _date(page.letterhead)
    behalf = closing.behalf
    issuer = read_issuer(page, behalf, title_text)
    place = read_place(page, place_line, issuer, title, clauses)
    issuer = with_place(issuer, place)
    signed = None if closing.signer else signed_in_words(page.preamble)
    signer, role = signed or (closing.signer, closing.role)
    front = collapse(f"{title or ''} . {page.preamble}")
    body = "\n".join(c.text for c in clauses if c.kind != "end" and c.path not in _letterhead_paths(zones)).replace(
        "**", ""
    )
    cites = read_citations(front, f"{title or ''}\n{body}")
    itself = next((cited for cited in cites if number and cited.number == number), None)
    if itself:
        title, issued_on = title or itself.title, issued_on or itself.issued_on
        cites = tuple(cited for cited in cites if cited is not itself)
    month = f"{issued_on:%Y-%m}" if issued_on else month
    recipients = (*_addressees(lines, zones), *closing.recipients)
    return Metadata(
        number=number, kind=kind, issuer=issuer, place=place, issued_on=issued_on, issued_month=month, title=title,
        signer=signer, signer_role=role, cites=cites, recipients=recipients,
        warnings=_warnings(
            number=number, kind=kind, issuer=issuer, issued_on=issued_on, month=month, signer=signer
        ),
    )  # fmt: skip


def _letterhead_paths(zones: Zones) -> frozenset[str]:
    return frozenset({"0.p1"}) if zones.letterhead_end else frozenset()


def _number(letterhead: list[str]) -> str | None:
    for i, text in enumerate(letterhead):
        if _NUMBER_LABEL.match(text):
            rest = f"{text} {letterhead[i + 1] if i + 1 < len(letterhead) else ''}"
            found = first_number(text) or (
                first_number(rest) if re.fullmatch(r"Số\s*[:.]?\s*\d*\s*", text, re.IGNORECASE) else None
            )
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


def _kind(page: Page, number: str | None) -> str | None:
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


def _title(page: Page, kind: str | None) -> str | None:
    parts = list(page.title)
    if not parts:
        return _subject(page.letterhead)
    rest = parts[0][len(kind) :].strip(" :") if kind and comparable(parts[0]).startswith(kind.lower()) else ""
    rest = re.sub(r"^(?:số|SỐ)\s*:?\s*[\w/-]+\s*", "", rest)
    words = [rest, *parts[1:]] if rest else parts[1:]
    while words and is_capital(words[0]) and (words[0].startswith("CỦA ") or is_body(words[0])) and len(words) > 1:
        words = words[1:]
    words = words[: _issuer_below(words, comparable(" ".join(page.letterhead)))]
    text = _ATTACHED.sub("", collapse(" ".join(words))).strip(" *-–_")
    return text or None


@cache
def _roles() -> tuple[str, ...]:
    return tuple(role.lower() for role in markers("roles"))


def _issuer_below(words: list[str], letterhead: str) -> int:
    """Where the issuer in capitals below the title begins ("CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH").

    Below a title that is in capitals itself, only a signer's office or the body of the letterhead ends it.
    """
    for i in range(1, len(words)):
        if not all(is_capital(part) for part in words[i:]):
            continue
        office, mixed = words[i].lower().startswith(_roles()), not all(is_capital(part) for part in words[:i])
        if office or comparable(words[i]) in letterhead or (mixed and is_body(words[i])):
            return i
    return len(words)


def _subject(letterhead: list[str]) -> str | None:
    for i, text in enumerate(letterhead):
        if _SUBJECT.match(text):
            words = [text]
            for following in letterhead[i + 1 :]:
                if (
                    NOT_BODY.search(following)
                    or is_capital(following)
                    or following.lower().startswith(markers("addressees"))
                ):
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


def _warnings(
    *,
    number: str | None,
    kind: str | None,
    issuer: str | None,
    issued_on: date | None,
    month: str | None,
    signer: str | None,
) -> tuple[str, ...]:
    found = []
    if number is None:
        found.append("Không thấy số hiệu văn bản.")
    if kind is None:
        found.append("Không rõ loại văn bản.")
    if issuer is None:
        found.append("Không rõ cơ quan ban hành.")
    if issued_on is None:
        found.append(
            f"Thiếu ngày ban hành (chỉ có tháng {month[5:]}/{month[:4]})." if month else "Không thấy ngày ban hành."
        )
    if signer is None:
        found.append("Không thấy người ký.")
    return tuple(found)
