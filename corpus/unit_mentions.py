"""Bodies in a running text: known names, names told by their opening and capitals, and classes of bodies."""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.phrases import levelled
from corpus.text import fold, has_diacritics, nfc
from corpus.unit_directory import bare_key, canonical_unit, directory, look_up

_CAPITALISED = re.compile(r"(?:\s*,|\s+và|\s+-|\s*-)?\s+(?=[^\W\d_])(?P<word>\w+)")
_TAIL = re.compile(
    r"\s+(?:tỉnh|thành phố|huyện|thị xã|xã|phường|đặc khu)(?=\s+[^\W\d_]|\W|$)"
    r"|\s+(?:khu vực|số)\s+[IVXLC\d]+\b|(?<=khu vực)\s+[IVXLC\d]+\b",
    re.IGNORECASE,
)
_SCOPE = re.compile(
    r"\s*(?:(?:có|được)?\s*liên quan|(?:trực )?thuộc(?: Ủy ban nhân dân| UBND)? tỉnh|(?:trực )?thuộc Tỉnh ủy|"
    r"của Tỉnh ủy|của tỉnh|cấp (?:tỉnh|huyện|xã)|các cấp|trong tỉnh|trên địa bàn(?: tỉnh)?|tỉnh)(?!\w)",
    re.IGNORECASE,
)
WORD = re.compile(r"\w+")
_SMALLS = "a-zà-ỹđ"
_BARE_PLACE = re.compile(rf"(?:\s+(?![\d_])[A-ZÀ-ỸĐ][{_SMALLS}]+(?!\w)){{2,4}}")
_PROPER_WORD = re.compile(r"\s+(?:(?![\d_])[A-ZÀ-ỸĐ])\w*")
_NEXT_WORD = re.compile(r"\s+(\w)")
_JOINT = re.compile(r"\s*(?:[,;/-]\s*(?:và\s+)?|và\s+)(?:(?:các|từng|cấp)\s+)?")


@dataclass(frozen=True, slots=True)
class UnitMention:
    """A body, or a class of bodies (`general`), at `start:end` of the text that was searched.

    `known` is true for a body of the data files, false for one told by its opening and capitals ("UBND xã Tân Hòa").
    `name` is the canonical name; `level` is central, province, district, commune, or None when the name does not say.
    """

    text: str
    start: int
    end: int
    name: str
    level: str | None
    general: bool = False
    known: bool = False


def unit_level(name: str) -> str | None:
    """central, province, district or commune; None when the name does not say."""
    body = look_up(name)
    if body is not None:
        return body.level
    found = directory().openings.at(bare_key(name), 0)
    kinds = {"department": "province", "ministry": "central", "district": "district", "district_party": "district",
             "commune": "commune", "commune_party": "commune"}
    return kinds.get(found.value) if found else None


def find_units(text: str) -> tuple[UnitMention, ...]:
    """Bodies and classes of bodies in `text`, from left to right, without overlaps."""
    text = nfc(text)
    low = levelled(text)
    plain = fold(text)
    mentions: list[UnitMention] = []
    position = 0
    for word in WORD.finditer(low):
        if word.start() < position:
            continue
        mention = unit_at(text, low, word.start())
        if mention is None and len(plain) == len(text):
            mention = _typed_plainly(text, plain, word.start())
        if mention is not None:
            mentions.append(mention)
            position = mention.end
    return tuple(mentions)


def unit_at(text: str, low: str, start: int) -> UnitMention | None:
    """The body or class of bodies named exactly at `start`; `low` is `levelled(text)`, computed once by the caller."""
    known_bodies = directory()
    known = known_bodies.named.at(low, start)
    opened = _open_name(text, low, start, listed=known is not None)
    if known is not None and (opened is None or _with_place(text, known.end) >= opened.end):
        end = _with_bare_place(text, low, _with_place(text, known.end))
        return UnitMention(text[start:end], start, end, known.value.name, known.value.level, known=True)
    if opened is not None:
        return opened
    word = WORD.match(text, start)
    body = known_bodies.capital_only.get(word[0]) if word else None
    if word is not None and body is not None and text[start - 1 : start] not in {"/", "-"}:
        return UnitMention(word[0], start, word.end(), body.name, body.level, known=True)
    return _class_at(text, low, start)


