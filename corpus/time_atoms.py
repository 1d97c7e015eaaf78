"""The atoms of time expressions: days, months, quarters, years, periods, cycles, conditions; not yet joined."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

from corpus.numbers import count_words, number_words, parse_number
from corpus.time_words import DAY, FLAGS, MONTH, YEAR, alternatives, time_words, words_of

if TYPE_CHECKING:
    from corpus.records import Recurrence

AtomKind = Literal[
    "day", "month", "quarter", "half", "year", "period", "monthday", "cycle", "duration", "condition", "text",
    "same_day",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Atom:
    """One piece of a time expression at `start:end` of the text.

    Points fill the parts they name: `day`, `month` (`month`..`last_month` for quarters, halves and lists of months),
    `year` (`year`..`last_year` for periods). Cycles fill `recurrence`, a `monthday` also `day`; durations fill
    `amount`, `unit` and `event`, what they count from. `loose` points ("10/12", "2030") need a marker word or a
    partner to count.
    """

    kind: AtomKind
    start: int
    end: int
    year: int | None = None
    last_year: int | None = None
    month: int | None = None
    last_month: int | None = None
    day: int | None = None
    recurrence: Recurrence | None = None
    amount: int | None = None
    unit: str | None = None
    event: str | None = None
    loose: bool = False

    @property
    def is_point(self) -> bool:
        """True for what may name a date once its year is known."""
        return self.kind in ("day", "month", "quarter", "half", "year", "period")

    @property
    def first(self) -> date | None:
        """First day of what the atom names; None without a year or for a day that does not exist."""
        return None if self.year is None else calendar_day(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date | None:
        """Last day of what the atom names; None without a year or for a day that does not exist."""
        year, month = self.last_year or self.year, self.last_month or self.month or 12
        return None if year is None else calendar_day(year, month, self.day or calendar.monthrange(year, month)[1])


def calendar_day(year: int, month: int, day: int) -> date | None:
    """The date, or None when the calendar has no such day."""
    return date(year, month, day) if 1 <= day <= calendar.monthrange(year, month)[1] else None


_LEFT: Final = r"(?<![\w/.,-])"
_END: Final = r"(?![\w/])"
_AND: Final = r"\s*(?:,|;|-|–|và|đến|tới|hoặc)\s*(?:và\s+)?"
_OF_YEAR: Final = rf"(?:\s*/\s*|\s*,?\s*(?:của\s+)?năm\s+|\s?-\s?)(?P<year>{YEAR})(?![\d/])"
_Builder = Callable[[re.Match[str]], Atom | None]


def _number(text: str | None) -> int | None:
    value = parse_number(text) if text else None
    return None if value is None else int(value)


def _at(found: re.Match[str], kind: AtomKind, **parts: object) -> Atom:
    return Atom(kind, found.start(), found.end(), **parts)  # type: ignore[arg-type]


def _point(kind: AtomKind, *, loose: bool = False) -> _Builder:
    """Reads the groups day, month, last_month, year and last_year, as far as the pattern has them."""

    def build(found: re.Match[str]) -> Atom | None:
        parts = {name: _number(text) for name, text in found.groupdict().items() if name in _PARTS}
        if (parts.get("last_year") or 9999) < (parts.get("year") or 0):
            return None
        return _at(found, kind, loose=loose, **parts)

    return build


_PARTS: Final = ("day", "month", "last_month", "year", "last_year")


def _quarter(found: re.Match[str]) -> Atom | None:
    numbers = {str(k).lower(): v for k, v in number_words()["quarters"].items()}
    quarter = numbers[found["quarter"].lower()]
    last = numbers[(found["last_quarter"] or found["quarter"]).lower()]
    return _at(found, "quarter", month=3 * quarter - 2, last_month=3 * last, year=_number(found["year"]))


def _half(found: re.Match[str]) -> Atom | None:
    months = _number(found["months"]) or 0
    first, last = (1, months) if found["which"].lower() == "đầu" else (13 - months, 12)
    return _at(found, "half", month=first, last_month=last, year=_number(found["year"]))


def _year_end(found: re.Match[str]) -> Atom:
    return _at(found, "month", month=12)


def _cycle(found: re.Match[str]) -> Atom | None:
    """The shortest of the cycles named, so that no occasion is forgotten; yearly with ad hoc is a kind of its own."""
    named = found["cycles"].lower()
    lengths = list(time_words()["cycles"])
    for recurrence in lengths:
        if re.search(rf"(?<!\w){_cycle_alternatives(recurrence)}(?!\w)", _without_longer(named, recurrence)):
            return _at(found, "cycle", recurrence=recurrence)
    return None


def _once_in(found: re.Match[str]) -> Atom | None:
    """"6 tháng/lần", "01 năm/lần"; a cycle of several years, quarters or months that has no name keeps its words only."""
    if _number(found["count"]) in (None, 1):
        return _cycle(found)
    named = " ".join(f"{found['count']} {found['cycles']}".lower().split())
    lengths: dict[Recurrence, list[str]] = time_words()["cycles"]
    return _at(found, "cycle", recurrence=next((length for length, names in lengths.items() if named in names), None))


@cache
def _cycle_alternatives(recurrence: str) -> str:
    return alternatives(time_words()["cycles"][recurrence])


def _without_longer(named: str, recurrence: str) -> str:
    """The words without cycles whose names contain a shorter one's ("6 tháng" is no "tháng")."""
    for other in ("half-yearly", "quarterly", "yearly"):
        if other != recurrence and recurrence in ("monthly", "weekly", "yearly"):
            many = [w for w in time_words()["cycles"][other] if " " in w]
            named = re.sub(rf"(?<!\w){alternatives(many)}(?!\w)", "", named) if many else named
    return named


