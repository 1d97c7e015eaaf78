"""Rules of a directive: a threshold or condition with its consequence ("trễ hạn từ 5% trở lên thì không xếp loại tốt").

Goals are not rules; what is to be reached belongs to `corpus.targets`.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import yaml

from corpus.numbers import NUMERAL
from corpus.records import Clause, Rule
from corpus.targets.context import sections_without_title
from corpus.targets.quotes import quote_of
from corpus.targets.statements import statements
from corpus.time_words import FLAGS, alternatives

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_Found = tuple[str, str]
"""Condition and consequence, as worded."""

_THRESHOLD: Final = re.compile(rf"{NUMERAL}|trở lên|trở xuống|trung bình|yếu", FLAGS)
_OR: Final = re.compile(r"\s*,?\s+hoặc\s+", FLAGS)
_DASHES: Final = " ,;:.*-–+"


@cache
def _tables() -> dict[str, Any]:
    text = resources.files("corpus").joinpath("data/rules.yaml").read_text(encoding="utf-8")
    tables: dict[str, Any] = yaml.safe_load(text)
    return tables


@cache
def _words(name: str) -> str:
    return alternatives(_tables()[name])


@cache
def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(source, FLAGS)


def extract_rules(clauses: Sequence[Clause]) -> tuple[Rule, ...]:
    """The rules in reading order, one for each condition; sections that tell of the past hold none."""
    around = sections_without_title(clauses)
    rules: list[Rule] = []
    for clause in clauses:
        section = around.get(clause.path)
        if section is None or section.kind == "past" or clause.kind == "heading":
            continue
        for start, end in statements(clause.text):
            statement = clause.text[start:end]
            quote = quote_of(clause, start, end)
            found = _read(statement, goal=section.kind == "goal")
            rules += [Rule(clause.path, _tidy(c), _tidy(k), quote) for c, k in found if c and k]
    return tuple(dict.fromkeys(rules))


def _read(statement: str, *, goal: bool) -> list[_Found]:
    """The rules of one statement by the first form that fits; among goals a bare limit is a goal."""
    forms: tuple[Callable[[str], Iterator[_Found]], ...] = (
        _grade,
        _then,
        _if,
        _case,
        _toward,
        _requirement,
        _limit,
        _passive,
        _sanction,
    )
    for form in forms:
        if goal and form is _limit:
            continue
        found = [split for rule in form(statement) for split in _split_or(rule)]
        if found:
            return found
    return []


def _then(statement: str) -> Iterator[_Found]:
    """ "Ai chậm từ 9% hồ sơ trở lên thì không được xếp loại tốt"."""
    found = _pattern(
        rf"(?:{_words('if_first')}\s+)?(?P<condition>.{{4,300}}?)\s*,?\s+{_words('then')}\s+(?P<consequence>.+)"
    ).match(statement)
    if not found:
        return
    weighs = _THRESHOLD.search(found["condition"]) or _holds("duties", found["consequence"])
    if weighs or _holds("consequences", found["consequence"]) or _pattern(r"(?:nếu|trường hợp)\s").match(statement):
        yield found["condition"], found["consequence"]


def _if(statement: str) -> Iterator[_Found]:
    """ "Xem xét trách nhiệm người đứng đầu nếu để xảy ra vi phạm"."""
    found = _pattern(
        rf"(?P<consequence>.{{4,400}}?)\s+(?:{_words('if')}|khi(?=\s+(?:để|xảy ra)))\s+(?P<condition>.+)"
    ).match(statement)
    telling = found and (_THRESHOLD.search(found["condition"]) or _holds("faults", found["condition"]))
    if found and (telling or _holds("consequences", found["consequence"])):
        yield found["condition"], found["consequence"]


def _case(statement: str) -> Iterator[_Found]:
    """ "Trường hợp thiếu thuốc quá 7 ngày, trạm trưởng phải báo cáo ngay"."""
    found = _pattern(rf"{_words('cases')}\s+(?P<condition>[^,;]{{6,200}}),\s*(?P<consequence>.+)").match(statement)
    if found and _holds("duties", found["consequence"]):
        yield found["condition"], found["consequence"]


def _grade(statement: str) -> Iterator[_Found]:
    """ "Hạng A: từ 85 điểm trở lên"."""
    bounds = rf"(?P<condition>{_words('bounds')}\s[^:]*\d[^:]*)"
    found = _pattern(rf"(?P<consequence>{_words('grades')}(?:\s[^:,;.]{{1,40}})?)\s*:\s*{bounds}$").match(statement)
    if found:
        yield found["condition"], found["consequence"]


def _passive(statement: str) -> Iterator[_Found]:
    """ "Địa phương khai khống số liệu bị hủy kết quả"; "xã hạng A được thưởng"."""
    penalty = rf"bị\s+(?:\w+\s+){{0,4}}?{_words('penalties')}(?!\w)"
    found = _pattern(rf"(?P<condition>.{{6,200}}?)\s+(?P<consequence>{penalty}.*)").match(statement)
    if found:
        yield found["condition"], found["consequence"]
        return
    found = _pattern(rf"(?P<condition>.{{6,200}}?)\s+(?P<consequence>{_words('entitlements')}\s.+)").match(statement)
    telling = ("conditions", "faults", "merits")
    if found and (_THRESHOLD.search(found["condition"]) or any(_holds(t, found["condition"]) for t in telling)):
        yield found["condition"], found["consequence"]


def _toward(statement: str) -> Iterator[_Found]:
    """ "Không xét thi đua đối với xã có từ 7% hồ sơ chậm trở lên"."""
    found = _pattern(rf"(?P<consequence>.{{4,300}}?)\s+{_words('toward')}\s+(?P<condition>.+)").match(statement)
    if not found or not _holds("consequences", found["consequence"]):
        return
    if (
        _THRESHOLD.search(found["condition"])
        or _holds("faults", found["condition"])
        or _holds("merits", found["condition"])
    ):
        yield found["condition"], found["consequence"]


def _limit(statement: str) -> Iterator[_Found]:
    """ "đoàn công tác không quá 02 lần/năm"."""
    bound = rf"(?P<limit>{_words('limits')}\s+(?:{NUMERAL})\s+{_words('limit_units')}(?!\w))"
    found = _pattern(rf"(?P<subject>.{{4,200}}?)\s+{bound}(?P<rest>.*)").match(statement)
    if found:
        yield f"{found['subject']}{found['rest']}", found["limit"]


def _requirement(statement: str) -> Iterator[_Found]:
    """ "tập thể xếp loại xuất sắc phải có kết quả xếp hạng tốt"."""
    found = _pattern(rf"(?P<condition>.{{4,300}}?)\s+(?P<consequence>{_words('requirements')}\s+.+)").match(statement)
    if found and _holds("ranks", found["condition"]):
        yield found["condition"], found["consequence"]
        return
    earned = _pattern(rf"(?P<condition>.{{4,300}}?)\s+(?P<consequence>{_words('earned')}\s+.+)").match(statement)
    if earned and _THRESHOLD.search(earned["condition"]):
        yield earned["condition"], earned["consequence"]


def _sanction(statement: str) -> Iterator[_Found]:
    """ "xử lý nghiêm các cá nhân, đơn vị vi phạm": each consequence governs those named after it."""
    chain = rf"{_words('consequences')}(?:(?:\s*,|\s+và)\s+{_words('consequences')})*"
    found = list(_pattern(rf"(?<!\w){chain}(?!\w)(?:[\s,]*{_words('manner')}(?!\w))*").finditer(statement))
    for i, governing in enumerate(found):
        end = found[i + 1].start() if i + 1 < len(found) else len(statement)
        condition = re.sub(r"(?:\s+và|,)\s*(?:\w+\s+)?$", "", statement[governing.end() : end])
        merit = _holds("merit_consequences", governing[0])
        if _holds("merits" if merit else "faults", condition):
            yield condition, re.sub(r"\s+(?:những|các|đối với)+$", "", governing[0])


def _holds(name: str, text: str) -> bool:
    return bool(_pattern(rf"(?<!\w){_words(name)}(?!\w)").search(text))


def _split_or(rule: _Found) -> list[_Found]:
    """Two rules for "có từ 6% ... trở lên, hoặc ... từ 75% trở xuống"; the subject before the first serves both."""
    condition, consequence = rule
    sides = _OR.split(condition)
    if len(sides) < 2 or not all(_THRESHOLD.search(side) for side in sides):
        return [rule]
    subject = re.match(r"(.*?)\s+(?=có\s|\**\d)", sides[0])
    lead = subject[1] if subject else ""
    return [(sides[0], consequence), *((f"{lead} {side}", consequence) for side in sides[1:])]


def _tidy(text: str) -> str:
    text = " ".join(text.replace("**", "").split()).strip(_DASHES)
    return text[:1].upper() + text[1:]
