"""How a sentence's part opens: with bodies and their verb, an order to bodies, or a verb alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from corpus.tasks.actors import Actors, actors_at, is_body
from corpus.tasks.words import words

if TYPE_CHECKING:
    from corpus.tasks.reading import Reading

_OPENERS_AT_MOST = 6
_BOUNDS_AT_MOST = 4
_COMMAS_AT_MOST = 16
_LONE_COMMA = re.compile(r"\s*,\s*")
_LABEL_WORDS = 8
_FOR = re.compile(r"(?:giúp|để|có nhiệm vụ|có trách nhiệm|chỉ đạo|chịu trách nhiệm)(?!\w)")
_REGARDING = re.compile(r"(?:riêng\s+)?đối với\s+", re.IGNORECASE)
_FUNCTION = re.compile(
    r"(?:theo|căn cứ|căn cứ vào|trong phạm vi)\s+(?:chức năng|nhiệm vụ|thẩm quyền|quyền hạn|phạm vi)"
    r"(?:\s*,\s*(?:chức năng|nhiệm vụ|thẩm quyền|quyền hạn)|\s+(?:và\s+)?(?:nhiệm vụ|quyền hạn|quản lý))*"
    r"(?:\s+(?:được giao|được phân công|của mình|của cơ quan, đơn vị(?: mình)?|quản lý))*\s*,?\s*"
)
_PLACED = re.compile(
    r"(?:(?:nêu|quy định|phân công)\s+)?(?:tại|trong|theo)\s+(?:(?:các\s+)?(?:phụ lục|điều|khoản|điểm|mục|biểu|phần)"
    r"(?:\s+(?:[ivxlc]+|[a-zđ]|\d+(?:\.\d+)*|số|này|kèm theo|nêu trên)(?!\w))*\s*(?:,\s*|và\s+)?)+"
)
_MARK_OF_DUTY = re.compile(
    r"(?<!\w)(?:có trách nhiệm|chịu trách nhiệm|có nhiệm vụ|(?:cần|phải)(?=\s+(?:tích cực|chủ động|tập trung|thường xuyên)\s))"
    r"(?!\w)|,\s*"
)
_CITING = re.compile(r"(?:căn cứ|theo|trên cơ sở)(?!\w)")
_COMMA = re.compile(r"[,:]\s*")
_TOPIC = re.compile(r"về\s+[^:.;]{2,60}:\s*")
"""What the sentence is about, before who acts: "Về kiểm tra, giám sát: Ban Thường vụ Tỉnh ủy làm việc với ..."."""
_COLON = re.compile(r"[\s*_]*:[\s*_]*")
_MODAL = re.compile(r"(?:phải|cần|có trách nhiệm|có nhiệm vụ|chịu trách nhiệm|được giao)(?!\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Head:
    """The actors with which a part opens (None for an imperative), and where their verb begins."""

    actors: Actors | None
    verb: int
    ordered: bool = False
    is_sure: bool = True
    leads_in: bool = False


def head_of(reading: Reading, start: int, end: int) -> Head | None:
    """How a part opens; None when it opens with neither an actor nor a verb."""
    at, timed = start, False
    for _ in range(_OPENERS_AT_MOST):
        at = reading.blank(at)
        if at >= end:
            return None
        for read_here in (_regarded, _ordered, _founded, _subject, _imperative):
            found = read_here(reading, at, end)
            if found is not None:
                return found
        if timed and _may_be_verb(reading, at, end):
            return Head(None, at, is_sure=False)
        step = _past_opener(reading, at, end)
        if step is None:
            return None
        timed = reading.time_at(at) is not None
        at = step
    return None


def _regarded(reading: Reading, at: int, end: int) -> Head | None:
    """"Đối với Sở Nội vụ:" and "Đối với các xã, ...", when a body stands there and a verb follows."""
    found = _REGARDING.match(reading.text, at)
    actors = actors_at(reading, found.end(), end=end) if found else None
    if actors is None:
        return None
    mark = re.compile(r"[\s*_]*[:,][\s*_]*").match(reading.text, actors.end)
    if mark is None:
        return None
    verb = reading.past_adverbs(mark.end())
    if verb >= end or reading.is_duty_verb(verb):
        return Head(actors, verb)
    return None if "," in mark[0] else Head(actors, verb)


def _ordered(reading: Reading, at: int, end: int) -> Head | None:
    """"Giao Sở Nội vụ ...", "Đề nghị Ủy ban Mặt trận ...": the body after the order acts."""
    order = words().order.at(reading.low, at)
    verb = words().duty.at(reading.low, at)
    if order is None or (verb is not None and reading.text[order.end : verb.end].islower()):
        return None  # "giao ban với các xã" gives nothing to anybody; "giao Ban Tổ chức" does
    actors = actors_at(reading, reading.blank(order.end), end=end)
    if actors is None or actors.end > end:
        return None
    return Head(actors, verb_after(reading, actors.end, end) or actors.end, ordered=True)


def _founded(reading: Reading, at: int, end: int) -> Head | None:
    """"Thành lập Ban Chỉ đạo giúp Tỉnh ủy ...": the new body acts."""
    founding = words().founding.at(reading.low, at)
    body = reading.blank(founding.end) if founding else at
    actors = actors_at(reading, body, end=end) if founding and words().founded.at(reading.low, body) else None
    if actors is None or not _FOR.match(reading.low, reading.blank(actors.end)):
        return None
    verb = verb_after(reading, actors.end, end)
    return Head(actors, verb) if verb is not None else None


def _subject(reading: Reading, at: int, end: int) -> Head | None:
    """A body, then its verb: the plain sentence. "X yêu cầu Y ..." makes Y act."""
    actors = actors_at(reading, at, end=end)
    if actors is None:
        return None
    verb = verb_after(reading, actors.end, end, sure=actors.sure)
    if verb is None:
        return None
    if reading.strict and not _acts_by_itself(reading, actors):
        return None
    order = words().order.at(reading.low, verb)
    if order is not None:
        ordered = _ordered(reading, verb, end)
        if ordered is not None:
            return ordered
        if _COLON.match(reading.text, order.end) or order.end >= end:
            return Head(None, order.end, leads_in=True)
    return Head(actors, verb)


def _acts_by_itself(reading: Reading, actors: Actors) -> bool:
    """True for bodies, offices, and a general word that is told that it must ("Trạm y tế mới phải ...")."""
    if is_body(reading, actors.start) or words().offices.at(reading.low, actors.start) is not None:
        return True
    return _MODAL.match(reading.text, reading.blank(actors.end)) is not None


def verb_after(reading: Reading, at: int, end: int, *, sure: bool = False) -> int | None:
    """Where the verb of actors that end at `at` begins; None when a statement follows instead of a duty.

    When the actors are `sure` to be complete, any word that is no statement's is taken for a verb.
    """
    colon = _COLON.match(reading.text, at)
    if colon is not None:
        return reading.past_adverbs(colon.end())
    here: int | None = reading.blank(at)
    for _ in range(_BOUNDS_AT_MOST):
        if here is None or here >= end:
            return None
        comma = _LONE_COMMA.match(reading.text, here)
        here = _past_place(reading, reading.blank(comma.end() if comma else here))
        found = _verb_at(reading, here, end, sure=sure)
        if found is not None or words().statement.at(reading.low, here) is not None:
            return found
        here = _past_bound(reading, here, end)
    return None


def _verb_at(reading: Reading, here: int, end: int, *, sure: bool) -> int | None:
    """The verb, order or modal ("phải", "có trách nhiệm") that stands here, past adverbs."""
    verb = reading.past_adverbs(here)
    if words().statement.at(reading.low, here) is not None and not reading.is_duty_verb(here):
        return here if _MODAL.match(reading.text, here) else None
    if reading.is_duty_verb(verb) or words().order.at(reading.low, verb):
        return verb if verb < end else here
    colon = _COLON.match(reading.text, verb)
    if _MODAL.match(reading.text, here) or colon is None:
        modal = here if _MODAL.match(reading.text, here) else None
        return verb if modal is None and sure and _may_be_verb(reading, verb, end) else modal
    return colon.end()


def _may_be_verb(reading: Reading, at: int, end: int) -> bool:
    if at >= end or not reading.text[at].isalpha() or reading.text[at].isupper():
        return False
    table = words()
    return not any(t.at(reading.low, at) for t in (table.statement, table.bounds, table.openers))


def _past_place(reading: Reading, here: int) -> int:
    """Past "nêu tại Phụ lục II" between the actors and their verb."""
    placed = _PLACED.match(reading.low, here)
    goes_on = placed is not None and reading.is_duty_verb(reading.past_adverbs(placed.end()))
    return placed.end() if placed is not None and goes_on else here


def _past_bound(reading: Reading, here: int, end: int) -> int | None:
    """Past "theo chức năng, nhiệm vụ được giao" and the like, to the duty's marker or verb."""
    if words().bounds.at(reading.low, here) is None and words().openers.at(reading.low, here) is None:
        return None
    function = _FUNCTION.match(reading.low, here)
    if function is not None and reading.is_duty_verb(reading.past_adverbs(function.end())):
        return function.end()
    for found in _MARK_OF_DUTY.finditer(reading.low, here, end):
        if not found[0].startswith(","):
            return found.start()
        if reading.is_duty_verb(reading.past_adverbs(found.end())):
            return found.end()
    return None


