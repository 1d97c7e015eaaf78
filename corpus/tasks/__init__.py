"""Duties of a directive: who must do what, by when, with whom, reporting to whom. Knows no files, SQL or search."""

from corpus.tasks.extract import extract_tasks

__all__ = ["extract_tasks"]
