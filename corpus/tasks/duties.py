"""One sentence read as duties: who acts (named, ordered, called upon, or carried over) and with which words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from corpus.tasks.actors import Actors, actors_at, is_body, split_names
from corpus.tasks.heads import head_of, verb_after
from corpus.tasks.parts import parts
from corpus.tasks.timing import deadlines_in
from corpus.tasks.words import words
from corpus.units import unit_at, unit_kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.tasks.parts import Part
    from corpus.tasks.reading import Reading

_HEADING_WORDS = 24
_ENOUGH_WORDS = 4
_THEN = re.compile(r"(?<!\w)thì(?!\w)")
_MUST = re.compile(r"(?:phải|cần)(?!\w)")
_PASSIVE = re.compile(r"(?<!\w)(được|phải|cần)\s+(?=\w)")
_SUBJECT_KINDS = frozenset({"enterprise", "service"})
_OF = re.compile(r"(?:trách nhiệm|nhiệm vụ|nghĩa vụ|quyền hạn)[^.:;]*?\s+của\s+", re.IGNORECASE)
_BY = re.compile(r"(?:[,;(]\s*|\s)(?:do|giao)\s+(?=\w)|\(\s*(?=\w)", re.IGNORECASE)
_WHOSE = re.compile(r"(?<!\w)của\s+(?=\w)")
_WHOSE_REACH = 100
_LED = re.compile(
    r"\s*(?:làm |là )?(?:cơ quan |đơn vị )?"
    r"(?:chủ trì|đầu mối|chịu trách nhiệm|tham mưu|thực hiện|tổng hợp|theo dõi)(?!\w)",
    re.IGNORECASE,
)
_TITLE_WORDS = 14
_CAPITAL_BODY = re.compile(r"(?:Ban|Vụ|Cục|Văn phòng|Tổ|Tổ đảng)\s+(?=[^\W\d_])(?![a-zà-ỹđ])")
_COLON = re.compile(r"[\s*_]*:[\s*_]*")


@dataclass(frozen=True, slots=True)
class Duty:
    """What one part says: its actors (empty when it names none), where its verb begins, and its span.

    `leads_in` is true for a part that only opens a list ("Sở Nội vụ có trách nhiệm:"); `ordered` when an order names
    the actors ("yêu cầu các sở ..."); `is_sure` is false when its verb is none that the dictionary holds.
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
    opening = head_of(reading, start, end)
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
            reading = replace(reading, strict=False)  # beside a body that acts, a general word is another one
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
    head = head_of(reading, part.start, part.end)
    if head is not None:
        actors, verb, sure = head.actors, head.verb, head.is_sure
        leads_in = _COLON.fullmatch(reading.text, verb, part.end) is not None or verb >= part.end
        leads_in = leads_in and not _tells_a_time(reading, part, actors)
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
    enough = len(reading.text[part.start : part.end].split()) >= _ENOUGH_WORDS
    if enough and deadlines_in(reading, part.start, part.end, strict=True):
        return Duty(part.start, part.end, reading.blank(part.start), is_sure=False)
    return None


def _tells_a_time(reading: Reading, part: Part, actors: Actors | None) -> bool:
    """"- Đảng ủy cơ sở: từ ngày 10/12 đến ngày 25/12/2026": a line of a schedule, whose duty the heading tells."""
    if actors is None or reading.text[: part.end].rstrip(" *_").endswith(":"):
        return False
    return any(time.due or time.yearless for time in deadlines_in(reading, actors.end, part.end))


def _is_rule(reading: Reading, part: Part) -> bool:
    """"Trường để học sinh bỏ học quá 3% thì hiệu trưởng phải giải trình": a condition and its consequence, no duty.

    "Nơi chưa có trạm thì lập dự án trước ngày 30/9/2026" is one: a dated order to those named before.
    """
    ordered = words().order.at(reading.low, part.start) is not None
    then = _THEN.search(reading.low, part.start, part.end)
    if ordered or then is None:
        return False
    verb = reading.blank(then.end())
    dated = any(time.due for time in deadlines_in(reading, verb, part.end))
    return part.opens or not dated or not reading.is_duty_verb(verb) or _MUST.match(reading.low, verb) is not None


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
        if (ordered and verb_after(reading, actors.end, part.end)) or _LED.match(reading.text, actors.end):
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
    rest = reading.text[actors.end :].strip(" .:;*_/") if actors else "?"
    if actors is None or (rest and not rest.startswith("(")):
        return _titled_office(reading, opening.end() if opening else begin)
    if reading.strict and not _is_administrative(reading, actors, regarded=bool(opening and opening[0])):
        return _titled_office(reading, opening.end() if opening else begin)
    return actors


def _titled_office(reading: Reading, begin: int) -> Actors | None:
    """A heading that is all the name of an office: "Lãnh đạo Ban Dân nguyện", "Người đứng đầu cấp ủy, đơn vị"."""
    title = reading.text[begin:].rstrip(" .:;*_/")
    plural = words().plural.match(title)
    at = begin + (plural.end() if plural else 0)
    office = words().offices.at(reading.low, at)
    after = reading.blank(office.end) if office else at
    if len(title.split()) > _TITLE_WORDS or any(mark in title for mark in ";:.?!"):
        return None
    if office is not None:
        named = reading.text[after : after + 1].isupper() or is_body(reading, after) or _is_class(reading, after)
    else:
        named = _CAPITAL_BODY.match(reading.text, at) is not None
    verbs = words().duty.find_levelled(reading.low[after : begin + len(title)])
    if not named or any(reading.text[after + verb.start].islower() for verb in verbs):
        return None
    return Actors(begin, len(reading.text), split_names(title))


def _is_class(reading: Reading, at: int) -> bool:
    return words().actor_nouns.at(reading.low, at) is not None and not reading.is_duty_verb(at)


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