def _imperative(reading: Reading, at: int, end: int) -> Head | None:
    verb = reading.past_adverbs(at)
    if verb < end and reading.may_begin_duty(verb):
        return Head(None, verb)
    return None


def _past_opener(reading: Reading, at: int, end: int) -> int | None:
    """Past one adverbial part ("Trong quá trình thực hiện, ...", "Trước ngày 15/12 hằng năm") to what follows it."""
    number = re.compile(r"\(\d{1,2}\)\s*|[a-zđ]\)\s*|\([a-zđ]\)\s*|[-+•]\s+").match(reading.text, at)
    if number is not None:
        return number.end()
    time = reading.time_at(at)
    if time is not None and time.end < end:
        comma = re.compile(r"\s*\)?\s*(?:\([^()]*\)\s*)?(?:[,:;]|và\s|hoặc\s)?\s*").match(reading.text, time.end)
        return comma.end() if comma else time.end
    if words().openers.at(reading.low, at) is None:
        return _next_order(reading, at, end)
    topic = _TOPIC.match(reading.low, at, end)
    if topic is not None and _subject(reading, topic.end(), end) is not None:
        return topic.end()
    for comma in islice(_COMMA.finditer(reading.text, at, end), _COMMAS_AT_MOST):
        here = reading.blank(comma.end())
        for read_here in (_ordered, _subject, _imperative):
            found = read_here(reading, here, end)
            if found is not None:
                return _past_issuers(reading, found.actors, here) if _CITING.match(reading.low, at) else here
    return None


def _next_order(reading: Reading, at: int, end: int) -> int | None:
    """"Nhận được Công văn này, đề nghị các đơn vị ...": past anything to an order after a comma.

    Past a label too: "Thời hạn: Ủy ban nhân dân các xã gửi báo cáo ...".
    """
    for comma in islice(_COMMA.finditer(reading.text, at, end), _COMMAS_AT_MOST):
        here = reading.blank(comma.end())
        labelled = comma[0].startswith(":") and len(reading.text[at : comma.start()].split()) <= _LABEL_WORDS
        readers = (_ordered, _subject, _imperative) if labelled else (_ordered,)
        if any(read_here(reading, here, end) for read_here in readers):
            return here
    return None


def _past_issuers(reading: Reading, actors: Actors | None, here: int) -> int:
    """After "Căn cứ quy định của Chính phủ, bộ ngành, các đơn vị ...": the issuers of what is cited do not act."""
    if actors is None or len(actors.names) == 1 or words().plural.match(reading.text, here):
        return here
    last = reading.low.rfind(", các ", here, actors.end)
    return last + 2 if last > 0 else here
