"""Several questions asked in one message: told apart, and their answers joined into one.

Pure text and records. A question that only asks one thing of several ("A và B phải làm gì") stays whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from corpus.text import comparable
from index.answers import ANSWER_LIMIT, HEADLINE_LIMIT, Answer
from index.grounding import figures
from index.quoting import shorten
from index.wording import asking_words, wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.answers import Citation

MOST_PARTS = 4
CITED = 6
MIN_PARAGRAPH = 60  # characters; less of one says nothing
_MEASURE = (
    r"phần|%|ngày|giờ|phút|tháng|năm|tuần|quý|lần|triệu|tỷ|tỉ|nghìn|ngàn|chục|trăm|người|điểm|km|cây số|lít|mét|ha|tấn|giường|buổi|bậc|nhóm|hạng"
)
_ASKS = re.compile(
    rf"\b(?:ai|gì|nào|đâu|sao|bao nhiêu|bao giờ|bao lâu|bao xa|mấy (?:{_MEASURE})|(?:ngày|tháng|năm|quý|thứ|nhóm|số|hạng|kỳ) mấy)(?!\w)"
    r"|\bcó\b.+\bkhông$|\b(?:hay chưa|hay không|phải không|đúng không)\b"
)
# "mấy" before a noun mostly only makes it plural; in mid-sentence, with another count to come, it asks.
_COUNTS = re.compile(r"(?:\S+ ){3,}mấy (?!cái|con|ông|bà|anh|chị|bác|đứa)")
_COUNTS_TOO = re.compile(r"\b(?:bao nhiêu|mấy)\b")
_SENTENCES = re.compile(r"(?<=[?!])\s+|\?+(?=\S)|[;\n]+\s*|(?<=[^\W\d_])\.\s+(?=[^\W\d_])")
_NUMBERED = re.compile(r"^\s*(?:\d{1,2}|[a-z])\s*[.)/]\s+|^\s*[-•+*]\s+")
_JOINT = re.compile(r"\s*,?\s+(?:và|với lại|cùng với đó|đồng thời|rồi)\s+|\s*,\s+(?:còn\s+|thế\s+)?")
_CONTINUES = re.compile(r"^(?:và|với lại|đồng thời|rồi|thế|vậy)\s+(?!còn\b|thì\b)", re.IGNORECASE)
_BELONGS = re.compile(r"^(?:so với|tính từ|kể từ|trong đó|nhất là|hay|từ .{0,30}\b(?:đến|lên|xuống|sang)\b)")
_OPENS = re.compile(r"^(?:còn|thế còn|vậy còn)\b")
_FEWEST_WORDS = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One question of a message; `apart` when it has a sentence of its own, else it hangs on the one before by "và" or a comma."""

    text: str
    apart: bool = True


def parts(text: str) -> tuple[Part, ...]:
    """The questions in one message, in order; the message alone when it is one question.

    What stands before the first question ("Theo kế hoạch 73 của tỉnh.") goes with it; thanks and greetings are dropped.
    """
    found: list[Part] = []
    opening = ""
    for sentence in _SENTENCES.split(text):
        said = _NUMBERED.sub("", sentence).strip(" ,.;?!")
        if not _content(said):
            continue
        asks = bool(_ASKS.search(_plain(said))) or (bool(found) and bool(_OPENS.match(_plain(said))))
        if not asks and not (found and sentence.rstrip().endswith("?")):
            opening = f"{opening}, {said}".strip(" ,") if not found else opening
            if found:
                found[-1] = replace(found[-1], text=f"{found[-1].text}, {said}")
            continue
        first, *others = _within(said)
        found.append(Part(f"{opening}, {first}" if opening else first))
        found += [Part(other, apart=False) for other in others]
        opening = ""
    return tuple(found) if 1 < len(found) <= MOST_PARTS else (Part(text),)


def _within(sentence: str) -> list[str]:
    """One sentence cut at "và" or a comma wherever something is asked on both sides."""
    pieces: list[str] = []
    start = 0
    for joint in _JOINT.finditer(sentence):
        left, right = sentence[start : joint.start()], sentence[joint.end() :]
        if _stands(left, right) and _ASKS.search(_plain(right)) and not _BELONGS.match(_plain(right)) and _asks_next(right, joint[0]):
            pieces.append(left.strip())
            start = joint.end()
    return [*pieces, sentence[start:].strip()]


def _stands(left: str, right: str) -> bool:
    """What is left of a joint asks something of its own and says of what."""
    low = _plain(left)
    counts = _COUNTS.match(low) and _COUNTS_TOO.search(_plain(right))
    return bool(_ASKS.search(low) or counts) and len(_content(_ASKS.sub(" ", low))) >= _FEWEST_WORDS


def _asks_next(right: str, joint: str) -> bool:
    """After a bare comma, the question word must come before the next comma: "…, ai làm, …"."""
    head = re.split(r",|\bvà\b", right, maxsplit=1)[0]
    return "," not in joint or bool(_ASKS.search(_plain(head)))


