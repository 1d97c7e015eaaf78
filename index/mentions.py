"""Parts of a question that only name a directive ("theo Kế hoạch ... của ..."), told from what is asked about it.

The words of stored directives' particulars decide how far a naming phrase reaches; nothing is searched here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from corpus.places import find_places, same_place
from corpus.text import collapse, comparable
from corpus.units import find_units
from index.query import (
    Query,
    content_words,
    document_kind_spans,
    document_kinds,
    issuer_spans,
    issuers,
    matter_of,
    subject_of,
    years_and_periods,
)
from index.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corpus.store_records import StoredDirective

_COUNTED = re.compile(r"\s*(?:%|(?:tháng|quý|tuần|ngày|giờ|lần|buổi|năm(?!\s+(?:19|20)\d\d(?!\s*(?:[-–]|đến))))\b)")
_CONNECTORS = frozenset(
    """
    của về do số ký kí ông bà đồng chí thực hiện theo và năm ngày tháng giai đoạn bí thư chủ tịch khóa này đó
    trên trong
    """.split()  # noqa: SIM905 (read as words)
)
_WORD = re.compile(r"[^\W_]+(?:[-/][^\W_]+)*|[,;:()?]")
_STOPS = frozenset(",;:()?")
_DANGLING = re.compile(r"\b(?:theo|trong|tại|ở|của|theo tinh thần|theo chỉ đạo)\s*(?=[,.;)]|$)|\(\s*[,;]?\s*\)")
_DIRECTS = re.compile(
    r"(?:\s+(?:có|đã|phải|lại|còn))*\s+(?:muốn|bắt|yêu cầu|giao|đòi(?: hỏi)?|bảo|lưu ý|quy định|đề ra|đặt(?: ra)?"
    r"|nhấn mạnh|nói|đánh giá|chỉ ra|buộc)\b"
)
_OBEYED = re.compile(r"\btheo\s+(?:sự\s+)?(?:chỉ đạo|yêu cầu|tinh thần|chủ trương|ý kiến)\s+của\s+$")
_FEWEST_WORDS = 2


@dataclass(frozen=True)
class DirectiveNames:
    """Words by which the stored directives go: by kind of directive, and everyone's signers and places."""

    words: dict[str, frozenset[str]]
    signers: tuple[str, ...]
    places: tuple[str, ...]

    @classmethod
    def of(cls, directives: Iterable[StoredDirective]) -> DirectiveNames:
        """Collect the names of all stored directives."""
        words: dict[str, set[str]] = {}
        signers, places = set(), set()
        for d in directives:
            cited = " ".join(f"{c.kind or ''} {c.number or ''}" for c in d.cites if c.relation == "implements")
            text = f"{d.title or ''} {d.issuer or ''} {d.place or ''} {d.number or ''} {d.signer or ''} {cited}"
            words.setdefault(comparable(d.kind or ""), set()).update(tokenize(text).sequence, tokenize(text).wholes)
            if d.signer:
                signers.add(comparable(d.signer))
            if d.place:
                places.add(comparable(d.place))
        return cls(
            {k: frozenset(v) for k, v in words.items()}, tuple(sorted(signers, key=len, reverse=True)), tuple(places)
        )


def narrow(query: Query, names: DirectiveNames) -> Query:
    """The query with `focus`, `terms` and `years` freed of the words that only name a directive.

    Kinds of directive and issuers count only where they name one, when anything does.
    """
    text = comparable(query.text)
    naming = [*_kind_spans(text, names), *_signer_spans(text, names), *_issuer_spans(text)]
    spans = [*naming, *_place_spans(text, names)]
    if not spans:
        return query
    named = " . ".join(text[start:end] for start, end in naming)
    if naming:
        query = replace(
            query,
            document_kinds=document_kinds(named),
            issuers=issuers(named),
            periods=years_and_periods(named)[1] or query.periods,
        )
    here = tuple(place for place in names.places if re.search(rf"\b{re.escape(place)}\b", text))
    query = replace(query, places=tuple(dict.fromkeys([*query.places, *here])))
    focus = matter_of(_without(text, spans), yes_no=query.yes_no)
    query = replace(query, units=tuple(dict.fromkeys(u.name for u in find_units(focus))), subject=subject_of(focus))
    terms = content_words(focus)
    if len(terms) < _FEWEST_WORDS:
        return query
    return replace(query, focus=focus, terms=terms, years=years_and_periods(focus)[0])


