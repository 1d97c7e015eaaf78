"""What is said of a file before anything of it is fetched: whether its kind and its size can be taken in at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desk.loading_files import suffix_of
from corpus.readers import accepted_suffixes

if TYPE_CHECKING:
    from bot.texts import Texts

LARGEST = 20 * 1024 * 1024
"""Bytes: what Telegram lets a bot fetch."""


def not_taken(name: str, size: int | None, texts: Texts) -> str:
    """Why a file of this name and announced size (bytes) is not fetched; empty when it is."""
    if suffix_of(name) not in accepted_suffixes():
        return texts("load.format", name=name, accepted=", ".join(accepted_suffixes()))
    if size is not None and size > LARGEST:
        return texts("load.too_large", name=name)
    return texts("load.empty", name=name) if size == 0 else ""
