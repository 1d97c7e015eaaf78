"""Understanding a question: what kind it is, and what it names (years, places, bodies, documents, figures).

Pure reading of text; it searches nothing and knows no directive.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

import yaml

from corpus.abbreviations import expand_abbreviations, readings
from corpus.places import find_places
from corpus.text import collapse, comparable, fold, has_diacritics, nfc, place_tones
from corpus.units import find_units
from index.spoken_numbers import in_digits
from index.windows import in_years
from index.wording import asking_words, folded_function_words, in_official_words, wording, written_out

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from index.answers import AnswerKind, Question

_YEAR = re.compile(r"(?<![\d/.,])(19[89]\d|20[0-7]\d)(?![\d.,]*\d|\s*%)")
_PERIOD = re.compile(r"(20\d\d)\s*(?:-|–|đến|tới|sang)\s*(?:năm\s*)?(20\d\d)")
_CODE = re.compile(
    r"(?<![\w/])(\d{1,5})\s*(?:/\s*((?:19|20)\d\d)\s*)?[-/]\s*([A-ZĐa-zđ]{2,8}\d{0,2}(?:\s*[-/]\s*[A-ZĐa-zđ0-9]{1,12})*)"
)
_FIGURE = re.compile(r"(?<![\w/.,-])(\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?)(?![\w/])")
_JOINED_NUMBER = re.compile(r"(?<![\w/-])([A-Za-zĐđ]{2,4})(\d{1,4})(?![\w%]|-\d)")
_KIND_LETTERS = "NQ|KL|KH|CT|CTr|CTR|QĐ|QD|TB|HD|CV|CĐ|CD|BC|ĐA|TTr|QC|QĐi"
_ISSUER_LETTERS = "TU|TW|UBND|HĐND|HDND|CP|TTg|HU|ĐU|DU|BTV|BCSĐ|ĐĐQH\\d{2}"
_LOOSE_CODE = re.compile(rf"(?<![\w/-])(\d{{1,5}})\s*[\s/-]\s*({_KIND_LETTERS})\s*[\s/-]\s*({_ISSUER_LETTERS})(?![\w/-])", re.IGNORECASE)
_CODE_FIRST = re.compile(rf"(?<![\w/-])({_KIND_LETTERS})\s*[/-]\s*({_ISSUER_LETTERS})\s+(?:số\s+|so\s+)?(\d{{1,5}})(?![\w/,.-])", re.IGNORECASE)
_ADDRESSED = re.compile(r"\b(?:gửi|cho|về|với|qua|của|thuộc|lên|tới|đến|cùng)\s+(?:các\s+)?$")
_ACTS = re.compile(
    r"(?:\s+\S+){0,3}?\s+(?:phải|cần|có trách nhiệm|được giao|chủ trì|báo cáo|gửi|nộp|trình|hoàn thành|tham mưu|xây dựng|tổng hợp|chỉ đạo|tổ chức|"
    r"thực hiện|ban hành|làm|lo|công bố|phối hợp|kiểm tra|rà soát|hướng dẫn)\b"
)
STANDS_ALONE = 2  # content words; a question with more of its own is a new one
_SEVERAL_READINGS = re.compile(r"(?<![\w&])([\w&]+) \(([^()]+)\)")
_FOLLOW_UP = re.compile(
    r"^(?:thế|vậy|còn|rồi|riêng|và|thế còn|vậy còn|vậy thì|thế thì|họ|nó|việc đó|cái đó|báo cáo đó)\b|"
    r"\b(?:cái đó|việc đó|việc này|báo cáo đó|cái báo cáo đó|mức đó|hạng đó|cái này|chỗ đó|họ|cơ quan đó|đơn vị đó|bên đó|chuyện đó)\b"
)
_TURNS = re.compile(r"(?:thế\s+|vậy\s+)?(?:còn|riêng)\b")
_ASKED_BEFORE = re.compile(
    r"(?<!\w)(?:(?:là|đạt|được|thì)\s+)?(?:bao nhiêu|mấy)(?:\s+(?:%|phần trăm))?(?!\w)|(?<!\w)(?:(?:trước|vào|đến|tới|từ|trong)\s+)?(?:ngày|tháng|năm|quý|khi|lúc|thời điểm|mốc)\s+nào(?!\w)|(?<!\w)(?:bao giờ|bao lâu|thế nào|như thế nào|ra sao|thì sao)(?!\w)"
    r"|(?<!\w)(?:(?:do|cho|với|tới|lên)\s+)?(?:ai|cơ quan nào|đơn vị nào|sở nào|đâu)(?!\w)"
    r"|(?<!\w)(?:(?:được\s+)?(?:giao|phải|cần)\s+)?làm\s+(?:những\s+)?(?:(?:việc|nhiệm vụ)\s+)?gì(?!\w)",
    re.IGNORECASE,
)
_LEFT_OPEN = re.compile(r"\s*\b(?:thì|thế)\s+(?:sao|thế nào|ra sao)\s*$")
_CONDITION = re.compile(r"\b(?:nếu|mà|khi|lỡ|không|chưa|quá|vi phạm|trễ|chậm|muộn|sai|thiếu|trường hợp|hai lần|lần thứ|tái phạm)\b")
_LEFT_OPEN_WORDS = 5
_OTHER_ASKING = re.compile(r"\b(?:gì|nào|mấy|không|chưa)\b")
_YES_NO = re.compile(
    r"\b(?:có|đã|được|phải|bị|cần|đúng|buộc)\b.*\b(?:không|chưa)\b(?:\s+\w+){0,8}$|\bphải không\b|\bđúng không\b|\bcó phải\b|\bhay không\b|\bhay chưa\b|\bkhông vậy\b"
)
_SUPPOSED = re.compile(r"\b(?:mà|nếu|giả sử|lỡ|nhỡ)\b.*\bthì\b.*")
_EITHER_OR = re.compile(r"\bhay\b(?!\s+(?:không|chưa))")


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """A document named by number: `kind` as a full name ("kết luận") or None, `code` the folded letters ("KLTU") or ""."""

    serial: str
    kind: str | None
    code: str = ""
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A question as understood.

    `text` is what is searched (abbreviations spelt out, marks restored, padding cut); `focus` is `text` without the words
    that only name a directive; `terms` are the content syllables of `focus`; `subject` is the body whose duty is asked about.
    """

    original: str
    text: str
    focus: str
    kind: AnswerKind
    kinds: dict[AnswerKind, float] = field(default_factory=dict)
    terms: tuple[str, ...] = ()
    expansions: tuple[str, ...] = ()
    years: frozenset[int] = frozenset()
    periods: tuple[tuple[int, int], ...] = ()
    figures: frozenset[str] = frozenset()
    places: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    subject: str | None = None
    documents: tuple[DocumentNumber, ...] = ()
    document_kinds: frozenset[str] = frozenset()
    issuers: frozenset[str] = frozenset()
    yes_no: bool = False
    either_or: bool = False
    follow_up: bool = False
    today: date | None = None


