"""Figures in a statement: the number or range, its comparator and its unit; not what the figure is about."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

from corpus.numbers import NUMERAL, count_words, parse_number
from corpus.targets.vocabulary import any_of, measure_words, target_words, word_class
from corpus.time_citations import MASK
from corpus.time_words import FLAGS, alternatives

if TYPE_CHECKING:
    from corpus.records import Operator

QuantityKind = Literal["percent", "money", "measure", "duration", "count", "top", "bare"]
_REACH: Final = 60
_ROUND: Final = re.compile(r"1\.?000|10+\.?000|100")
_OUT_OF: Final = re.compile(r"\s+([^\W\d]+(?:\s+[^\W\d]+){0,2})(?=\s*(?:$|[^\w\s]))")
_EACH_ONE: Final = re.compile(r"(?:bình quân|trung bình|tính) trên$")
_ASIDE: Final = re.compile(r"\([^()]*\)")
_OBJECT: Final = r"[^,;.\x1a]{0,80}?"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure at `start:end` of a text: from its comparator to its unit, "trở lên" included when it follows at once.

    `number` is where the digits begin; `said` is true when the comparator is the figure's own and not assumed.
    `lead` is the words between, in lower case ("tối thiểu đạt từ"). `tail` is where a "trở lên" after an object ends.
    """

    start: int
    end: int
    number: int
    kind: QuantityKind
    op: Operator
    value: float
    value_max: float | None = None
    unit: str | None = None
    said: bool = False
    lead: str = ""
    tail: int = 0
    before: float | None = None


@cache
def _unit_groups() -> tuple[tuple[QuantityKind, re.Pattern[str]], ...]:
    per = (
        rf"(?:\s*/\s*{alternatives([*measure_words('per'), *measure_words('counted')])}(?!\w)|\s+{alternatives(measure_words('per_words'))}\s+"
        rf"{alternatives(measure_words('per'))}(?!\w))"
    )
    scale = rf"(?:{alternatives(measure_words('scales'))}\s+)?"
    counted = rf"(?:lượt\s+)?{alternatives(measure_words('counted'))}"
    # "30% tổng chi ngân sách y tế" is a share of something narrower: no unit of its own.
    bounded = rf"(?=\s*(?:$|[^\w\s])|\s+{alternatives(measure_words('noun_stops'))}(?!\w))"
    share = rf"(?:\s*{alternatives(measure_words('shares'))}(?!\w){bounded})"
    sources: tuple[tuple[QuantityKind, str], ...] = (
        ("percent", rf"{alternatives(measure_words('percent'))}(?!\w)(?:{per}|{share})?"),
        ("money", rf"{scale}{alternatives(measure_words('money'))}(?!\w){per}{{0,2}}"),
        ("measure", rf"{scale}{alternatives(measure_words('measures'))}(?!\w){per}{{0,2}}"),
        ("duration", rf"{alternatives(measure_words('durations'))}(?!\w){per}?"),
        ("count", rf"{scale}{counted}(?!\w){per}{{0,2}}"),
        ("count", rf"{alternatives(measure_words('scales'))}(?!\w)"),
    )
    return tuple((kind, re.compile(source, FLAGS)) for kind, source in sources)


@cache
def _number_pattern() -> re.Pattern[str]:
    percent = alternatives(measure_words("percent"))
    to = rf"\s*(?:{percent})?\s*(?:-|–|đến|tới)\s*(?:khoảng\s+)?"
    first = rf"(?<![\w/.,(-])(?P<n1>{NUMERAL})|(?<=\()(?P<n0>{NUMERAL})(?!\))|(?<!\w)(?P<word>{count_words()})(?=\s)"
    of = rf"/(?P<of>{NUMERAL})(?=\s+(?!{alternatives(target_words('fractions'))}(?!\w)))"
    return re.compile(rf"(?:{first})(?:{of}|(?:{to}(?P<n2>{NUMERAL}))?(?![\w/]|\)\s))", FLAGS)


@cache
def _lead_pattern() -> re.Pattern[str]:
    words = alternatives([*word_class("comparators"), *target_words("fillers")])
    return re.compile(rf"(?:(?<!\w){words}(?!\w)\s*|[≥≤<>~≈]=?\s*)+$", FLAGS)


@cache
def _comparator_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){any_of('comparators')}(?!\w)|[≥≤<>~≈]=?", FLAGS)


@cache
def _turn_pattern() -> re.Pattern[str]:
    return re.compile(rf"{_OBJECT}(?<!\w)(?P<turn>{any_of('upward')}|{any_of('downward')})(?!\w)", FLAGS)


def read_unit(text: str, at: int) -> tuple[QuantityKind, str, int] | None:
    """The unit that begins at `at` (white space skipped): its kind, its words and where it ends."""
    while at < len(text) and text[at].isspace():
        at += 1
    best: tuple[QuantityKind, str, int] | None = None
    for kind, pattern in _unit_groups():
        found = pattern.match(text, at)
        if found and (best is None or found.end() > best[2]):
            best = kind, " ".join(found[0].split()), found.end()
    return (best[0], _per_slash(best[1]), best[2]) if best else None


def _per_slash(unit: str) -> str:
    """ "người trên một vạn dân" → "người/vạn dân"."""
    per = rf"\s+{alternatives(measure_words('per_words'))}\s+(?:một\s+)?(?={alternatives(measure_words('per'))}$)"
    return re.sub(per, "/", unit, flags=FLAGS)


