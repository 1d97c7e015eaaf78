"""A piece taken apart around its figure: subject, linking words, object. Knows no dates and no sections."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from corpus.targets.statements import BASELINE
from corpus.targets.tops import better_pattern
from corpus.targets.vocabulary import any_of, closes, holds, opens, target_words, word_class
from corpus.time_citations import MASK
from corpus.time_words import FLAGS, alternatives

if TYPE_CHECKING:
    from corpus.records import Change
    from corpus.targets.statements import Piece, Text

_PARENTHESES: Final = re.compile(r"\([^()]*\)")
_DANGLING: Final = re.compile(r"\s(?:cho|của|tại|ở|trong|với|đến|tới|vào|để)$", FLAGS)
_LINKING: Final = frozenset({"đạt", "là", "bằng", "còn"})


@dataclass(frozen=True, slots=True)
class Parts:
    """A piece taken apart: what stands before the figure, the linking words, and its object after it.

    `verb` is a change that governs the whole ("giảm tỷ lệ ... xuống 2%"); `inside` is true after "trong đó".
    """

    subject: str
    verb: str
    links: str
    object: str
    kind: str
    inside: bool = False

    @property
    def is_subject_first(self) -> bool:
        """True for "tỷ lệ ... đạt 90%", false for "90% hồ sơ ..."."""
        if self.kind == "top":
            return True
        if not self.object:
            return bool(self.subject) or self.kind != "count"
        if self.kind == "percent" and self.object and self.subject.lower() in ("tỷ lệ", "tỉ lệ"):
            return False  # "đạt tỷ lệ 100% sản phẩm có nhãn"
        named = bool(opens("indicators").match(self.subject))
        return bool(self.subject) and (named or (bool(self.links) and change_of(self.links) is None))

    @property
    def change(self) -> Change | None:
        """The direction that the piece's own words give."""
        return change_of(f"{self.verb} {self.links}")


def take_apart(text: Text, piece: Piece) -> Parts:
    """The piece's subject, links and object, without what only opens the sentence or dates it."""
    quantity = piece.quantity
    before = text.masked[piece.start : quantity.start]
    inside = re.match(rf"[\s,(]*{any_of('parts')}(?P<having>\s+có(?!\w))?", before, FLAGS)
    if quantity.kind == "top":
        subject, links = _strip_closing(_fresh(before), "placed"), ""
    else:
        subject, links = _strip_links(_fresh(before))
    head = re.match(rf"{any_of('changes')}(?!\w)\s*", subject, FLAGS)
    verb = head[0].strip() if head and change_of(subject) and change_of(subject[: head.end() + 8]) else ""
    subject = subject[head.end() :] if head and verb else subject
    if inside and inside["having"] and subject and not is_named(subject):
        subject = f"có {subject}"
    if not verb and "lên" in links.split() and holds("raising").search(before):
        verb = "nâng lên"
    said = " ".join(w for w in quantity.lead.split() if w in _LINKING)
    object_ = _object(text, piece)
    if not subject and not object_ and ": " in before and quantity.kind != "top":
        subject = _fresh(before[: before.rindex(": ")])  # "Độ che phủ rừng: 61%"
    average = re.match(r"(?:bình quân|trung bình)(?!\w)", quantity.lead)
    if average and subject and not change_of(links):
        subject = f"{_tidy(subject)} {average[0]}"
    return Parts(_tidy(subject), verb, f"{links} {said}".strip(), object_, quantity.kind, bool(inside))


def _object(text: Text, piece: Piece) -> str:
    """The words after the figure without its baseline, times and asides, up to where the sentence leaves the object."""
    compared = BASELINE.search(text.plain, piece.quantity.end, piece.end)
    after = text.masked[piece.quantity.end : compared.start() if compared else piece.end]
    if piece.quantity.tail > piece.quantity.end:
        after = re.sub(rf"(?:{any_of('upward')}|{any_of('downward')})(?!\w)", "", after, flags=FLAGS)
    better = better_pattern().search(after)
    after = after[: max(after.rfind(",", 0, better.start()), 0)] if better else after
    leaving = re.search(rf",\s*{any_of('leaving')}(?!\w)", after, FLAGS)
    after = after[: leaving.start()] if leaving else after
    return _tidy(_each_alone_pattern().sub("", _PARENTHESES.sub("", after)))


def _tidy(text: str) -> str:
    text = re.sub(r"\s(?:lên|đạt|còn)\s+\d[\d./]*\s.*$|\s*\($", "", text)
    text = " ".join(text.replace(MASK, " ").split()).strip(" ,.;:*")
    text = _DANGLING.sub("", text)
    paired = text.count('"') % 2 == 0 and text.count("“") == text.count("”")
    return text if paired else text.strip('“”"')


def _fresh(text: str) -> str:
    """The words before a figure, without a topic before a colon, earlier thoughts and opening words."""
    topic = text.rfind(": ")
    if topic >= 0 and not re.search(r"chỉ số\s*$", text[:topic], FLAGS):
        text = text[topic + 1 :]
    for separator in re.finditer(r",\s*(?:và\s+)?|\s(?:để|nhằm)\s+", text):
        rest = text[separator.end() :].lstrip(" " + MASK)
        if opens("openers").match(rest) or (separator[0].strip() in ("để", "nhằm") and len(rest) > 3):
            return _fresh(text[separator.end() :])
    return strip_openers(text)


def strip_openers(text: str) -> str:
    """The text without the words, times and marks that open a statement."""
    while True:
        text = text.lstrip(" \t\n,:;-+*•–" + MASK)
        found = opens("openers").match(text)
        if not found or opens("not_openers").match(text):
            return text
        text = text[found.end() :]


def _strip_closing(text: str, words: str) -> str:
    while True:
        text = text.rstrip(" \t\n,:*" + MASK)
        found = closes(words).search(text)
        if not found:
            return text
        text = text[: found.start()]


def _strip_links(text: str) -> tuple[str, str]:
    """The text without the linking words at its end, and those words."""
    subject = _strip_closing(text, "links")
    return subject, " ".join(text[len(subject) :].lower().replace(MASK, " ").split())


@cache
def each_time_pattern() -> re.Pattern[str]:
    """Finds "mỗi năm", "hằng tháng"."""
    return re.compile(rf"(?<!\w){any_of('each_time')}\s+{alternatives(target_words('cadences'))}(?!\w)", FLAGS)


@cache
def _each_alone_pattern() -> re.Pattern[str]:
    """As `each_time_pattern`, but not in "mỗi năm một lần"."""
    return re.compile(rf"{each_time_pattern().pattern}(?!\s+(?:một|\d+)\s+lần)", FLAGS)


@cache
def _change_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?!{any_of('not_changes')}(?!\w)){any_of('changes')}(?!\w)", FLAGS)


def change_of(words: str) -> Change | None:
    """The last direction named among linking words; "tăng trưởng" is none."""
    found = _change_pattern().findall(words)
    return word_class("changes")[" ".join(found[-1].lower().split())] if found else None  # type: ignore[return-value]


def is_named(subject: str) -> bool:
    """True when the words begin with the name of an indicator ("tỷ lệ ...")."""
    return bool(opens("indicators").match(subject))


def topic_of(text: Text, piece: Piece) -> str:
    """The indicator that stands before a colon and names the figures after it."""
    before = text.masked[piece.start : piece.quantity.start]
    topic = strip_openers(before[: before.find(": ")]) if ": " in before else ""
    return topic if is_named(topic) and not re.search(r"chỉ số\s*$", topic, FLAGS) else ""
