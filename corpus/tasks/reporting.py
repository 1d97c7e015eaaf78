"""To whom a duty reports and through whom, with whom it is done, and what it brings forth."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from corpus.tasks.actors import actors_at, is_body, split_names
from corpus.tasks.words import words
from corpus.units import unit_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.tasks.reading import Reading

_WITH = re.compile(
    r"(?<!\w)(?:(?:phối hợp|hợp tác)(?:\s+chặt chẽ)?(?:\s+(?:với|cùng với|cùng))?|(?<=chủ trì,\s)cùng(?:\s+với)?|"
    r"(?<=chủ trì\s)cùng(?:\s+với)?)\s+(?=\w)",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"(?:(?:các\s+)?đồng chí\s+|đ/c\s+|P?CT\s+|lãnh đạo\s+|Thường trực\s+|Chủ tịch\s+|Phó Chủ tịch\s+|Bí thư\s+|Giám đốc\s+|"
    r"Trưởng\s+|Ban Thường trực\s+|Văn phòng\s+)*",
    re.IGNORECASE,
)
_LISTED = re.compile(r"\s*(?:,|;|và|,\s*và|đồng thời gửi)\s*")
_THROUGH = re.compile(r"\s*(?:\([^()]*\)\s*)?(?:,\s*)?(?:[^.;]{0,80}?\sđể\s+)?(?:để\s+)?thẩm định(?!\w)", re.IGNORECASE)
_GATHERS = re.compile(
    r"\s*(?:\([^()]*\)\s*)?(?:,\s*)?(?:[^.;]{0,80}?\sđể\s+)?(?:để\s+)?(?:tổng hợp|theo dõi)(?!\w)", re.IGNORECASE
)
_REST_OF_NAME = re.compile(
    r"(?:\s+(?!tổng|để|theo|thẩm|đầu|là)[^\W\d_]+){1,6}(?=\s*(?:\)|tổng hợp|để|theo dõi|thẩm định))"
)
_COPIED = re.compile(r"(?<!\w)đồng(?:\s+kính)?\s+$", re.IGNORECASE)
"""Before "gửi": a copy for information ("đồng gửi Sở Nội vụ"), not the addressee."""
_WINDOW = 120
_GOING = re.compile(r"\s(?:về|cho|đến|lên|tới)\s+(?=\w)")
_TURNED = re.compile(r"[^;.]{3,160}?\s(?:bằng|thành)\s+(?:các\s+)?")
"""After "cụ thể hóa": what is made stands behind "bằng", "thành"."""
_NOT_DONE = re.compile(r"(?:chưa|không|đã)\s+$")
_PRODUCT_END = re.compile(
    r"[,;:.(]|\s(?:để|nhằm|theo|(?<!chương )trình|trước|bảo đảm|phù hợp|gửi|báo cáo|và tổ chức|trong|chậm nhất|"
    r"hoàn thành|xong|của)(?!\w)"
)


def coop_in(reading: Reading, start: int, end: int) -> tuple[tuple[str, ...], int]:
    """Bodies after "phối hợp với", and the place where the first such list ends (`start` when there is none)."""
    names: list[str] = []
    after = start
    for found in _WITH.finditer(reading.text, start, end):
        if not found[0].rstrip().endswith(("với", "cùng")) and not is_body(reading, found.end()):
            continue
        actors = actors_at(reading, found.end(), end=end)
        if actors is not None:
            names += actors.names
            after = actors.end if after == start else after
    return tuple(dict.fromkeys(names)), after


def recipients_in(reading: Reading, start: int, end: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """To whom the duty reports, and through whom: "báo cáo UBND tỉnh (qua Sở Nội vụ tổng hợp)".

    A body that receives "để tổng hợp, báo cáo" another is the addressee: what it sends on is its own report. One that
    only appraises ("gửi Sở Tư pháp thẩm định, trình UBND tỉnh") is one through whom it goes.
    """
    received: list[tuple[tuple[str, ...], bool]] = []
    end = _own_end(reading, start, end)
    for found in words().report.finditer(reading.text, start, end):
        receiver = None if _COPIED.search(reading.text, start, found.start()) else _receiver(reading, found.end(), end)
        if receiver is not None:
            names, after = receiver
            received.append((names, _THROUGH.match(reading.text, after) is not None))
    via = list(_through(reading, start, end))
    report_to: list[str] = []
    for i, (names, passes_on) in enumerate(received):
        onward = passes_on and any(set(later) != set(names) for later, _ in received[i + 1 :])
        (via if onward else report_to).extend(names)
    report_to = [n for n in dict.fromkeys(report_to) if n not in via]
    return tuple(report_to), tuple(dict.fromkeys(via))


def _own_end(reading: Reading, start: int, end: int) -> int:
    """Where the duty's own report ends: at the body that gathers it, whose onward report is not the duty's."""
    for found in words().report.finditer(reading.text, start, end):
        receiver = _receiver(reading, found.end(), end)
        gathers = _GATHERS.match(reading.text, receiver[1]) if receiver else None
        if gathers is not None and gathers.end() <= end:
            return gathers.end()
    return end


def _receiver(reading: Reading, at: int, end: int) -> tuple[tuple[str, ...], int] | None:
    """The bodies that a report verb ending at `at` goes to: at once after it, or after "cho", "về", "với"."""
    stop = min(end, at + _WINDOW)
    direct = _past_report_adverbs(reading, at)
    here = direct
    while here < stop:
        named = _recipient_at(reading, here)
        if named is not None and (here == direct or words().report_to_after.search(reading.text, at, here)):
            return _recipients(reading, here, named, end)
        step = re.compile(r"\W*\w+\W*").match(reading.text, here)
        if step is None or re.search(r"[.;]", reading.text[here : step.end()]):
            return None
        here = step.end()
        if named is not None:
            here = max(here, named)
    return None


def _past_report_adverbs(reading: Reading, at: int) -> int:
    while True:
        here = at + len(re.match(r"[\s,]*", reading.text[at : at + 8])[0])  # type: ignore[index]
        adverb = words().report_adverbs.at(reading.low, here)
        after = re.compile(r"(?:cho|với|về|lên|đến|tới|gửi|trình|báo cáo)\s+").match(reading.low, here)
        if adverb is not None and _recipient_at(reading, here) is None:
            at = adverb.end
        elif after is not None:
            at = after.end()
        else:
            return here


def _recipient_at(reading: Reading, at: int) -> int | None:
    """The end of a body, a person by office, or "cấp có thẩm quyền" that stands at `at`."""
    role = _ROLE.match(reading.text, at)
    begin = role.end() if role else at
    unit = unit_at(reading.text, reading.low, begin) or unit_at(reading.text, reading.low, at)
    if unit is not None:
        return max(unit.end, begin)
    plural = words().plural.match(reading.text, at)
    if plural is not None and (unit := unit_at(reading.text, reading.low, plural.end())):
        return unit.end
    found = words().receivers.at(reading.low, at)
    if found is not None:
        return found.end
    own = words().own_office.match(reading.text, at)
    if own is not None:
        return own.end()
    if words().founded.at(reading.low, at) is not None and (actors := actors_at(reading, at)) is not None:
        return actors.end
    return None


def _recipients(reading: Reading, start: int, first_end: int, end: int) -> tuple[tuple[str, ...], int]:
    at = first_end
    while (joint := _LISTED.match(reading.text, at)) is not None and joint.end() < end:
        more = _recipient_at(reading, joint.end())
        if more is None or more > end:
            break
        at = more
    return split_names(reading.text[start:at]), at


def _through(reading: Reading, start: int, end: int) -> Iterator[str]:
    for found in words().via.finditer(reading.text, start, end):
        named = _recipient_at(reading, found.end())
        if named is not None and named <= end:
            yield from _recipients(reading, found.end(), _bracketed(reading, found.start(), named), end)[0]


def _bracketed(reading: Reading, start: int, named: int) -> int:
    """The end of a body named in brackets ("(qua Vụ Tiết kiệm năng lượng)"): its name fills them."""
    rest = _REST_OF_NAME.match(reading.text, named) if reading.text[start - 1 : start] == "(" else None
    return rest.end() if rest else named


def product_in(reading: Reading, start: int, end: int) -> str | None:
    """The paper that a duty makes: the object of "xây dựng", "ban hành", "lập", if it is one."""
    papers = [(p.start, p.end) for p in words().papers.find_levelled(reading.low[start:end])]
    for verb in words().makes.find_levelled(reading.low[start:end]):
        if any(a <= verb.start < b for a, b in papers):
            continue  # "chương trình mục tiêu"
        if any(time.start <= start + verb.start < time.end for time in reading.times_in(start, end)):
            continue  # "kể từ ngày quyết định phê duyệt phương án có hiệu lực"
        at = reading.blank(start + verb.end)
        turned = _TURNED.match(reading.low, at, end) if verb.value == "cụ thể hóa" else None
        at = turned.end() if turned else at
        plural = words().plural.match(reading.text, at)
        paper = words().papers.at(reading.low, plural.end() if plural else at)
        if paper is None or paper.end > end:
            continue
        if _NOT_DONE.search(reading.low, start, start + verb.start):
            continue  # "những đơn vị chưa gửi báo cáo"
        stop = _PRODUCT_END.search(reading.text, _past_papers(reading, paper.end), end)
        until = _receiver_after(reading, paper.end, stop.start() if stop else end)
        return reading.text[at:until].strip(" .,;:/")
    return None


def _past_papers(reading: Reading, at: int) -> int:
    """Past ", kế hoạch, đề án" after a paper's name."""
    while (joint := _LISTED.match(reading.text, at)) and (more := words().papers.at(reading.low, joint.end())):
        at = more.end
    return at


def _receiver_after(reading: Reading, start: int, end: int) -> int:
    """Where "về Sở Nội vụ" begins after a paper's name, else `end`: "nghị quyết về giá đất" has no receiver."""
    goings = (m for m in _GOING.finditer(reading.low, start, end) if _recipient_at(reading, m.end()) is not None)
    return next((m.start() for m in goings), end)


def units_named(text: str) -> tuple[str, ...]:
    """Bodies of a table's cell or a label's value, as written."""
    return split_names(" ".join(text.split()))


def sends_what_stands_before(reading: Reading, at: int) -> bool:
    """True for "gửi Sở Tài chính trước ngày ...": what is sent was named before, so this is no duty of its own."""
    verb = words().sends.at(reading.low, at)
    return verb is not None and _recipient_at(reading, _past_report_adverbs(reading, verb.end)) is not None


def sends_to_nobody(reading: Reading, verb: int, end: int) -> bool:
    """True for "các bệnh viện gửi trước ngày 02/12/2026": to whom was said in the duty before."""
    sending = words().sends.at(reading.low, verb)
    time = reading.time_at(reading.blank(sending.end)) if sending else None
    return time is not None and not reading.text[time.end : end].strip(" .;")