@lru_cache(maxsize=1)
def _document_words() -> tuple[dict[str, str], dict[str, str]]:
    raw = yaml.safe_load((resources.files("index") / "data" / "document_words.yaml").read_text(encoding="utf-8"))
    kinds, issuers = (
        {form: name for name, forms in raw[part].items() for form in [name, *forms]} for part in ("kinds", "issuers")
    )
    return kinds, issuers


@lru_cache(maxsize=1)
def _document_patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    kinds, issuers = _document_words()
    alternatives = [
        "|".join(re.escape(form) for form in sorted({*table, *(fold(f) for f in table)}, key=len, reverse=True))
        for table in (kinds, issuers)
    ]
    kind, issuer = (re.compile(rf"(?<![\w-])(?:{forms})(?![\w-])") for forms in alternatives)
    return (
        kind,
        issuer,
        re.compile(
            rf"(?<![\w-])({alternatives[0]})\s*(?:(?:số|so)\s*|(?!(?:19|20)\d\d(?!\d)))(\d{{1,5}})(?![\d%,.]*\d|\s*(?:%|(?:năm(?!\s+(?:19|20)\d\d(?!\s*(?:[-–]|đến)))|tháng|ngày|tuần|quý|lần)\b)|\w)"
        ),
    )


def _lookup(table: dict[str, str], form: str) -> str:
    return table.get(form) or next(name for f, name in table.items() if fold(f) == form)


