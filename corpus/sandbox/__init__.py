"""Opening files of unknown origin in a child process that can be killed: little memory, little time, no network."""

from __future__ import annotations

from corpus.sandbox.pool import read_in_child

__all__ = ["read_in_child"]
