"""One sentence read as duties: who acts (named, ordered, called upon, or carried over) and with which words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from corpus.tasks.actors import Actors, actors_at, is_body, split_names
from corpus.tasks.parts import parts
from corpus.tasks.timing import deadlines_in
from corpus.tasks.words import words
from corpus.units import unit_at, unit_kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.tasks.parts import Part
    from corpus.tasks.reading import Reading

_OPENERS_AT_MOST = 6
_LABEL_WORDS = 8
_HEADING_WORDS = 24
_ENOUGH_WORDS = 4
_THEN = re.compile(r"(?<!\w)thì(?!\w)")
_PASSIVE = re.compile(r"(?<!\w)(được|phải|cần)\s+(?=\w)")
_FOR = re.compile(r"(?:giúp|để|có nhiệm vụ|có trách nhiệm|chỉ đạo|chịu trách nhiệm)(?!\w)")
_SUBJECT_KINDS = frozenset({"enterprise", "service"})
_OF = re.compile(r"(?:trách nhiệm|nhiệm vụ|nghĩa vụ|quyền hạn)[^.:;]*?\s+của\s+", re.IGNORECASE)
_REGARDING = re.compile(r"(?:riêng\s+)?đối với\s+", re.IGNORECASE)
_BY = re.compile(r"(?:[,;(]\s*|\s)(?:do|giao)\s+(?=\w)|\(\s*(?=\w)", re.IGNORECASE)
_WHOSE = re.compile(r"(?<!\w)của\s+(?=\w)")
_WHOSE_REACH = 100
_FUNCTION = re.compile(
    r"(?:theo|căn cứ|căn cứ vào|trong phạm vi)\s+(?:chức năng|nhiệm vụ|thẩm quyền|quyền hạn|phạm vi)"
    r"(?:\s*,\s*(?:chức năng|nhiệm vụ|thẩm quyền|quyền hạn)|\s+(?:và\s+)?(?:nhiệm vụ|quyền hạn|quản lý))*"
    r"(?:\s+(?:được giao|được phân công|của mình|của cơ quan, đơn vị(?: mình)?|quản lý))*\s*,?\s*"
)
_CITING = re.compile(r"(?:căn cứ|theo|trên cơ sở)(?!\w)")
_COMMA = re.compile(r"[,:]\s*")
_LED = re.compile(
    r"\s*(?:làm |là )?(?:cơ quan |đơn vị )?(?:chủ trì|đầu mối|chịu trách nhiệm|tham mưu|thực hiện|tổng hợp|theo dõi)(?!\w)",
    re.IGNORECASE,
)
_COLON = re.compile(r"[\s*_]*:[\s*_]*")
_MODAL = re.compile(r"(?:phải|cần|có trách nhiệm|có nhiệm vụ|chịu trách nhiệm|được giao)(?!\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Duty:
    """What one part says: its actors (empty when it names none), where its verb begins, and its span.

    `leads_in` is true for a part that only opens a list ("Sở Nội vụ có trách nhiệm:"); `ordered` when an order names the
    actors ("yêu cầu các sở ..."); `is_sure` is false when its verb is none that the dictionary holds.
    """

    start: int
    end: int
    verb: int
    names: tuple[str, ...] = ()
    explicit: bool = False
    is_verbal: bool = True
    called_upon: bool = False
    ordered: bool = False
    is_sure: bool = True
    leads_in: bool = False


def duties(reading: Reading, start: int, end: int) -> list[Duty]:
    """The duties of one sentence, in order. Actors named in one part carry over to the parts after it."""
    opening = _head(reading, start, end)
    body = opening.actors.end if opening and opening.actors else start
    found: list[Duty] = []
    carried: tuple[str, ...] = ()
    ordered = False
    for part in parts(reading, start, end, body=body):
        duty = _read_part(reading, part)
        if duty is None:
            if found:
                found[-1] = replace(found[-1], end=part.end)
            continue
        if duty.names:
            carried, ordered = duty.names, duty.ordered
        found.append(
            replace(duty, names=duty.names or carried, explicit=duty.explicit or bool(carried), ordered=ordered)
        )
    return _with_loose_ends(reading, found)


def _with_loose_ends(reading: Reading, found: list[Duty]) -> list[Duty]:
    """Joins "hoàn thành trước ngày 30/6/2025" to the duty before it: a time without an object is no duty."""
    joined: list[Duty] = []
    for duty in found:
        if joined and only_a_time(reading, duty):
            joined[-1] = replace(joined[-1], end=duty.end)
        else:
            joined.append(duty)
    return joined


def only_a_time(reading: Reading, duty: Duty) -> bool:
    """True when a duty's words are a time and "hoàn thành", "thời hạn": they belong to the duty before."""
    times = reading.times_in(duty.start, duty.end)
    if not times:
        return False
    rest = reading.low[duty.start : duty.end]
    for time in times:
        rest = rest.replace(reading.low[time.start : time.end], " ")
    spans = [(f.start, f.end) for f in words().loose_ends.find_levelled(rest)]
    return all(any(a <= m.start() < b for a, b in spans) for m in re.finditer(r"\w+", rest))