def understand(question: Question, restore: Callable[[str], str] | None = None) -> Query:
    """Read one question. `restore` gives marks back to text typed without them (identity when None)."""
    text = _repair(question.text, restore, question.today)
    previous = _repair(question.previous, restore, question.today) if question.previous else ""
    follow_up = bool(previous) and _says_anything(text) and leans_on_previous(text)
    kinds = _kinds(text)
    whole = f"{_carried(previous, text)} {text}" if follow_up else text
    documents, focus = _documents(whole)
    years, periods = years_and_periods(text)
    if follow_up and not years:
        years, periods = years_and_periods(previous)
    if follow_up:  # "còn Sở Y tế thì sao" asks what was asked before
        own = _kinds(_LEFT_OPEN.sub("", text))
        kinds = (own if _asks(text) else {}) or _kinds(previous) or own or kinds
    low = comparable(whole)
    if follow_up and years:
        focus = _without_other_years(focus, years)
    yes_no = bool(_YES_NO.search(comparable(text)))
    supposed = yes_no and bool(_SUPPOSED.search(focus))  # its figures are the asker's, not the directive's
    focus = matter_of(focus, yes_no=yes_no)
    terms = content_words(focus)
    kind: AnswerKind = max(kinds, key=lambda k: kinds[k]) if kinds else "clause"
    return Query(
        original=question.text,
        text=_without_other_years(whole, years) if follow_up and years else whole,
        focus=focus,
        kind=kind,
        kinds=kinds,
        terms=terms,
        expansions=_expansions(low),
        years=years,
        periods=periods,
        figures=frozenset() if supposed else _figures(text, documents),
        places=_places(text, whole, question.place),
        units=tuple(dict.fromkeys(u.name for u in find_units(whole))),
        documents=documents,
        document_kinds=document_kinds(low),
        issuers=issuers(low),
        subject=subject_of(comparable(text)) or (subject_of(low) if follow_up else None),
        yes_no=yes_no,
        either_or=bool(_EITHER_OR.search(comparable(text))),
        follow_up=follow_up,
        today=question.today,
    )


def _places(text: str, whole: str, given: str | None) -> tuple[str, ...]:
    """Places the question names; those of the previous question, then the person's own, only when it names none."""
    named = [p.name for p in find_places(text)] or [p.name for p in find_places(whole)]
    return tuple(dict.fromkeys(named or ([given] if given else [])))


def _repair(text: str, restore: Callable[[str], str] | None, today: date | None = None) -> str:
    text = written_out(_JOINED_NUMBER.sub(_apart, collapse(nfc(text)).strip(" ?!.")))
    text = _CODE_FIRST.sub(r"\3-\1/\2", _LOOSE_CODE.sub(r"\1-\2/\3", text))
    if restore is not None:
        text = restore(text)
    text = _SEVERAL_READINGS.sub(_likeliest, expand_abbreviations(text))
    text = in_digits(in_official_words(wording().padding.sub(" ", place_tones(text))))
    if today is not None:
        text = in_years(text, today)
    return collapse(wording().edges.sub(" ", collapse(text))).strip(" ,?!.")


def _apart(match: re.Match[str]) -> str:
    """KL62 → KL 62."""
    return f"{match[1]} {match[2]}" if match[1].lower() in _document_words()[0] else match[0]


def _likeliest(match: re.Match[str]) -> str:
    """An ambiguous abbreviation ("KH (kế hoạch, khoa học)") as its first, likeliest reading."""
    found = readings(match[1])
    return found[0] if len(found) > 1 and match[2] == ", ".join(found) else match[0]


def matter_of(focus: str, *, yes_no: bool) -> str:
    """What a supposition is about: "tỷ lệ X mà chỉ 7% thì hụt phải không" is about "tỷ lệ X"; other questions as they are."""
    matter = collapse(_SUPPOSED.sub("", focus)) if yes_no else focus
    return matter if len(content_words(matter)) >= STANDS_ALONE else focus


def _asks(text: str) -> bool:
    """True when a follow-up has a question word of its own, and does not only go on with the one before."""
    return bool(_ASKED_BEFORE.search(_LEFT_OPEN.sub("", comparable(text))) or _OTHER_ASKING.search(comparable(text)))


def _carried(previous: str, text: str) -> str:
    """What a follow-up takes from the question before: not what was asked of it when it asks something else, and not the
    body it was about when it turns to another."""
    if _asks(text):
        previous = collapse(_ASKED_BEFORE.sub(" ", previous)) or previous
    if _TURNS.match(comparable(text)) and find_units(text):
        for unit in reversed(find_units(previous)):
            previous = previous[: unit.start] + previous[unit.end :]
    return collapse(previous)


def leans_on_previous(text: str) -> bool:
    """A follow-up points back ("cái đó", "họ"), opens as a continuation, or says too little to stand alone."""
    low = comparable(text)
    if _FOLLOW_UP.search(low) or len(content_words(text)) <= STANDS_ALONE or _says_no_topic(low):
        return True
    open_end = _LEFT_OPEN.search(low)  # "các xã biên giới thì sao"; a condition ("hộ nộp chậm thì sao") stands alone
    return open_end is not None and not _CONDITION.search(low) and len(low[: open_end.start()].split()) <= _LEFT_OPEN_WORDS