def naming_spans(text: str, names: DirectiveNames) -> list[tuple[int, int]]:
    """Where comparable text names a directive: by kind and number, signer, issuer or place."""
    return [*_kind_spans(text, names), *_signer_spans(text, names), *_issuer_spans(text), *_place_spans(text, names)]


def _issuer_spans(text: str) -> list[tuple[int, int]]:
    """An issuing body that only speaks through its directive ("Tỉnh ủy yêu cầu ...", "theo chỉ đạo của Tỉnh ủy")."""
    spoken = [(start, verb.end()) for start, end in issuer_spans(text) if (verb := _DIRECTS.match(text, end))]
    obeyed = [(word.start(), end) for start, end in issuer_spans(text) if (word := _OBEYED.search(text[:start]))]
    return [*spoken, *obeyed]


def _kind_spans(text: str, names: DirectiveNames) -> list[tuple[int, int]]:
    spans = []
    bodies = [(unit.start, unit.end) for unit in find_units(text)]
    end = 0
    for start, after, kind in document_kind_spans(text):
        if start < end or any(first < start < last for first, last in bodies):  # "Sở Kế hoạch và Đầu tư" is no plan
            continue
        known = names.words.get(kind, frozenset())
        end, named = _reach(text, after, known)
        if named:
            spans.append((start, end))
        else:
            end = after
    return spans


def _reach(text: str, start: int, known: frozenset[str]) -> tuple[int, bool]:
    """How far the words after a kind still name the directive, and whether any of them does."""
    end, named = start, False
    for match in _WORD.finditer(text, start):
        word = match[0]
        if word.isdigit() and _COUNTED.match(text, match.end()):  # "báo cáo 6 tháng" is no number six
            break
        if word in _STOPS:
            if word in "()" and not named:
                continue
            break
        if word in known or all(part in known or part.isdigit() for part in re.split(r"[-/]", word)):
            end, named = match.end(), True
        elif word not in _CONNECTORS:
            break
    return end, named


def _signer_spans(text: str, names: DirectiveNames) -> list[tuple[int, int]]:
    spans = []
    for signer in names.signers:
        pattern = rf"(?:\b(?:do|ông|bà|đồng chí|bí thư|chủ tịch|phó bí thư|phó chủ tịch)\s+)*{re.escape(signer)}(?:\s+(?:ký|kí)\b)?"
        spans += [m.span() for m in re.finditer(pattern, text)]
    return spans


def _place_spans(text: str, names: DirectiveNames) -> list[tuple[int, int]]:
    """Places that stored directives are of, also by today's names: they choose the directive, and say nothing within it."""
    today = {
        comparable(mention.text)
        for mention in find_places(text)
        if any(same_place(mention.name, place) for place in names.places)
    }
    return [
        m.span()
        for place in (*names.places, *sorted(today - set(names.places)))
        for m in re.finditer(
            rf"(?:\b(?:ở|tại|của|trong|trên địa bàn|toàn)\s+)?(?:\b(?:tỉnh|thành phố)\s+)?\b{re.escape(place)}\b", text
        )
    ]


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    kept, at = [], 0
    for start, end in sorted(spans):
        kept.append(text[at : max(start, at)])
        at = max(at, end)
    left = " ".join([*kept, text[at:]])
    return collapse(_DANGLING.sub(" ", collapse(left).replace(" ,", ","))).strip(" ,;:()")