def _times(found: re.Match[str]) -> Atom | None:
    per = found["per"].lower().replace("quí", "quý")
    if per != "năm":
        return _at(found, "cycle", recurrence={"quý": "quarterly", "tháng": "monthly", "tuần": "weekly"}[per])
    recurrence = time_words()["times_a_year"].get(_number(found["times"]))
    return _at(found, "cycle", recurrence=recurrence) if recurrence else None


def _month_day(found: re.Match[str]) -> Atom | None:
    cycle = found["cycle"].lower()
    if "quý" in cycle or "quí" in cycle:
        return _at(found, "monthday", recurrence="quarterly")
    return _at(found, "monthday", recurrence="monthly", day=_number(found["day"]))


def _duration(found: re.Match[str]) -> Atom | None:
    units: dict[str, str] = time_words()["duration_units"]
    unit = units.get(" ".join(found["unit"].lower().split()), "working days")
    event = found["event"].strip()
    if found["since"].lower().endswith("sau khi") and "này" not in event.lower().split():
        event = f"{found['since']} {event}"  # "gửi kết luận sau khi ban hành": not the directive is issued then
    end = found.start("event") + len(found["event"].rstrip())
    return Atom("duration", found.start(), end, amount=_number(found["amount"]), unit=unit, event=event)


def _text(recurrence: Recurrence | None = None, kind: AtomKind = "text") -> _Builder:
    return lambda found: _at(found, kind, recurrence=recurrence)


def _point_patterns() -> Iterator[tuple[str, _Builder]]:
    day, month = rf"(?:ngày\s+)?(?:{DAY}\s?[-–]\s?)?(?P<day>{DAY})", rf"(?P<month>{MONTH})"
    last_month, year, last_year = rf"(?P<last_month>{MONTH})", rf"(?P<year>{YEAR})", rf"(?P<last_year>{YEAR})"
    quarter = alternatives(number_words()["quarters"])
    spans = words_of("period_words")
    yield rf"{day}\s?(?P<sep>[/.-])\s?{month}\s?(?P=sep)\s?{year}(?![\d/])", _point("day")
    yield rf"{day}(?:\s+tháng\s+|\s?/\s?){month}{_OF_YEAR}", _point("day")
    yield rf"{day}\s+tháng\s+{month}(?![\d/])", _point("day")
    yield rf"ngày\s+(?P<day>{DAY})\s?[/-]\s?{month}(?![\d/]|[.,]\d)", _point("day")
    yield rf"(?P<day>{DAY})\s?/\s?{month}(?![\d/%]|[.,]\d)", _point("day", loose=True)
    yield rf"{words_of('same_day')}(?!\w)", _text(kind="same_day")
    yield rf"tháng\s+{month}(?:{_AND}(?:tháng\s+)?{last_month}(?!\d))*{_OF_YEAR}", _point("month")
    yield rf"(?:tháng\s+|t\.?)?{month}\s?/\s?{year}(?!\d|\s?/|\s?-\s?[A-ZĐ])", _point("month")
    yield rf"tháng\s+{month}(?:\s*(?:-|–)\s*{last_month})?(?![\d/])", _point("month")
    more = rf"(?:{_AND}(?:quý\s+|quí\s+)?(?P<last_quarter>{quarter})(?!\w))*(?:{_OF_YEAR})?"
    yield rf"(?:quý|quí|q\.?)\s*(?P<quarter>{quarter})(?!\w){more}", _quarter
    yield (
        rf"(?P<months>6|06|sáu|9|09|chín|3|03|ba)\s+tháng\s+(?P<which>đầu|cuối)(?:\s+năm)?(?:\s*/?\s*{year}(?!\d))?",
        _half,
    )
    yield r"(?:cuối|hết)\s+năm(?!\w|\s*\d|\s+(?:học|ngân\s+sách))", _year_end
    yield rf"năm\s+{year}(?:\s*(?:,|;|và|-|–)\s*(?:và\s+)?(?:năm\s+)?{last_year}(?!\d))+", _point("period")
    to = r"\s*(?:-|–|đến|tới)\s*(?:hết\s+|cuối\s+)?(?:năm\s+)?"
    yield rf"(?:{spans}\s+)?(?:từ\s+)?(?:năm\s+)?{year}{to}{last_year}(?![\d/])", _point("period")
    yield rf"{words_of('school_year')}\s+{YEAR}(?:\s*[-–]\s*{YEAR})?", _text()
    yield rf"(?:năm|{spans})\s+{year}(?!\d)", _point("year")
    yield rf"{year}(?![\d/%.-]|,\d)", _point("year", loose=True)