def _typed_plainly(text: str, plain: str, start: int) -> UnitMention | None:
    """A known body typed without diacritics ("so noi vu")."""
    found = directory().folded.at(plain, start)
    if found is None or has_diacritics(text[start : found.end]):
        return None
    return UnitMention(text[start : found.end], start, found.end, found.value.name, found.value.level, known=True)


def _open_name(text: str, low: str, start: int, *, listed: bool) -> UnitMention | None:
    """A body that the data do not list, named by an opening, capitals and the words of names: "Sở An toàn thực phẩm".

    After a `listed` body's name only capitals go on: in "Sở Y tế kế hoạch" the plan is no part of it.
    """
    known_bodies = directory()
    opening = known_bodies.openings.at(low, start)
    if opening is None or (text[start].islower() and low[start : opening.end] in known_bodies.capital_openings):
        return None
    end, worded = opening.end, False
    while (step := _CAPITALISED.match(text, end)) is not None:
        word = step.start("word")
        capital, spaced = step["word"][0].isupper(), text[end:word].isspace()
        named = known_bodies.name_words.at(low, word)
        if not capital and (listed or not worded or named is None or not named.value):
            break
        if not capital and known_bodies.verb_of_report.match(low, word):
            break
        if end == opening.end and not spaced:
            break
        if spaced and end > opening.end and _TAIL.match(text, end) and named is None:
            break
        other = known_bodies.named.at(low, word) or known_bodies.openings.at(low, word)
        if not spaced and other is not None and (named is None or named.end <= other.end):
            break
        end, worded = (named.end, True) if named and not listed else (step.end(), False)
    if end == opening.end:
        return None
    end = _with_place(text, end)
    mention = text[start:end]
    return UnitMention(mention, start, end, canonical_unit(mention), unit_level(mention))


def _with_bare_place(text: str, low: str, end: int) -> int:
    """Past a place named by itself ("Sở Y tế Hòa Sơn"); one capital alone begins something else ("tỉnh Bộ chỉ số")."""
    place = _BARE_PLACE.match(text, end)
    begin = end + 1
    if place is None or directory().named.at(low, begin) or directory().openings.at(low, begin):
        return end
    return place.end()


def _with_place(text: str, end: int) -> int:
    """Past "tỉnh Khánh Hòa" or "khu vực XIII" after a body's name."""
    tail = _TAIL.match(text, end)
    if tail is None:
        return end
    end = tail.end()
    while (step := _PROPER_WORD.match(text, end)) is not None:
        end = step.end()
    return end


def _class_at(text: str, low: str, start: int) -> UnitMention | None:
    """A class: "các sở, ban, ngành", or two general words in a list; a lone general word is no mention."""
    known_bodies = directory()
    opener = known_bodies.plural.search(low, max(0, start - 12), start)
    end, count = start, 0
    at = start
    while (head := known_bodies.heads.at(low, at)) is not None and not is_proper(text, low, head.end):
        end, count = head.end, count + 1
        joint = _JOINT.match(low, end)
        if joint is None or joint.end() == end:
            break
        at = joint.end()
        if low.startswith(known_bodies.starts_anew, at):
            break
    if not count or (count == 1 and opener is None and " các " not in low[start:end]):
        return None
    while (scope := _SCOPE.match(text, end)) is not None and scope.end() > end:
        end = scope.end()
    begin = opener.start() if opener else start
    return UnitMention(text[begin:end], begin, end, text[start:end], None, general=True)


def is_proper(text: str, low: str, end: int) -> bool:
    """True when a general word goes on as a proper name ("Ban Tổ chức"), not as a scope ("cơ quan của Tỉnh ủy")."""
    after = _NEXT_WORD.match(text, end)
    return after is not None and after[1].isupper() and directory().named.at(low, after.start(1)) is None
