"""What a person knows of a file that its text does not say: a YAML file of fields by file name or content hash.

    ke-hoach-12.txt: {number: 12-KH/TU, issued_on: 2024-05-31, place: Hòa Sơn}
    3f9a0c1d22b4:                      # the first 12 or more digits of the file's SHA-256
      - {number: 7-NQ/TU}              # a file of several directives: one entry each, in their order
      - {number: 91-KL/TU, override: true}

A field fills what the text leaves unsaid. Where the text says otherwise the text stands and a warning tells of it,
unless the entry says `override: true` (for misread scans). Knows no SQL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import yaml

from corpus.data_files import parse_yaml
from corpus.errors import SettingsError
from corpus.text import comparable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from corpus.records import Metadata

FIELDS = ("number", "kind", "issuer", "place", "issued_on", "title", "signer", "signer_role")
_IMPORTANT = ("number", "kind", "issuer", "issued_on", "title")
_NAMES = {
    "number": "số hiệu",
    "kind": "loại văn bản",
    "issuer": "cơ quan ban hành",
    "issued_on": "ngày ban hành",
    "title": "trích yếu",
    "signer": "người ký",
}
"""What people, and the reader's warnings, call a field."""
_HASH = re.compile(r"[0-9a-f]{12,64}")

Entry = dict[str, Any]
"""Fields of one directive in plain JSON types: dates as ISO text, `override` as a bool."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Entries by file name or hash prefix, and what was wrong with its file (unknown fields, malformed dates)."""

    entries: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    path: Path | None = None

    def entries_for(self, name: str, content_hash: str) -> tuple[Entry, ...] | None:
        """What the manifest says of a file, one entry a directive; None when it says nothing."""
        key = self._key_for(name, content_hash)
        return None if key is None else self.entries[key]

    def unused(self, files: Sequence[tuple[str, str]]) -> list[str]:
        """The entries that fit none of these files, given as (name, content hash)."""
        used = {self._key_for(name, content) for name, content in files}
        return [key for key in self.entries if key not in used]

    def _key_for(self, name: str, content_hash: str) -> str | None:
        if name in self.entries:
            return name
        return next((key for key in self.entries if _HASH.fullmatch(key) and content_hash.startswith(key)), None)


def load_manifest(path: Path) -> Manifest:
    """Reads a manifest file.

    Raises:
        SettingsError: the file is missing, not YAML, or not of the form above.
    """
    try:
        content = parse_yaml(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"Không đọc được tệp kê khai {path}: {getattr(error, 'strerror', None) or error}."
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" ở dòng {mark.line + 1}" if mark else ""
        raise SettingsError(f"Tệp kê khai {path} không phải YAML hợp lệ{where}.") from error
    if not isinstance(content or {}, dict):
        raise SettingsError(f"Tệp kê khai {path} phải ghi: tên tệp (hoặc mã băm) → các trường.")
    warnings: list[str] = []
    entries: dict[str, tuple[Entry, ...]] = {}
    for name, value in (content or {}).items():
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, dict) or item is None for item in items):
            raise SettingsError(f"Tệp kê khai {path}: mục {name!r} phải là các trường (number, kind, issued_on …).")
        entries[str(name)] = tuple(_entry(str(name), item or {}, warnings) for item in items)
    return Manifest(entries, tuple(warnings), path.resolve())


def complete(meta: Metadata, entry: Entry, name: str) -> tuple[Metadata, list[str]]:
    """`meta` with the entry's fields where the text says nothing (or everywhere with `override`), and warnings."""
    changes: dict[str, Any] = {}
    warnings: list[str] = []
    for key in FIELDS:
        if key not in entry:
            continue
        value = date.fromisoformat(entry[key]) if key == "issued_on" else entry[key]
        said = getattr(meta, key)
        if said is None or entry.get("override"):
            changes[key] = value
        elif comparable(str(said)) != comparable(str(value)):
            warnings.append(f"{name}: văn bản ghi {key} là “{said}”, tệp kê khai ghi “{value}”; giữ theo văn bản.")
    still_true = tuple(w for w in meta.warnings if not any(says_missing(w, key) for key in changes))
    return replace(meta, **changes, warnings=still_true), warnings


def says_missing(warning: str, field: str) -> bool:
    """Whether a reader's warning says that a field is missing; one that only has its name in it speaks of something else."""
    name = _NAMES.get(field)
    return name is not None and re.match(rf"(?:Không thấy|Không rõ|Thiếu) {name}(?!\w)", warning) is not None


def explain_missing(meta: Metadata, name: str) -> list[str]:
    """The reader's warnings; where important fields are unknown, one warning of all that ends in how to supply them."""
    missing = [key for key in _IMPORTANT if getattr(meta, key) is None]
    if not missing:
        return list(meta.warnings)
    told = {key for key in missing if any(says_missing(warning, key) for warning in meta.warnings)}
    unsaid = ", ".join(_NAMES[key] for key in missing if key not in told)
    fields = ", ".join(f"{key}: …" for key in missing)
    hint = f"Có thể bổ sung bằng --manifest với dòng `{name}: {{{fields}}}`."
    return [" ".join([*meta.warnings, *([f"Không thấy {unsaid}."] if unsaid else []), hint])]


def _entry(name: str, fields: dict[Any, Any], warnings: list[str]) -> Entry:
    entry: Entry = {}
    for key, value in fields.items():
        if key == "override":
            entry[key] = bool(value)
        elif key not in FIELDS:
            warnings.append(
                f"Tệp kê khai, mục {name}: không có trường {key!r}; các trường dùng được: {', '.join(FIELDS)}."
            )
        elif value is None:
            continue
        elif key == "issued_on":
            day = _iso(value)
            if day:
                entry[key] = day
            else:
                warnings.append(f"Tệp kê khai, mục {name}: issued_on phải có dạng 2024-05-31, không phải {value!r}.")
        else:
            entry[key] = str(value).strip()
    return entry


def _iso(value: object) -> str | None:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        return None
