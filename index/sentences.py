"""Cutting a clause into the sentences and semicolon parts that a question is usually about."""

from __future__ import annotations

import re

SHORTEST = 45

_END = re.compile(r"(?<=[.;!?])[”\"»)]*\s+(?=[^\s])|(?<=:)\s+(?=[-+(“\"A-ZÀ-ỸĐ0-9])")
_ABBREVIATED = re.compile(r"(?:^|[\s(])(?:\d{1,2}|[a-zđ]|[IVX]{1,4}|TP|Tp|tp|GS|TS|PGS|ThS|đ/c|Nxb|tr|[A-ZĐ])\.$")


def sentences(text: str) -> list[str]:
    """Consecutive parts of `text` (white space collapsed), each an exact substring; short ones join the next."""
    parts: list[str] = []
    start = 0
    for match in _END.finditer(text):
        piece = text[start : match.start()]
        if _ABBREVIATED.search(piece) or len(piece) - len(piece.lstrip()) == len(piece):
            continue
        if len(piece) < SHORTEST:
            continue
        parts.append(piece.strip())
        start = match.end()
    rest = text[start:].strip()
    if rest and parts and len(rest) < SHORTEST // 2 and f"{parts[-1]} {rest}" in text:
        parts[-1] = f"{parts[-1]} {rest}"
    elif rest:
        parts.append(rest)
    return parts