@cache
def _noun_pattern() -> re.Pattern[str]:
    stop = rf"(?!{alternatives(measure_words('noun_stops'))}(?!\w))"
    tail = alternatives(measure_words("noun_tails"))
    return re.compile(rf"\s+({stop}[a-zà-ỹđ]+(?:\s+{stop}[a-zà-ỹđ]+(?:\s+{tail}(?!\w))?)?)")


def _noun(text: str, at: int) -> tuple[QuantityKind, str, int] | None:
    """A unit outside the vocabulary: the one or two words after the figure that can be a noun."""
    found = _noun_pattern().match(text, at)
    return ("count", " ".join(found[1].split()), found.end()) if found else None


def find_quantities(text: str) -> list[Quantity]:
    """Figures of `text` in order; dates and numbers of documents must have been hidden before."""
    found: list[Quantity] = []
    figures = [q for match in _number_pattern().finditer(text) if (q := _read(text, match))]
    multiples = [_multiple(text, match) for match in _multiple_pattern().finditer(text)]
    for quantity in sorted([*multiples, *figures], key=lambda q: q.number):
        if found and quantity.number < found[-1].end:
            continue
        change = _ended(text, found[-1], quantity) if found else None
        found[-1:] = [change] if change else [*found[-1:], quantity]
    return found


@cache
def _multiple_pattern() -> re.Pattern[str]:
    words = alternatives(target_words("multiples"))
    return re.compile(rf"(?<!\w)gấp\s+(?:{any_of('comparators')}\s+)?(?P<word>{words})(?:\s+lần)?(?!\w)", FLAGS)


def _multiple(text: str, match: re.Match[str]) -> Quantity:
    """ "Gấp đôi": a multiple told in words."""
    lead = _lead_pattern().search(text, max(0, match.start() - _REACH), match.start("word"))
    words = " ".join(lead[0].lower().split()) if lead else "gấp"
    op, said, *_ = _operator(text, words, None, match.end())
    value = float(target_words("multiples")[match["word"].lower()])
    start = lead.start() if lead else match.start()
    return Quantity(start, match.end(), match.start("word"), "measure", op, value, None, "lần", said, words)


def _read(text: str, match: re.Match[str]) -> Quantity | None:
    value = parse_number(match["n1"] or match["n0"] or match["word"])
    value_max = parse_number(match["n2"]) if match["n2"] else None
    unit = read_unit(text, match.end())
    if match["of"] and match[0] in target_words("common_fractions"):
        return None
    rate = _rate(text, match)
    if rate:
        unit = rate
    elif match["of"] and not (unit and unit[0] == "count" and (value or 0) <= (parse_number(match["of"]) or 0)):
        return None  # "45/66 xã" counts communes; "24/7" does not
    if value is None or (value_max is not None and value_max <= value):
        return None
    lead = _lead_pattern().search(text, max(0, match.start() - _REACH), match.start())
    words = " ".join(lead[0].lower().split()) if lead else ""
    said = bool(_comparator_pattern().search(words))
    if match["word"] and (not unit or unit[0] != "count" or not said):
        return None
    if unit is None and (said or value_max is not None or "có" in words.split()):
        unit = _noun(text, match.end())
    if value == 1 and _EACH_ONE.search(words):
        return None  # "bình quân trên 01 ha" measures another figure
    start = lead.start() if lead else match.start()
    end = unit[2] if unit else match.end()
    op, said, tail, end = _operator(text, words, value_max, end)
    if op == "=" and words.endswith("từ") and _reaching_pattern().search(text, max(0, start - _REACH), match.start()):
        op, said = ">=", True
    kind: QuantityKind = unit[0] if unit else "bare"
    return Quantity(start, end, match.start(), kind, op, value, value_max, unit[1] if unit else None, said, words, tail)


def _rate(text: str, match: re.Match[str]) -> tuple[QuantityKind, str, int] | None:
    """The unit of so many out of a round number ("32/100.000 trẻ đẻ sống")."""
    of = match["of"] or ""
    noun = _OUT_OF.match(text, match.end()) if _ROUND.fullmatch(of) else None
    return ("measure", f"/{of} {' '.join(noun[1].split())}", noun.end()) if noun else None


@cache
def _reaching_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){any_of('reaching')}\s+(?:mức\s+)?từ\s*$", FLAGS)


def _operator(text: str, lead: str, value_max: float | None, end: int) -> tuple[Operator, bool, int, int]:
    """The comparator, whether it is said, where a later "trở lên" ends, and where the figure with its own ends."""
    turn = _turn_pattern().match(text, end)
    upward = {"trở lên": ">=", "trở xuống": "<="}
    if turn and ("từ" in lead.split() or text[end : turn.start("turn")].strip() == ""):
        op = upward[" ".join(turn["turn"].lower().split())]
        close = turn.end() if text[end : turn.start("turn")].strip() == "" else end
        return op, True, turn.end(), close  # type: ignore[return-value]
    if value_max is not None:
        return "range", True, end, end
    said = _comparator_pattern().findall(lead)
    if said:
        return word_class("comparators")[" ".join(said[-1].split())], True, end, end  # type: ignore[return-value]
    return "=", False, end, end


def _ended(text: str, first: Quantity, second: Quantity) -> Quantity | None:
    """The end of a change "từ 5% xuống còn 3%", which knows where it began."""
    between = _ASIDE.sub(" ", text[first.end : second.number]).replace(MASK, " ").lower()
    gap = re.sub(rf"^\s*{any_of('changes')}(?!\w)", "", between, flags=FLAGS).split()
    landing = {word for phrase in target_words("landing") for word in phrase.split()}
    if "từ" in first.lead.split() and first.value_max is None and gap and gap[0] in landing and len(gap) <= 4:
        return replace(second, start=first.start, before=first.value)
    return None
