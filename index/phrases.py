"""The wording of rows, as answers use it; the words themselves are `corpus.row_words`."""

from __future__ import annotations

from corpus.row_words import actors, amount, day, number, target_line, task_line, term, when

__all__ = ["actors", "amount", "day", "number", "target_line", "task_line", "term", "when"]