def _read_part(reading: Reading, part: Part) -> Duty | None:
    """The duty of one part; None when it holds neither an actor nor a verb of its own."""
    if _is_rule(reading, part):
        return None
    head = _head(reading, part.start, part.end)
    if head is not None:
        actors, verb, sure = head.actors, head.verb, head.is_sure
        leads_in = _COLON.fullmatch(reading.text, verb, part.end) is not None or verb >= part.end
        names = actors.names if actors else ()
        if not names:
            called = _called_upon(reading, part) or _led_by(reading, part)
            names = called.names if called else ()
        return Duty(part.start, part.end, verb, names, bool(names), called_upon=actors is None and bool(names),
            ordered=head.ordered, is_sure=sure, leads_in=leads_in or head.leads_in)
    called = _called_upon(reading, part) or _led_by(reading, part)
    if called is not None:
        return Duty(part.start, part.end, reading.blank(part.start), called.names, explicit=True, called_upon=True)
    if part.opens:
        return Duty(part.start, part.end, reading.blank(part.start), is_verbal=_must_be_done(reading, part))
    if deadlines_in(reading, part.start, part.end, strict=True) and len(reading.text[part.start : part.end].split()) >= _ENOUGH_WORDS:
        return Duty(part.start, part.end, reading.blank(part.start), is_sure=False)
    return None


def _is_rule(reading: Reading, part: Part) -> bool:
    """"Cơ quan có tỉ lệ trễ hẹn từ 5% thì người đứng đầu phải giải trình": a condition and its consequence, no duty."""
    return _THEN.search(reading.low, part.start, part.end) is not None and words().order.at(reading.low, part.start) is None


def _must_be_done(reading: Reading, part: Part) -> bool:
    """"Việc bàn giao phải xong trước ngày 01/7", "Kế hoạch được sơ kết vào ...": a duty told of its object."""
    if not deadlines_in(reading, part.start, part.end):
        return False
    at = reading.blank(part.start)
    told = words().papers.at(reading.low, at) is not None or reading.low.startswith(("việc ", "công tác "), at)
    return any(
        (told or m[1] != "được") and reading.may_begin_duty(reading.past_adverbs(m.end()))
        for m in _PASSIVE.finditer(reading.low, part.start, part.end)
    )


@dataclass(frozen=True, slots=True)
class _Head:
    """The actors with which a part opens (None for an imperative), and where their verb begins."""

    actors: Actors | None
    verb: int
    ordered: bool = False
    is_sure: bool = True
    leads_in: bool = False


def _head(reading: Reading, start: int, end: int) -> _Head | None:
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
            return _Head(None, at, is_sure=False)
        step = _past_opener(reading, at, end)
        if step is None:
            return None
        timed = reading.time_at(at) is not None
        at = step
    return None


