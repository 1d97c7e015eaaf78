"""What a directive says of itself: number, kind, issuer, place, date, title, signer, recipients, and what it cites."""

from __future__ import annotations

from corpus.metadata.read import read_metadata

__all__ = ["read_metadata"]
