"""Duties of a directive: who must do what, by when, with whom, and to whom they report. Knows no files, SQL or search."""

from corpus.tasks.extract import extract_tasks

__all__ = ["extract_tasks"]
