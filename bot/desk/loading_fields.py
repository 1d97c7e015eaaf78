"""What a clerk types about a directive, checked: a number, a date, a name. Knows no upload."""

from __future__ import annotations

from datetime import date  # noqa: TC003
from typing import TYPE_CHECKING

from bot.desk.typed_values import day_typed
from corpus.metadata.numbers import find_numbers
from corpus.text import collapse, nfc

if TYPE_CHECKING:
    from typing import Literal

LIMIT = 500
_EARLIEST = 1945


def field_typed(field: str, text: str, today: date) -> str | Literal[False]:
    """The value of a metadata field (`corpus.manifest.FIELDS`) in JSON form; False when it cannot be one."""
    value = collapse(nfc(text))
    if not value or len(value) > LIMIT or not any(c.isalnum() for c in value):
        return False
    if field == "issued_on":
        day = day_typed(value)
        return day.isoformat() if day and _EARLIEST <= day.year <= today.year + 1 else False
    if field == "number":
        found = list(find_numbers(value))
        whole = len(found) == 1 and not any(c.isalnum() for c in _without_label(value, found[0].start, found[0].end))
        return found[0].text if whole else False
    return value


def _without_label(value: str, start: int, end: int) -> str:
    """What stands around a number but "Số"."""
    return value[:start].lower().replace("số", "").replace("so", "") + value[end:]
