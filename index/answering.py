"""From ranked clauses to one answer: headline first, then the clause quoted, then where it stands; or what is missing.

Everything said comes from a structured row or a quoted clause; nothing is added.
"""

from __future__ import annotations

from collections.abc import Sequence

from corpus.store_records import StoredDirective
from index.abstention import Verdict
from index.answers import ANSWER_LIMIT, HEADLINE_LIMIT, Answer, Citation
from index.evidence import Evidence, TermWeights
from index.headlines import Headline, headline
from index.library import Library
from index.particulars import Particular
from index.passages import plain
from index.query import Query
from index.quoting import excerpt, quote_of, shorten

CITED = 3
SECOND_OPINION = 0.25


def citation(item: Evidence) -> Citation:
    """The clause quoted exactly, as much as a citation may hold, around its best sentence."""
    return _citation(item, item.sentence)


def _citation(item: Evidence, sentence: str | None) -> Citation:
    return Citation(
        directive=item.directive.key,
        number=item.directive.number,
        title=item.directive.title,
        path=item.clause.path,
        quote=quote_of(item.clause.segments or (item.clause.text,), sentence),
        page=item.clause.page,
    )


def name_of(directive: StoredDirective) -> str:
    """How a directive is called in a line: kind and number, or kind and the start of its title."""
    kind = directive.kind or "Văn bản"
    if directive.number:
        return f"{kind} {directive.number}"
    return shorten(f"{kind} {directive.title}" if directive.title else kind, 90)


def where(item: Evidence) -> str:
    """`(Kết luận 91-KL/TU, mục II.4.-1)`."""
    return f"({name_of(item.directive)}, mục {item.clause.path})"


def compose(query: Query, evidence: Sequence[Evidence], weights: TermWeights, verdict: Verdict) -> Answer:
    """The answer on the best evidence; abstains when the verdict says so. `evidence` is best first and not empty."""
    line = headline(query, evidence, weights)
    ordered = _lead_with(evidence, line)
    top = ordered[0]
    said = shorten(line.text if line else plain(top.sentence), HEADLINE_LIMIT)
    if verdict.abstain:
        return abstain(query, evidence, verdict)
    body = _body(said, ordered, line)
    return Answer(
        question=query.original,
        kind=query.kind,
        abstained=False,
        confidence=verdict.confidence,
        headline=said,
        answer=body,
        citations=tuple(citation(item) for item in ordered[:CITED]),
        targets=tuple(t.id for t in line.targets) if line else (),
        tasks=tuple(t.id for t in line.tasks) if line else (),
    )


def _lead_with(evidence: Sequence[Evidence], line: Headline | None) -> list[Evidence]:
    if line is None or line.evidence == 0:
        return list(evidence)
    chosen = evidence[line.evidence]
    return [chosen, *(item for item in evidence if item is not chosen)]


def _body(said: str, ordered: Sequence[Evidence], line: Headline | None) -> str:
    """Headline, the clause around its best sentence, its place; then a second clause when it is nearly as likely."""
    top = ordered[0]
    place = where(top)
    text = plain(top.clause.text)
    anchor = _anchor(text, top, line)
    second = next((item for item in ordered[1:CITED] if item.probability >= SECOND_OPINION * top.probability), None)
    room = ANSWER_LIMIT - len(said) - len(place) - 8
    reserved = min(room // 3, 260) if second is not None and len(text) < room else 0
    shown = excerpt(text, anchor, room - reserved)
    body = f"{said}\n\n“{shown}” {place}"
    if second is not None and (left := ANSWER_LIMIT - len(body) - len(where(second)) - 6) >= 80:
        body += f"\n\n“{excerpt(plain(second.clause.text), second.sentence, left)}” {where(second)}"
    return body[:ANSWER_LIMIT]


def _anchor(text: str, item: Evidence, line: Headline | None) -> str:
    """The sentence to show: the row's own quote when the headline states a row of this clause, else the best sentence."""
    rows = [*line.targets, *line.tasks] if line else []
    for row in rows:
        quote = plain(row.quote)
        if row.path == item.clause.path and quote in text:
            return quote
    return item.sentence


def particulars_answer(query: Query, found: Particular, library: Library, confidence: float) -> Answer:
    """An answer about a directive's own number, date, signer, issuer or recipients."""
    name = name_of(found.directive)
    quoted = [library.clauses[key] for key in found.clause_keys[:CITED]]
    citations = tuple(
        Citation(
            found.directive.key, found.directive.number, found.directive.title, c.path, quote_of(c.segments or (c.text,), None), c.page
        )
        for c in quoted
    )
    said = shorten(f"{name} — {found.line}." if not found.line.startswith(name) else f"{found.line}.", HEADLINE_LIMIT)
    body = said
    if found.missing:
        body += f"\nVăn bản không ghi {', '.join(found.missing)}."
    if citations:
        body += f"\n\n“{shorten(plain(citations[0].quote), ANSWER_LIMIT - len(body) - 40)}” (mục {citations[0].path})"
    return Answer(query.original, "document", False, confidence, said, body[:ANSWER_LIMIT], citations)  # noqa: FBT003


def abstain(query: Query, evidence: Sequence[Evidence], verdict: Verdict) -> Answer:
    """Says what the stored documents do not say, and offers the nearest clauses."""
    said = shorten(f"Văn bản đã nạp không nêu {verdict.missing}.", HEADLINE_LIMIT)
    nearest = tuple(f"{name_of(item.directive)}, mục {item.clause.path}: {shorten(item.sentence, 140)}" for item in evidence[:CITED])
    body = said
    if nearest:
        body += "\nGần nhất:\n" + "\n".join(f"• {line}" for line in nearest)
    return Answer(
        question=query.original,
        kind=query.kind,
        abstained=True,
        confidence=verdict.confidence,
        headline=said,
        answer=shorten_lines(body, ANSWER_LIMIT),
        citations=tuple(citation(item) for item in evidence[:CITED]),
        suggestions=nearest,
    )


def shorten_lines(text: str, limit: int) -> str:
    """Whole lines only, as many as fit."""
    kept = ""
    for line in text.split("\n"):
        if len(kept) + len(line) + 1 > limit:
            break
        kept += f"\n{line}" if kept else line
    return kept
