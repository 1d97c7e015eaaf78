"""Goals of a directive: one `Target` for each indicator, value and deadline. Knows no files and no SQL."""

from corpus.targets.extraction import extract_targets

__all__ = ["extract_targets"]
