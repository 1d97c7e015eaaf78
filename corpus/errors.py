"""The project's error hierarchy: a sentence for the person, and details for the log."""

from __future__ import annotations


class ChidaoError(Exception):
    """Base of every expected failure. `str(error)` is one clear sentence in Vietnamese, fit to show as it is."""


class UnreadableFileError(ChidaoError):
    """A file that cannot be read as a directive; the sentence says why and what would help."""


class StoreError(ChidaoError):
    """The store is missing, newer than the program, or damaged."""


class SearchIndexError(ChidaoError):
    """No usable index generation, or one that does not fit the settings."""


class SettingsError(ChidaoError):
    """A setting that is unknown, missing or malformed (exit code 2)."""
