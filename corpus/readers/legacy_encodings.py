"""Text of before Unicode (TCVN3, VNI, VISCII, VPS, code page 1258) recognised by what it reads as, and converted.

The tables come from `viparse`; what they leave out is added here. Detection is ours: the reading that gives most of the
syllables common in official texts wins, and one that gives few of them is no reading at all.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from corpus.data_files import load_yaml
from corpus.text import nfc

if TYPE_CHECKING:
    from collections.abc import Callable

_MORE = {"vni": {"aú": "ẳ", "AÚ": "Ẳ", "UØ": "Ù", "ÖÏ": "Ự", "YÕ": "Ỹ", "î": "ỵ", "Î": "Ỵ", "IÕ": "Ĩ", "EÕ": "Ẽ"}}
"""Letters that viparse's table of VNI leaves out."""
_NAMES = {"tcvn3": "TCVN3 (ABC)", "vni": "VNI", "viscii": "VISCII", "vps": "VPS", "cp1258": "Windows-1258"}
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = "".join(chr(code) for code in range(0xA0, 0x100))
_SAMPLE = 20_000
_GOOD = 0.16
"""Share of common syllables among words. Official texts have .35 to .6; a wrong table leaves under .1."""
_CLEARLY = 1.3
_FONT = re.compile(r"(?:[A-Z]{6}\+)?(?:(\.vn)|(vni)[-_ ])", re.IGNORECASE)
_CAPITAL_FONT = re.compile(r"\.vn\w+h(?:[- ,]|$)", re.IGNORECASE)


def decode(content: bytes) -> tuple[str, str] | None:
    """The text of bytes in an old one-byte encoding and that encoding's name; None when they are no such text."""
    if b"\0" in content:
        return None
    surface = content.decode("latin-1")
    readings: dict[str, Callable[[str], str]] = {name: _converter(name) for name in ("tcvn3", "vni", "viscii", "vps")}
    readings["cp1258"] = lambda text: text.encode("latin-1").decode("cp1258", errors="replace")
    found = _best(surface, readings)
    if found is None:
        return None
    if found in {"vni", "tcvn3"}:
        surface = content.decode("cp1252", errors="replace")
    text = readings[found](surface)
    return _capitals_back(text) if found == "tcvn3" else nfc(text), _NAMES[found]


def repair(text: str) -> tuple[str, str | None]:
    """Text whose letters are an old font's codes, converted, and the encoding's name; other text as it is, and None."""
    sample = text[:_SAMPLE]
    if sum(sample.count(c) for c in _LATIN) < 0.02 * len(sample) or _share(sample) >= _GOOD:
        return text, None
    found = _best(text, {name: _converter(name) for name in ("tcvn3", "vni", "viscii")})
    if found is None:
        return text, None
    return as_unicode(text, _NAMES[found]), _NAMES[found]


def as_unicode(text: str, name: str) -> str:
    """A part of a text in the encoding that `repair` has named, converted."""
    found = next(key for key, shown in _NAMES.items() if shown == name)
    converted = _converter(found)(text)
    return _capitals_back(converted) if found == "tcvn3" else nfc(converted)


def reads_as_vietnamese(text: str) -> bool:
    """True when enough of its words are syllables common in official texts."""
    return _share(text) >= _GOOD


def of_font(name: str) -> str | None:
    """The old encoding that a font of this name is made for: `.VnTime` TCVN3, `VNI-Times` VNI, else None."""
    found = _FONT.match(name)
    return None if found is None else "tcvn3" if found[1] else "vni"


def with_font(text: str, font: str | None) -> str:
    """A run of text in a font of an old encoding, converted; fonts ending in H print capitals."""
    encoding = of_font(font) if font else None
    if encoding is None or font is None:
        return text
    converted = nfc(_converter(encoding)(text))
    return converted.upper() if _CAPITAL_FONT.match(font) else converted


def _best(text: str, readings: dict[str, Callable[[str], str]]) -> str | None:
    sample = text[:_SAMPLE]
    shares = sorted(((_share(nfc(convert(sample))), name) for name, convert in readings.items()), reverse=True)
    (best, name), (second, _) = shares[0], shares[1]
    return name if best >= _GOOD and best >= _CLEARLY * second else None


def _share(text: str) -> float:
    words = _WORD.findall(text.lower())
    return sum(word in _common() for word in words) / len(words) if words else 0.0


@cache
def _common() -> frozenset[str]:
    words = load_yaml("corpus", "data/common_syllables.yaml")["syllables"].split()
    return frozenset(word for word in map(nfc, words) if not word.isascii())


@cache
def _converter(name: str) -> Callable[[str], str]:
    from viparse.normalize.encodings import CHARMAPS  # noqa: PLC0415 - only old files need it

    pairs = dict(CHARMAPS[name].pairs) | _MORE.get(name, {})
    pattern = re.compile("|".join(re.escape(source) for source in sorted(pairs, key=len, reverse=True)))
    return lambda text: pattern.sub(lambda found: pairs[found[0]], text)


def _capitals_back(text: str) -> str:
    """Lines set in a capitals-only font: their plain letters are capitals, the accented ones came out small."""
    lines = nfc(text).split("\n")
    return "\n".join(line.upper() if _in_capitals(line) else line for line in lines)


def _in_capitals(line: str) -> bool:
    plain = [c for c in line if c.isascii() and c.isalpha()]
    return len(plain) >= 3 and all(c.isupper() for c in plain) and any(c.islower() for c in line)
