"""Which directive a question means: how well each one's own particulars fit what the question names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from corpus.places import same_place
from corpus.text import comparable, fold, has_diacritics
from index.tokens import tokenize

if TYPE_CHECKING:
    from corpus.store_records import StoredDirective
    from index.query import DocumentNumber, Query

_CODE_KINDS = {
    "NQ": "nghị quyết", "KL": "kết luận", "KH": "kế hoạch", "CTR": "chương trình hành động", "CTRHD": "chương trình hành động",
    "CT": "chỉ thị", "QD": "quyết định", "QDI": "quy định", "TB": "thông báo", "HD": "hướng dẫn", "BC": "báo cáo", "DA": "đề án",
}  # fmt: skip


# A question is held against every directive, and the particulars of directives are few and stay: each is read once.
_comparable = lru_cache(maxsize=32_768)(comparable)
_folded = lru_cache(maxsize=32_768)(fold)
_same_place = lru_cache(maxsize=8_192)(same_place)


@dataclass(frozen=True, slots=True)
class DirectiveFit:
    """How a directive fits a question; each figure 0 to 1 unless said.

    `own_number` 1 when the question gives its number, -1 when the question gives another number of the same kind;
    `implemented` it carries out the document named; `cited` it cites it; `place` -1 when another place is named.
    """

    own_number: float = 0.0
    implemented: float = 0.0
    cited: float = 0.0
    kind: float = 0.0
    issuer: float = 0.0
    place: float = 0.0
    signer: float = 0.0
    title: float = 0.0
    period: float = 0.0

    @property
    def total(self) -> float:
        """One figure for ordering directives by how well they fit."""
        return (
            3 * self.own_number + self.implemented + 0.5 * self.cited + self.kind + self.issuer + 1.5 * self.place
            + 2 * self.signer + 2 * self.title + self.period
        )  # fmt: skip

    def as_tuple(self) -> tuple[float, ...]:
        """The figures in a fixed order."""
        return (
            self.own_number, self.implemented, self.cited, self.kind, self.issuer, self.place, self.signer, self.title, self.period,
        )  # fmt: skip


@lru_cache(maxsize=8192)
def number_parts(number: str | None) -> tuple[str, str, int | None]:
    """(serial without leading zeros, folded letters, year) of a printed number such as `55/2022/QH15`."""
    if not number:
        return "", "", None
    match = re.match(r"\s*(\d+)\s*(?:/\s*((?:19|20)\d\d))?\s*[-/]?\s*(.*)", number)
    if not match:
        return "", "", None
    return match[1].lstrip("0"), re.sub(r"[^A-Z0-9]", "", fold(match[3]).upper()), int(match[2]) if match[2] else None


def names_document(named: DocumentNumber, number: str | None, kind: str | None) -> bool:
    """True when a number in a question means the document with this number and kind."""
    serial, letters, year = number_parts(number)
    if not serial or serial != named.serial or (named.year and year and named.year != year):
        return False
    if named.code:
        return letters == named.code or letters.startswith(named.code) or named.code.startswith(letters or "?")
    own = _comparable(kind or "") or next((full for code, full in _CODE_KINDS.items() if letters.startswith(code)), "")
    return named.kind is None or not own or named.kind == own


def fit(query: Query, directive: StoredDirective, idf: dict[str, float]) -> DirectiveFit:
    """Compare a question with one directive's particulars; `idf` weighs the question's content words."""
    own = [names_document(n, directive.number, directive.kind) for n in query.documents]
    cited = [any(names_document(n, c.number, c.kind) for c in directive.cites) for n in query.documents]
    carried = [any(names_document(n, c.number, c.kind) for c in directive.cites if c.relation == "implements") for n in query.documents]
    title = _comparable(directive.title or "")
    carried = [c or _in_title(n, title) for n, c in zip(query.documents, carried, strict=True)]
    return DirectiveFit(
        own_number=1.0 if any(own) else 0.0,
        implemented=1.0 if any(carried) else 0.0,
        cited=1.0 if any(cited) else 0.0,
        kind=_kind_fit(query, directive),
        issuer=_issuer_fit(query, directive),
        place=_place_fit(query, directive),
        signer=1.0 if directive.signer and _folded(directive.signer) in _folded(query.original) else 0.0,
        title=_coverage(_question_words(query.original, query.text), _words(f"{title} {_comparable(directive.place or '')}"), idf),
        period=_period_fit(query, title),
    )


@lru_cache(maxsize=16_384)
def _words(text: str) -> frozenset[str]:
    return frozenset(tokenize(text).sequence)


@lru_cache(maxsize=256)
def _question_words(original: str, text: str) -> frozenset[str]:
    """The question's syllables as typed, or as restored when it was typed without diacritics."""
    return frozenset(tokenize(comparable(original if has_diacritics(original) else text)).sequence)


def _in_title(named: DocumentNumber, title: str) -> bool:
    return bool(re.search(rf"(?<!\d)0*{named.serial}(?!\d)\s*[-/]", title))


def _kind_fit(query: Query, directive: StoredDirective) -> float:
    if not query.document_kinds or not directive.kind:
        return 0.0
    return 1.0 if _comparable(directive.kind) in query.document_kinds else -0.5


def _issuer_fit(query: Query, directive: StoredDirective) -> float:
    if not query.issuers or not directive.issuer:
        return 0.0
    issuer = _comparable(directive.issuer)
    return max((len(name) / len(issuer)) ** 0.5 if name in issuer else -0.5 for name in query.issuers)


def _place_fit(query: Query, directive: StoredDirective) -> float:
    if not query.places:
        return 0.0
    own = [p for p in (directive.place,) if p]
    if not own:
        return 0.0
    return 1.0 if any(_same_place(asked, named) for asked in query.places for named in own) else -1.0


def _coverage(words: frozenset[str], present: frozenset[str], idf: dict[str, float]) -> float:
    total = sum(idf.get(w, 0.0) for w in words)
    return sum(idf.get(w, 0.0) for w in words if w in present) / total if total else 0.0


def _period_fit(query: Query, title: str) -> float:
    if not query.periods:
        return 0.0
    found = {(int(a), int(b)) for a, b in re.findall(r"(20\d\d)\s*-\s*(20\d\d)", title)}
    if not found:
        return 0.0
    return 1.0 if found & set(query.periods) else -0.5
