"""From ranked clauses to one answer: headline first, then the clause quoted, then where it stands; or what is missing.

Everything said comes from a structured row or a quoted clause; nothing is added.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from corpus.clause_places import path_in_words
from corpus.places import same_place
from corpus.row_words import capitalised
from index.answers import ANSWER_LIMIT, HEADLINE_LIMIT, Answer, Citation
from index.comparing import answers_all_years
from index.contradicting import contradiction
from index.documents import names_document
from index.duty_answers import duties_answer
from index.grounding import figures, ungrounded
from index.headlines import Headline, headline
from index.naming import name_of, source
from index.passages import clause_key, plain
from index.quoting import excerpt, quote_of, shorten
from index.remarks import bodies, merged, passed, succeeded
from index.sentences import sentences
from index.settling import asks_to_measure, settles_surely

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corpus.store_records import StoredClause, StoredDirective, StoredTarget, StoredTask
    from index.abstention import Verdict
    from index.evidence import Evidence, TermWeights
    from index.holdings import Library
    from index.particulars import Particular
    from index.query import Query

__all__ = ["abstain", "compose", "duties_answer", "name_of", "particulars_answer"]

CITED = 3
_YEAR = re.compile(r"(?:19|20)\d\d")
_LABEL = re.compile(r"^(?:[-+*•–]\s+|(?:\d{1,2}(?:\.\d{1,2})*|[IVX]{1,5}|[a-zđ])\s*[.):/-]\s+)+")
_TERM = re.compile(
    r"(?:giai đoạn|đến hết năm|đến năm|từ năm|trong năm)\s+(?:19|20)\d\d(?:\s*[-–]\s*(?:19|20)\d\d)?", re.IGNORECASE
)
SECOND_OPINION = 0.25
LEAST_SURE = 0.5
DOUBTED = 0.2  # the confidence left when the line would speak against its own question


def citation(item: Evidence) -> Citation:
    """The clause quoted exactly, as much as a citation may hold, around its best sentence."""
    return _citation(item.clause, item.directive, item.sentence)


def cited(clause: StoredClause, library: Library, around: str | None = None) -> Citation:
    """A clause of the library quoted exactly, around the words given when it is long."""
    return _citation(clause, library.directives[clause.directive], around)


def _citation(clause: StoredClause, directive: StoredDirective, sentence: str | None) -> Citation:
    return Citation(
        directive=directive.key,
        number=directive.number,
        title=directive.title,
        path=clause.path,
        quote=quote_of(clause.segments or (clause.text,), sentence),
        page=clause.page,
    )


def compose(
    query: Query, evidence: Sequence[Evidence], weights: TermWeights, verdict: Verdict, library: Library
) -> Answer:
    """The answer on the best evidence; abstains when the verdict says so. `evidence` is best first and not empty."""
    line = headline(query, evidence, weights, library)
    if verdict.abstain and not _sure(query, evidence, weights, line):
        return abstain(query, evidence, verdict)
    if asks_to_measure(query) and (line is None or not line.targets):
        return abstain(query, evidence, replace(verdict, abstain=True, missing="mức để so sánh với số đã hỏi"))
    ordered = _lead_with(evidence, line)
    top = ordered[0]
    parts = _parts_of_heading(top, library)
    if line is None and parts and query.kind == "list":
        return _outlined(query, ordered, parts, verdict, library)
    above = _time_above(query, top, library) if line is None else None
    said = shorten(ended(line.text if line else f"{above[0] if above else ''}{unlabelled(top)}"), HEADLINE_LIMIT)
    if against := contradiction(query, top, line, said):
        doubted = min(verdict.confidence, DOUBTED)
        return abstain(query, evidence, replace(verdict, abstain=True, confidence=doubted, missing=against))
    answer = Answer(
        question=query.original,
        kind=query.kind,
        abstained=False,
        confidence=max(verdict.confidence, LEAST_SURE) if verdict.abstain else verdict.confidence,
        headline=said,
        answer=_body(said, ordered, line, _remarks(query, said, top, line), library),
        citations=_citations(ordered, line, above[1] if above else None, library),
        targets=tuple(t.id for t in line.targets) if line else (),
        tasks=tuple(t.id for t in line.tasks) if line else (),
    )
    return _grounded(answer, top, library)


def _sure(query: Query, evidence: Sequence[Evidence], weights: TermWeights, line: Headline | None) -> bool:
    """Rows that answer beyond doubt what the words alone leave open; never of a place or document that was not asked."""
    if line is None or not _is_asked(query, evidence[line.evidence].directive):
        return False
    return answers_all_years(query, line, weights) or settles_surely(query, evidence, weights)


def _is_asked(query: Query, directive: StoredDirective) -> bool:
    """The directive is of the place and number that the question names, when it names any."""
    of_place = not query.places or any(same_place(asked, directive.place or "") for asked in query.places)
    return of_place and all(names_document(n, directive.number, directive.kind) for n in query.documents)


def ended(text: str) -> str:
    """A line as a person writes one: a capital first, a full stop last."""
    text = text.strip().rstrip(" ;,:").strip()
    return capitalised(text if not text or text[-1] in ".!?…" else f"{text}.")


def _citations(
    ordered: Sequence[Evidence], line: Headline | None, heading: StoredClause | None, library: Library
) -> tuple[Citation, ...]:
    """What the headline stands on first (its clause, those of its other rows), then what else may answer, then the heading it names."""
    own = [citation(ordered[0])]
    for row in _rows(line):
        clause = library.clauses.get(clause_key(row.directive, row.path))
        if clause is not None and all((c.directive, c.path) != (row.directive, row.path) for c in own):
            own.append(cited(clause, library, plain(row.quote)))
    for item in ordered[1:CITED]:
        if len(own) < CITED and all((c.directive, c.path) != (item.directive.key, item.clause.path) for c in own):
            own.append(citation(item))
    return (*own, *([cited(heading, library)] if heading else []))


def _rows(line: Headline | None) -> list[StoredTarget | StoredTask]:
    """The rows a headline states."""
    return [*line.targets, *line.tasks] if line else []


def _grounded(answer: Answer, top: Evidence, library: Library) -> Answer:
    """The answer with each figure of its headline cited: from another stretch of the clause, or from the headings above it."""
    for clause in (top.clause, *_above(top.clause, library)):
        for stretch in clause.segments or (clause.text,):
            missing = ungrounded(answer, library)
            if not missing:
                return answer
            if missing & figures(stretch):
                part = next((s for s in sentences(stretch) if missing & figures(s)), None)
                more = replace(cited(clause, library), quote=quote_of((stretch,), part))
                answer = replace(answer, citations=(*answer.citations, more))
    if not ungrounded(answer, library):
        return answer
    # What no clause states is not said: the clause's own words are, as quoted.
    said = shorten(ended(_LABEL.sub("", plain(answer.citations[0].quote))), HEADLINE_LIMIT)
    return replace(answer, headline=said, answer=shorten_lines(f"{said}{answer.answer[len(answer.headline):]}", ANSWER_LIMIT))


def _above(clause: StoredClause, library: Library) -> Iterator[StoredClause]:
    """The clauses a clause stands under, nearest first."""
    while clause.parent and (parent := library.clauses.get(clause_key(clause.directive, clause.parent))) is not None:
        yield parent
        clause = parent


def _remarks(query: Query, said: str, top: Evidence, line: Headline | None) -> list[str]:
    """What the reader must know of the answer's own time: a date gone by, a body ended, a province merged."""
    rows = _rows(line)
    names = [name for task in line.tasks for name in (*task.lead, *task.coop, *task.report_to)] if line else []
    gone = "" if query.kind == "compare" else passed(rows, said if query.kind in {"deadline", "report"} else "", query.today)
    named = f"{said} {query.original}"
    return [
        remark
        for remark in (
            gone,
            *succeeded([*bodies(said), *names, *query.units], top.directive, query.today),
            *merged(named, top.directive, query.today),
        )
        if remark
    ]


