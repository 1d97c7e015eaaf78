"""Vietnamese text: normalisation, folding and tone-mark placement for comparison. Stored text stays as published."""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_TONES = "̣̀́̃̉"
_DASHES = str.maketrans({"–": "-", "—": "-", "−": "-", "‑": "-", "‐": "-"})
# In NFD a dot below precedes a circumflex or breve, so "luận" must not be taken for an open "ua".
_OPEN_SYLLABLE = re.compile(rf"(?<![qQ])([oOuU])([aAeEyY])([{_TONES}])(?![\w\u0300-\u036f])")


def nfc(text: str) -> str:
    """Canonical composition, with non-breaking spaces made ordinary and zero-width marks dropped."""
    text = text.replace("\u00a0", " ").replace("\u200b", "").replace("\ufeff", "").replace("\u00ad", "")
    return unicodedata.normalize("NFC", text)


def collapse(text: str) -> str:
    """Runs of white space as single spaces, ends trimmed: the form in which quotes are compared with their source."""
    return _SPACES.sub(" ", text).strip()


def place_tones(text: str) -> str:
    """Tone marks of open oa, oe and uy on their first vowel (hoà → hòa, uỷ → ủy), in NFC. For comparison only."""
    decomposed = unicodedata.normalize("NFD", text)
    moved = _OPEN_SYLLABLE.sub(lambda m: m[1] + m[3] + m[2], decomposed)
    return unicodedata.normalize("NFC", moved)


def fold(text: str) -> str:
    """Lower case without diacritics, đ as d: what a person types on a keyboard without Vietnamese."""
    decomposed = unicodedata.normalize("NFD", text.lower()).replace("đ", "d")
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def comparable(text: str) -> str:
    """One form for equal readings: NFC, lower case, tone marks placed, dashes unified, white space collapsed."""
    return collapse(place_tones(nfc(text)).translate(_DASHES).lower())


def has_diacritics(text: str) -> bool:
    """True when any letter carries a Vietnamese mark (đ included)."""
    return any(c in "đĐ" or unicodedata.decomposition(c) for c in text if c.isalpha())
