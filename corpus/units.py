"""Bodies that directives name: finding them, one name for each, and whether a duty given to one falls on another.

This is the door to unit_directory, unit_mentions and unit_matching; it knows nothing of tasks or questions.
"""

from __future__ import annotations

from corpus.abbreviations import expand_abbreviations
from corpus.unit_directory import Succession, canonical_unit, general_words, plural_words
from corpus.unit_matching import Match, succession, successor, successors, unit_kinds, unit_matches
from corpus.unit_mentions import UnitMention, find_units, unit_at, unit_level

__all__ = [
    "Match",
    "Succession",
    "UnitMention",
    "canonical_unit",
    "expand_abbreviations",
    "find_units",
    "general_words",
    "plural_words",
    "succession",
    "successor",
    "successors",
    "unit_at",
    "unit_kinds",
    "unit_level",
    "unit_matches",
]
