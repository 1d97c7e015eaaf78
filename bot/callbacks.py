"""What a button carries: short, versioned, stateless data of at most 64 bytes, so that buttons survive restarts.

`v1:<area>:<argument>:...` — each area belongs to one feature in `bot.desk`, which documents its arguments there.
"""

from __future__ import annotations

import re

VERSION = "v1"
DATA_LIMIT = 64

_DATA = re.compile(r"v1:(?P<area>[a-z]{1,4})(?P<arguments>(?::[A-Za-z0-9_.-]*)*)")


def encode(area: str, *arguments: object) -> str:
    """The callback data of a button.

    Raises:
        ValueError: it would not be read back, or Telegram would refuse it.
    """
    data = ":".join([VERSION, area, *map(str, arguments)])
    if len(data) > DATA_LIMIT or not _DATA.fullmatch(data):
        raise ValueError(f"unfit callback data {data!r}")
    return data


def decode(data: str) -> tuple[str, tuple[str, ...]] | None:
    """The area and its arguments; None for data of another version or of somebody else's making."""
    found = _DATA.fullmatch(data)
    if found is None or len(data) > DATA_LIMIT:
        return None
    return found["area"], tuple(found["arguments"].split(":")[1:])
