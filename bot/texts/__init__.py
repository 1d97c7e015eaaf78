"""Every sentence the product says, in Vietnamese and English side by side; knows no surface and adds no mark-up.

Sentences stand in the YAML files of this folder as `key: {vi: ..., en: ...}`, with `{field}` where a value goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, get_args

from corpus.data_files import load_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Texts:
    """The catalogue in one language. Calling it with a key and the fields of the sentence gives the sentence."""

    language: Language
    sentences: Mapping[str, str]

    def __call__(self, key: str, /, **fields: object) -> str:
        """The sentence under `key`, filled in.

        Raises:
            KeyError: no such key, or a field the sentence needs is missing.
        """
        return self.sentences[key].format_map(fields)


@cache
def catalogue() -> dict[str, dict[Language, str]]:
    """All keys with their sentence in every language.

    Raises:
        ValueError: a key stands in two files.
    """
    merged: dict[str, dict[Language, str]] = {}
    for file in sorted(files(__package__).iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".yaml"):
            continue
        rows: dict[str, Any] = load_yaml(__package__, file.name)
        for key, row in rows.items():
            if key in merged:
                raise ValueError(f"text key {key!r} stands twice, again in {file.name}")
            merged[key] = {language: str(row[language]).rstrip() for language in LANGUAGES if language in row}
    return merged


@cache
def load_texts(language: Language = "vi") -> Texts:
    """The catalogue in `language`."""
    return Texts(language, {key: row[language] for key, row in catalogue().items()})
