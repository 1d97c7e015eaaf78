"""The outline of a directive: its clauses in reading order, each with its path, from the text alone."""

from __future__ import annotations

from corpus.outline.build import outline

__all__ = ["outline"]