def _regarded(reading: Reading, at: int, end: int) -> _Head | None:
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
        return _Head(actors, verb)
    return None if "," in mark[0] else _Head(actors, verb)


def _ordered(reading: Reading, at: int, end: int) -> _Head | None:
    """"Giao Sở Nội vụ ...", "Đề nghị Ủy ban Mặt trận ...": the body after the order acts."""
    order = words().order.at(reading.low, at)
    if order is None:
        return None
    actors = actors_at(reading, reading.blank(order.end), end=end)
    if actors is None or actors.end > end:
        return None
    return _Head(actors, _verb_after(reading, actors.end, end) or actors.end, ordered=True)


def _founded(reading: Reading, at: int, end: int) -> _Head | None:
    """"Thành lập Ban Chỉ đạo giúp Tỉnh ủy ...": the new body acts."""
    founding = words().founding.at(reading.low, at)
    body = reading.blank(founding.end) if founding else at
    actors = actors_at(reading, body, end=end) if founding and words().founded.at(reading.low, body) else None
    if actors is None or not _FOR.match(reading.low, reading.blank(actors.end)):
        return None
    verb = _verb_after(reading, actors.end, end)
    return _Head(actors, verb) if verb is not None else None


def _subject(reading: Reading, at: int, end: int) -> _Head | None:
    """A body, then its verb: the plain sentence. "X yêu cầu Y ..." makes Y act."""
    actors = actors_at(reading, at, end=end)
    if actors is None:
        return None
    verb = _verb_after(reading, actors.end, end, sure=actors.sure)
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
            return _Head(None, order.end, leads_in=True)
    return _Head(actors, verb)


def _acts_by_itself(reading: Reading, actors: Actors) -> bool:
    """True for bodies, offices, and a general word that is told that it must ("Trạm y tế mới phải ...")."""
    if is_body(reading, actors.start) or words().offices.at(reading.low, actors.start) is not None:
        return True
    return _MODAL.match(reading.text, reading.blank(actors.end)) is not None


def _verb_after(reading: Reading, at: int, end: int, *, sure: bool = False) -> int | None:
    """Where the verb of actors that end at `at` begins; None when a statement follows instead of a duty.

    When the actors are `sure` to be complete, any word that is no statement's is taken for a verb.
    """
    here = reading.blank(at)
    colon = _COLON.match(reading.text, at)
    if colon is not None or here >= end:
        return reading.past_adverbs(colon.end() if colon else end) if colon else None
    for _ in range(4):
        comma = re.compile(r"\s*,\s*").match(reading.text, here)
        here = reading.blank(comma.end() if comma else here)
        modal = _MODAL.match(reading.text, here)
        verb = reading.past_adverbs(here)
        if words().statement.at(reading.low, here) is not None and not reading.is_duty_verb(here) and modal is None:
            return None
        if reading.is_duty_verb(verb) or words().order.at(reading.low, verb):
            return verb if verb < end else here
        if modal is not None:
            return here
        if (colon := _COLON.match(reading.text, verb)) is not None:
            return colon.end()
        if sure and _may_be_verb(reading, verb, end):
            return verb
        step = _past_bound(reading, here, end)
        if step is None:
            return None
        here = step
    return None


def _may_be_verb(reading: Reading, at: int, end: int) -> bool:
    if at >= end or not reading.text[at].isalpha() or reading.text[at].isupper():
        return False
    table = words()
    return not any(t.at(reading.low, at) for t in (table.statement, table.bounds, table.openers))


def _past_bound(reading: Reading, here: int, end: int) -> int | None:
    """Past "theo chức năng, nhiệm vụ được giao" and the like, to the duty's marker or verb."""
    if words().bounds.at(reading.low, here) is None and words().openers.at(reading.low, here) is None:
        return None
    function = _FUNCTION.match(reading.low, here)
    if function is not None and reading.is_duty_verb(reading.past_adverbs(function.end())):
        return function.end()
    for found in re.compile(r"(?<!\w)(?:có trách nhiệm|chịu trách nhiệm|có nhiệm vụ)(?!\w)|,\s*").finditer(
        reading.low, here, end
    ):
        if not found[0].startswith(","):
            return found.start()
        if reading.is_duty_verb(reading.past_adverbs(found.end())):
            return found.end()
    return None


