"""Whether a syllable could be Vietnamese at all, by the rules of its spelling; knows no dictionary."""

from __future__ import annotations

import re
import unicodedata

_TONES = {"\u0300": "f", "\u0301": "s", "\u0303": "x", "\u0309": "r", "\u0323": "j"}  # huyền, sắc, ngã, hỏi, nặng
_ONSETS = "ngh|ng|nh|kh|gh|gi|ch|th|tr|ph|qu|b|c|d|đ|g|h|k|l|m|n|p|r|s|t|v|x"
_NUCLEI = (
    "oai|oay|oao|oeo|uây|uôi|uya|uyê|uyu|ươi|ươu|iêu|yêu|uao|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi|ôi|ơi|ua|uâ|uê|ui|uô|uơ|uy|ưa|ưi|ươ|ưu|"
    "yê|ya|oo|a|ă|â|e|ê|i|o|ô|ơ|u|ư|y"
)
_SHAPE = re.compile(rf"(?P<onset>{_ONSETS})?(?P<nucleus>{_NUCLEI})(?P<coda>ch|nh|ng|c|m|n|p|t)?")
_TONE_TOO_EARLY = re.compile(
    "[ừứữửự]ơ|[ìíĩỉị]ê|[ùúũủụ]ô|[ỳýỹỷỵ]ê"
)  # the tone of ươ, iê, uô, yê stands on the second vowel
_OPEN_ONLY = frozenset("ai ao au ay âu ây eo êu iu oi ôi ơi ui ưi ưu oai oay oao oeo uây uôi ươi ươu iêu yêu ia ua ưa uya uơ".split())  # noqa: SIM905 (read as words)
_CLOSED_ONLY = frozenset(("iê", "yê", "uô", "ươ", "uyê", "ă", "â", "oă", "uâ"))


def could_be_vietnamese(syllable: str) -> bool:
    """True when onset, vowels, ending and tone agree; a syllable that ends in a stop must carry sắc or nặng."""
    if _TONE_TOO_EARLY.search(unicodedata.normalize("NFC", syllable.lower())):
        return False
    letters, tone = _split_tone(syllable.lower())
    match = _SHAPE.fullmatch(letters)
    if tone is None or match is None:
        return False
    nucleus, coda = match["nucleus"], match["coda"]
    if coda and nucleus in _OPEN_ONLY:
        return False
    if not coda and nucleus in _CLOSED_ONLY and match["onset"] not in {"qu", "gi"}:
        return False
    return not (coda in {"c", "ch", "p", "t"} and tone not in {"s", "j"})


def without_tone(word: str) -> str:
    """The word with its vowel marks and no tone: "quyết" → "quyêt"."""
    letters = "".join(c for c in unicodedata.normalize("NFD", word) if c not in _TONES)
    return unicodedata.normalize("NFC", letters)


def _split_tone(syllable: str) -> tuple[str, str | None]:
    """Letters with their vowel marks but no tone, and the tone's key ("" for level, None when there are two)."""
    tones = []
    letters = []
    for character in unicodedata.normalize("NFD", syllable):
        if character in _TONES:
            tones.append(_TONES[character])
        else:
            letters.append(character)
    return unicodedata.normalize("NFC", "".join(letters)), (None if len(tones) > 1 else "".join(tones))