def _cycle_patterns() -> Iterator[tuple[str, _Builder]]:
    counts = rf"(?:\d{{1,3}}|{count_words()})"
    each, regularly = words_of("each"), words_of("regularly")
    cycle = alternatives(word for words in time_words()["cycles"].values() for word in words)
    one = rf"{cycle}(?!\w|\s*\d)"
    more = rf"(?:\s*(?:,|;|và|hoặc|/)\s*(?:và\s+)?(?:{regularly}\s+)?(?:{each}\s+)?{one})*"
    weekly = rf"(?:{regularly}\s+)?(?:(?:vào|trước)\s+)?(?:ngày\s+)?{words_of('weekdays')}\s+(?:{each}\s+|của\s+)tuần(?!\w)"
    yield weekly, _text("weekly", "cycle")
    yield rf"(?:{regularly}(?:\s+(?:theo\s+)?{each})?|{each})\s+(?P<cycles>{one}{more})", _cycle
    yield rf"(?:(?P<count>{counts})\s+)?(?P<cycles>{cycle})\s*{words_of('once')}(?!\w)", _once_in
    times = rf"(?P<times>{counts})\s+lần"
    yield rf"{times}\s*(?:/|trong|mỗi|một|1|01)\s*(?:(?:một|1|01)\s+)?(?P<per>năm|quý|quí|tháng|tuần)(?!\w)", _times
    yield (
        rf"(?:{each}|một|1|01)\s+(?P<per>năm|quý|quí|tháng|tuần)\s+(?:ít\s+nhất\s+|tối\s+thiểu\s+)?{times}(?!\w)",
        _times,
    )
    which = r"(?:sau|tới|cuối|đầu|tiếp\s+theo|kế\s+tiếp)"
    last = rf"tháng\s+{which}(?:\s+(?:của\s+)?(?:{each}\s+)?(?:quý|quí))?"
    of = rf"(?:(?:{each}\s+)?{last}|{each}\s+(?:tháng|quý|quí)|(?<=của\s)(?:tháng|quý|quí)(?!\s+\w))"
    yield rf"ngày\s+(?:(?P<day>{DAY})|(?:làm\s+việc\s+)?cuối\s+cùng)(?:\s*,)?\s+(?:của\s+)?(?P<cycle>{of})(?!\w)", _month_day
    yield rf"ngày\s+(?P<day>{DAY})(?![\d/.-]|\s*tháng)", _point("monthday")
    yield rf"(?<=\d\s)(?:của\s+)?{words_of('next_year')}(?!\w)", _text("yearly", "cycle")
    yield rf"{words_of('ad_hoc')}(?!\w)", _text("ad-hoc", "cycle")
    yield rf"{words_of('ongoing')}(?!\w)", _text("ongoing", "cycle")
    yield rf"{regularly}(?!\w)", _text()


def _waiting_patterns() -> Iterator[tuple[str, _Builder]]:
    counts = rf"(?:\d{{1,3}}|{count_words()})"
    units = alternatives([*time_words()["duration_units"], *time_words()["working_days"]])
    amount = rf"(?P<amount>{counts})\s*(?:\([^)]{{1,30}}\)\s*)?(?P<unit>{units})"
    since = rf"\s*,?\s*(?P<since>{words_of('duration_from')})(?!\w)(?P<event>[^.;,()\n]{{0,60}})"
    yield rf"(?:{words_of('duration_openers')}\s+)?{amount}{since}", _duration
    event = rf"[^.;,()\n]{{0,80}}?(?<!\w){words_of('condition_events')}(?!\w)[^.;,()\n]{{0,60}}"
    yield rf"{words_of('condition_openers')}\s+{event}", _text(kind="condition")
    yield rf"{words_of('conditions')}(?!\w)[^.;,()\n]{{0,60}}", _text(kind="condition")


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], _Builder], ...]:
    sources = (*_point_patterns(), *_cycle_patterns(), *_waiting_patterns())
    return tuple((re.compile(_LEFT + source, FLAGS), build) for source, build in sources)


def find_atoms(text: str) -> list[Atom]:
    """The atoms of `text` (citations already hidden) in order: at each place the longest, none overlapping."""
    found = [atom for pattern, build in _patterns() for m in pattern.finditer(text) if (atom := build(m))]
    found.sort(key=lambda a: (a.start, -a.end))
    chosen: list[Atom] = []
    for atom in found:
        if not chosen or atom.start >= chosen[-1].end:
            chosen.append(atom)
    return chosen