def _plain(text: str) -> str:
    return asking_words(comparable(text)).strip(" ,.;?!")


def _content(text: str) -> list[str]:
    low = wording().edges.sub(" ", wording().padding.sub(" ", comparable(text)))
    return [word for word in re.findall(r"\w+", low) if word not in {"ạ", "nhé", "và"}]


def continued(part: str) -> str:
    """A later part without the word that only ties it to the one before."""
    return _CONTINUES.sub("", part)


def joined(whole: Answer, answers: Sequence[Answer]) -> Answer:
    """One answer out of those of the parts, each part's headline numbered; `whole` is the answer to the message unsplit.

    Abstains only when every part does; then the answer to the whole message counts.
    """
    said = [answer for answer in answers if not answer.abstained]
    if not said:
        return whole
    left = [answer for answer in answers if answer.abstained]
    together = not whole.abstained and all(_same_clause(answer, whole) for answer in answers)
    if together and (left or all(_said_already(answer, whole) for answer in answers)):
        return whole  # the clause that answers one part also holds what the other asks: nothing is missing
    room = (HEADLINE_LIMIT - 2 * (len(answers) - 1)) // len(answers) - 4
    lines = [answer.headline.rstrip(" .") for answer in answers]
    headline = "; ".join(f"{n}) {shorten(line, _room(n, lines, room))}" for n, line in enumerate(lines, 1))
    return replace(
        said[0],
        question=whole.question,
        id=whole.id,
        confidence=min(answer.confidence for answer in said),
        headline=headline[:HEADLINE_LIMIT],
        answer=_one_body(headline, whole) if together else _body(headline[:HEADLINE_LIMIT], answers),
        citations=whole.citations if together else _interleaved([answer.citations for answer in said]),
        targets=tuple(dict.fromkeys(row for answer in said for row in answer.targets)),
        tasks=tuple(dict.fromkeys(row for answer in said for row in answer.tasks)),
        suggestions=tuple(dict.fromkeys(line for answer in left for line in answer.suggestions))[:3],
    )


def _room(number: int, lines: Sequence[str], fair: int) -> int:
    """A part's share of the headline: what shorter ones leave is given to the longer."""
    spare = sum(max(0, fair - len(line)) for line in lines)
    long = sum(len(line) > fair for line in lines)
    return fair + (spare // long if long and len(lines[number - 1]) > fair else 0)


def _same_clause(answer: Answer, whole: Answer) -> bool:
    first = whole.citations[:1]
    return bool(first) and bool(answer.citations) and (answer.citations[0].directive, answer.citations[0].path) == (first[0].directive, first[0].path)


def _said_already(part: Answer, whole: Answer) -> bool:
    """True when the whole answer's headline states every figure of the part's, or every word when it has none."""
    stated = figures(part.headline)
    if stated:
        return stated <= figures(whole.headline)
    words = set(comparable(part.headline).split())
    return words <= set(comparable(f"{whole.headline} {whole.question}").split())


def _one_body(headline: str, whole: Answer) -> str:
    """The parts' headline over the whole answer's own text, paragraph by paragraph: one clause answers them all."""
    kept = [headline]
    for paragraph in whole.answer.removeprefix(whole.headline).strip().split("\n\n"):
        room = ANSWER_LIMIT - len("\n\n".join(kept)) - 2
        if room < MIN_PARAGRAPH:
            break
        kept.append(paragraph if len(paragraph) <= room else shorten(paragraph, room))
    return "\n\n".join(kept)


def _body(headline: str, answers: Sequence[Answer]) -> str:
    """The headline, then under each number what the part's own answer adds; a clause is quoted once."""
    shown: set[tuple[str, str]] = set()
    details: list[str] = []
    room = (ANSWER_LIMIT - len(headline) - 8) // len(answers) - 6
    for n, answer in enumerate(answers, 1):
        top = [(c.directive, c.path) for c in answer.citations[:1]]
        full = answer.headline if answer.headline.rstrip(" .") not in headline else ""
        rest = answer.answer.removeprefix(answer.headline).strip()
        if answer.abstained or set(top) & shown:
            rest = ""
        shown.update(top if not answer.abstained else ())
        line = " ".join(piece for piece in (full, " ".join(rest.split())) if piece)
        if line:
            details.append(f"{n}) {shorten(line, room)}")
    return "\n\n".join([headline, *details])[:ANSWER_LIMIT]


def _interleaved(each: Sequence[tuple[Citation, ...]]) -> tuple[Citation, ...]:
    """The best citation of every part first, then the second ones; each clause once."""
    found: dict[tuple[str, str], Citation] = {}
    for rank in range(max(map(len, each))):
        for citations in each:
            if rank < len(citations):
                found.setdefault((citations[rank].directive, citations[rank].path), citations[rank])
    return tuple(found.values())[:CITED]
