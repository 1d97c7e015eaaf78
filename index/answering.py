"""From ranked clauses to one answer: headline first, then the clause quoted, then where it stands; or what is missing.

Everything said comes from a structured row or a quoted clause; nothing is added.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from corpus.units import Match, unit_matches
from index.answers import ANSWER_LIMIT, HEADLINE_LIMIT, QUOTE_LIMIT, Answer, Citation
from index.duties import Duties, duty_line
from index.headlines import Headline, headline
from index.passages import plain
from index.quoting import excerpt, quote_of, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from corpus.store_records import StoredDirective, StoredTarget, StoredTask
    from index.abstention import Verdict
    from index.evidence import Evidence, TermWeights
    from index.holdings import Library
    from index.particulars import Particular
    from index.query import Query

CITED = 3
_YEAR = re.compile(r"(?:19|20)\d\d")
_LABEL = re.compile(r"^(?:[-+*•–]\s+|(?:\d{1,2}(?:\.\d{1,2})*|[IVX]{1,5}|[a-zđ])\s*[.):/-]\s+)+")
SECOND_OPINION = 0.25
LISTED = 20


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
    """`(Kết luận 91-KL/TU, mục II.4.-1, phần “Cải cách bộ máy”)`."""
    under = shorten(item.chain[-1].strip(" :."), 60) if item.chain else ""
    return f"({name_of(item.directive)}, mục {item.clause.path}{f', phần “{under}”' if under else ''})"


def compose(
    query: Query, evidence: Sequence[Evidence], weights: TermWeights, verdict: Verdict, library: Library
) -> Answer:
    """The answer on the best evidence; abstains when the verdict says so. `evidence` is best first and not empty."""
    if verdict.abstain:
        return abstain(query, evidence, verdict)
    line = headline(query, evidence, weights)
    ordered = _lead_with(evidence, line)
    top = ordered[0]
    parts = _parts_of_heading(top, library)
    if line is None and parts and query.kind == "list":
        said, body = _outlined(top, parts)
    else:
        said = shorten(line.text if line else f"{_time_above(query, top)}{unlabelled(top)}", HEADLINE_LIMIT)
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


def unlabelled(item: Evidence) -> str:
    """The best sentence without the clause's own label in front."""
    text = plain(item.sentence)
    if item.clause.label:
        text = re.sub(rf"^{re.escape(item.clause.label)}\s*[.):/-]*\s*", "", text)
    return _LABEL.sub("", text)


def _time_above(query: Query, item: Evidence) -> str:
    """The term stated by a heading above ("Giai đoạn 2026 - 2030"), when a figure or date is asked and the sentence has none."""
    if query.kind not in {"target", "deadline", "compare"} or _YEAR.search(item.sentence):
        return ""
    heading = next((h for h in reversed(item.chain) if _YEAR.search(h)), "")
    return f"{shorten(heading.strip(' :.'), 60)}: " if heading else ""


def _parts_of_heading(item: Evidence, library: Library) -> list[str]:
    """Titles of what stands directly under a heading; empty when the clause is no heading or has nothing under it."""
    if item.clause.kind != "heading":
        return []
    under = [library.clauses[key] for key in library.children.get(item.key, ())]
    return [_LABEL.sub("", plain(c.heading)) for c in under if c.kind != "note"]


def _outlined(item: Evidence, parts: Sequence[str]) -> tuple[str, str]:
    """Headline and answer that count and name the parts of a heading."""
    title = shorten(_LABEL.sub("", plain(item.clause.heading)).strip(" :."), 120)
    said = shorten(f"Mục {item.clause.path} ({title}) có {len(parts)} mục.", HEADLINE_LIMIT)
    place = where(item)
    each = max(40, (ANSWER_LIMIT - len(said) - len(place) - 6 * len(parts)) // len(parts))
    lines = "\n".join(f"{n}. {shorten(part, each)}" for n, part in enumerate(parts, 1))
    return said, shorten_lines(f"{said}\n{lines}", ANSWER_LIMIT - len(place) - 1) + f"\n{place}"


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
    rows: list[StoredTarget | StoredTask] = [*line.targets, *line.tasks] if line else []
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
        body += f"\n\n“{shorten(plain(citations[0].quote), ANSWER_LIMIT - len(body) - 40)}” (mục {citations[0].path})"
    return Answer(query.original, "document", False, confidence, said, body[:ANSWER_LIMIT], citations)  # noqa: FBT003


def abstain(query: Query, evidence: Sequence[Evidence], verdict: Verdict) -> Answer:
    """Says what the stored documents do not say, and offers the nearest clauses."""
    said = shorten(f"Văn bản đã nạp không nêu {verdict.missing}.", HEADLINE_LIMIT)
    nearest = tuple(
        f"{name_of(item.directive)}, mục {item.clause.path}: {shorten(item.sentence, 140)}" for item in evidence[:CITED]
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


def duties_answer(query: Query, found: Duties, library: Library, today: date, scope: str) -> Answer:
    """A unit's duties, counted, one a line, with their sources. `scope` names the directive they are limited to, or is empty."""
    span = f" trong {found.window.words}" if found.window and not found.window.overdue else ""
    span = " đã qua hạn" if found.window and found.window.overdue else span
    if not found.rows:
        said = shorten(f"Văn bản đã nạp không nêu việc nào của {found.unit}{span}{scope}.", HEADLINE_LIMIT)
        return Answer(query.original, "list", True, 0.8, said, said)  # noqa: FBT003
    said = shorten(f"{found.unit} có {len(found.rows)} việc{span}{scope}.", HEADLINE_LIMIT)
    lines = [said]
    for n, (task, when) in enumerate(found.rows, 1):
        directive = library.directives[task.directive]
        role = "" if any(unit_matches(found.unit, name) is not Match.NONE for name in task.lead) else "(phối hợp) "
        shown = f"{n}. {role}{shorten(duty_line(task, when, today), 150)} ({directive.number or name_of(directive)}, mục {task.path})"
        left = f"… và {len(found.rows) - n + 1} việc nữa."
        if sum(len(line) + 1 for line in lines) + len(shown) + len(left) + 1 > ANSWER_LIMIT:
            lines.append(left)
            break
        lines.append(shown)
    if found.by_class and len("\n".join(lines)) < ANSWER_LIMIT - 80:
        lines.append(f"Trong đó {found.by_class} việc giao chung cho nhóm cơ quan có {found.unit}.")
    clauses = {(task.directive, task.path): task for task, _ in found.rows}
    citations = tuple(
        Citation(d.key, d.number, d.title, task.path, task.quote[:QUOTE_LIMIT])
        for task in clauses.values()
        for d in [library.directives[task.directive]]
    )
    return Answer(
        question=query.original,
        kind="list",
        abstained=False,
        confidence=0.9,
        headline=said,
        answer="\n".join(lines)[:ANSWER_LIMIT],
        citations=citations[:LISTED],
        tasks=tuple(task.id for task, _ in found.rows),
    )
