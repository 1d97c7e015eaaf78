"""Stable names for directives, clauses and rows: the same content gets the same name on every machine. Knows no SQL."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corpus.records import Directive, Metadata, Rule, Target, Task

_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_DASHES = re.compile(r"\s*[-‐-―−]\s*")
_LEADING_ZEROS = re.compile(r"^0+(?=\d)")
_NOT_READING = ("store", "models.py", "ingest.py", "manifest.py", "deadlines.py", "migrations", "samples")


def content_hash(content: bytes) -> str:
    """SHA-256 of a file's bytes, in hex."""
    return hashlib.sha256(content).hexdigest()


def slug(text: str, limit: int = 60) -> str:
    """Lower-case ASCII words joined by dashes, cut at a word boundary to at most `limit` characters."""
    whole = _NOT_SLUG.sub("-", fold(text)).strip("-")
    if len(whole) <= limit:
        return whole
    return whole[: limit + 1].rsplit("-", 1)[0][:limit]


def number_key(number: str | None) -> str | None:
    """One spelling of a number for comparison: `Số 091 -KL/TU` and `91-KL/TU` give `91-kl/tu`; None stays None."""
    if not number or not number.strip():
        return None
    folded = re.sub(r"^so\s*:?\s*(?=\d)", "", fold(number).strip())
    return _LEADING_ZEROS.sub("", re.sub(r"\s+", "", _DASHES.sub("-", folded)))


def base_key(meta: Metadata) -> str:
    """The readable part of a directive's key, from what it says of itself.

    A numbered directive gets number, place (else issuer) and year, since state numbers start again each year:
    `91-kl-tu-hoa-son-2022`. One without a number gets its kind and title, or `van-ban` when it says neither.
    """
    number = number_key(meta.number)
    year = str(meta.issued_on.year) if meta.issued_on else (meta.issued_month or "")[:4]
    if number:
        whose = meta.place or meta.issuer or ""
        parts = [slug(number), slug(whose, 40), "" if year in number.split("/") else year]
    else:
        parts = [slug(meta.kind or ""), slug(meta.title or "", 40)]
    return "-".join(part for part in parts if part) or "van-ban"


def suffixed_key(base: str, directive: Directive) -> str:
    """`base` with six hex digits of the directive's text, for one without a number or whose base another has."""
    return f"{base}-{hashlib.sha256(directive.source.text.encode()).hexdigest()[:6]}"


def is_key_of(base: str, key: str) -> bool:
    """True when `key` is `base` itself or `base` with a text suffix."""
    return key == base or bool(re.fullmatch(re.escape(base) + r"-[0-9a-f]{6}", key))


def clause_token(directive_key: str, path: str) -> str:
    """Sixteen hex digits that stand for a clause where space is short (a Telegram button)."""
    return hashlib.sha256(f"{directive_key}#{path}".encode()).hexdigest()[:16]


def target_ids(directive_key: str, targets: Iterable[Target]) -> list[str]:
    """Target ids, by path, indicator, value, due and quote: those an edit leaves alone keep theirs."""
    contents = ((t.path, t.indicator, str(t.value), str(t.value_max), str(t.due), t.quote) for t in targets)
    return _row_ids("target", directive_key, contents)


def task_ids(directive_key: str, tasks: Iterable[Task]) -> list[str]:
    """Ids of a directive's tasks, from path, action, leading units and quote."""
    return _row_ids("task", directive_key, ((t.path, t.action, "|".join(t.lead), t.quote) for t in tasks))


def rule_ids(directive_key: str, rules: Iterable[Rule]) -> list[str]:
    """Ids of a directive's rules, from path, condition, consequence and quote."""
    return _row_ids("rule", directive_key, ((r.path, r.condition, r.consequence, r.quote) for r in rules))


def _row_ids(prefix: str, directive_key: str, contents: Iterable[tuple[str, ...]]) -> list[str]:
    ids: list[str] = []
    seen: dict[tuple[str, ...], int] = {}
    for content in contents:
        seen[content] = seen.get(content, 0) + 1  # a row said twice is two rows
        name = "\x1f".join((directive_key, *content, str(seen[content])))
        ids.append(f"{prefix}-{hashlib.sha256(name.encode()).hexdigest()[:12]}")
    return ids


@cache
def reading_version() -> str:
    """SHA-256 over the code and data that read directives: when it changes, files are read again."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if path.suffix in {".py", ".yaml", ".txt", ".json"} and not relative.parts[0].startswith(_NOT_READING):
            digest.update(relative.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