def _imperative(reading: Reading, at: int, end: int) -> _Head | None:
    verb = reading.past_adverbs(at)
    if verb < end and reading.may_begin_duty(verb):
        return _Head(None, verb)
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
    for comma in _COMMA.finditer(reading.text, at, end):
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
    for comma in _COMMA.finditer(reading.text, at, end):
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


def _called_upon(reading: Reading, part: Part) -> Actors | None:
    """"Phát huy vai trò giám sát của Mặt trận Tổ quốc ...": the body whose part is called for."""
    for found in words().called_upon.find_levelled(reading.low[part.start : part.end]):
        whose = _WHOSE.search(reading.low, part.start + found.end, min(part.end, part.start + found.end + _WHOSE_REACH))
        actors = actors_at(reading, whose.end(), end=part.end) if whose else None
        if actors is not None:
            return actors
    between = words().meeting.search(reading.text, part.start, part.end)
    return actors_at(reading, between.end(), end=part.end) if between else None


def _led_by(reading: Reading, part: Part) -> Actors | None:
    """"... do Sở Nội vụ chủ trì", "(Sở Nội vụ chủ trì)", "..., giao Sở Nội vụ ...": named after the duty."""
    for found in _BY.finditer(reading.text, part.start, part.end):
        actors = actors_at(reading, found.end(), end=part.end)
        if actors is None:
            continue
        ordered = found[0].strip(" ,;(").lower() == "giao"
        if (ordered and _verb_after(reading, actors.end, part.end)) or _LED.match(reading.text, actors.end):
            return actors
    return None


def actors_alone(reading: Reading, start: int) -> Actors | None:
    """The actors of a heading that only names them: "2. Sở Nội vụ", "Đối với UBND tỉnh:", "Trách nhiệm của các sở".
    """
    begin = reading.blank(start)
    whose = _OF.match(reading.text, begin)
    if whose is not None and len(reading.text[whose.end() :].split()) <= _HEADING_WORDS:
        actors = actors_at(reading, whose.end())
        rest = reading.text[whose.end() :].rstrip(" .:;*_/")
        return Actors(whose.end(), len(reading.text), split_names(rest)) if actors else None
    opening = re.compile(
        r"(?:(?:trách nhiệm|nhiệm vụ)\s+(?:của\s+)?|đối với\s+|giao\s+|đề nghị\s+|yêu cầu\s+|phân công\s+|về phía\s+)?",
        re.IGNORECASE,
    ).match(reading.text, begin)
    actors = actors_at(reading, opening.end() if opening else begin)
    if actors is None:
        return None
    if reading.strict and not _is_administrative(reading, actors, regarded=bool(opening and opening[0])):
        return None
    rest = reading.text[actors.end :].strip(" .:;*_/")
    return actors if not rest or rest.startswith("(") else None


def _is_administrative(reading: Reading, actors: Actors, *, regarded: bool) -> bool:
    """False for what a chapter is about ("Đối với doanh nghiệp nhà nước"), not who must act."""
    plural = words().plural.match(reading.text, actors.start)
    if unit_at(reading.text, reading.low, plural.end() if plural else actors.start) is None:
        return False
    kinds = unit_kinds(actors.names[0])
    return bool(kinds) and (not kinds <= _SUBJECT_KINDS or (plural is not None and not regarded))


def carried(found: Iterator[Duty] | list[Duty]) -> tuple[str, ...]:
    """The actors named last, whom the next sentence may leave out."""
    last: tuple[str, ...] = ()
    for duty in found:
        last = duty.names if duty.explicit and duty.names else last
    return last
