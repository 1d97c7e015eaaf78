"""Goals of rank ("nhóm 20 địa phương dẫn đầu cả nước") and yearly improvements without a figure."""

from __future__ import annotations

import re
from functools import cache

from corpus.numbers import NUMERAL, parse_number
from corpus.targets.quantities import Quantity
from corpus.targets.vocabulary import any_of, target_words
from corpus.time_words import FLAGS, alternatives


@cache
def _group_pattern() -> re.Pattern[str]:
    group, leading = alternatives(target_words("top")["group"]), alternatives(target_words("top")["leading"])
    number = rf"(?P<n1>{NUMERAL})(?:\s*(?:-|–|đến)\s*(?P<n2>{NUMERAL}))?"
    return re.compile(
        rf"(?<!\w)(?:{group}|trong)\s+(?:các\s+)?{number}\s+(?P<unit>[^;.\d()]{{1,40}}?)\s+(?:có\s+[^,;.]{{1,40}}?)?{leading}(?!\w)",
        FLAGS,
    )


@cache
def _plain_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:top|tốp)\s*-?\s*(?P<n1>{NUMERAL})(?![\w/])", FLAGS)


@cache
def _rank_pattern() -> re.Pattern[str]:
    rank = alternatives(target_words("top")["rank"])
    return re.compile(
        rf"(?<!\w){rank}\s+(?:thứ\s+)?(?:từ\s+)?(?P<n1>{NUMERAL})(?:/\d+)?(?:\s+(?P<unit>{any_of('upward')}))?(?![\w/%])",
        FLAGS,
    )


def find_tops(masked: str) -> list[Quantity]:
    """Rank goals of a text in order, as quantities of kind `top`; `unit` is what is ranked ("địa phương")."""
    found: list[Quantity] = []
    for pattern in (_group_pattern(), _plain_pattern(), _rank_pattern()):
        for match in pattern.finditer(masked):
            if not any(q.start < match.end() and match.start() < q.end for q in found):
                found.append(_read(match, ranked=pattern is _rank_pattern()))
    return sorted(found, key=lambda q: q.start)


def _read(match: re.Match[str], *, ranked: bool) -> Quantity:
    parts = match.groupdict()
    value = parse_number(match["n1"]) or 0.0
    unit = None if ranked else " ".join((parts.get("unit") or "").split()) or None
    value_max = parse_number(parts["n2"]) if parts.get("n2") else None
    return Quantity(match.start(), match.end(), match.start("n1"), "top", "top", value, value_max, unit, said=True)


@cache
def better_pattern() -> re.Pattern[str]:
    """Finds "năm sau cao hơn năm trước"."""
    return re.compile(rf"(?<!\w){any_of('better_each_year')}(?!\w)", FLAGS)


def split_indexes(subject: str) -> list[str]:
    """The indexes of a joint subject ("Chỉ số A (PCI), Chỉ số B (PAPI)"), each by its name; one element when it is one.

    Every item must name itself: by an acronym in parentheses at its end, or by "Chỉ số", "Tỷ lệ" at its beginning.
    """
    head = re.match(r"(?:kết quả\s+|các\s+)*(?P<head>chỉ số)\s*:?\s*", subject, FLAGS)
    rest = subject[head.end() :] if head else subject
    items = [i.strip() for i in re.split(r"(?<=\))\s*(?:,\s*(?:và\s+)?|và\s+)", rest) if i.strip()]
    acronyms = [re.match(r"[^()]*\([A-Z][\w\s-]{1,20}\)", i) for i in items]
    if len(items) > 1 and all(acronyms):
        named = [m[0] for m in acronyms if m]
        return named if head is None else ["Chỉ số " + re.sub(r"^chỉ số\s+", "", n, flags=FLAGS) for n in named]
    items = [
        i.strip() for i in re.split(rf"\s*(?:,|và)\s+(?={any_of('indicators')}\s)", subject, flags=FLAGS) if i.strip()
    ]
    repeated = [re.match(rf"(?:và\s+)?(?P<word>{any_of('indicators')})\s", i, FLAGS) for i in items]
    same = {m["word"].lower() for m in repeated if m}
    return items if len(items) > 1 and all(repeated) and len(same) == 1 else [subject]