def unlabelled(item: Evidence) -> str:
    """The best sentence without the clause's own label in front."""
    text = plain(item.sentence)
    if item.clause.label:
        text = re.sub(rf"^{re.escape(item.clause.label)}\s*[.):/-]*\s*", "", text)
    return _LABEL.sub("", text)


def _time_above(query: Query, item: Evidence, library: Library) -> tuple[str, StoredClause] | None:
    """The term a heading above states ("Giai đoạn 2026 - 2030: ") and that heading, when a figure or date is asked and the sentence has none."""
    if query.kind not in {"target", "deadline", "compare"} or _YEAR.search(item.sentence):
        return None
    for clause in _above(item.clause, library):
        if term := _TERM.search(plain(clause.text)):
            return f"{capitalised(term[0].lower())}: ", clause
    return None


def _parts_of_heading(item: Evidence, library: Library) -> list[StoredClause]:
    """What stands directly under a heading; empty when the clause is no heading or has nothing under it."""
    if item.clause.kind != "heading":
        return []
    under = [library.clauses[key] for key in library.children.get(item.key, ())]
    return [clause for clause in under if clause.kind != "note"]


def _outlined(
    query: Query, ordered: Sequence[Evidence], parts: Sequence[StoredClause], verdict: Verdict, library: Library
) -> Answer:
    """An answer that counts and names the parts of a heading, each of them cited after it."""
    top = ordered[0]
    title = shorten(_LABEL.sub("", plain(top.clause.heading)).strip(" :."), 120)
    said = shorten(f"“{title}” có {len(parts)} mục.", HEADLINE_LIMIT)
    place = source(top.directive, top.clause.path)
    each = max(40, (ANSWER_LIMIT - len(said) - len(place) - 6 * len(parts)) // len(parts))
    lines = "\n".join(f"{n}. {shorten(_title(part), each)}" for n, part in enumerate(parts, 1))
    body = shorten_lines(f"{said}\n{lines}", ANSWER_LIMIT - len(place) - 1) + f"\n{place}"
    citations = (citation(top), *(cited(part, library) for part in parts))
    return Answer(query.original, "list", False, verdict.confidence, said, body, citations)  # noqa: FBT003


def _title(part: StoredClause) -> str:
    """What a part is about: its heading, or the first sentence of a part that has none."""
    text = plain(part.heading if part.kind == "heading" else part.text)
    text = re.sub(rf"^{re.escape(part.label)}\s*[.):/-]*\s*", "", text) if part.label else text
    first = next(iter(sentences(_LABEL.sub("", text))), "")
    return capitalised(first.rstrip(" .;:,"))


def _lead_with(evidence: Sequence[Evidence], line: Headline | None) -> list[Evidence]:
    if line is None or line.evidence == 0:
        return list(evidence)
    chosen = evidence[line.evidence]
    return [chosen, *(item for item in evidence if item is not chosen)]


def _body(
    said: str, ordered: Sequence[Evidence], line: Headline | None, remarks: Sequence[str], library: Library
) -> str:
    """Headline, what is to be known of its time, the clause around its best sentence, its place; then a second clause.

    The second is that of the headline's other row, or one that is nearly as likely as the first.
    """
    top = ordered[0]
    head = "\n".join([said, *remarks])
    place = source(top.directive, top.clause.path, top.chain)
    text = _readable(top.clause)
    second = _second(ordered, line, library)
    room = ANSWER_LIMIT - len(head) - len(place) - 8
    reserved = min(room // 3, 260) if second is not None and len(text) < room else 0
    if second is not None and line is not None and len(line.targets) > 1:
        reserved = room // 2  # both figures of a comparison are shown
    body = f"{head}\n\n“{excerpt(text, _anchor(text, top, line), room - reserved)}” {place}"
    if second is not None:
        clause, best, chain = second
        other = source(library.directives[clause.directive], clause.path, chain)
        if (left := ANSWER_LIMIT - len(body) - len(other) - 6) >= 80:
            body += f"\n\n“{excerpt(_readable(clause), best, left)}” {other}"
    return body[:ANSWER_LIMIT]


def _second(
    ordered: Sequence[Evidence], line: Headline | None, library: Library
) -> tuple[StoredClause, str, Sequence[str]] | None:
    """Another clause to show, its best sentence and the headings above it."""
    top = ordered[0]
    for row in line.targets if line else ():
        key = clause_key(row.directive, row.path)
        if key != top.key and key in library.clauses:
            return library.clauses[key], plain(row.quote), library.chain(key)
    near = next((item for item in ordered[1:CITED] if item.probability >= SECOND_OPINION * top.probability), None)
    return (near.clause, near.sentence, near.chain) if near else None


def _readable(clause: StoredClause) -> str:
    """A clause's words; the cells of a table row apart from each other."""
    cells = [plain(cell) for _, cell in clause.cells if cell.strip()]
    return " · ".join(cells) if cells else plain(clause.text)


def _anchor(text: str, item: Evidence, line: Headline | None) -> str:
    """The sentence to show: the row's own quote when the headline states a row of this clause, else the best sentence."""
    for row in _rows(line):
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
            found.directive.key,
            found.directive.number,
            found.directive.title,
            c.path,
            quote_of(c.segments or (c.text,), None),
            c.page,
        )
        for c in quoted
    )
    said = shorten(f"{name} — {found.line}." if not found.line.startswith(name) else f"{found.line}.", HEADLINE_LIMIT)
    body = said
    if found.missing:
        body += f"\nVăn bản không ghi {', '.join(found.missing)}."
    if citations:
        body += f"\n\n“{shorten(plain(citations[0].quote), ANSWER_LIMIT - len(body) - 40)}” ({path_in_words(citations[0].path)})"
    return Answer(query.original, "document", False, confidence, said, body[:ANSWER_LIMIT], citations)  # noqa: FBT003


def abstain(query: Query, evidence: Sequence[Evidence], verdict: Verdict) -> Answer:
    """Says what the stored documents do not say, and offers the nearest clauses."""
    said = shorten(f"Văn bản đã nạp không nêu {verdict.missing}.", HEADLINE_LIMIT)
    nearest = tuple(
        f"{name_of(item.directive)}, {path_in_words(item.clause.path)}: {shorten(unlabelled(item), 140)}" for item in evidence[:CITED]
    )
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