def _says_anything(text: str) -> bool:
    """False of thanks and other politeness: they ask nothing of the question before."""
    return bool(content_words(text)) or _asks(text) or bool(_YEAR.search(text)) or bool(_FOLLOW_UP.search(comparable(text)))


def _says_no_topic(low: str) -> bool:
    """Only words of reporting, leading, joining and time ("bao lâu thì phải báo cáo một lần"): of what, was said before."""
    words = content_words(low)
    return has_diacritics(low) and bool(words) and all(word in wording().duty_words for word in words)


def _kinds(text: str) -> dict[AnswerKind, float]:
    low = asking_words(comparable(text))
    scores: dict[AnswerKind, float] = {}
    for cue in wording().cues:
        if cue.pattern.search(low):
            scores[cue.kind] = scores.get(cue.kind, 0.0) + cue.weight
    return scores


def years_and_periods(text: str) -> tuple[frozenset[int], tuple[tuple[int, int], ...]]:
    """Years named in `text`, and its year spans such as (2022, 2026)."""
    periods = tuple((int(a), int(b)) for a, b in _PERIOD.findall(text))
    return frozenset(int(y) for y in _YEAR.findall(text)), periods


def _without_other_years(text: str, years: frozenset[int]) -> str:
    return collapse(_YEAR.sub(lambda m: m[0] if int(m[0]) in years else " ", text))


def document_kinds(text: str) -> frozenset[str]:
    """Full names of the kinds of directive in comparable text."""
    return frozenset(kind for _, _, kind in document_kind_spans(text))


def issuer_spans(text: str) -> list[tuple[int, int]]:
    """Where issuing bodies are named in comparable text."""
    return [match.span() for match in _document_patterns()[1].finditer(text)]


def issuers(text: str) -> frozenset[str]:
    """Full names of the issuing bodies in comparable text."""
    _, names = _document_words()
    return frozenset(_lookup(names, text[start:end]) for start, end in issuer_spans(text))


def _documents(text: str) -> tuple[tuple[DocumentNumber, ...], str]:
    """Documents named by number, and comparable text without those numbers."""
    kinds, _ = _document_words()
    numbered = _document_patterns()[2]
    found: list[DocumentNumber] = []
    for match in _CODE.finditer(text):
        serial, year, code = match.groups()
        letters = re.sub(r"[^A-Z0-9]", "", fold(code).upper())
        if not letters.isdigit():
            found.append(DocumentNumber(serial.lstrip("0"), None, letters, int(year) if year else None))
    codes_cut = comparable(_CODE.sub(" ", text))
    found += [DocumentNumber(match[2].lstrip("0"), _lookup(kinds, match[1])) for match in numbered.finditer(codes_cut)]
    return tuple(found), collapse(numbered.sub(" ", codes_cut))


def _figures(text: str, documents: tuple[DocumentNumber, ...]) -> frozenset[str]:
    """Figures the question itself states (not years, not document numbers), as written."""
    serials = {d.serial for d in documents}
    return frozenset(
        f
        for f in _FIGURE.findall(_CODE.sub(" ", text))
        if f.lstrip("0") not in serials and not re.fullmatch(r"(19|20)\d\d", f)
    )


def document_kind_spans(text: str) -> list[tuple[int, int, str]]:
    """(start, end, full name) of each kind of directive named in comparable text."""
    kinds, _ = _document_words()
    return [(m.start(), m.end(), _lookup(kinds, m[0])) for m in _document_patterns()[0].finditer(text)]


def subject_of(text: str) -> str | None:
    """The body that acts in comparable text ("Sở Y tế phải báo cáo ai"): before a verb of duty, and not an addressee."""
    for unit in find_units(text):
        if not _ADDRESSED.search(text[: unit.start]) and _ACTS.match(text[unit.end :]):
            return unit.name
    return None


def content_words(text: str) -> tuple[str, ...]:
    """Content syllables of a question, each once, in order: no question words, no grammar words, no years."""
    plain = not has_diacritics(text)
    skip = folded_function_words() if plain else wording().function_words
    return tuple(
        dict.fromkeys(
            w for w in re.findall(r"\w+", comparable(text)) if w not in skip and not re.fullmatch(r"(19|20)\d\d", w)
        )
    )


def _expansions(low: str) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            other
            for pattern, others in wording().synonyms
            if pattern.search(low)
            for other in others
            if other not in low
        )
    )
