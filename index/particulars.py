"""Questions about a directive itself: its number, date, signer, issuer, recipients, and those of a document it cites."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.row_words import day
from corpus.text import comparable
from index.documents import DirectiveFit, names_document
from index.passages import clause_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.records import CitedDirective
    from corpus.store_records import StoredDirective
    from index.holdings import Library
    from index.query import Query

_ASKS = {
    "signer": re.compile(r"ai k[ýí]\b|người k[ýí]|do ai (?:k[ýí]|đứng tên)"),
    "number": re.compile(
        r"số hiệu|mang số|(?:kế hoạch|nghị quyết|văn bản|công văn|quyết định|kết luận|chỉ thị|chương trình)\b.{0,60}\bsố (?:mấy|bao nhiêu|nào)"
    ),
    "date": re.compile(
        r"(?:ban hành|ký|kí|ra|ra đời|đề|là của|có hiệu lực)\s+(?:vào\s+)?(?:ngày|khi|tháng|năm)\s*(?:nào|mấy)|ngày ban hành|ngày ký|ngày nào ban hành|ban hành hôm nào"
    ),
    "issuer": re.compile(r"(?:cơ quan nào|ai|cấp nào|nơi nào)\s+(?:đã\s+)?(?:ban hành|ra văn bản)"),
    "recipients": re.compile(
        r"nơi nhận|gửi (?:đến|cho) (?:những )?(?:nơi|đâu|ai)|được gửi (?:đến|tới|cho|về) (?:những |các )?(?:nơi|đâu|ai|cơ quan|chỗ)"
    ),
}
_KINDS = r"(?P<kind>kế hoạch|nghị quyết|văn bản|quyết định|kết luận|chỉ thị|chương trình(?: hành động)?)"
_CARRIED_OUT = re.compile(rf"\b(?:triển khai|thực hiện|cụ thể hóa|căn cứ(?: vào)?|dựa (?:vào|trên)|theo)\s+(?:những\s+|các\s+)?{_KINDS}\s+(?:nào|gì)\b")
_CARRIES_OUT = re.compile(rf"\b(?:ban hành|ký|ra)\s+(?:bản\s+)?{_KINDS}\s+(?:để\s+)?(?:triển khai|thực hiện|cụ thể hóa)\b")


@dataclass(frozen=True, slots=True)
class Particular:
    """What was asked and what the text says. `missing` names asked things that the text does not say."""

    directive: StoredDirective
    line: str
    clause_keys: tuple[str, ...]
    missing: tuple[str, ...]


def asked_particulars(query: Query) -> tuple[str, ...]:
    """Which particulars a question asks; empty when it asks about content."""
    low = comparable(query.text)
    asked = tuple(name for name, pattern in _ASKS.items() if pattern.search(low))
    return () if asked == ("recipients",) and query.kind == "report" else asked


def particular(
    query: Query, fits: Sequence[tuple[StoredDirective, DirectiveFit]], library: Library
) -> Particular | None:
    """Answer from the directive that fits best (or the document it cites that the question names); None when not asked."""
    asked = asked_particulars(query)
    if not asked or not fits:
        return None
    cited = (_carried_out(query, fits) or _cited(query, fits)) if "date" in asked or "issuer" in asked else None
    if cited is not None:
        return _of_cited(asked, *cited, library)
    directive = fits[0][0]
    said = {
        "signer": " ".join(p for p in (directive.signer_role, directive.signer) if p) if directive.signer else "",
        "number": directive.number or "",
        "date": day(directive.issued_on) if directive.issued_on else "",
        "issuer": directive.issuer or "",
        "recipients": "; ".join(directive.recipients),
    }
    labels = {
        "signer": "người ký",
        "number": "số hiệu",
        "date": "ngày ban hành",
        "issuer": "cơ quan ban hành",
        "recipients": "nơi nhận",
    }
    line = ", ".join(f"{labels[name]}: {said[name]}" for name in asked if said[name])
    where = tuple(
        key
        for key in library.by_directive.get(directive.key, ())
        if library.clauses[key].kind in ({"end"} if set(asked) <= {"signer", "recipients"} else {"front"})
    )
    if "signer" in asked or "recipients" in asked:
        where = (
            tuple(k for k in library.by_directive.get(directive.key, ()) if library.clauses[k].kind == "end") + where
        )
    return Particular(
        directive,
        line[:1].upper() + line[1:],
        tuple(dict.fromkeys(where)),
        tuple(labels[n] for n in asked if not said[n]),
    )


def _cited(
    query: Query, fits: Sequence[tuple[StoredDirective, DirectiveFit]]
) -> tuple[StoredDirective, CitedDirective] | None:
    """A document named by number that is not itself stored but is cited with a date; not one whose plan is asked about."""
    if _CARRIES_OUT.search(comparable(query.text)):
        return None
    own = {n for n in query.documents for d, _ in fits if names_document(n, d.number, d.kind)}
    for named in query.documents:
        if named in own or not named.code:
            continue
        for directive, _ in fits:
            for cited in directive.cites:
                if names_document(named, cited.number, cited.kind) and cited.issued_on:
                    return directive, cited
    return None


def _carried_out(
    query: Query, fits: Sequence[tuple[StoredDirective, DirectiveFit]]
) -> tuple[StoredDirective, CitedDirective] | None:
    """The document a directive carries out, when that is what is asked ("triển khai nghị quyết nào, ra ngày mấy")."""
    match = _CARRIED_OUT.search(comparable(query.text))
    directive = fits[0][0]
    if match is None:
        return None
    for cited in directive.cites:
        if cited.relation == "implements" and cited.issued_on and match["kind"] in ("văn bản", comparable(cited.kind or "")):
            return directive, cited
    return None


def _of_cited(asked: Sequence[str], directive: StoredDirective, cited: CitedDirective, library: Library) -> Particular:
    name = " ".join(p for p in (cited.kind, f"số {cited.number}" if cited.number else "") if p)
    said = []
    if "date" in asked and cited.issued_on:
        said.append(f"ngày {day(cited.issued_on)}")
    if cited.issuer:
        said.append(f"của {cited.issuer}")
    serial = re.match(r"\d+", cited.number or "")
    where = tuple(
        clause_key(directive.key, library.clauses[k].path)
        for k in library.by_directive.get(directive.key, ())
        if serial
        and cited.issued_on
        and re.search(rf"(?<!\d){serial[0]}\s*[-/]", library.clauses[k].text)
        and str(cited.issued_on.year) in library.clauses[k].text
    )
    return Particular(directive, f"{name[:1].upper()}{name[1:]} {' '.join(said)}", where[:3], ())
