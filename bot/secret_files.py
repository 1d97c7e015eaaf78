"""Secrets that stand in files of their own, as Docker, Kubernetes and systemd hand them out; knows no setting by name."""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus

from corpus.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from bot.texts import Texts

_LONGEST = 64 * 1024
"""Bytes of a secret's file: whoever names a wrong file should be told so, not wait for it to be read."""

# As SQLAlchemy takes a URL apart: a password may hold anything but `@`.
_IN_URL = re.compile(r"^[\w+]+://[^:/@]*:([^@]*)@")
_IN_QUERY = re.compile(r"[?&](?:ssl)?password=([^&#]+)")


def read_secret(file: Path, name: str, texts: Texts) -> str:
    """The content of the file that setting `name` points to, without white space around it.

    Raises:
        SettingsError: unreadable, no text, too long for a secret, or empty.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(_LONGEST + 1)
        if len(content) > _LONGEST:
            raise SettingsError(texts("settings.secret_too_long", name=name, file=file))
        secret = content.decode("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise SettingsError(texts("settings.secret_unreadable", name=name, file=file, reason=reason)) from None
    if not secret:
        raise SettingsError(texts("settings.secret_empty", name=name, file=file))
    return secret


def passwords_in(url: str) -> tuple[str, ...]:
    """The passwords in a database's URL, as written there and as meant."""
    found = _IN_URL.match(url)
    written = [found[1]] if found else []
    meant = [unquote(one) for one in written]
    queried = _IN_QUERY.findall(url)
    meant += [unquote_plus(one) for one in queried]
    return tuple(dict.fromkeys(one for one in (*written, *queried, *meant) if one))


def open_to_all(file: Path) -> bool:
    """True when every user of the machine may read the file."""
    try:
        return bool(file.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False
