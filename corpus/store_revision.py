"""The store's revision: how many changes there were, and a digest of what stands. Knows directives as keys and hashes.

The digest is a sum over the directives, so that a change costs what it changes, however much stands beside it; it is the
same for the same directives, whatever way led to them. Older programs keep the hash of a list of them all instead. It is
one hex digit longer: when one of them works on the same store, the next change here counts everything anew, once.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from corpus.models import DirectiveRow, RevisionRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from sqlalchemy import Connection

_DIGITS = 63
_MODULUS = 16**_DIGITS


def digest_of(standing: Iterable[tuple[str, str]]) -> str:
    """The digest, 63 hex digits, of a set of directives, each with its key and the hash of its content."""
    return _written(sum(map(_weight, standing)))


@contextmanager
def moving_revision(connection: Connection, keys: Collection[str]) -> Iterator[None]:
    """Counts a change, and keeps the digest in step with it. The block may change no directive but those with these keys.

    Its transaction must have its turn at the directives (`corpus.database.Database.changing`).
    """
    known = connection.execute(select(RevisionRow.counter, RevisionRow.digest)).one_or_none()
    counter, summed = (known.counter, _total(known.digest)) if known else (0, None)
    rest = None if summed is None else summed - _sum(connection, keys)
    yield
    total = _sum(connection, None) if rest is None else rest + _sum(connection, keys)
    connection.execute(delete(RevisionRow))
    connection.execute(insert(RevisionRow).values(id=1, counter=counter + 1, digest=_written(total)))


def _total(digest: str) -> int | None:
    """The sum a digest stands for; None when an older program made it."""
    return int(digest, 16) if len(digest) == _DIGITS else None


def _sum(connection: Connection, keys: Collection[str] | None) -> int:
    """Of the directives with these keys, or of all."""
    query = select(DirectiveRow.key, DirectiveRow.digest)
    if keys is not None:
        query = query.where(DirectiveRow.key.in_(keys))
    return sum(_weight((row.key, row.digest)) for row in connection.execute(query))


def _weight(directive: tuple[str, str]) -> int:
    return int.from_bytes(hashlib.sha256(" ".join(directive).encode()).digest(), "big")


def _written(total: int) -> str:
    return f"{total % _MODULUS:0{_DIGITS}x}"
