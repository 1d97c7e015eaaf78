"""The closing block: who receives the directive, who signed it and as what. Printed lines in, names out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from corpus.lines import CAPITALS, Line, is_capital, markers
from corpus.outline.zones import is_recipients, is_signature, shown
from corpus.text import comparable, fold

_COLUMNS = re.compile(r"\s{3,}|\t+|\s*\|\s*")
_NAME = re.compile(rf"(?:(?:PGS|GS|TS|ThS|BS|KS)\.?\s*)*[{CAPITALS}]\w*(?:\s+[{CAPITALS}]\w*){{1,4}}")
_DASH = re.compile(r"^(?:[-–—−+*•●▪·]|\d{1,2}[.)])\s*(?=\S)")
_AS = re.compile(r"^(?:T/?M|K/?T|T/?L|T/?UQ|Q)[.:/\s]+", re.IGNORECASE)
_BODIES_LIKE_ROLES = frozenset({"doan chu tich"})
"""The presidium of a congress ends like the role of a chairman."""
_SIGNED_ABOVE = re.compile(
    rf"(?P<before>[^.,;]{{0,60}})\s(?P<name>[{CAPITALS}]\w+(?:\s[{CAPITALS}]\w+){{1,3}})\s+đã ký ban hành"
)


@dataclass(frozen=True, slots=True)
class Closing:
    """What the closing block holds. `behalf` is the body signed for ("T/M BAN THƯỜNG VỤ" → "BAN THƯỜNG VỤ")."""

    recipients: tuple[str, ...]
    signer: str | None
    role: str | None
    behalf: str | None


def read_closing(lines: list[Line]) -> Closing:
    """Recipients, signer and role from the printed lines of the closing block."""
    left: list[str] = []
    right: list[str] = []
    listing = False
    for line in lines:
        if line.is_rule:
            continue
        text = shown(line)
        if is_recipients(text):
            tail = text.partition(":")[2]
            listing = True
            parts = [part for part in _COLUMNS.split(tail) if part]
            for part in parts:
                (right if is_signature(part) or is_capital(part) else left).append(part)
            continue
        columns = _COLUMNS.split(_DASH.sub("- ", line.bare.strip("| ")))
        if len(columns) > 1 and all(_NAME.fullmatch(part.strip("*_# ")) for part in columns):
            columns.reverse()  # of two who sign side by side the body named first stands on the left
        for part in columns:
            plain = part.strip("*_# ")
            if not plain:
                continue
            dashed = bool(_DASH.match(plain))
            signing = not dashed and (is_signature(plain) or is_capital(plain) or bool(right))
            if listing and not signing:
                left.append(plain)
            else:
                right.append(plain)
    role, behalf = _role(right)
    return Closing(_recipients(left), _signer(right), role, behalf)


def _recipients(parts: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    for part in parts:
        opens = bool(_DASH.match(part))
        words = _DASH.sub("", part).strip()
        if not words or (words.startswith("(") and not found):
            continue
        open_ended = bool(found) and found[-1][-1:] not in ",;.:"
        if found and (words[:1].islower() or not opens or (open_ended and not found[-1].endswith(")"))):
            found[-1] = f"{found[-1]} {words}"
            continue
        found.append(words)
    items: list[str] = []
    for entry in found:
        items.extend(re.split(r";\s*[-–+]\s*", entry))
    return tuple(item.strip(" ,;.|") for item in items if item.strip(" ,;.|"))


def _signer(parts: list[str]) -> str | None:
    for part in reversed(parts):
        plain = part.strip(" .:*")
        if plain.startswith("(") or is_signature(plain) or role_named(plain):
            continue
        m = _NAME.fullmatch(plain)
        if m:
            return " ".join(
                word.capitalize() if word.isupper() and len(word) > 1 and "." not in word else word
                for word in plain.split()
            )
    return None


def _role(parts: list[str]) -> tuple[str | None, str | None]:
    role = behalf = None
    for part in parts:
        plain = part.strip(" .:*")
        found = role_named(plain)
        if found:
            role = found
        elif is_signature(plain) and plain.upper().startswith(("T/M", "TM", "T.M")):
            behalf = _AS.sub("", plain).strip()
        elif (
            behalf
            and role is None
            and is_capital(plain)
            and _NAME.fullmatch(plain.title()) is not None
            and len(plain.split()) > 3
        ):
            behalf = f"{behalf} {plain}"
    return role, behalf


@cache
def _roles() -> tuple[tuple[str, str], ...]:
    return tuple(sorted(((fold(role), role) for role in markers("roles")), key=lambda pair: -len(pair[0])))


def role_named(text: str) -> str | None:
    """The role a line gives, "KT." and OCR slips put aside ("TỔNG Bí THƯ" → "Tổng Bí thư"); None when it gives none."""
    if len(text) > 60 or sum(c.isupper() for c in text) < 0.5 * sum(c.isalpha() for c in text):
        return None
    folded = fold(comparable(_AS.sub("", text)))
    if folded in _BODIES_LIKE_ROLES:
        return None
    for known, role in _roles():
        if folded == known:
            return role
    # A word too many before the role is a slip of the scanner; a body's name after it belongs to the role's holder.
    for known, role in _roles():
        if folded.endswith(f" {known}") and len(folded) - len(known) <= 6:
            return role
        if folded.startswith(f"{known} "):
            return role
    return None


def signed_in_words(text: str) -> tuple[str, str | None] | None:
    """Name and role where a publisher's introduction says who signed."""
    m = _SIGNED_ABOVE.search(text)
    if not m:
        return None
    before = fold(m["before"].strip())
    role = next((role for known, role in _roles() if before.endswith(known)), None)
    return m["name"], role
