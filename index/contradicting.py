"""What an answer would say against its own question: another year, another body, a date where a round was asked, another thing counted.

Pure reading of the question, the best clause and the line; it decides only where the two cannot both be meant. A wrong
deadline is worse than none.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from corpus.data_files import load_yaml
from corpus.text import comparable
from corpus.units import find_units, unit_matches
from index.demands import years_in
from index.evidence import row_in_words
from index.passages import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.store_records import StoredTarget, StoredTask
    from index.evidence import Evidence
    from index.headline_records import Headline
    from index.query import Query

_SPAN = re.compile(r"((?:19|20)\d\d)\s*(?:-|–|đến)\s*(?:hết )?(?:năm )?((?:19|20)\d\d)")
_SHARE_OF = re.compile(r"(?:bao nhiêu|mấy)\s*(?:phần trăm|%)\s+(?:tổng )?(?:số (?:lượng )?)?(?P<thing>.+)")
_INDICATOR_HEAD = re.compile(r"^(?:(?:tỷ lệ|tỉ lệ|tổng số|số lượng|số|mức|các)\s+)+")


def contradiction(query: Query, item: Evidence, line: Headline | None, said: str) -> str:
    """What the documents do not give, when the line would state something else of `item`; "" when nothing speaks against it."""
    text = comparable(f"{plain(item.clause.text)} . {row_in_words(item.clause)} . {' . '.join(item.chain)}")
    return (
        _other_year(query, item, comparable(said))
        or _no_report(query, text)
        or _no_round(query, text, line.tasks if line else ())
        or _other_body(query, text, line.tasks if line else ())
        or _other_thing(query, line.targets if line else ())
    )


def _other_year(query: Query, item: Evidence, said: str) -> str:
    """A figure is asked of years of which the line itself says that it is not."""
    issued = item.directive.issued_on.year if item.directive.issued_on else None
    asked = query.years - {issued}
    given = years_in(said)
    for first, last in _SPAN.findall(said):
        given |= set(range(int(first), int(last) + 1))
    if query.kind != "target" or query.periods or not asked or not given or asked & given:
        return ""
    return f"nội dung này cho năm {', '.join(map(str, sorted(asked)))}"


def _no_report(query: Query, text: str) -> str:
    """When to report is asked of a duty that nobody has to report."""
    words = _words()
    asks = query.kind in {"deadline", "report"} and words["reporting"].search(comparable(query.focus))
    return "chế độ báo cáo này" if asks and not words["reported"].search(text) else ""


def _no_round(query: Query, text: str, tasks: Sequence[StoredTask]) -> str:
    """A day of each month or quarter is asked, and the duty is done once."""
    asked = _words()["rounds"].search(comparable(query.focus))
    once = bool(tasks) and all(task.due is not None and task.recurrence is None for task in tasks)
    if query.kind != "deadline" or asked is None or not once or _words()["rounds"].search(text):
        return ""
    return "thời hạn định kỳ của việc này"


def _other_body(query: Query, text: str, tasks: Sequence[StoredTask]) -> str:
    """The time of one body's duty is asked, and the duty is another's."""
    if query.kind not in {"deadline", "report"} or query.subject is None or not tasks:
        return ""
    subject = query.subject
    words = _words()
    if not words["bodies"].match(comparable(subject)):  # "xã, phường": who speaks for them is said in many ways
        return ""
    bodies = [name for task in tasks for name in (*task.lead, *task.coop, *task.via)]
    if not any(task.lead for task in tasks) or any(unit_matches(subject, name) for name in bodies):
        return ""
    level = words["levels"].search(comparable(subject))
    if any(unit_matches(subject, mention.name) for mention in find_units(text)):
        return ""
    if level is not None and re.search(rf"(?<!\w){level[0]}(?!\w)", comparable(" . ".join(bodies))):
        return ""
    return f"việc như vậy của {subject}"


def _other_thing(query: Query, targets: Sequence[StoredTarget]) -> str:
    """A share of one kind of body or person is asked, and the row's share is of something else."""
    match = _SHARE_OF.search(comparable(query.focus))
    counted = _words()["counted"].match(match["thing"]) if match else None
    if counted is None or not targets:
        return ""
    thing = counted[0].split()[0]  # "trạm y tế" is later only "trạm"
    for target in targets:
        indicator = _INDICATOR_HEAD.sub("", comparable(target.indicator))
        quote = comparable(target.quote)
        beside = re.search(rf"(?:%|phần trăm)\s+(?:tổng )?(?:số (?:lượng )?)?(?:các )?{thing}\b", quote)
        if re.match(rf"{thing}\b", indicator) or beside or f"số {thing} " in comparable(target.indicator):
            return ""
    return f"tỷ lệ {counted[0]} như câu hỏi"


@cache
def _words() -> dict[str, re.Pattern[str]]:
    rows: dict[str, list[str]] = load_yaml("index", "data/contradictions.yaml")
    return {
        name: re.compile(r"(?<!\w)(?:" + "|".join(sorted(map(comparable, said), key=len, reverse=True)) + r")(?!\w)")
        for name, said in rows.items()
    }
